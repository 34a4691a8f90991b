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

func blocking(tg *target) targetSetup {
	return targetSetup{target: tg, existing: connectors.AdoptExisting, blocking: true, failure: directory.Reject}
}

func TestBlockingWaitsAndSaysWhatTheTargetDid(t *testing.T) {
	each(t, blocking(newTarget(1)), func(t *testing.T, w *fixture, tg *target) {
		u, outcomes, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		must(t, err)
		if len(outcomes) != 1 || !outcomes[0].OK || outcomes[0].RemoteID != only(t, tg).ID {
			t.Errorf("%+v", outcomes)
		}
		u.SetEmail("other@example.com")
		outcomes, err = w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		if !outcomes[0].OK || only(t, tg).Email != "other@example.com" {
			t.Errorf("the caller did not wait for the update: %+v", outcomes)
		}
		outcomes, err = w.dir.DeleteUser(t.Context(), u.ID, tester)
		must(t, err)
		if !outcomes[0].OK || len(tg.snapshot()) != 0 {
			t.Errorf("the caller did not wait for the delete: %+v", outcomes)
		}
	})
}

// Two blocking targets: one refuses, so the other's account is taken away again, and the name is free.
func TestRejectUndoesWhatThisActMade(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		good, bad := newTarget(1), newTarget(2)
		w := newFixture(t, store, blocking(good), blocking(bad))
		defer func() { w.stop() }()
		bad.set(func(tg *target) {
			tg.fail = func(string) error {
				return &connectors.Error{Kind: connectors.Invalid, Status: 400, Message: "department is required"}
			}
		})
		u, _, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		if directory.CodeOf(err) != directory.Rejected || !strings.Contains(err.Error(), "department is required") {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if len(good.snapshot()) != 0 || w.status(0, u.ID) != "none" || w.status(1, u.ID) != "none" {
			t.Error("not undone:", good.snapshot(), w.status(0, u.ID), w.status(1, u.ID))
		}
		if _, err := w.store.User(t.Context(), u.ID); directory.CodeOf(err) != directory.NotFound {
			t.Error("the user exists:", err)
		}
		bad.set(func(tg *target) { tg.fail = nil })
		w.add("ada")
	})
}

// The same, where the good target's account was there before: it must not be touched by the undoing.
func TestRejectLeavesAdoptedAccountsAlone(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		good, bad := newTarget(1), newTarget(2)
		w := newFixture(t, store, blocking(good), blocking(bad))
		defer func() { w.stop() }()
		id := good.seed("ada")
		bad.set(func(tg *target) {
			tg.fail = func(string) error { return &connectors.Error{Kind: connectors.Invalid, Message: "no"} }
		})
		u, _, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		if directory.CodeOf(err) != directory.Rejected {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if r, ok := good.snapshot()[id]; !ok || !r.Active || good.count("delete")+good.count("disable") != 0 {
			t.Error("the account that was there before:", ok, r, good.calls)
		}
		if w.status(0, u.ID) != "none" {
			t.Error(w.status(0, u.ID))
		}
	})
}

// The create's answer is lost, so the user is rejected; what was made is found and removed.
func TestRejectAfterALostAnswerLeavesNothingBehind(t *testing.T) {
	tg := newTarget(1)
	tg.delay = 18 * time.Second // longer than the provisioner's deadline
	each(t, blocking(tg), func(t *testing.T, w *fixture, tg *target) {
		u, _, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		if directory.CodeOf(err) != directory.Rejected || !strings.Contains(err.Error(), "deadline") {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if len(tg.snapshot()) != 0 || tg.count("create") != 1 || tg.count("delete") != 1 || w.status(0, u.ID) != "none" {
			t.Error(tg.snapshot(), tg.calls, w.status(0, u.ID))
		}
	})
}

func TestAPausedTargetRejectsAtOnceWithItsReason(t *testing.T) {
	each(t, blocking(newTarget(1)), func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) { tg.denied = true })
		for range 2 {
			start := time.Now()
			_, _, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
			if directory.CodeOf(err) != directory.Rejected || !strings.Contains(err.Error(), "token revoked") || time.Since(start) > time.Second {
				t.Error(err, time.Since(start))
			}
		}
		if tg.count("create") != 1 {
			t.Error("a paused target was asked again:", tg.calls)
		}
	})
}

// The process dies while a user is staged: the next one takes the user back, and what was made with it.
func TestAStagedUserWhoseProcessDiedIsTakenBack(t *testing.T) {
	each(t, blocking(newTarget(1)), func(t *testing.T, w *fixture, tg *target) {
		u := w.user("ada")
		u.ID, u.State, u.CreatedAt = directory.NewID(), directory.Staged, time.Now()
		must(t, w.store.CreateUser(t.Context(), u, w.dir.Change(tester, "user.create", u.ID, u.UserName), time.Now().Add(30*time.Second)))
		w.engine.Wake()
		time.Sleep(10 * time.Second)
		if len(tg.snapshot()) != 1 {
			t.Fatal("the staged user's account was not tried:", tg.calls)
		}
		if page, _ := w.store.Users(t.Context(), directory.UserFilter{}); len(page.Users) != 0 {
			t.Error("a staged user is visible")
		}
		w.restart()
		time.Sleep(2 * time.Minute)
		if len(tg.snapshot()) != 0 || w.status(0, u.ID) != "none" {
			t.Error("not taken back:", tg.snapshot(), w.status(0, u.ID))
		}
		w.add("ada") // the name is free again
	})
}

func TestADisabledConnectorDoesNotBlock(t *testing.T) {
	each(t, blocking(newTarget(1)), func(t *testing.T, w *fixture, tg *target) {
		c := w.conns[0]
		c.Enabled = false
		must(t, w.dir.UpdateConnector(t.Context(), c, tester))
		u, outcomes, err := w.dir.CreateUser(t.Context(), w.user("ada"), tester)
		must(t, err)
		time.Sleep(time.Minute)
		if len(outcomes) != 0 || tg.count("create") != 0 {
			t.Error(outcomes, tg.calls)
		}
		c.Enabled = true
		must(t, w.dir.UpdateConnector(t.Context(), c, tester))
		w.wait(0, u.ID, provisioning.StatusSynced)
	})
}

func TestACallerWhoLeavesDoesNotUndoTheUser(t *testing.T) {
	tg := newTarget(1)
	tg.delay = 5 * time.Second
	each(t, blocking(tg), func(t *testing.T, w *fixture, tg *target) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(time.Second); cancel() }()
		u, _, err := w.dir.CreateUser(ctx, w.user("ada"), tester)
		must(t, err)
		w.wait(0, u.ID, provisioning.StatusSynced)
	})
}
