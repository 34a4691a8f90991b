package scim2

import (
	"context"
	"errors"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// replace changes the account by PUT (RFC 7644 §3.5.1). What the service has and Usher does not manage goes
// back as it came, for PUT removes what is left out. A service that versions its resources refuses the PUT (412) when
// somebody else wrote in between: then the account is read once more.
func (k *connector) replace(ctx context.Context, c wire.Call, changes connectors.Changes) (wire.Answer, error) {
	for try := 0; ; try++ {
		put, err := k.replacement(ctx, c, changes)
		if err != nil {
			return wire.Answer{}, err
		}
		a, err := k.wire.Send(ctx, put)
		switch {
		case err != nil:
			return a, err
		case a.OK():
			a, lost, err := k.verdict(ctx, a, changes, false)
			if err == nil && len(lost) > 0 {
				err = notKept(a, lost)
			}
			return a, err
		case a.Status != http.StatusPreconditionFailed || try > 0:
			return a, k.itemFailure(ctx, a)
		}
	}
}

// replacement is the PUT of the account as it is now and as it should be.
func (k *connector) replacement(ctx context.Context, c wire.Call, changes connectors.Changes) (wire.Call, error) {
	got, err := k.get(ctx, c.Op, c.URL)
	if err != nil {
		return c, err
	}
	if !got.OK() {
		return c, k.itemFailure(ctx, got)
	}
	d, err := wire.DecodeDocument(got.Body)
	if err == nil && wire.Blank(d.Get("id")) {
		err = errors.New("it has no id") // a list or a message that was written back would take the account's place
	}
	if err != nil {
		return c, &connectors.Error{Kind: connectors.Temporary, Op: c.Op, Status: got.Status, Err: err,
			Message: "The account could be read from the target, but its answer is not a SCIM resource.", Remedy: "Usher tries again by itself. If this lasts, check the base URL."}
	}
	c.Method, c.IfMatch = http.MethodPut, got.ETag(d)
	merge(d, changes)
	if c.Body, err = d.Encode(); err != nil {
		return c, unwritable(c.Op, err)
	}
	return c, nil
}

func merge(d wire.Document, c connectors.Changes) {
	d.Remove("meta") // read-only
	d.AddSchema(scim.UserURN)
	if c.Stamp {
		d.Set(service.AttrExternalID, c.Want.ResourceID)
	}
	for key, v := range c.Set {
		if len(wire.SplitKey(key)) > 1 {
			delete(d, d.Name(key)) // what a PATCH that was misread may have left beside the attribute
		}
		if !wire.Blank(v) {
			d.Set(key, v)
		} else if key != service.AttrUserName {
			d.Remove(key)
		}
	}
	for _, key := range c.Clear {
		if _, set := c.Set[key]; !set && key != service.AttrUserName {
			d.Remove(key)
		}
	}
	d.DropEmptyExtensions()
}
