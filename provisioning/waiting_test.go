package provisioning_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// stager keeps until when users were staged, and how long the store took to say what an account is.
type stager struct {
	*db.Store
	until time.Time
}

func (s *stager) CreateUser(ctx context.Context, u directory.User, c directory.Change, until time.Time) error {
	s.until = until
	return s.Store.CreateUser(ctx, u, c, until)
}

// drowsy answers only when whoever asks has stopped waiting.
type drowsy struct{ *db.Store }

func (s drowsy) Account(ctx context.Context, _, _ string) (a provisioning.Account, ok bool, err error) {
	<-ctx.Done()
	return a, false, ctx.Err()
}

func licence() error {
	return &connectors.Error{Kind: connectors.Misconfigured, Status: 403, Message: "no licence left", Remedy: "Buy more seats."}
}

func anyway(tg *target) targetSetup {
	return targetSetup{target: tg, existing: connectors.AdoptExisting, blocking: true, failure: directory.CreateAnyway}
}

func TestAnInactiveUserWaitsForNobody(t *testing.T) {
	each(t, blocking(slow(time.Hour)), func(t *testing.T, w *fixture, tg *target) {
		u := w.user("ada")
		u.Active = false
		start := time.Now()
		_, outcomes, err := w.dir.CreateUser(t.Context(), u, tester)
		must(t, err)
		if len(outcomes) != 0 || time.Since(start) > time.Second {
			t.Error(outcomes, time.Since(start))
		}
	})
}

func TestAUserIsStagedLongerThanAnybodyWaits(t *testing.T) {
	each(t, blocking(nil), func(t *testing.T, w *fixture, tg *target) {
		s := &stager{Store: w.store}
		w.dir.Store = s
		start := time.Now()
		w.add("ada")
		if staged := s.until.Sub(start); staged <= 15*time.Second {
			t.Error("staged for", staged, "while the deadline is 15 s")
		}
	})
}

func TestRejectSaysTheRemedyAndUndoesAtOnce(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		good, bad := newTarget(1), newTarget(2)
		w := newFixture(t, store, blocking(good), blocking(bad))
		defer func() { w.stop() }()
		failing(bad, &connectors.Error{Kind: connectors.Invalid, Message: "no department", Remedy: "Fill in the department."}, "create")
		_, _, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		if directory.CodeOf(err) != directory.Rejected || !strings.Contains(err.Error(), "no department") || !strings.Contains(err.Error(), "Fill in the department.") {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if n := len(good.snapshot()); n != 0 {
			t.Error(n, "accounts two seconds after the user was rejected")
		}
	})
}

func TestTheOthersFollowAsSoonAsTheUserIsLive(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		w := newFixture(t, store, blocking(newTarget(1)), targetSetup{target: newTarget(2), existing: connectors.HoldExisting})
		defer func() { w.stop() }()
		u := w.add("ada")
		time.Sleep(time.Second)
		if s := w.status(1, u.ID); s != provisioning.StatusSynced {
			t.Error("a second after the user went live:", s)
		}
	})
}

func TestTheLongestDeadlineCounts(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		w := newFixture(t, store, blocking(slow(10*time.Second)), blocking(newTarget(2)))
		defer func() { w.stop() }()
		w.provs[1].Deadline = 5 * time.Second
		must(t, w.dir.UpdateProvisioner(t.Context(), w.provs[1], tester))
		w.add("ada")
	})
}

func TestAnEditWaitsUntilTheDeadlineAndNoLonger(t *testing.T) {
	each(t, blocking(nil), func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		tg.set(func(tg *target) { tg.delay = 20 * time.Second })
		u.SetEmail("new@example.com")
		start := time.Now()
		outcomes, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		if took := time.Since(start); took < 14*time.Second || took > 16*time.Second || outcomes[0].OK {
			t.Error(took, outcomes)
		}
		w.wait(0, u.ID, provisioning.StatusSynced)
		start = time.Now()
		outcomes, err = w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		if err != nil || outcomes != nil || time.Since(start) > time.Second {
			t.Error("an edit that changed nothing waited:", outcomes, err)
		}
		outcomes, err = w.dir.SetActive(t.Context(), u.ID, true, tester)
		if err != nil || outcomes != nil || time.Since(start) > time.Second {
			t.Error("enabling who is enabled waited:", outcomes, err)
		}
	})
}

func TestAnEditThatMetTroubleIsRetriedWhenDue(t *testing.T) {
	each(t, blocking(nil), func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		time.Sleep(5 * time.Second)
		failing(tg, temporary(), "update")
		u.SetEmail("new@example.com")
		outcomes, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		if outcomes[0].OK || !strings.Contains(outcomes[0].Reason, "down") {
			t.Error(outcomes)
		}
		failing(tg, nil)
		time.Sleep(3 * time.Second)
		if s := w.status(0, u.ID); s != provisioning.StatusSynced {
			t.Error("three seconds later:", s)
		}
	})
}

func TestAcceptedIsGoodEnough(t *testing.T) {
	each(t, blocking(nil), func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) { tg.pending = true })
		u, outcomes, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		must(t, err)
		if u.State != directory.Live || !outcomes[0].OK || outcomes[0].RemoteID == "" {
			t.Error(u.State, outcomes)
		}
		time.Sleep(3 * time.Minute)
		if s := w.status(0, u.ID); s != provisioning.StatusSynced || tg.count("create") != 1 {
			t.Error(s, tg.calls)
		}
	})
}

func TestLeaversAreWaitedForWhileWritesArePaused(t *testing.T) {
	each(t, anyway(nil), func(t *testing.T, w *fixture, tg *target) {
		leaver := w.add("leaver")
		failing(tg, licence(), "create")
		w.add("ada")
		if q := w.quarantine(0); q.Class != provisioning.WritesOnly {
			t.Fatal(q)
		}
		outcomes, err := w.dir.DeleteUser(t.Context(), leaver.ID, tester)
		must(t, err)
		if !outcomes[0].OK {
			t.Error(outcomes)
		}
	})
}

func TestProvisionNowAtAConnectorThatIsSwitchedOff(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		c := w.conns[0]
		c.Enabled = false
		must(t, w.dir.UpdateConnector(t.Context(), c, tester))
		got := w.engine.ProvisionNow(t.Context(), u.ID, w.provs)
		if len(got) != 1 || got[0].OK || !strings.Contains(got[0].Reason, "switched off") {
			t.Error(got)
		}
	})
}

// Another process is at it: this one waits for what that one records.
func TestProvisionNowWaitsForAnotherProcess(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		w.stop()
		u := w.add("ada")
		start := time.Now()
		tasks, err := w.store.Claim(t.Context(), provisioning.Claim{ConnectorID: w.conns[0].ID, Least: provisioning.Bulk, Limit: 1, Lease: "other", Until: start.Add(time.Minute), Now: start})
		must(t, err)
		go func() {
			time.Sleep(2 * time.Second)
			_, err := w.store.Record(context.Background(), []provisioning.Result{{Task: tasks[0], Operation: provisioning.OpCreate, RemoteID: "r9", Origin: provisioning.Created, Profile: map[string]any{"userName": "ada"}}}, time.Now())
			if err != nil {
				t.Error(err)
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		got := w.engine.ProvisionNow(ctx, u.ID, w.provs)
		if took := time.Since(start); !got[0].OK || got[0].RemoteID != "r9" || took > 3*time.Second || tg.count("create") != 0 {
			t.Error(got, took, tg.calls)
		}
		w.start(provisioning.Config{})
	})
}

// The deadline passes while the store is asked: that is said in the same words.
func TestTheDeadlineIsSaidInWords(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.stop()
		w.startOver(drowsy{w.store}, provisioning.Config{})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		got := w.engine.ProvisionNow(ctx, u.ID, w.provs)
		if got[0].OK || !strings.Contains(got[0].Reason, "deadline.") || got[0].Status == "" || got[0].Remedy == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAStopEndsWhatSomebodyWaitsFor(t *testing.T) {
	each(t, anyway(slow(25*time.Second)), func(t *testing.T, w *fixture, tg *target) {
		go func() { _, _, _ = w.dir.CreateUser(context.Background(), w.user("ada"), tester) }()
		time.Sleep(time.Second)
		start := time.Now()
		w.stop()
		if took := time.Since(start); took > 11*time.Second {
			t.Error("the stop took", took)
		}
		time.Sleep(20 * time.Second) // until the caller has its answer
		w.start(provisioning.Config{})
	})
}

// Nothing was tried at the paused target that the edit waits for; the other one must hear of the edit all the same.
func TestAPausedTargetDoesNotKeepTheOthersWaiting(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		sick := newTarget(1)
		w := newFixture(t, store, anyway(sick), targetSetup{target: newTarget(2), existing: connectors.HoldExisting})
		defer func() { w.stop() }()
		sick.set(func(tg *target) { tg.denied = true })
		u := w.add("ada")
		time.Sleep(10 * time.Second)
		u.SetEmail("new@example.com")
		_, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		time.Sleep(time.Second)
		if s := w.status(1, u.ID); s != provisioning.StatusSynced || w.targets[1].count("update") != 1 {
			t.Error("a second after the edit:", s)
		}
	})
}

func TestNobodyIsMadeOrEditedWithoutAName(t *testing.T) {
	each(t, anyway(nil), func(t *testing.T, w *fixture, tg *target) {
		if _, _, err := w.dir.CreateUser(t.Context(), w.user(""), tester); directory.CodeOf(err) != directory.Invalid {
			t.Error("created:", err)
		}
		u := w.add("ada")
		u.UserName = ""
		if _, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester); directory.CodeOf(err) != directory.Invalid {
			t.Error("edited:", err)
		}
		if tg.count("create") != 1 || tg.count("update") != 0 {
			t.Error(tg.calls)
		}
	})
}
