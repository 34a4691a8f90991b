package provisioning_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"usher/connectors"
)

// remoteGroup is a group at the fake target.
type remoteGroup struct {
	ID, ExternalID, Name string
	Members              map[string]bool // by account ID
	seenAt               time.Time
}

// neverMember is the name of a user whom the target takes into no group.
const neverMember = "user7"

// seedGroup puts a group there that is not ours.
func (t *target) seedGroup(name string, members ...string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	g := remoteGroup{ID: fmt.Sprint("g", t.next), Name: name, Members: map[string]bool{}}
	for _, m := range members {
		g.Members[m] = true
	}
	t.groups[g.ID] = g
	return g.ID
}

func (t *target) groupSnapshot() map[string]remoteGroup {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := maps.Clone(t.groups)
	for id, g := range all {
		g.Members = maps.Clone(g.Members)
		all[id] = g
	}
	return all
}

// leaveAll ends the memberships of an account that is removed. The lock is held.
func (t *target) leaveAll(id string) {
	for _, g := range t.groups {
		delete(g.Members, id)
	}
}

func (t *target) visibleGroup(op, id string) (remoteGroup, error) {
	g, ok := t.groups[id]
	if !ok || time.Now().Before(g.seenAt) {
		return g, &connectors.Error{Kind: connectors.NotFound, Op: op, Status: 404, Message: "no such group"}
	}
	return g, nil
}

func (t *target) FindGroup(ctx context.Context, p connectors.GroupProfile) (a connectors.Account, err error) {
	err = t.call(ctx, "find group", p.ResourceID, func() error {
		for _, match := range []func(remoteGroup) bool{
			func(g remoteGroup) bool { return connectors.SameID(g.ExternalID, p.ResourceID) },
			func(g remoteGroup) bool { return g.Name == p.Name },
		} {
			for _, id := range slices.Sorted(maps.Keys(t.groups)) {
				if g := t.groups[id]; match(g) && !time.Now().Before(g.seenAt) {
					a = g.account()
					return nil
				}
			}
		}
		return &connectors.Error{Kind: connectors.NotFound, Op: "find group", Message: "no such group"}
	})
	return a, err
}

func (t *target) CreateGroup(ctx context.Context, p connectors.GroupProfile) (a connectors.Account, err error) {
	err = t.call(ctx, "create group", p.ResourceID, func() error {
		for _, g := range t.groups {
			if g.Name == p.Name && !t.twins {
				return &connectors.Error{Kind: connectors.Conflict, Op: "create group", Status: 409, Message: "group name taken"}
			}
		}
		t.next++
		g := remoteGroup{ID: fmt.Sprint("g", t.next), ExternalID: p.ResourceID, Name: p.Name, Members: map[string]bool{}, seenAt: time.Now().Add(t.lag)}
		t.groups[g.ID], t.owner[g.ID] = g, p.ResourceID
		t.guard.note("create group", row{ID: g.ID, UserName: g.Name, ExternalID: g.ExternalID}, p.ResourceID)
		a = connectors.Account{ID: g.ID, ExternalID: p.ResourceID}
		return nil
	})
	return a, err
}

func (g remoteGroup) account() connectors.Account {
	return connectors.Account{ID: g.ID, ExternalID: g.ExternalID, Shown: map[string]any{connectors.GroupName: g.Name}}
}

func (t *target) ReadGroup(ctx context.Context, id string) (a connectors.Account, err error) {
	err = t.call(ctx, "read group", t.ownerOf(id), func() error {
		g, err := t.visibleGroup("read group", id)
		if err == nil {
			a = g.account()
		}
		return err
	})
	return a, err
}

func (t *target) UpdateGroup(ctx context.Context, id string, p connectors.GroupProfile) (a connectors.Account, err error) {
	err = t.call(ctx, "update group", p.ResourceID, func() error {
		g, err := t.visibleGroup("update group", id)
		if err == nil {
			g.Name = p.Name
			t.groups[id], t.owner[id] = g, p.ResourceID
			t.guard.note("update group", row{ID: g.ID, UserName: g.Name, ExternalID: g.ExternalID}, p.ResourceID)
			a = g.account()
		}
		return err
	})
	return a, err
}

func (t *target) ownerOf(id string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.owner[id]
}

func (t *target) DeleteGroup(ctx context.Context, id string) error {
	return t.call(ctx, "delete group", t.ownerOf(id), func() error {
		_, err := t.visibleGroup("delete group", id)
		if err == nil {
			delete(t.groups, id)
		}
		return err
	})
}

func (t *target) ChangeMembers(ctx context.Context, id string, c connectors.MemberChanges) (map[string]error, error) {
	refused := map[string]error{}
	err := t.call(ctx, "members", t.ownerOf(id), func() error {
		g, err := t.visibleGroup("members", id)
		if err != nil {
			return err
		}
		if n := len(c.Add) + len(c.Remove); n > groupChunk || n == 0 {
			return &connectors.Error{Kind: connectors.Invalid, Op: "members", Message: fmt.Sprintf("%d members in one call", n)}
		}
		for _, m := range c.Remove {
			delete(g.Members, m)
		}
		for _, m := range c.Add {
			r, there := t.rows[m]
			switch {
			case !there || time.Now().Before(r.seenAt):
				refused[m] = &connectors.Error{Kind: connectors.NotFound, Op: "members", Message: "no such user"}
			case r.UserName == neverMember:
				refused[m] = &connectors.Error{Kind: connectors.Invalid, Op: "members", Message: "not the kind that joins"}
			case t.faults && t.rng.IntN(10) == 0:
				refused[m] = &connectors.Error{Kind: connectors.Pending, Op: "members", Message: "not yet"}
			default:
				g.Members[m] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return refused, nil
}

func (t *target) Members(ctx context.Context, id string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var all []string
		err := t.call(ctx, "list members", t.ownerOf(id), func() error {
			g, err := t.visibleGroup("list members", id)
			all = slices.Sorted(maps.Keys(g.Members))
			return err
		})
		if err != nil {
			yield("", err)
			return
		}
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// groupChunk is small, so that histories have several.
const groupChunk = 3
