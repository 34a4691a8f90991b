package db_test

import (
	"database/sql"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
)

// A change of who is in a group and a change of the groups that are sent must not miss each other: each decides by
// what the other writes whose accounts become due. SQLite has one writer, so only PostgreSQL can go wrong.
func TestMembersAndScopeWaitForEachOther(t *testing.T) {
	w := build(t, dbtest.Postgres(t))
	ada := w.user("ada")
	g := w.group("Sales")
	for _, c := range []struct {
		name string
		lock func(*db.Store, *sql.Tx) error
		act  func() error
	}{
		{"scope, while members change", db.LockUsers, func() error { return w.SetScope(ctx, w.connection.ID, nil, []string{g.ID}, change(at)) }},
		{"members, while the scope changes", db.LockTargets, func() error {
			_, err := w.UpdateGroup(ctx, g, directory.MemberChange{Add: []string{ada.ID}}, change(at))
			return err
		}},
		{"a user's groups, while the scope changes", db.LockTargets, func() error {
			_, err := w.SetGroupsOf(ctx, ada.ID, nil, change(at))
			return err
		}},
		{"the end of a group, while the scope changes", db.LockTargets, func() error {
			err := w.DeleteGroup(ctx, g.ID, change(at))
			if directory.CodeOf(err) == directory.InUse {
				return nil
			}
			return err
		}},
	} {
		tx, err := writer(w).BeginTx(ctx, nil)
		w.must(err)
		w.must(c.lock(w.Store, tx))
		done := make(chan error, 1)
		go func() { done <- c.act() }()
		select {
		case err := <-done:
			t.Errorf("%s: did not wait: %v", c.name, err)
			done <- err
		case <-time.After(300 * time.Millisecond):
		}
		w.must(tx.Rollback())
		w.must(<-done)
	}
}
