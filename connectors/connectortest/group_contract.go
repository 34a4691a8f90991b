package connectortest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
)

// groupLife is one group from its first day to its last.
func groupLife(t *testing.T, b *groupBench) {
	if b.Fixed {
		return // groups cannot be made here
	}
	g := b.Group(1)
	_, err := b.conn.FindGroup(attempt(t), g)
	wantKind(t, err, connectors.NotFound)
	id := b.group(t)
	r := b.remote(t, id)
	if r.Name != g.Name || len(r.Members) > 0 || (!b.Unstamped && r.ExternalID != g.ResourceID) {
		t.Errorf("the group is %+v, want the name and our ID, and nobody in it", r)
	}
	renamed := connectors.GroupProfile{ResourceID: g.ResourceID, Name: b.Group(2).Name}
	for _, p := range []connectors.GroupProfile{g, renamed} {
		if p.Name == renamed.Name && b.Unstamped {
			continue // nothing but its name tells which group it is
		}
		a, err := b.conn.FindGroup(attempt(t), p)
		if err != nil || a.ID != id || (!b.Unstamped && a.ExternalID != g.ResourceID) {
			t.Fatalf("find %+v: %+v, %v; want %s with our ID", p, a, err, id)
		}
	}
	read, err := b.conn.ReadGroup(attempt(t), id)
	if err != nil || read.ID != id || read.Shown[connectors.GroupName] != g.Name || (!b.Unstamped && !connectors.SameID(read.ExternalID, g.ResourceID)) {
		t.Fatalf("read: %+v, %v; want %s with its name and our ID", read, err, id)
	}
	who := b.accounts(1, 1)
	b.change(t, id, who, nil)
	if _, err := b.conn.UpdateGroup(attempt(t), id, renamed); err != nil {
		t.Fatalf("rename: %v", err)
	}
	if r := b.remote(t, id); r.Name != renamed.Name || !same(r.Members, who) || (!b.Unstamped && r.ExternalID != g.ResourceID) {
		t.Errorf("after the new name %q: %+v", renamed.Name, r)
	}
	if err := b.conn.DeleteGroup(attempt(t), id); err != nil {
		t.Fatalf("delete group: %v", err)
	}
	if n := len(b.target.Groups()); n != 0 {
		t.Errorf("%d groups are left", n)
	}
	if n := len(b.target.Accounts()); n != 1 {
		t.Errorf("with the group went its members: %d accounts are left", n)
	}
	wantKind(t, b.conn.DeleteGroup(attempt(t), id), connectors.NotFound)
	_, err = b.conn.FindGroup(attempt(t), renamed)
	wantKind(t, err, connectors.NotFound)
}

func fixedGroups(t *testing.T, b *groupBench) {
	if !b.Fixed {
		return // groups can be made here
	}
	_, err := b.conn.CreateGroup(attempt(t), b.Group(1))
	wantKind(t, err, connectors.Misconfigured)
	if n := len(b.target.Groups()); n != 0 {
		t.Errorf("%d groups were made", n)
	}
	id := b.group(t)
	a, err := b.conn.FindGroup(attempt(t), b.Group(1))
	if err != nil || a.ID != id {
		t.Fatalf("find: %+v, %v; want %s", a, err, id)
	}
}

func groupConflict(t *testing.T, b *groupBench) {
	if b.Twins || b.Fixed {
		return // names are not unique here, or groups cannot be made
	}
	b.group(t)
	_, err := b.conn.CreateGroup(attempt(t), connectors.GroupProfile{ResourceID: b.Group(2).ResourceID, Name: b.Group(1).Name})
	wantKind(t, err, connectors.Conflict)
	if n := len(b.target.Groups()); n != 1 {
		t.Errorf("the target has %d groups, want 1", n)
	}
}

func findForeignGroup(t *testing.T, b *groupBench) {
	g := b.Group(1)
	id := b.target.SeedGroup(g, "")
	b.target.SeedGroup(b.Group(3), "")
	a, err := b.conn.FindGroup(attempt(t), g)
	if err != nil || a.ID != id || a.ExternalID != "" {
		t.Fatalf("find: %+v, %v; want %s without an external ID", a, err, id)
	}
	if b.Unstamped {
		return
	}
	b.target.SeedGroup(b.Group(2), "somebody-else")
	if a, err = b.conn.FindGroup(attempt(t), b.Group(2)); err != nil || a.ExternalID != "somebody-else" {
		t.Fatalf("find: %+v, %v; want it to bear the other's ID", a, err)
	}
}

func groupTwins(t *testing.T, b *groupBench) {
	if !b.Twins {
		return // names are unique here
	}
	ids := []string{b.target.SeedGroup(b.Group(1), ""), b.target.SeedGroup(b.Group(1), "")}
	_, err := b.conn.FindGroup(attempt(t), b.Group(1))
	wantKind(t, err, connectors.Invalid)
	if !strings.Contains(err.Error(), ids[0]) || !strings.Contains(err.Error(), ids[1]) {
		t.Errorf("%v: names not both of %v", err, ids)
	}
}

func unknownGroup(t *testing.T, b *groupBench) {
	who := b.accounts(1, 2)
	_, err := b.conn.ChangeMembers(attempt(t), b.MissingGroup, connectors.MemberChanges{Add: who[:1], Remove: who[1:]})
	wantKind(t, err, connectors.NotFound)
	_, err = b.conn.ReadGroup(attempt(t), b.MissingGroup)
	wantKind(t, err, connectors.NotFound)
	if !b.Fixed {
		_, err = b.conn.UpdateGroup(attempt(t), b.MissingGroup, b.Group(1))
		wantKind(t, err, connectors.NotFound)
		wantKind(t, b.conn.DeleteGroup(attempt(t), b.MissingGroup), connectors.NotFound)
	}
	if b.Untold {
		return
	}
	for _, err := range b.conn.Members(attempt(t), b.MissingGroup) {
		wantKind(t, err, connectors.NotFound)
		return
	}
	t.Fatal("a group that is not there has no members, without an error")
}

func groupTrouble(t *testing.T, b *groupBench) {
	id, who := b.group(t), b.accounts(1, 1)
	for trouble, kind := range map[Trouble]connectors.Kind{connectors.Throttled: connectors.RateLimited, connectors.Revoked: connectors.Denied, connectors.Down: connectors.Temporary} {
		b.target.Meet(trouble)
		_, err := b.conn.ChangeMembers(attempt(t), id, connectors.MemberChanges{Add: who})
		wantKind(t, err, kind)
		if e, _ := errors.AsType[*connectors.Error](err); trouble == connectors.Throttled && e.RetryAfter != 7*time.Second {
			t.Errorf("retry after %v, want 7s", e.RetryAfter)
		}
		b.target.Meet(trouble)
		_, err = b.conn.FindGroup(attempt(t), b.Group(1))
		wantKind(t, err, kind)
		if b.Fixed {
			continue
		}
		b.target.Meet(trouble)
		wantKind(t, b.conn.DeleteGroup(attempt(t), id), kind)
	}
	b.change(t, id, who, nil)
	b.wantMembers(t, id, who...)
}

func lostGroup(t *testing.T, b *groupBench) {
	if b.Fixed {
		return // groups cannot be made here
	}
	b.target.Meet(LostAnswer)
	_, err := b.conn.CreateGroup(attempt(t), b.Group(1))
	wantKind(t, err, connectors.Unknown)
	a, err := b.conn.FindGroup(attempt(t), b.Group(1))
	if err != nil || (!b.Unstamped && a.ExternalID != b.Group(1).ResourceID) {
		t.Fatalf("find: %+v, %v; want the group that was made", a, err)
	}
	if n := len(b.target.Groups()); n != 1 {
		t.Errorf("the target has %d groups, want 1", n)
	}
}

func groupsCancelled(t *testing.T, b *groupBench) {
	id, who := b.group(t), b.accounts(1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.conn.FindGroup(ctx, b.Group(1))
	wantKind(t, err, connectors.Temporary)
	_, err = b.conn.ChangeMembers(ctx, id, connectors.MemberChanges{Add: who})
	wantKind(t, err, connectors.Temporary)
	b.wantMembers(t, id)
}

// groupSecrets greps every error and trace for the values of the secret fields.
func groupSecrets(t *testing.T, b *groupBench) {
	id, who := b.group(t), b.accounts(1, 1)
	var trace connectors.Trace
	ctx := connectors.WithTrace(attempt(t), &trace)
	var text strings.Builder
	for _, trouble := range []Trouble{connectors.Revoked, connectors.Down, connectors.Throttled} {
		b.target.Meet(trouble)
		refused, err := b.conn.ChangeMembers(ctx, id, connectors.MemberChanges{Add: who})
		fmt.Fprintf(&text, "%+v %+v", err, refused)
		if e, ok := errors.AsType[*connectors.Error](err); ok {
			fmt.Fprintf(&text, "%+v", *e)
		}
	}
	fmt.Fprintf(&text, "%+v", trace)
	for _, f := range b.Definition.Fields {
		if v := b.target.Settings()[f.Key]; f.Secret() && v != "" && strings.Contains(text.String(), v) {
			t.Errorf("the secret %s can be read in an error or a trace", f.Key)
		}
	}
}
