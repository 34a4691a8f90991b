package scim2

import (
	"context"
	"net/http"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// obeyed looks at what the service made of a write that it took.
func (k *connector) obeyed(ctx context.Context, a answer, c connectors.Changes) error {
	if k.traits.unconfirmed {
		if err := k.applied(ctx, a, c); err != nil {
			return err
		}
	}
	return activeObeyed(a, c)
}

// applied is Kind Pending when nothing of what was asked is there: the user has not accepted the invitation yet. It is
// asked only where a service is known to do so; others may keep a value in another form than it was sent.
func (k *connector) applied(ctx context.Context, a answer, c connectors.Changes) error {
	if len(a.body) == 0 {
		var err error
		if a, err = k.send(ctx, call{op: a.op, method: http.MethodGet, url: a.url}); err != nil {
			return err
		}
		if !a.ok() {
			return k.failure(a)
		}
	}
	d, err := decodeDocument(a.body)
	if err != nil {
		return nil //nolint:nilerr // an answer that says nothing speaks neither for nor against
	}
	asked := 0
	for key, v := range c.Set {
		switch v := v.(type) {
		case bool:
			if d.get(key) == v {
				return nil
			}
		case string:
			if is, _ := d.get(key).(string); strings.EqualFold(is, v) {
				return nil
			}
		default:
			continue
		}
		if key != attrPassword {
			asked++
		}
	}
	if asked == 0 {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: a.op, Status: a.status,
		Message: "The target took the change and has not applied it: the user has probably not accepted the invitation yet.",
		Remedy:  "Nothing has to be done. Usher writes it again once the user has accepted, and looks every few minutes."}
}

// activeObeyed is an error when the service sent the account back and it is not as active as was asked.
func activeObeyed(a answer, c connectors.Changes) error {
	want, asked := c.Set[attrActive].(bool)
	if !asked || len(a.body) == 0 {
		return nil
	}
	is := activeIn(a.body)
	if !is.Set || is.Value == want {
		return nil
	}
	state := "active"
	if want {
		state = "inactive"
	}
	return &connectors.Error{Kind: connectors.Invalid, Op: a.op, Status: a.status,
		Message: "The target said yes, but the account is still " + state + ": it ignores the attribute active.",
		Remedy:  "Change the account by hand at the target, and choose another policy for leavers, such as Remove the account."}
}

// activeIn is what an answer says about the attribute active; not Set when it says nothing, or is no JSON.
func activeIn(body []byte) scim.Bool {
	var s seen
	if err := scim.Decode(body, &s); err != nil {
		return scim.Bool{}
	}
	return s.Active
}
