package connectortest

import (
	"testing"

	"usher/connectors"
)

// findByName asks who has a name, whosever it is: that of the account in the way of a rename.
func findByName(t *testing.T, b *bench) {
	b.target.Seed(b.Profile(1), "", false)
	id := b.target.Seed(b.Profile(2), "", false)
	stamped := b.target.Seed(b.Profile(3), "somebody-else", false)
	for want, n := range map[string]int{id: 2, stamped: 3} {
		a, err := b.conn.Find(attempt(t), connectors.Profile{Values: b.Profile(n).Values})
		if err != nil || a.ID != want {
			t.Errorf("find: %+v, %v; want %s", a, err, want)
		}
	}
	_, err := b.conn.Find(attempt(t), connectors.Profile{Values: b.Profile(4).Values})
	wantKind(t, err, connectors.NotFound)
}

// findGroupByName is findByName for groups.
func findGroupByName(t *testing.T, b *groupBench) {
	b.target.SeedGroup(b.Group(1), "")
	id := b.target.SeedGroup(b.Group(2), "")
	want := map[string]int{id: 2}
	if !b.Unstamped {
		want[b.target.SeedGroup(b.Group(3), "somebody-else")] = 3
	}
	for id, n := range want {
		a, err := b.conn.FindGroup(attempt(t), connectors.GroupProfile{Name: b.Group(n).Name})
		if err != nil || a.ID != id {
			t.Errorf("find: %+v, %v; want %s", a, err, id)
		}
	}
	_, err := b.conn.FindGroup(attempt(t), connectors.GroupProfile{Name: b.Group(4).Name})
	wantKind(t, err, connectors.NotFound)
}
