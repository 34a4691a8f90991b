package db_test

import (
	"testing"

	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// TestCreateUsers: many users at once are what one by one they would be, and all of them or none.
func TestCreateUsers(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		var us []directory.User
		var cs []directory.Change
		for _, name := range []string{"ada", "bob", "carl"} {
			u := person(name)
			c := change(at)
			c.Target = u.ID
			us, cs = append(us, u), append(cs, c)
		}
		w.must(w.CreateUsers(ctx, us, cs))
		for i, u := range us {
			a := w.account(u)
			same(t, "change of the account", a.ChangeID, cs[i].ID)
			same(t, "urgency", a.Priority, provisioning.People)
			p, err := w.Changes(ctx, db.ChangeFilter{Target: u.ID})
			w.must(err)
			same(t, "changes", len(p.Changes), 1)
			found, err := w.Users(ctx, directory.UserFilter{Search: u.UserName})
			w.must(err)
			same(t, "found", names(found.Users), "["+u.UserName+"]")
		}
		same(t, "claimed", len(w.claimAt(at)), 3)

		dora, again := person("dora"), person("ADA")
		wantCode(t, w.CreateUsers(ctx, []directory.User{dora, again}, []directory.Change{change(at), change(at)}), directory.Conflict)
		if _, err := w.UserByName(ctx, "dora"); directory.CodeOf(err) != directory.NotFound {
			t.Errorf("half of the users were created: %v", err)
		}
	})
}
