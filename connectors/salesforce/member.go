package salesforce

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"

	"usher/connectors"
)

// ChangeMembers implements connectors.GroupConnector: one request that adds, and to remove one that looks for the
// memberships and one that deletes them. Members that are no users are never touched.
func (k *connector) ChangeMembers(ctx context.Context, id string, c connectors.MemberChanges) (map[string]error, error) {
	const op = connectors.OpUpdate
	if !isID(id, k.groups().prefix) {
		return nil, k.noGroup(op)
	}
	refused := map[string]error{}
	usersOf := func(ids []string) (out []string) {
		for _, u := range ids {
			if isID(u, "005") {
				out = append(out, u)
			} else {
				refused[u] = &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("%q is no user of Salesforce.", printable(cutTo(u, 40))), Remedy: "Unlink the account and let Usher find it again."}
			}
		}
		return out
	}
	add, remove := usersOf(c.Add), usersOf(c.Remove)
	if len(add)+len(remove) == 0 {
		return refused, nil
	}
	for part := range slices.Chunk(remove, memberChunk) {
		if err := k.removeMembers(ctx, op, id, part, refused); err != nil {
			return nil, err
		}
	}
	for part := range slices.Chunk(add, memberChunk) {
		if err := k.addMembers(ctx, op, id, part, refused); err != nil {
			return nil, err
		}
	}
	if len(add) == 0 {
		return refused, k.groupIsThere(ctx, op, id)
	}
	return refused, nil
}

func (k *connector) addMembers(ctx context.Context, op, id string, users []string, refused map[string]error) error {
	t := k.groups()
	records := make([]map[string]any, len(users))
	for i, u := range users {
		records[i] = map[string]any{t.group: id, t.assignee: u}
	}
	items, err := k.insertAll(ctx, op, t.member, records)
	if err != nil {
		return err
	}
	for i, it := range items {
		f := it.fault()
		if f.code() == codeDuplicate {
			continue // a member already
		}
		e := k.itemError(op, it, t.member)
		if e == nil {
			continue
		}
		if err := k.sortOut(ctx, e, f, id); err != nil {
			return err
		}
		refused[users[i]] = e
	}
	return nil
}

// sortOut makes of a refused member's error one of the kinds that a member's may be; what concerns the whole call is
// returned.
func (k *connector) sortOut(ctx context.Context, e *connectors.Error, f fault, group string) error {
	switch {
	case f.code() == codeCrossReference, f.code() == codeDeleted, f.code() == codeNotFound, f.code() == "MALFORMED_ID":
		if !slices.Contains(f.Fields, k.groups().assignee) {
			if err := k.groupIsThere(ctx, e.Op, group); err != nil {
				return err
			}
		}
		e.Kind, e.Remedy = connectors.NotFound, "Usher adds the member as soon as the user is there."
		return nil
	case f.code() == "INACTIVE_OWNER_OR_USER":
		e.Kind, e.Remedy = connectors.Pending, "Usher adds the member as soon as the user is active."
		return nil
	case e.Kind == connectors.Invalid, e.Kind == connectors.NotFound, e.Kind == connectors.Pending:
		return nil
	case e.Kind == connectors.Limit:
		e.Kind = connectors.Invalid
		return nil
	}
	return e
}

func (k *connector) removeMembers(ctx context.Context, op, id string, users []string, refused map[string]error) error {
	t := k.groups()
	found, err := query[map[string]any](ctx, k, op, fmt.Sprintf("SELECT Id, %s FROM %s WHERE %s = '%s' AND %s IN %s", t.assignee, t.member, t.group, id, t.assignee, idList(users)))
	if err != nil {
		return err
	}
	var ids []string
	who := map[string]string{} // by the ID of the membership
	for _, r := range found {
		membership, _ := r["Id"].(string)
		assignee, _ := r[t.assignee].(string)
		at := slices.IndexFunc(users, func(u string) bool { return sameID(u, assignee) })
		if !isID(membership, "") || at < 0 {
			return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: "Salesforce's list of members holds what was not asked for, and nobody was removed.", Remedy: remedyWait}
		}
		ids = append(ids, membership)
		who[membership] = users[at]
	}
	for part := range slices.Chunk(ids, memberChunk) {
		items, err := k.deleteAll(ctx, op, part)
		if err != nil {
			return err
		}
		for i, it := range items {
			switch e := k.itemError(op, it, t.member); {
			case e == nil, e.Kind == connectors.NotFound: // gone already is what was wanted
			case e.Kind == connectors.Invalid, e.Kind == connectors.Conflict:
				e.Kind = connectors.Pending // a member still
				refused[who[part[i]]] = e
			default:
				return e
			}
		}
	}
	return nil
}

// groupIsThere is NotFound when the group is not. It asks by a query, which a wrong path cannot answer.
func (k *connector) groupIsThere(ctx context.Context, op, id string) error {
	found, err := query[groupRow](ctx, k, op, "SELECT Id FROM "+k.groups().object+" WHERE Id = '"+id+"'")
	if err == nil && len(found) == 0 {
		err = k.noGroup(op)
	}
	return err
}

// written is what a write of the group itself came to. Salesforce says of a path that it does not serve, as of another
// API version, that it is not found, too: only a query tells that the group is gone.
func (k *connector) written(ctx context.Context, op, id string, err error) error {
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok || e.Kind != connectors.NotFound {
		return err
	}
	if gone := k.groupIsThere(ctx, op, id); gone != nil {
		return gone
	}
	e.Kind, e.Remedy = connectors.Misconfigured, remedyRights
	return e
}

// Members implements connectors.GroupConnector. Other groups and roles may be members too, and are left out.
func (k *connector) Members(ctx context.Context, id string) iter.Seq2[string, error] {
	const op = connectors.OpFind
	return func(yield func(string, error) bool) {
		t := k.groups()
		if !isID(id, t.prefix) {
			yield("", k.noGroup(op))
			return
		}
		path := "query?q=" + url.QueryEscape(fmt.Sprintf("SELECT %s FROM %s WHERE %s = '%s'", t.assignee, t.member, t.group, id))
		for n := 1; path != ""; n++ {
			p, err := readPage[map[string]any](ctx, k, op, path)
			if err == nil && n == 1 && len(p.Records) == 0 {
				err = k.groupIsThere(ctx, op, id) // an empty group, or none
			}
			path = ""
			if err == nil && !*p.Done {
				path, err = k.nextPage(op, p.Next)
			}
			for _, r := range p.Records {
				if member, _ := r[t.assignee].(string); isID(member, "005") && !yield(member, nil) {
					return
				}
			}
			if err == nil && path != "" && n == maxPages {
				err = endless(op)
			}
			if err != nil {
				yield("", err)
				return
			}
		}
	}
}
