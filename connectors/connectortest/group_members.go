package connectortest

import (
	"testing"

	"usher/connectors"
)

func membersComeAndGo(t *testing.T, b *groupBench) {
	id, who := b.group(t), b.accounts(1, 3)
	b.change(t, id, who[:2], nil)
	b.wantMembers(t, id, who[0], who[1])
	b.change(t, id, who[2:], who[:1])
	b.wantMembers(t, id, who[1], who[2])
	b.change(t, id, nil, who[1:])
	b.wantMembers(t, id)
}

// membersTwice repeats what was done, as the engine does when it does not know.
func membersTwice(t *testing.T, b *groupBench) {
	id, who := b.group(t), b.accounts(1, 3)
	for range 2 {
		b.change(t, id, who[:2], who[2:])
	}
	b.change(t, id, who, nil)
	b.wantMembers(t, id, who...)
	for range 2 {
		b.change(t, id, nil, who[:2])
	}
	b.change(t, id, nil, []string{b.Missing})
	b.wantMembers(t, id, who[2])
}

func badMember(t *testing.T, b *groupBench) {
	id, who := b.group(t), b.accounts(1, 4)
	b.change(t, id, who[3:], nil)
	refused, err := b.conn.ChangeMembers(attempt(t), id, connectors.MemberChanges{Add: []string{who[0], b.Missing, who[1], who[2]}, Remove: who[3:]})
	if err != nil {
		t.Fatalf("one bad member failed the others: %v", err)
	}
	if len(refused) != 1 || refused[b.Missing] == nil {
		t.Fatalf("refused are %v, want only %s", refused, b.Missing)
	}
	wantKind(t, refused[b.Missing], b.MissingKind)
	b.wantMembers(t, id, who[:3]...)
}

func noMembers(t *testing.T, b *groupBench) {
	id := b.group(t)
	before := b.target.Requests()
	b.change(t, id, nil, nil)
	if n := b.target.Requests() - before; n != 0 {
		t.Errorf("changing nobody took %d requests", n)
	}
}

// othersMembers are told, and otherwise left alone: whether they go is the engine's business.
func othersMembers(t *testing.T, b *groupBench) {
	theirs, ours := b.accounts(1, 2), b.accounts(3, 2)
	id := b.target.SeedGroup(b.Group(1), "", theirs...)
	b.change(t, id, ours, nil)
	b.wantMembers(t, id, append(ours, theirs...)...)
	if !b.Fixed {
		if _, err := b.conn.UpdateGroup(attempt(t), id, connectors.GroupProfile{ResourceID: b.Group(1).ResourceID, Name: b.Group(2).Name}); err != nil {
			t.Fatalf("rename: %v", err)
		}
		if got := b.remote(t, id).ExternalID; got != "" {
			t.Errorf("the group of somebody else was stamped with %q", got)
		}
	}
	b.change(t, id, nil, ours)
	b.wantMembers(t, id, theirs...)
}

func wholeChunk(t *testing.T, b *groupBench) {
	n := min(b.Definition.Groups.Chunk, 300)
	id, who := b.group(t), b.accounts(1, n)
	b.change(t, id, who, nil)
	b.wantMembers(t, id, who...)
	b.change(t, id, nil, who)
	b.wantMembers(t, id)
}

func manyMembers(t *testing.T, b *groupBench) {
	if b.Untold {
		for _, err := range b.conn.Members(attempt(t), b.group(t)) {
			wantKind(t, err, connectors.Misconfigured)
			return
		}
		t.Fatal("members that cannot be told are none, without an error")
	}
	who := b.accounts(1, 450)
	id := b.target.SeedGroup(b.Group(1), "", who...)
	b.wantMembers(t, id, who...)
	for _, err := range b.conn.Members(attempt(t), id) {
		if err != nil {
			t.Fatalf("members: %v", err)
		}
		break // stopping early must do no harm
	}
}
