package provisioning_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// spy counts what the engine asks of its store, and fails where a test says so.
type spy struct {
	*db.Store
	mu      sync.Mutex
	calls   map[string]int
	records int // how many more fail
}

func newSpy(s *db.Store) *spy { return &spy{Store: s, calls: map[string]int{}} }

func (s *spy) called(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
	return s.calls[name]
}

func (s *spy) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
}

func (s *spy) Targets(ctx context.Context) ([]provisioning.Target, error) {
	s.called("targets")
	return s.Store.Targets(ctx)
}

func (s *spy) Claim(ctx context.Context, c provisioning.Claim) ([]provisioning.Task, error) {
	if c.Limit <= 0 {
		s.called("claim of nothing")
	}
	return s.Store.Claim(ctx, c)
}

func (s *spy) PruneLog(ctx context.Context, before time.Time, n int) (int, error) {
	s.called("prune")
	return s.Store.PruneLog(ctx, before, n)
}

func (s *spy) Record(ctx context.Context, rs []provisioning.Result, now time.Time) ([]bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.records--
	fail := s.records >= 0
	s.mu.Unlock()
	if fail {
		return nil, errors.New("the disk is full")
	}
	return s.Store.Record(ctx, rs, now)
}

// spied is each with a spy between the engine and its store.
func spied(t *testing.T, s targetSetup, c provisioning.Config, f func(t *testing.T, w *fixture, tg *target, store *spy)) {
	t.Helper()
	each(t, s, func(t *testing.T, w *fixture, tg *target) {
		w.stop()
		store := newSpy(w.store)
		w.startOver(store, c)
		f(t, w, tg, store)
	})
}

func temporary() error {
	return &connectors.Error{Kind: connectors.Temporary, Status: 503, Message: "down"}
}

// failing makes these operations fail; "" lists none and ends it.
func failing(tg *target, err error, ops ...string) {
	tg.set(func(tg *target) {
		tg.fail = func(op string) error {
			for _, o := range ops {
				if o == op {
					return err
				}
			}
			return nil
		}
	})
}

func slow(d time.Duration) *target { tg := newTarget(1); tg.delay = d; return tg }

func (w *fixture) target(i int) provisioning.Target {
	w.t.Helper()
	t, err := w.store.Target(w.t.Context(), w.conns[i].ID)
	must(w.t, err)
	return t
}

func (w *fixture) quarantine(i int) provisioning.Quarantine {
	w.t.Helper()
	return w.target(i).Quarantine
}

func TestAChangeIsActedOnAtOnce(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) { // whose poll is a minute
		time.Sleep(time.Second)
		u := w.add("ada")
		time.Sleep(time.Second)
		if s := w.status(0, u.ID); s != provisioning.StatusSynced {
			t.Error("a second after the creation:", s)
		}
		u.SetEmail("new@example.com")
		_, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		time.Sleep(time.Second)
		if s := w.status(0, u.ID); s != provisioning.StatusSynced {
			t.Error("a second after the edit:", s)
		}
	})
}

func TestARetryComesWhenItIsDueNotAtTheNextPoll(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		failing(tg, &connectors.Error{Kind: connectors.RateLimited, Status: 429, RetryAfter: 7 * time.Second, Message: "slow down"}, "create")
		u := w.add("ada")
		time.Sleep(time.Second)
		failing(tg, nil)
		time.Sleep(7 * time.Second)
		if s := w.status(0, u.ID); s != provisioning.StatusSynced {
			t.Error("eight seconds after it was told to wait for seven:", s)
		}
	})
}

func TestAnIdleEngineCostsOneReadAPoll(t *testing.T) {
	spied(t, targetSetup{}, provisioning.Config{}, func(t *testing.T, w *fixture, tg *target, store *spy) {
		failing(tg, &connectors.Error{Kind: connectors.RateLimited, RetryAfter: 50 * time.Minute, Message: "slow down"}, "create")
		w.add("ada")
		time.Sleep(time.Minute)
		before := store.count("targets")
		time.Sleep(30 * time.Minute)
		if n := store.count("targets") - before; n != 0 {
			t.Error("targets were read", n, "times with nothing due")
		}
		if n := store.count("claim of nothing"); n != 0 {
			t.Error(n, "claims of nothing")
		}
		if n := store.count("prune"); n > 1 {
			t.Error("the log was pruned", n, "times in half an hour")
		}
	})
}

func TestAFullLaneClaimsNothing(t *testing.T) {
	spied(t, targetSetup{target: slow(5 * time.Second)}, provisioning.Config{}, func(t *testing.T, w *fixture, tg *target, store *spy) {
		for i := range 40 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(20 * time.Second)
		if n := store.count("claim of nothing"); n != 0 {
			t.Error(n, "claims of nothing")
		}
	})
}

func TestAStopGivesBackWhatWasNotTriedAndWaitsForTheRestOnlySoLong(t *testing.T) {
	spied(t, targetSetup{target: slow(25 * time.Second)}, provisioning.Config{}, func(t *testing.T, w *fixture, tg *target, _ *spy) {
		var users []directory.User
		for i := range 8 {
			users = append(users, w.add(fmt.Sprint("user", i)))
		}
		time.Sleep(time.Second)
		start := time.Now()
		w.stop()
		if took := time.Since(start); took < 9*time.Second || took > 11*time.Second {
			t.Error("the stop took", took)
		}
		untried, unknown := 0, 0
		for _, u := range users {
			switch a, _ := w.account(0, u.ID); {
			case a.Lease != "":
				t.Errorf("%s is still leased: %+v", u.UserName, a)
			case a.Attempts == 0 && a.WriteBegan.IsZero():
				untried++
			case a.ErrorKind == connectors.Unknown && !a.WriteBegan.IsZero():
				unknown++
			}
		}
		if untried != 4 || unknown != 4 {
			t.Error(untried, "untried and", unknown, "cut off, want 4 and 4")
		}
		w.start(provisioning.Config{})
	})
}

func TestAnAttemptThatHangsIsCutOff(t *testing.T) {
	each(t, targetSetup{target: slow(time.Hour)}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		time.Sleep(31 * time.Second)
		if a, _ := w.account(0, u.ID); a.ErrorKind != connectors.Unknown {
			t.Errorf("after half a minute: %+v", a)
		}
	})
}

func TestAResultThatCannotBeWrittenAtOnceIsTriedAgain(t *testing.T) {
	spied(t, targetSetup{}, provisioning.Config{}, func(t *testing.T, w *fixture, tg *target, store *spy) {
		store.mu.Lock()
		store.records = 2
		store.mu.Unlock()
		u := w.add("ada")
		time.Sleep(2 * time.Second)
		if s := w.status(0, u.ID); s != provisioning.StatusSynced || tg.count("create") != 1 || tg.count("find") != 0 {
			t.Error(s, tg.calls)
		}
	})
}

func TestPagesLearnThatResultsWereRecorded(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		recorded := w.engine.Recorded()
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		select {
		case <-recorded:
		case <-time.After(time.Second):
			t.Error("nobody was told")
		}
		select {
		case <-w.engine.Recorded():
			t.Error("told of what comes next")
		case <-time.After(time.Second):
		}
	})
}

func TestTheLogIsKeptAsLongAsItShouldBe(t *testing.T) {
	spied(t, targetSetup{}, provisioning.Config{KeepLog: 90 * time.Minute, Poll: 10 * time.Minute}, func(t *testing.T, w *fixture, tg *target, store *spy) {
		lines := func() int {
			page, err := w.store.Log(t.Context(), provisioning.LogFilter{})
			must(t, err)
			return len(page.Attempts)
		}
		w.add("ada")
		time.Sleep(65 * time.Minute)
		if n := lines(); n != 1 {
			t.Error(n, "lines after an hour, want one")
		}
		time.Sleep(65 * time.Minute)
		if n := lines(); n != 0 {
			t.Error(n, "lines after two hours, want none")
		}
		if n := store.count("prune"); n > 3 {
			t.Error("pruned", n, "times in two hours")
		}
	})
}

// A connector that cannot be opened says why, and the others go on.
func TestABrokenConnectorStopsNobodyElse(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		ctx := t.Context()
		must(t, w.dir.DeleteProvisioner(ctx, w.provs[0], tester))
		n, err := w.dir.CreateConnection(ctx, directory.Connection{Name: "Broken"}, tester)
		must(t, err)
		c, err := w.dir.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: "forgotten", Enabled: true}, tester)
		must(t, err)
		p, err := w.dir.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: c.ID, Connection: n.Name, Kind: c.Kind, Deadline: 15 * time.Second}, tester)
		must(t, err)
		time.Sleep(time.Millisecond)
		_, err = w.dir.CreateProvisioner(ctx, w.provs[0], tester)
		must(t, err)
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		broken, err := w.store.Target(ctx, c.ID)
		must(t, err)
		if q := broken.Quarantine; q.Class != provisioning.AllOperations || !strings.Contains(q.Reason, "forgotten") {
			t.Errorf("nobody is told: %+v", q)
		}
		_, err = w.store.Resync(ctx, c.ID, w.dir.Change(tester, "provisioner.resync", "", ""))
		must(t, err)
		must(t, w.store.Quarantine(ctx, c.ID, provisioning.Quarantine{}, time.Now()))
		got := w.engine.ProvisionNow(ctx, u.ID, []directory.Provisioner{p})
		if got[0].OK || !strings.Contains(got[0].Reason, "forgotten") || got[0].Remedy == "" {
			t.Errorf("%+v", got)
		}
	})
}
