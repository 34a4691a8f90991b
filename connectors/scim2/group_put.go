package scim2

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// mayPutGroups reports whether a refused PATCH is to become a PUT.
func (k *connector) mayPutGroups(a wire.Answer) bool {
	return !a.OK() && k.service.MayPut() && a.LacksPatch()
}

// groupChange changes a group as it was read, and reports whether anything is different now.
type groupChange func(d wire.Document, members []any) bool

// putGroup changes a group by GET and PUT.
func (k *connector) putGroup(ctx context.Context, at, id string, change groupChange) (wire.Answer, error) {
	a, err := k.sendPut(ctx, at, id, change)
	if err == nil && !a.OK() {
		err = k.groupFailure(a)
	}
	return a, err
}

func renamed(name string) groupChange {
	return func(d wire.Document, _ []any) bool {
		was := d.Get(service.AttrDisplayName)
		d.Set(service.AttrDisplayName, name)
		return was != any(name)
	}
}

// sendPut writes the group back with a change (RFC 7644 §3.5.1). PUT removes what is left out, so that it is done only
// when the list of members is known: a service that hides them would lose them all.
func (k *connector) sendPut(ctx context.Context, at, id string, change groupChange) (wire.Answer, error) {
	got, err := k.readGroup(ctx, connectors.OpUpdate, at, false)
	if err != nil {
		return got, err
	}
	if !got.OK() {
		return got, k.groupItemFailure(ctx, got)
	}
	d, err := wire.DecodeDocument(got.Body)
	if err != nil || wire.Blank(d.Get("id")) {
		return got, notAGroup(got, err)
	}
	have := d.List("members")
	if err := k.membersKnown(ctx, id, have); err != nil {
		return got, err
	}
	version := got.ETag(d)
	delete(d, d.Name("meta")) // read-only
	delete(d, d.Name("members"))
	if len(have) > 0 {
		d["members"] = have
	}
	d.AddSchema(scim.GroupURN)
	if !change(d, have) {
		return got, nil
	}
	if len(d.List("members")) == 0 {
		delete(d, "members")
	}
	body, err := d.Encode()
	if err != nil {
		return got, unwritable(connectors.OpUpdate, err)
	}
	// A service that versions its resources refuses the PUT (412) when another client wrote in between.
	a, err := k.wire.Send(ctx, wire.Call{Op: connectors.OpUpdate, Method: http.MethodPut, URL: at, Body: body, IfMatch: version})
	if err == nil && a.OK() {
		k.service.Learned.Groups.NoPatch.Store(true)
		if d["members"] != nil {
			k.service.Learned.Groups.New.Remove(id)
		}
	}
	return a, err
}

// membersKnown reports as an error that a group without members may be one whose members are hidden.
func (k *connector) membersKnown(ctx context.Context, id string, have []any) error {
	if len(have) > 0 {
		k.service.Learned.Groups.ShowsMembers.Store(true)
	}
	if k.service.Learned.Groups.ShowsMembers.Load() || (!k.service.HidesMembers && k.service.Learned.Groups.New.Has(id)) {
		return nil
	}
	if !k.service.HidesMembers {
		a, err := k.get(ctx, connectors.OpUpdate, k.wire.Groups+"?count=20")
		if err != nil {
			return err
		}
		if a.OK() {
			groups, _, err := k.groupPage(a)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(groups, func(g seenGroup) bool { return len(g.Members) > 0 }) {
				k.service.Learned.Groups.ShowsMembers.Store(true)
				return nil
			}
		}
	}
	return &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpUpdate,
		Message: "The target cannot change single members of a group (PATCH), and does not say who is in it. Writing the group whole could remove members that Usher does not know.",
		Remedy:  "Add one member to a group at the target by hand, so that Usher can see whether members are shown; or turn off Push groups."}
}

// withMembers changes the list of members. What the service says about those who stay goes back as it came.
func withMembers(ids []string, add bool, memberType string) groupChange {
	return func(d wire.Document, have []any) bool {
		var kept []any
		known := map[string]bool{}
		for _, m := range have {
			id := memberID(m)
			known[id] = true
			if add || !slices.Contains(ids, id) {
				kept = append(kept, m)
			}
		}
		changed := len(kept) < len(have)
		for _, id := range ids {
			if add && !known[id] {
				kept = append(kept, service.MemberValues([]string{id}, memberType)...)
				changed = true
			}
		}
		d["members"] = kept
		return changed
	}
}

// memberID is the ID of a member of a decoded document.
func memberID(m any) string {
	o, _ := m.(map[string]any)
	switch id := wire.Document(o).Get("value").(type) {
	case string:
		return id
	case json.Number:
		return id.String()
	}
	return ""
}
