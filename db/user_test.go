package db_test

import (
	"fmt"
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

func TestUpdateUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.record(at, created(w.claimOne(at), "r1"))
		u, err := w.User(ctx, u.ID)
		w.must(err)

		changed, err := w.UpdateUser(ctx, u, change(at))
		w.must(err)
		same(t, "changed by the same facts", changed, false)
		same(t, "desired generation", w.account(u).DesiredGen, 1)

		u.PasswordHash = "$argon2id$new"
		changed, err = w.UpdateUser(ctx, u, change(at))
		w.must(err)
		same(t, "changed by a password", changed, true)
		same(t, "desired generation after a password", w.account(u).DesiredGen, 1)

		u.Title = "Countess"
		_, err = w.UpdateUser(ctx, u, change(at))
		wantCode(t, err, directory.Conflict)
		u.Version = 2
		changed, err = w.UpdateUser(ctx, u, change(at))
		w.must(err)
		same(t, "changed by a title", changed, true)
		same(t, "desired generation after a title", w.account(u).DesiredGen, 2)
		same(t, "priority", w.account(u).Priority, provisioning.People)

		u.Version, u.Active = 0, false
		_, err = w.UpdateUser(ctx, u, change(at))
		w.must(err)
		same(t, "priority of the disabled", w.account(u).Priority, provisioning.Leavers)
		got, err := w.User(ctx, u.ID)
		w.must(err)
		same(t, "version", got.Version, 4)
	})
}

func TestAMarkRevives(t *testing.T) {
	for name, r := range map[string]provisioning.Result{"dead": {Dead: true}, "held": {Hold: true}, "waiting": {DueAt: at.Add(time.Hour)}} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *fixture) {
				u := w.user("ada")
				w.record(at, failed(w.claimOne(at), r))
				u.Title = "Countess"
				_, err := w.UpdateUser(ctx, u, change(at))
				w.must(err)
				a := w.account(u)
				same(t, "status", a.Status(at), provisioning.StatusPending)
				same(t, "held reason", a.HeldReason, "")
				same(t, "claimed", w.claimOne(at).UserID, u.ID)
			})
		})
	}
}

func TestUserNamesAreUnique(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a := w.user("Ärla")
		err := w.CreateUser(ctx, person("äRLA"), change(at), time.Time{})
		wantCode(t, err, directory.Conflict)
		w.must(w.CreateUser(ctx, person("staged"), change(at), at.Add(time.Minute)))
		wantCode(t, w.CreateUser(ctx, person("Staged"), change(at), time.Time{}), directory.Conflict)
		b := w.user("bob")
		b.UserName = "ÄRLA"
		_, err = w.UpdateUser(ctx, b, change(at))
		wantCode(t, err, directory.Conflict)
		w.must(w.DeleteUser(ctx, a.ID, change(at)))
		_, err = w.UpdateUser(ctx, b, change(at))
		w.must(err)
		got, err := w.UserByName(ctx, " ärla ")
		w.must(err)
		same(t, "found", got.ID, b.ID)
	})
}

func TestDeleteUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.record(at, created(w.claimOne(at), "r1"))
		w.must(w.DeleteUser(ctx, u.ID, change(at)))
		_, err := w.User(ctx, u.ID)
		wantCode(t, err, directory.NotFound)
		wantCode(t, w.DeleteUser(ctx, u.ID, change(at)), directory.NotFound)
		ms, err := w.Memberships(ctx, u.ID)
		w.must(err)
		same(t, "accounts on the way out", len(ms), 1)
		same(t, "where", ms[0].Connection+" "+ms[0].Kind+" "+ms[0].Provisioner, "Warehouse scim2 "+w.provisioner.ID)

		task := w.claimOne(at)
		same(t, "priority", task.Priority, provisioning.Leavers)
		same(t, "state", task.User.State, directory.Deleted)
		w.record(at, provisioning.Result{Task: task, Operation: provisioning.OpDelete, Gone: true})
		same(t, "rows of the user", count(w, "users", "id", u.ID), 0)
		same(t, "accounts of the user", count(w, "accounts", "resource_id", u.ID), 0)
		same(t, "log line stays", count(w, "attempts", "user_id", u.ID), 2)
	})
}

func TestDeleteWaitsForTheLastAccount(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.second()
		w.record(at, created(w.claimOne(at), "r1"))
		w.must(w.DeleteUser(ctx, u.ID, change(at)))
		w.record(at, provisioning.Result{Task: w.claimOne(at), Operation: provisioning.OpDelete, Gone: true})
		same(t, "rows of the user while an account is left", count(w, "users", "id", u.ID), 1)
		wantCode(t, w.DeleteConnector(ctx, w.connector.ID, change(at)), directory.InUse)
	})
}

func TestGoneMustBeSettled(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		task := w.claimOne(at)
		u.Title = "Countess" // wanted again, while the account is taken away
		_, err := w.UpdateUser(ctx, u, change(at))
		w.must(err)
		w.record(at, provisioning.Result{Task: task, Operation: provisioning.OpDelete, Gone: true})
		same(t, "claimed", w.claimOne(at).UserID, u.ID)
	})
}

func TestDeleteWithoutAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
		u := w.user("ada")
		w.must(w.DeleteUser(ctx, u.ID, change(at)))
		same(t, "rows of the user", count(w, "users", "id", u.ID), 0)
		same(t, "terms of the user", count(w, "user_terms", "user_id", u.ID), 0)
	})
}

func TestStaging(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		second := w.second()
		p := w.provisioner
		p.Blocking = true
		w.must(w.UpdateProvisioner(ctx, p, change(at)))
		ps, err := w.BlockingProvisioners(ctx, directory.Console)
		w.must(err)
		same(t, "blocking provisioners", len(ps), 1)
		ps, err = w.BlockingProvisioners(ctx, directory.JIT)
		w.must(err)
		same(t, "blocking provisioners of a sign-in", len(ps), 0)

		u := person("ada")
		w.must(w.CreateUser(ctx, u, change(at), at.Add(time.Minute)))
		_, err = w.User(ctx, u.ID)
		wantCode(t, err, directory.NotFound)
		_, err = w.UpdateUser(ctx, u, change(at))
		wantCode(t, err, directory.NotFound)
		page, err := w.Users(ctx, directory.UserFilter{Search: "ada"})
		w.must(err)
		same(t, "staged users listed", len(page.Users), 0)
		_, ok, err := w.Account(ctx, second.ID, u.ID)
		w.must(err)
		same(t, "account that nobody waits for", ok, false)
		same(t, "state read", w.claimOne(at).User.State, directory.Staged)

		w.must(w.GoLive(ctx, u.ID, change(at)))
		_, ok, err = w.Account(ctx, second.ID, u.ID)
		w.must(err)
		same(t, "the other account after going live", ok, true)
		wantCode(t, w.TakeBack(ctx, u.ID, change(at)), directory.Conflict)
		wantCode(t, w.GoLive(ctx, u.ID, change(at)), directory.Conflict)
	})
}

func TestTakeBack(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		p := w.provisioner
		p.Blocking = true
		w.must(w.UpdateProvisioner(ctx, p, change(at)))
		u := person("ada")
		w.must(w.CreateUser(ctx, u, change(at), at.Add(time.Minute)))
		task := w.claimOne(at)
		n, err := w.TakeBackStaged(ctx, at.Add(time.Minute))
		w.must(err)
		same(t, "taken back in time", n, 0)
		n, err = w.TakeBackStaged(ctx, at.Add(2*time.Minute))
		w.must(err)
		same(t, "taken back", n, 1)
		w.must(w.TakeBack(ctx, u.ID, change(at)))
		wantCode(t, w.GoLive(ctx, u.ID, change(at)), directory.Conflict)
		w.user("ada") // the name is free again

		// The answer of an attempt that was under way still counts, and what it made is taken away.
		w.record(at.Add(2*time.Minute), created(task, "r1"))
		c := provisioning.Claim{ConnectorID: w.connector.ID, UserID: u.ID, Limit: 1, Lease: "x", Until: at.Add(time.Hour), Now: at.Add(2 * time.Minute)}
		tasks, err := w.Claim(ctx, c)
		w.must(err)
		same(t, "claimed", len(tasks), 1)
		same(t, "state", tasks[0].User.State, directory.TakenBack)
		same(t, "priority", tasks[0].Priority, provisioning.Leavers)
		w.record(at, provisioning.Result{Task: tasks[0], Operation: provisioning.OpDelete, Gone: true})
		same(t, "rows of the user", count(w, "users", "id", u.ID), 0)
	})
}

func TestWrongInputs(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, id := range []string{"", "nobody", "\x00", "\xff", "' OR ''='"} {
			_, err := w.User(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.UserByName(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.Connection(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.Connector(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.Provisioner(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.Progress(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.LogEntry(ctx, id)
			wantCode(t, err, directory.NotFound)
			_, err = w.Users(ctx, directory.UserFilter{After: id, Search: id})
			w.must(err)
			_, err = w.Log(ctx, provisioning.LogFilter{Before: id, UserID: id, ConnectorID: id, Search: id})
			w.must(err)
		}
		wantCode(t, w.CreateConnector(ctx, directory.Connector{ID: "x", ConnectionID: "nobody", Kind: "k"}, change(at)), directory.NotFound)
		wantCode(t, w.CreateProvisioner(ctx, directory.Provisioner{ID: "x", ConnectorID: "nobody", OnFailure: directory.Reject, Deadline: 1e9}, change(at)), directory.NotFound)
		bad := person("bad")
		bad.Source = "elsewhere"
		if err := w.CreateUser(ctx, bad, change(at), time.Time{}); err == nil {
			t.Error("a user of an unknown source was stored")
		}
		same(t, "accounts of the refused user", count(w, "accounts", "resource_id", bad.ID), 0)
	})
}

func count(w *fixture, table, column, value string) int {
	w.t.Helper()
	var n int
	w.must(writer(w).QueryRow(fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s = $1`, table, column), value).Scan(&n))
	return n
}
