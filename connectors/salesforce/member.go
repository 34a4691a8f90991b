package salesforce

import (
	"context"
	"fmt"
	"iter"
	"net/http"
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
		if err := k.removeMembers(ctx, op, id, part); err != nil {
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
	case e.Kind == connectors.Invalid, e.Kind == connectors.NotFound, e.Kind == connectors.Pending:
		return nil
	case e.Kind == connectors.Misconfigured && e.Code == "LICENSE_LIMIT_EXCEEDED":
		e.Kind = connectors.Invalid
		return nil
	}
	return e
}

func (k *connector) removeMembers(ctx context.Context, op, id string, users []string) error {
	t := k.groups()
	type row struct {
		ID string `json:"Id"`
	}
	found, err := query[row](ctx, k, op, fmt.Sprintf("SELECT Id FROM %s WHERE %s = '%s' AND %s IN %s", t.member, t.group, id, t.assignee, idList(users)))
	if err != nil || len(found) == 0 {
		return err
	}
	ids := make([]string, 0, len(found))
	for _, r := range found {
		if isID(r.ID, "") {
			ids = append(ids, r.ID)
		}
	}
	for part := range slices.Chunk(ids, memberChunk) {
		items, err := k.deleteAll(ctx, op, part)
		if err != nil {
			return err
		}
		for _, it := range items {
			if e := k.itemError(op, it, t.member); e != nil && e.Kind != connectors.NotFound { // gone already is what was wanted
				return e
			}
		}
	}
	return nil
}

// groupIsThere is NotFound when the group is not.
func (k *connector) groupIsThere(ctx context.Context, op, id string) error {
	_, err := k.do(ctx, call{op: op, method: http.MethodGet, path: record(k.groups().object, id) + "?fields=Id"})
	return err
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
		for first := true; path != ""; first = false {
			p, err := readPage[map[string]any](ctx, k, op, path)
			if err == nil && first && len(p.Records) == 0 {
				err = k.groupIsThere(ctx, op, id) // an empty group, or none
			}
			path = ""
			if err == nil && !p.Done && p.Next != "" {
				path, err = k.nextPage(op, p.Next)
			}
			for _, r := range p.Records {
				if member, _ := r[t.assignee].(string); isID(member, "005") && !yield(member, nil) {
					return
				}
			}
			if err != nil {
				yield("", err)
				return
			}
		}
	}
}
