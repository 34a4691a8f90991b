package imports_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/imports"
)

var clerk = directory.Actor{Kind: directory.ByAdmin, ID: "a1", Name: "Ada"}

// engine is a target that answers as it is told.
type engine struct {
	mu     sync.Mutex
	asked  int
	refuse func(n int) bool
	hold   chan struct{} // closed: answer
}

func (s *engine) Wake() {}

func (s *engine) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *engine) ProvisionNow(ctx context.Context, _ string, ps []directory.Provisioner) []directory.Outcome {
	s.mu.Lock()
	s.asked++
	n, hold := s.asked, s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
		}
	}
	out := make([]directory.Outcome, len(ps))
	for i := range ps {
		out[i] = directory.Outcome{Connection: "Warehouse", OK: s.refuse == nil || !s.refuse(n), Reason: "no shelf is free."}
	}
	return out
}

// fixture is an importer over a real store.
type fixture struct {
	*imports.Importer
	t      *testing.T
	store  *db.Store
	engine *engine
}

func newFixture(t *testing.T, s *db.Store) *fixture {
	w := &fixture{t: t, store: s, engine: &engine{}}
	w.Importer = w.importer("first")
	return w
}

// importer is one more process at the same store.
func (w *fixture) importer(name string) *imports.Importer {
	im := w.quiet()
	im.Log, im.Instance = slog.New(slog.NewTextHandler(w.t.Output(), nil)), name
	return im
}

func (w *fixture) quiet() *imports.Importer {
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	return &imports.Importer{Store: w.store, Directory: &directory.Directory{Store: w.store, Engine: w.engine, Now: now},
		Log: slog.New(slog.DiscardHandler), Now: now, Instance: "quiet", LeaseFor: time.Second, Poll: 10 * time.Millisecond}
}

func each(t *testing.T, f func(t *testing.T, w *fixture)) {
	dbtest.Each(t, func(t *testing.T, s *db.Store) { f(t, newFixture(t, s)) })
}

func (w *fixture) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run starts the runner; stop ends it and waits.
func (w *fixture) run() (stop func()) { return runner(w.t, w.Importer) }

func runner(t *testing.T, im *imports.Importer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); im.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func (w *fixture) upload(text string) imports.Import {
	w.t.Helper()
	i, err := w.Upload(w.t.Context(), "people.csv", strings.NewReader(text), clerk)
	w.must(err)
	return w.now(i)
}

func (w *fixture) now(i imports.Import) imports.Import {
	w.t.Helper()
	i, err := w.store.Import(context.Background(), i.ID)
	w.must(err)
	return i
}

func (w *fixture) until(i imports.Import, s imports.State) imports.Import {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if i = w.now(i); i.State() == s {
			return i
		}
	}
	w.t.Fatalf("the import is %s and never %s: %+v", i.State(), s, i)
	return i
}

// checked uploads, takes the guesses and waits for the dry run.
func (w *fixture) checked(text string, e imports.Existing, u imports.Unknown) imports.Import {
	w.t.Helper()
	i := w.upload(text)
	w.must(w.Map(w.t.Context(), i, i.Mapping, e, u))
	return w.until(i, imports.Checked)
}

func (w *fixture) start(i imports.Import) {
	w.t.Helper()
	w.must(w.Move(w.t.Context(), i, imports.Start, clerk))
}

// verdicts is "verdict name: why" for each row.
func (w *fixture) verdicts(i imports.Import) string {
	w.t.Helper()
	rows, err := w.store.ImportRows(context.Background(), imports.RowFilter{ImportID: i.ID, Limit: 1000})
	w.must(err)
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%d %s %s: %s", r.N, r.Verdict, r.Name, r.Why()), ": "))
	}
	return strings.Join(lines, "\n")
}

func (w *fixture) same(what string, got, want any) {
	w.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s:\n%v\nwant:\n%v", what, got, want)
	}
}

func (w *fixture) user(name string) directory.User {
	w.t.Helper()
	u, err := w.store.UserByName(context.Background(), name)
	w.must(err)
	return u
}

// count is how many users there are whose names begin with "u".
func (w *fixture) count() int {
	w.t.Helper()
	n, f := 0, directory.UserFilter{Limit: 200}
	for {
		p, err := w.store.Users(context.Background(), f)
		w.must(err)
		for _, u := range p.Users {
			if strings.HasPrefix(u.UserName, "u") {
				n++
			}
		}
		if f.After = p.Next; p.Next == "" {
			return n
		}
	}
}

// people is a file of n users.
func people(n int) string {
	var b strings.Builder
	b.WriteString("user name;first name;last name;email;department\r\n")
	for i := range n {
		fmt.Fprintf(&b, "u%06d;Given%d;Family;u%d@example.com;Sales\r\n", i, i, i)
	}
	return b.String()
}

// target adds a blocking provisioner.
func (w *fixture) target() {
	w.t.Helper()
	ctx, d := w.t.Context(), w.Directory
	n, err := d.CreateConnection(ctx, directory.Connection{Name: "Warehouse"}, clerk)
	w.must(err)
	c, err := d.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: "x", Enabled: true}, clerk)
	w.must(err)
	_, err = d.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: c.ID, Blocking: true, OnFailure: directory.Reject, Deadline: time.Minute}, clerk)
	w.must(err)
}
