package provisioning_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

var tester = directory.Actor{Kind: directory.ByCLI, Name: "test"}

// fixture is a directory, an engine and some targets.
type fixture struct {
	t       *testing.T
	store   *db.Store
	dir     *directory.Directory
	engine  *provisioning.Engine
	opener  *provisioning.Opener
	targets []*target
	conns   []directory.Connector
	provs   []directory.Provisioner
	crash   func() bool
	stop    func()
	kill    func()
}

// targetSetup is one target and how users are sent to it.
type targetSetup struct {
	target   *target
	existing string // policy
	blocking bool
	failure  directory.OnFailure
	settings map[string]string // besides the policy
}

func (s targetSetup) values() map[string]string {
	all := map[string]string{connectors.OnExisting: s.existing}
	maps.Copy(all, s.settings)
	return all
}

func newFixture(t *testing.T, store *db.Store, sites ...targetSetup) *fixture {
	t.Helper()
	w := &fixture{t: t, store: store, crash: func() bool { return false }}
	var defs []connectors.Definition
	for i, s := range sites {
		defs = append(defs, s.target.definition(fmt.Sprint("kind", i)))
		w.targets = append(w.targets, s.target)
	}
	w.opener = provisioning.NewOpener(defs)
	w.dir = &directory.Directory{Store: store, Now: time.Now, Kinds: w.opener}
	w.start(provisioning.Config{})
	ctx := t.Context()
	for i, s := range sites {
		n, err := w.dir.CreateConnection(ctx, directory.Connection{Name: fmt.Sprint("Site ", i)}, tester)
		must(t, err)
		c, err := w.dir.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: fmt.Sprint("kind", i), Enabled: true,
			Settings: directory.Settings{Values: s.values()}}, tester)
		must(t, err)
		p, err := w.dir.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: c.ID, Connection: n.Name, Kind: c.Kind, Blocking: s.blocking, OnFailure: s.failure, Deadline: 15 * time.Second}, tester)
		must(t, err)
		w.conns, w.provs = append(w.conns, c), append(w.provs, p)
	}
	return w
}

// start runs an engine over the store, as a process that starts does.
func (w *fixture) start(c provisioning.Config) { w.startOver(w.store, c) }

func (w *fixture) startOver(s provisioning.Store, c provisioning.Config) {
	if c.Poll == 0 {
		c.Poll = time.Minute
	}
	w.engine = provisioning.New(s, w.opener, c, slog.New(slog.DiscardHandler))
	var killed atomic.Bool
	w.engine.SetCrash(func() bool { return killed.Load() || w.crash() })
	w.dir.Engine = w.engine
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	e := w.engine
	go func() { e.Run(ctx); close(done) }()
	w.stop = func() { cancel(); <-done }
	w.kill = func() { killed.Store(true); e.Kill(); cancel(); <-done }
}

func (w *fixture) restart() { w.stop(); w.start(provisioning.Config{}) }

func (w *fixture) user(name string) directory.User {
	u := directory.User{UserName: name, Active: true, Source: directory.Console}
	u.SetEmail(name + "@example.com")
	return u
}

// add makes a user and fails the test when it cannot.
func (w *fixture) add(name string) directory.User {
	w.t.Helper()
	u, _, err := w.dir.CreateUser(w.t.Context(), w.user(name), tester)
	must(w.t, err)
	return u
}

func (w *fixture) account(i int, userID string) (provisioning.Account, bool) {
	w.t.Helper()
	a, ok, err := w.store.Account(w.t.Context(), w.conns[i].ID, userID)
	must(w.t, err)
	return a, ok
}

// status is "none" when there is no account.
func (w *fixture) status(i int, userID string) provisioning.Status {
	w.t.Helper()
	a, ok := w.account(i, userID)
	if !ok {
		return "none"
	}
	return a.Status(time.Now())
}

// settled waits, in virtual time, until the status is as wanted.
func (w *fixture) wait(i int, userID string, want provisioning.Status) {
	w.t.Helper()
	for range 600 {
		if w.status(i, userID) == want {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	a, ok := w.account(i, userID)
	w.t.Fatalf("the account is %s after a minute, want %s: %v %+v", w.status(i, userID), want, ok, a)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inVirtualTime runs a test on both engines, each in a bubble of its own where time passes only when nothing moves.
func inVirtualTime(t *testing.T, f func(t *testing.T, store *db.Store)) {
	t.Helper()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		synctest.Test(t, func(t *testing.T) { f(t, dbtest.Open(t, dsn)) })
	})
}
