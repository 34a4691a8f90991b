package scim2

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// Update implements connectors.Connector with one PATCH, or with GET and PUT where PATCH is not there.
func (k *connector) Update(ctx context.Context, id string, c connectors.Changes) error {
	return k.write(ctx, connectors.OpUpdate, id, c)
}

func (k *connector) write(ctx context.Context, op, id string, c connectors.Changes) error {
	ops := operations(c)
	if len(ops) == 0 {
		return nil
	}
	url, err := k.item(op, id)
	if err != nil {
		return err
	}
	if k.updateMode == usePut || (k.updateMode != usePatch && k.learned.noPatch.Load()) {
		return k.replace(ctx, op, url, c)
	}
	body, err := scim.Encode(scim.NewPatch(ops...))
	if err != nil {
		return unwritable(op, err)
	}
	a, err := k.send(ctx, call{op: op, method: http.MethodPatch, url: url, body: body})
	switch {
	case err != nil:
		return err
	case a.ok():
		return activeObeyed(a, c)
	case k.updateMode != usePatch && lacksPatch(a):
		if err := k.replace(ctx, op, url, c); err != nil {
			return err
		}
		k.learned.noPatch.Store(true)
		return nil
	case op == connectors.OpUpdate && blameName(a, c):
		k.learned.taken.add(c.Want.Text(attrUserName))
	}
	return k.failure(a)
}

func blameName(a answer, c connectors.Changes) bool {
	_, renamed := c.Set[attrUserName]
	return renamed && a.status == http.StatusConflict
}

// lacksPatch reports a refusal of the method, which is certain not to have changed anything.
func lacksPatch(a answer) bool {
	if a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotImplemented {
		return true
	}
	said, _ := scim.ParseError(a.body)
	text := strings.ToLower(said.Detail)
	return a.status == http.StatusBadRequest && strings.Contains(text, "patch") && containsAny(text, "not supported", "unsupported", "not implemented")
}

// operations are the changes as RFC 7644 §3.5.2 has them, sorted by path: multi-valued attributes are
// replaced whole, and a value that says nothing is removed, since many services refuse null and "". An account
// is stamped with our ID when it is made and never after: one that was adopted must not look like ours, or the
// user whose creation was taken back would own it for ever.
func operations(c connectors.Changes) []scim.Operation {
	ops := make([]scim.Operation, 0, len(c.Set)+len(c.Clear))
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		if v := c.Set[key]; !blank(v) {
			ops = append(ops, scim.Operation{Op: scim.Replace, Path: key, Value: v})
		} else if key != attrUserName {
			ops = append(ops, scim.Operation{Op: scim.Remove, Path: key})
		}
	}
	for _, key := range c.Clear {
		if _, set := c.Set[key]; !set && key != attrUserName {
			ops = append(ops, scim.Operation{Op: scim.Remove, Path: key})
		}
	}
	return ops
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
