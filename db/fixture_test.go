package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

var ctx = context.Background()

// at is a fixed instant; tests count time from it.
var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func change(when time.Time) directory.Change {
	return directory.Change{ID: directory.NewID(), At: when, Action: "user.create",
		Actor: directory.Actor{Kind: directory.ByAdmin, ID: "a1", Name: "root"}}
}

func person(name string) directory.User {
	u := directory.User{ID: directory.NewID(), UserName: name, Source: directory.Console, Active: true}
	u.Name = directory.Name{GivenName: "Given", FamilyName: "Family"}
	u.SetEmail(name + "@example.com")
	return u
}

// fixture is a store with one connection, one enabled connector of kind "scim2" and a provisioner.
type fixture struct {
	*db.Store
	t           testing.TB
	connection  directory.Connection
	connector   directory.Connector
	provisioner directory.Provisioner
}

func each(t *testing.T, f func(t *testing.T, w *fixture)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, s *db.Store) { f(t, build(t, s)) })
}

func build(t testing.TB, s *db.Store) *fixture {
	w := &fixture{Store: s, t: t}
	w.connection = directory.Connection{ID: directory.NewID(), Name: "Warehouse", Type: directory.CustomConnector}
	w.connector = directory.Connector{ID: directory.NewID(), ConnectionID: w.connection.ID, Kind: "scim2", Enabled: true,
		Settings: directory.Settings{Values: map[string]string{"base_url": "http://x"}, Secrets: map[string]directory.Secret{"token": "hunter2"}}}
	w.provisioner = directory.Provisioner{ID: directory.NewID(), ConnectorID: w.connector.ID, OnFailure: directory.Reject, Deadline: time.Second}
	w.must(s.CreateConnection(ctx, w.connection, change(at)))
	w.must(s.CreateConnector(ctx, w.connector, change(at)))
	w.must(s.CreateProvisioner(ctx, w.provisioner, change(at)))
	return w
}

func (w *fixture) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) user(name string) directory.User {
	w.t.Helper()
	u := person(name)
	w.must(w.CreateUser(ctx, u, change(at), time.Time{}))
	return u
}

func (w *fixture) claimAt(now time.Time) []provisioning.Task {
	w.t.Helper()
	tasks, err := w.Claim(ctx, provisioning.Claim{ConnectorID: w.connector.ID, Least: provisioning.Bulk, Limit: 256,
		Lease: directory.NewToken(), Until: now.Add(time.Minute), Now: now})
	w.must(err)
	return tasks
}

func (w *fixture) claimOne(now time.Time) provisioning.Task {
	w.t.Helper()
	tasks := w.claimAt(now)
	if len(tasks) != 1 {
		w.t.Fatalf("claimed %d accounts, want 1", len(tasks))
	}
	return tasks[0]
}

func (w *fixture) account(u directory.User) provisioning.Account {
	w.t.Helper()
	a, ok, err := w.Account(ctx, w.connector.ID, u.ID)
	w.must(err)
	if !ok {
		w.t.Fatalf("user %s has no account", u.UserName)
	}
	return a
}

// takeOver ends the lease of a process that died.
func (w *fixture) takeOver(t provisioning.Task) {
	w.t.Helper()
	n, err := w.TakeOver(ctx, t.Lease, at)
	w.must(err)
	same(w.t, "taken over", n, 1)
}

func (w *fixture) record(now time.Time, rs ...provisioning.Result) []bool {
	w.t.Helper()
	held, err := w.Record(ctx, rs, now)
	w.must(err)
	return held
}

func created(t provisioning.Task, remoteID string) provisioning.Result {
	return provisioning.Result{Task: t, Operation: provisioning.OpCreate, RemoteID: remoteID, Origin: provisioning.Created,
		Profile: map[string]any{"userName": t.User.UserName}, WritesKnown: true}
}

// failed is an attempt that the target refused, with what was decided about it.
func failed(t provisioning.Task, r provisioning.Result) provisioning.Result {
	r.Task, r.Operation, r.Attempts = t, provisioning.OpCreate, t.Attempts
	if r.Err == nil {
		r.Err = &connectors.Error{Kind: connectors.Invalid, Message: "no such title", Remedy: "choose another", Status: 400}
	}
	return r
}

func wantCode(t testing.TB, err error, code directory.Code) {
	t.Helper()
	if directory.CodeOf(err) != code {
		t.Fatalf("error is %v, want code %s", err, code)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func names(us []directory.User) string {
	var all []string
	for _, u := range us {
		all = append(all, u.UserName)
	}
	return fmt.Sprint(all)
}

func writer(w *fixture) *sql.DB { return db.Writer(w.Store) }

// second adds another connection with an enabled connector and a provisioner that does not block.
func (w *fixture) second() directory.Connector {
	w.t.Helper()
	n := directory.Connection{ID: directory.NewID(), Name: "Second", Type: directory.CustomConnector}
	k := directory.Connector{ID: directory.NewID(), ConnectionID: n.ID, Kind: "scim2", Enabled: true}
	w.must(w.CreateConnection(ctx, n, change(at)))
	w.must(w.CreateConnector(ctx, k, change(at)))
	w.must(w.CreateProvisioner(ctx, directory.Provisioner{ID: directory.NewID(), ConnectorID: k.ID, OnFailure: directory.Reject, Deadline: time.Second}, change(at)))
	return k
}
