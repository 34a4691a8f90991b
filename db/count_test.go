package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

var errUndone = errors.New("undone")

// texts are what a query finds, of one column.
func (w *fixture) texts(query string) []string {
	w.t.Helper()
	rows, err := writer(w).Query(query)
	w.must(err)
	return scanAll(w.t, rows)
}

// counted compares the kept counts with a full count, and what a page says with the status of every account, under every
// pause.
func (w *fixture) counted(what string, now time.Time) {
	w.t.Helper()
	dbtest.CheckCounts(w.t, writer(w))
	stop := provisioning.Quarantine{Class: provisioning.AllOperations, Since: at, Until: at.Add(time.Hour), Step: time.Minute, Reason: "401", Kind: connectors.Denied}
	writes, limit := stop, stop
	writes.Class, limit.Class = provisioning.WritesOnly, provisioning.WritesOnly
	all, err := w.Connectors(ctx, "")
	w.must(err)
	for _, k := range all {
		for name, p := range map[string]provisioning.Pauses{"nothing": {}, "everything": {Quarantine: stop}, "writes": {Quarantine: writes}, "newcomers": {Limit: limit}} {
			want := map[provisioning.Status]int{}
			ids := w.texts(`SELECT resource_id FROM accounts WHERE kind = 'user' AND connector_id = '` + k.ID + `'`)
			for _, id := range ids {
				a, _, err := w.Account(ctx, k.ID, id)
				w.must(err)
				a.Pauses = p
				want[a.Status(now)]++
			}
			got, err := db.ProgressAt(w.Store, k.ID, p, now)
			w.must(err)
			same(w.t, what+", "+name+" paused: total", got.Total, len(ids))
			same(w.t, what+", "+name+" paused", fmt.Sprint(got.Counts), fmt.Sprint(want))
		}
	}
}

// TestCountsAreKept after every kind of act on accounts and users.
func TestCountsAreKept(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		now := at
		did := func(what string, err error) {
			t.Helper()
			w.must(err)
			w.counted(what, now)
		}
		us := map[string]directory.User{}
		for _, name := range []string{"ada", "bob", "eve", "joe", "kay", "liz", "mia"} {
			us[name] = w.user(name)
		}
		did("create", nil)
		tasks := map[string]provisioning.Task{}
		for _, task := range w.claimAt(now) {
			tasks[task.User.UserName] = task
		}
		did("claim", nil)
		did("link", w.Link(ctx, tasks["kay"], provisioning.Link{RemoteID: "rk", Origin: provisioning.Created}, now))
		w.record(now, created(tasks["ada"], "ra"), failed(tasks["bob"], provisioning.Result{Dead: true}), failed(tasks["eve"], provisioning.Result{Hold: true, Adoptable: true, Found: connectors.Account{ID: "x9"}}),
			failed(tasks["joe"], provisioning.Result{DueAt: now.Add(time.Minute)}), created(tasks["liz"], "rl"), provisioning.Result{Task: tasks["mia"], Released: true})
		did("record", nil)
		now = at.Add(2 * time.Minute) // kay's lease is over by the clock
		did("the end of a lease", nil)
		w.takeOver(tasks["kay"])
		did("take over", nil)
		did("retry", w.RetryAccount(ctx, w.connector.ID, us["bob"].ID, "", change(now)))
		did("adopt", w.RetryAccount(ctx, w.connector.ID, us["eve"].ID, "x9", change(now)))
		again := w.claimAt(now)
		did("claim again", nil)
		for _, task := range again {
			w.record(now, failed(task, provisioning.Result{RemoteID: task.RemoteID, Origin: task.Origin, DueAt: now.Add(time.Minute)}))
		}
		did("fail again", nil)
		_, err := w.Resync(ctx, w.connector.ID, change(now))
		did("resync", err)
		w.countedUsers(us, &now, did)
		w.countedTargets(us, now, did)
	})
}

// countedUsers changes, disables, deletes and purges users.
func (w *fixture) countedUsers(us map[string]directory.User, now *time.Time, did func(string, error)) {
	u := us["ada"]
	u.Active = false
	_, err := w.UpdateUser(ctx, u, change(*now))
	did("disable", err)
	u.Active = true
	_, err = w.UpdateUser(ctx, u, change(*now))
	did("enable", err)
	off := person("off")
	off.Active = false
	did("create a disabled one", w.CreateUser(ctx, off, change(*now), time.Time{}))
	did("delete a disabled one", w.DeleteUser(ctx, off.ID, change(*now)))
	did("delete", w.DeleteUser(ctx, us["liz"].ID, change(*now)))
	*now = now.Add(2 * time.Minute)
	for _, task := range w.claimAt(*now) {
		if task.UserID == us["liz"].ID {
			w.record(*now, provisioning.Result{Task: task, Operation: provisioning.OpDelete, WritesKnown: true, Gone: true})
		}
	}
	did("gone", nil)
	staged := person("new")
	did("stage", w.CreateUser(ctx, staged, change(*now), now.Add(time.Minute)))
	did("go live", w.GoLive(ctx, staged.ID, change(*now)))
	refused := person("ref")
	did("stage another", w.CreateUser(ctx, refused, change(*now), now.Add(time.Minute)))
	did("take back", w.TakeBack(ctx, refused.ID, change(*now)))
	undone := db.Write(ctx, w.Store, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM accounts`); err != nil {
			return err
		}
		return errUndone
	})
	same(w.t, "undone", undone, errUndone)
	did("roll back", nil)
}

// countedTargets changes what is sent where, and takes connectors and connections away.
func (w *fixture) countedTargets(us map[string]directory.User, now time.Time, did func(string, error)) {
	g := w.group("Staff", us["ada"], us["bob"])
	did("scope", w.SetScope(ctx, w.connection.ID, nil, []string{g.ID}, change(now)))
	w.push("push_groups", "true")
	did("push groups", nil)
	for _, task := range w.claimAt(now.Add(time.Minute)) {
		if task.GroupID != "" {
			w.record(now, provisioning.Result{Task: task, Operation: provisioning.OpCreate, RemoteID: "rg", Origin: provisioning.Created, WritesKnown: true})
		}
	}
	did("group is made", nil)
	n := directory.Connection{ID: directory.NewID(), Name: "Third", Type: directory.CustomConnector}
	k := directory.Connector{ID: directory.NewID(), ConnectionID: n.ID, Kind: "scim2", Enabled: true}
	p := directory.Provisioner{ID: directory.NewID(), ConnectorID: k.ID, OnFailure: directory.Reject, Deadline: time.Second}
	w.must(w.CreateConnection(ctx, n, change(now)))
	w.must(w.CreateConnector(ctx, k, change(now)))
	did("back-fill", w.CreateProvisioner(ctx, p, change(now)))
	p.JITOutbound, p.Revision = true, 0
	did("change a provisioner", w.UpdateProvisioner(ctx, p, change(now)))
	did("delete a provisioner", w.DeleteProvisioner(ctx, p.ID, change(now)))
	did("delete a connector", w.DeleteConnector(ctx, k.ID, change(now)))
	second := w.second()
	o, err := w.Overview(ctx, now)
	w.must(err)
	same(w.t, "users on the overview", o.Users, 7)
	for _, q := range o.Targets {
		if q.ID == second.ID {
			w.must(w.DeleteProvisioner(ctx, q.Provisioner.ID, change(now)))
		}
	}
	did("delete a connection", w.DeleteConnection(ctx, second.ConnectionID, change(now)))
	did("tidy", w.TidyCounts(ctx, now))
}

// TestCountsOfEndedSessions: what sessions of PostgreSQL counted that have ended is put together, and stays.
func TestCountsOfEndedSessions(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		for i := range 2 {
			s, err := db.Open(ctx, dsn, dbtest.Ring())
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				build(t, s)
			}
			if err := s.CreateUser(ctx, person(fmt.Sprint("user", i)), change(at), time.Time{}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		w := &fixture{t: t, Store: dbtest.Open(t, dsn)}
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) { // PostgreSQL ends a session a moment later
			w.must(w.TidyCounts(ctx, at))
			parts := w.texts(`SELECT state FROM account_counts`)
			if len(parts) == 1 || time.Now().After(end) {
				same(t, "rows that count two accounts of one state", len(parts), 1)
				break
			}
		}
		w.counted("two processes", at)
		n, err := w.CountUsers(ctx)
		w.must(err)
		same(t, "users", n, 2)
	})
}

// TestHoursOfTheLog: an hour that no page shows is forgotten.
func TestHoursOfTheLog(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		w.record(at, created(w.claimOne(at), "ra"))
		w.user("bob")
		w.record(at.Add(3*time.Hour), failed(w.claimOne(at.Add(3*time.Hour)), provisioning.Result{Dead: true}))
		o, err := w.Overview(ctx, at.Add(4*time.Hour))
		w.must(err)
		same(t, "hours", len(o.Hours), 24)
		same(t, "four hours ago", fmt.Sprint(o.Hours[19]), fmt.Sprint(provisioning.Hour{Start: at.Truncate(time.Hour), Succeeded: 1}))
		same(t, "an hour ago", o.Hours[22].Failed, 1)
		w.must(w.TidyCounts(ctx, at.Add(72*time.Hour)))
		same(t, "kept hours", len(w.texts(`SELECT outcome FROM log_counts`)), 0)
	})
}
