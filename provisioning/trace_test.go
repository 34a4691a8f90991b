package provisioning_test

import (
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

// The order of an update that finds nothing: find, then make it again, once.
func TestAVanishedAccountIsMadeAgainOnce(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		tg.remove(only(t, tg).ID)
		u.SetEmail("new@example.com")
		_, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		w.wait(0, u.ID, provisioning.StatusSynced)
		if r := only(t, tg); r.Email != "new@example.com" || tg.count("create") != 2 || tg.count("find") != 1 {
			t.Error(r, tg.calls)
		}
	})
}

// The process dies right after it made a vanished account again. The leaver's new account must be found, not
// the old one's absence taken for an answer.
func TestMakingAnAccountAgainLeavesATrace(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		tg.remove(only(t, tg).ID)
		w.crash = func() bool { return true }
		u.SetEmail("new@example.com")
		_, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		time.Sleep(10 * time.Second)
		only(t, tg) // it was made again, and nobody wrote it down
		w.crash = func() bool { return false }
		_, err = w.dir.DeleteUser(t.Context(), u.ID, tester)
		must(t, err)
		time.Sleep(10 * time.Minute)
		if n := len(tg.snapshot()); n != 0 || w.status(0, u.ID) != "none" {
			t.Error("an orphan stays:", tg.snapshot(), w.status(0, u.ID))
		}
	})
}

// An update whose answer was lost may have arrived: taking the edit back must be sent, although what was
// last recorded says that nothing differs.
func TestALostAnswerMakesTheTargetsStateUnknown(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		w.crash = func() bool { return true }
		edited := withoutVersion(u)
		edited.SetEmail("new@example.com")
		_, err := w.dir.UpdateUser(t.Context(), edited, tester)
		must(t, err)
		time.Sleep(10 * time.Second)
		if only(t, tg).Email != "new@example.com" {
			t.Fatal("the edit did not arrive")
		}
		w.crash = func() bool { return false }
		_, err = w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		time.Sleep(10 * time.Minute)
		if r := only(t, tg); r.Email != "ada@example.com" {
			t.Error("the target keeps the edit that was taken back:", r)
		}
	})
}

// A claim in the same instant as an earlier one whose write is in doubt must not take the trace for its own.
func TestATraceOfTheSameInstantIsNotOurs(t *testing.T) {
	tg := newTarget(1)
	tg.delay = 0
	each(t, targetSetup{target: tg, blocking: true, failure: directory.Reject}, func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) { tg.losing = true })
		u, _, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		if directory.CodeOf(err) != directory.Rejected {
			t.Fatal(err)
		}
		tg.set(func(tg *target) { tg.losing = false })
		time.Sleep(10 * time.Minute)
		if n := len(tg.snapshot()); n != 0 || w.status(0, u.ID) != "none" {
			t.Error("a leaver still has an account:", tg.snapshot(), w.status(0, u.ID))
		}
	})
}

func TestADeadlineEndsTheWaitingNotTheAttempt(t *testing.T) {
	tg := newTarget(1)
	tg.delay = 18 * time.Second // the deadline is 15
	each(t, targetSetup{target: tg, blocking: true, failure: directory.CreateAnyway}, func(t *testing.T, w *fixture, tg *target) {
		u, outcomes, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		must(t, err)
		if len(outcomes) != 1 || outcomes[0].OK || u.State != directory.Live {
			t.Error(outcomes, u.State)
		}
		w.wait(0, u.ID, provisioning.StatusSynced)
		if tg.count("create") != 1 {
			t.Error(tg.calls)
		}
	})
}
