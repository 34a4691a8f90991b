package scim2

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Update implements connectors.Connector with one PATCH, or with GET and PUT where PATCH is not there.
func (k *connector) Update(ctx context.Context, id string, c connectors.Changes) (connectors.Account, error) {
	a, err := k.write(ctx, connectors.OpUpdate, id, c)
	if err != nil {
		return connectors.Account{}, err
	}
	return accountIn(a.Body), nil
}

// write changes an account and gives the answer to the last request; the zero answer when there was nothing to send.
func (k *connector) write(ctx context.Context, op, id string, c connectors.Changes) (wire.Answer, error) {
	c, err := k.service.ChangesWithinLimits(op, c)
	if err != nil {
		return wire.Answer{}, err
	}
	ops := operations(c)
	if len(ops) == 0 {
		return wire.Answer{}, nil
	}
	url, err := k.accountURL(op, id)
	if err != nil {
		return wire.Answer{}, err
	}
	return k.change(ctx, wire.Call{Op: op, Method: http.MethodPatch, URL: url}, ops, c)
}

// change writes the operations, or by PUT the changes that they stand for.
func (k *connector) change(ctx context.Context, p wire.Call, ops []scim.Operation, c connectors.Changes) (wire.Answer, error) {
	if k.service.PutsAccount(ops) {
		return k.replace(ctx, p, c)
	}
	a, err := k.patch(ctx, p, ops)
	switch {
	case err != nil:
		return a, err
	case a.OK():
		return k.verify(ctx, p, ops, c, a)
	case k.service.MayPut() && a.LacksPatch():
		a, err := k.replace(ctx, p, c)
		if err != nil {
			return a, err
		}
		k.service.Learned.NoPatch.Store(true)
		return a, nil
	case a.Status == http.StatusBadRequest:
		return a, k.withoutReadOnly(ctx, p, ops, a)
	case p.Op == connectors.OpUpdate && blameName(a, c):
		k.service.Learned.Taken.Add(c.Want.Text(service.AttrUserName))
	}
	return a, k.itemFailure(ctx, a)
}

// blameName reports whether a refusal is about a new user name.
func blameName(a wire.Answer, c connectors.Changes) bool {
	_, renamed := c.Set[service.AttrUserName]
	return renamed && a.Status == http.StatusConflict
}

// operations are the changes as RFC 7644 §3.5.2 has them, sorted by path: multi-valued attributes are
// replaced whole, and a value that says nothing is removed, since many services refuse null and "". An account
// is stamped with our ID when it is made, and again when the person for whom it was made is back: one that was adopted
// must not look like ours, or the user whose creation was taken back would own it for ever.
func operations(c connectors.Changes) []scim.Operation {
	ops := make([]scim.Operation, 0, len(c.Set)+len(c.Clear)+1)
	if c.Stamp {
		ops = append(ops, scim.Operation{Op: scim.Replace, Path: service.AttrExternalID, Value: c.Want.ResourceID})
	}
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		if v := c.Set[key]; !wire.Blank(v) {
			ops = append(ops, scim.Operation{Op: scim.Replace, Path: key, Value: v})
		} else if key != service.AttrUserName {
			ops = append(ops, scim.Operation{Op: scim.Remove, Path: key})
		}
	}
	for _, key := range c.Clear {
		if _, set := c.Set[key]; !set && key != service.AttrUserName {
			ops = append(ops, scim.Operation{Op: scim.Remove, Path: key})
		}
	}
	return ops
}
