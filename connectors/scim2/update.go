package scim2

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// Update implements connectors.Connector with one PATCH, or with GET and PUT where PATCH is not there.
func (k *connector) Update(ctx context.Context, id string, c connectors.Changes) (connectors.Account, error) {
	a, err := k.write(ctx, connectors.OpUpdate, id, c)
	if err != nil {
		return connectors.Account{}, err
	}
	return accountIn(a.body), nil
}

// accountIn is the account that the answer to a write shows; the zero Account when it shows none (RFC 7644 §3.5.2: a
// PATCH may be answered without a body).
func accountIn(body []byte) connectors.Account {
	var s seen
	if err := scim.Decode(body, &s); err != nil || s.ID == "" {
		return connectors.Account{}
	}
	a := s.account()
	a.Shown = shown(body)
	return a
}

// write changes an account and gives the answer to the last request; the zero answer when there was nothing to send.
func (k *connector) write(ctx context.Context, op, id string, c connectors.Changes) (answer, error) {
	c, err := k.traits.fitChanges(op, c)
	if err != nil {
		return answer{}, err
	}
	ops := operations(c)
	if len(ops) == 0 {
		return answer{}, nil
	}
	url, err := k.item(op, id)
	if err != nil {
		return answer{}, err
	}
	return k.change(ctx, call{op: op, method: http.MethodPatch, url: url}, ops, c)
}

// change writes the operations, or by PUT the changes that they stand for.
func (k *connector) change(ctx context.Context, p call, ops []scim.Operation, c connectors.Changes) (answer, error) {
	if k.byPut(ops) {
		return k.replace(ctx, p, c)
	}
	a, err := k.patch(ctx, p, ops)
	switch {
	case err != nil:
		return a, err
	case a.ok():
		return k.settled(ctx, p, ops, c, a)
	case k.updateMode != usePatch && lacksPatch(a):
		a, err := k.replace(ctx, p, c)
		if err != nil {
			return a, err
		}
		k.learned.noPatch.Store(true)
		return a, nil
	case a.status == http.StatusBadRequest:
		return a, k.withoutFixed(ctx, p, ops, a)
	case p.op == connectors.OpUpdate && blameName(a, c):
		k.learned.taken.add(c.Want.Text(attrUserName))
	}
	return a, k.itemFailure(ctx, a)
}

func (k *connector) byPut(ops []scim.Operation) bool {
	profile := slices.ContainsFunc(ops, func(o scim.Operation) bool { return o.Path != attrActive && o.Path != attrPassword })
	switch k.updateMode {
	case usePut:
		return true
	case usePatch:
		return false
	}
	return k.learned.noPatch.Load() || (k.traits.putProfile && profile)
}

// patch sends the operations in the dialect in force, and once in another when the service did not understand them and
// therefore changed nothing (RFC 7644 §3.5.2: all or nothing).
func (k *connector) patch(ctx context.Context, c call, ops []scim.Operation) (answer, error) {
	var err error
	if c.body, err = patchBody(k.style(), ops); err != nil {
		return answer{}, unwritable(c.op, err)
	}
	a, err := k.versioned(ctx, c)
	other := k.otherStyle()
	if err != nil || other == "" || !misunderstood(a) {
		return a, err
	}
	first := c.body
	if c.body, err = patchBody(other, ops); err != nil || bytes.Equal(first, c.body) {
		return a, nil //nolint:nilerr // the first answer says what is wrong
	}
	b, err := k.versioned(ctx, c)
	switch {
	case err != nil:
		return b, err
	case b.status == http.StatusBadRequest:
		return a, nil
	case b.ok():
		k.learned.objectPatch.Store(true)
	}
	return b, nil
}

// misunderstood reports a refusal that may be about how the change was written.
func misunderstood(a answer) bool {
	if a.status != http.StatusBadRequest || lacksPatch(a) {
		return false
	}
	said, _ := scim.ParseError(a.body)
	if duplicate(strings.ToLower(said.ScimType + " " + said.Detail)) {
		return false
	}
	switch said.ScimType {
	case scim.InvalidPath, scim.NoTarget, scim.InvalidValue, scim.InvalidSyntax:
		return true
	}
	return false
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
// is stamped with our ID when it is made, and anew when the person for whom it was made is back: one that was adopted
// must not look like ours, or the user whose creation was taken back would own it for ever.
func operations(c connectors.Changes) []scim.Operation {
	ops := make([]scim.Operation, 0, len(c.Set)+len(c.Clear)+1)
	if c.Stamp {
		ops = append(ops, scim.Operation{Op: scim.Replace, Path: attrExternalID, Value: c.Want.ResourceID})
	}
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
