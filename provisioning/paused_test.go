package provisioning_test

import (
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/directory"
)

// Work elsewhere must not make a paused target's checks or claims come sooner.
func TestAPausedTargetIsLeftAloneWhileOthersWork(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		well, sick := newTarget(1), newTarget(2)
		w := newFixture(t, store, targetSetup{target: well, existing: connectors.HoldExisting}, targetSetup{target: sick, existing: connectors.HoldExisting})
		defer func() { w.stop() }()
		sick.set(func(tg *target) { tg.denied = true })
		for i := range 50 {
			w.add(fmt.Sprint("user", i))
			time.Sleep(time.Second)
		}
		if checks, creates := sick.count("check"), sick.count("create"); checks != 0 || creates != 1 || len(well.snapshot()) != 50 {
			t.Error(checks, "checks and", creates, "creates at the paused target;", len(well.snapshot()), "accounts at the other")
		}
		sick.set(func(tg *target) { tg.delay = 5333 * time.Millisecond }) // ends when nothing else happens
		for i := range 20 {
			w.add(fmt.Sprint("more", i))
			time.Sleep(time.Second)
		}
		if n := sick.count("check"); n != 1 {
			t.Error(n, "checks at once")
		}
	})
}

func TestWritesStayPausedWhileALeaverGoes(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		leavers := []directory.User{w.add("leaver0"), w.add("leaver1")}
		must(t, w.dir.DeleteProvisioner(t.Context(), w.provs[0], tester))
		time.Sleep(time.Second)
		for i := range 20 {
			w.add(fmt.Sprint("bulk", i))
		}
		failing(tg, licence(), "create")
		_, err := w.dir.CreateProvisioner(t.Context(), w.provs[0], tester)
		must(t, err)
		for i := range 20 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(30 * time.Second)
		before := tg.count("create")
		for _, u := range leavers {
			_, err := w.dir.DeleteUser(t.Context(), u.ID, tester)
			must(t, err)
			time.Sleep(5 * time.Second)
		}
		if n := tg.count("create") - before; n != 0 || len(tg.snapshot()) != 0 {
			t.Error(n, "creates while writes are paused;", len(tg.snapshot()), "leavers stay")
		}
	})
}

// A check that passes says that the target answers again, not that it writes: ten failures more pause it again.
func TestAPassedCheckStartsTheCountAgain(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		failing(tg, temporary(), "create")
		for i := range 100 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(50 * time.Second)
		first := tg.count("create")
		time.Sleep(30 * time.Second)
		if second := tg.count("create") - first; first < 10 || second < 10 || second > 20 {
			t.Error("tried", first, "times, and after the check", second)
		}
	})
}

func TestBulkWorkComesToAnEnd(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		must(t, w.dir.DeleteProvisioner(t.Context(), w.provs[0], tester))
		for i := range 50 {
			w.add(fmt.Sprint("user", i))
		}
		_, err := w.dir.CreateProvisioner(t.Context(), w.provs[0], tester)
		must(t, err)
		time.Sleep(5 * time.Second)
		if n := len(tg.snapshot()); n != 50 {
			t.Error(n, "of 50 accounts")
		}
	})
}

// A user who was cut off while staged is undone when housekeeping finds out, not at the next poll.
func TestTakingBackUndoesAtOnce(t *testing.T) {
	each(t, blocking(nil), func(t *testing.T, w *fixture, tg *target) {
		u := w.user("ada")
		u.ID, u.State, u.CreatedAt = directory.NewID(), directory.Staged, time.Now()
		must(t, w.store.CreateUser(t.Context(), u, w.dir.Change(tester, "user.create", u.ID, u.UserName), time.Now().Add(30*time.Second)))
		w.engine.Wake()
		time.Sleep(20 * time.Second)
		if len(tg.snapshot()) != 1 {
			t.Fatal("the staged user's account was not tried:", tg.calls)
		}
		time.Sleep(28 * time.Second)
		if s := w.status(0, u.ID); s != "none" || len(tg.snapshot()) != 0 {
			t.Error("not taken back:", s)
		}
	})
}

func TestBeingToldToWaitDoesNotPauseTheConnector(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		failing(tg, temporary(), "create")
		for i := range 30 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(30 * time.Second)
		if q := w.quarantine(0); !q.On() {
			t.Fatal("not paused")
		}
		failing(tg, &connectors.Error{Kind: connectors.RateLimited, RetryAfter: time.Minute, Message: "slow down"}, "create")
		c := w.conns[0]
		must(t, w.dir.UpdateConnector(t.Context(), c, tester)) // which ends the pause
		w.engine.Wake()
		time.Sleep(10 * time.Second)
		if q := w.quarantine(0); q.On() || tg.count("create") > 20 { // four were under way, after a dozen that failed
			t.Error("paused again, or asked although it wants to be left alone:", q, tg.calls)
		}
	})
}
