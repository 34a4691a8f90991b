package google

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// What Usher makes members and takes out of groups: never a group within a group, never an owner or manager.
const (
	roleMember = "MEMBER"
	rolesAbove = "OWNER,MANAGER"
	typeUser   = "USER"
)

// ChangeMembers implements connectors.GroupConnector with one request a member, as Google has it.
func (k *connector) ChangeMembers(ctx context.Context, id string, c connectors.MemberChanges) (map[string]error, error) {
	const op = connectors.OpUpdate
	if len(c.Add) == 0 && len(c.Remove) == 0 {
		return nil, nil
	}
	if err := usableGroup(op, id); err != nil {
		return nil, err
	}
	refused := map[string]error{}
	for _, member := range c.Add {
		e, refuses := k.addMember(ctx, id, member)
		if e != nil && !refuses {
			return nil, e
		}
		if e != nil {
			refused[member] = e
		}
	}
	if len(c.Remove) == 0 {
		return refused, nil
	}
	above, err := k.above(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, member := range c.Remove {
		if role := above[member]; role != "" {
			refused[member] = &connectors.Error{Kind: connectors.Pending, Op: op, // a member still, who must not be forgotten
				Message: fmt.Sprintf("The member is %s of the group at Google, and Usher takes only plain members out.", strings.ToLower(role)),
				Remedy:  "Make them a plain member in the Admin console, or remove them there; Usher goes on trying."}
			continue
		}
		if e := k.removeMember(ctx, id, member); e != nil {
			return nil, e
		}
	}
	return refused, nil
}

// addMember adds one. refuses: the error is this member's alone.
func (k *connector) addMember(ctx context.Context, id, member string) (e *connectors.Error, refuses bool) {
	const op = connectors.OpUpdate
	if wrong := usableID(op, member); wrong != nil {
		return k.failure(op, wrong), true
	}
	_, err := k.members.Insert(id, &directory.Member{Id: member, Role: roleMember}).Context(ctx).Do()
	if err == nil {
		return nil, false
	}
	e = k.ofGroup(op, id, err)
	switch {
	case e.Status == http.StatusConflict && strings.EqualFold(e.Code, reasonConflict):
		return nil, false // a member already, or about to be
	case e.Kind == connectors.Conflict:
		return k.known(ctx, id, member)
	case e.Kind == connectors.NotFound && ofGroupKey(e):
		return e, false
	case e.Kind == connectors.NotFound:
		e.Message, e.Remedy = "Google does not know the user's account: "+e.Message, "Usher tries again when the account is there. If it was removed at Google, retry the user's account."
		return e, true
	case e.Status == http.StatusPreconditionFailed && e.Kind == connectors.Temporary:
		e.Kind = connectors.Pending // Google is not done with the user
		return e, true
	case e.Kind == connectors.Invalid && strings.Contains(strings.ToLower(e.Message), "cyclic"):
		e.Remedy = "Resolve the memberships of groups in groups in the Admin console."
		return e, true
	}
	return e, e.Kind == connectors.Invalid
}

// known looks whether somebody who is said to be a member is one: Google says the same of one who is invited only.
func (k *connector) known(ctx context.Context, id, member string) (e *connectors.Error, refuses bool) {
	const op = connectors.OpUpdate
	_, err := k.members.Get(id, member).Context(ctx).Do()
	if err == nil {
		return nil, false
	}
	e = k.ofGroup(op, id, err)
	if e.Kind != connectors.NotFound || ofGroupKey(e) {
		return e, false
	}
	return &connectors.Error{Kind: connectors.Pending, Op: op, Status: e.Status, Message: "Google says that the membership exists, and does not show it yet.",
		Remedy: "Nothing: Usher looks again. If this lasts, the user may have to accept an invitation."}, true
}

// removeMember takes one out. Whoever is not in, or not there at all, counts as done.
func (k *connector) removeMember(ctx context.Context, id, member string) *connectors.Error {
	const op = connectors.OpUpdate
	if usableID(op, member) != nil {
		return nil //nolint:nilerr // nobody has such an ID, so nobody has to go
	}
	err := k.members.Delete(id, member).Context(ctx).Do()
	if err == nil {
		return nil
	}
	e := k.ofGroup(op, id, err)
	switch {
	case e.Kind == connectors.NotFound && !ofGroupKey(e):
		return nil
	case e.Status == http.StatusPreconditionFailed && e.Kind == connectors.Invalid:
		return nil
	}
	return e
}

// above are the group's owners and managers, by account ID.
func (k *connector) above(ctx context.Context, id string) (map[string]string, error) {
	roles := map[string]string{}
	_, err := k.memberPages(ctx, id, rolesAbove, func(m *directory.Member) bool {
		roles[m.Id] = m.Role
		return true
	})
	if err != nil {
		return nil, k.ofGroup(connectors.OpUpdate, id, err)
	}
	return roles, nil
}

// Members implements connectors.GroupConnector. Owners and managers are not told, so that nobody takes them out.
func (k *connector) Members(ctx context.Context, id string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		const op = connectors.OpFind
		if err := usableGroup(op, id); err != nil {
			yield("", err)
			return
		}
		stale, err := k.memberPages(ctx, id, roleMember, func(m *directory.Member) bool {
			return m.Type != typeUser || m.Role != roleMember || m.Id == "" || yield(m.Id, nil)
		})
		if err == nil {
			return
		}
		e := k.ofGroup(op, id, err)
		if stale {
			e.Kind, e.Remedy = connectors.Temporary, remedyWait
		}
		yield("", e)
	}
}

// memberPages reads a group's direct members until each says that it is enough. stale: the error is a page token that
// Google does not know any more.
func (k *connector) memberPages(ctx context.Context, id, roles string, each func(*directory.Member) bool) (stale bool, err error) {
	call := k.members.List(id).Roles(roles).MaxResults(groupPageSize).Context(ctx)
	for token := ""; ; call.PageToken(token) {
		list, err := call.Do()
		if err != nil {
			return token != "" && statusOf(err) == http.StatusBadRequest, err
		}
		for _, m := range list.Members {
			if !each(m) {
				return false, nil
			}
		}
		next := list.NextPageToken
		if next == "" || next == token {
			return false, nil
		}
		token = next
	}
}

// ofGroupKey reports whether it is the group that was not found.
func ofGroupKey(e *connectors.Error) bool {
	return strings.Contains(strings.ToLower(e.Message), "groupkey")
}
