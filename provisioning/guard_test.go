package provisioning_test

import (
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// each runs a test in virtual time with one quiet target.
func each(t *testing.T, s targetSetup, f func(t *testing.T, w *fixture, tg *target)) {
	t.Helper()
	delay := 20 * time.Millisecond
	if s.target != nil {
		delay = s.target.delay
	}
	if s.existing == "" {
		s.existing = connectors.HoldExisting
	}
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		s := s
		s.target = newTarget(1)
		s.target.delay = delay
		w := newFixture(t, store, s)
		f(t, w, s.target)
		w.stop()
	})
}

func TestOneRequestForANewUserAndNoneForAnUnchangedOne(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		if tg.count("create") != 1 || tg.count("find") != 0 || tg.count("update") != 0 {
			t.Error(tg.calls)
		}
		_, err := w.store.Resync(t.Context(), w.conns[0].ID, w.dir.Change(tester, "provisioner.resync", "", ""))
		must(t, err)
		w.engine.Wake()
		w.wait(0, u.ID, provisioning.StatusSynced)
		if tg.count("create") != 1 || tg.count("find") != 0 || tg.count("update") != 0 {
			t.Error("an unchanged account cost requests:", tg.calls)
		}
	})
}

func TestAnEditSendsOnlyWhatChanged(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		u.SetEmail("countess@example.com")
		_, err := w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		w.wait(0, u.ID, provisioning.StatusSynced)
		_, err = w.dir.UpdateUser(t.Context(), withoutVersion(u), tester)
		must(t, err)
		time.Sleep(time.Minute)
		if tg.count("update") != 1 {
			t.Error("an edit that changed nothing was sent:", tg.calls)
		}
		if r := only(t, tg); r.Email != "countess@example.com" {
			t.Error(r)
		}
	})
}

func withoutVersion(u directory.User) directory.User { u.Version = 0; return u }

func only(t *testing.T, tg *target) row {
	t.Helper()
	rows := tg.snapshot()
	if len(rows) != 1 {
		t.Fatalf("%d accounts, want one: %v", len(rows), rows)
	}
	for _, r := range rows {
		return r
	}
	panic("unreachable")
}

func TestDisableEnableDelete(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusSynced)
		for _, active := range []bool{false, true, false} {
			_, err := w.dir.SetActive(t.Context(), u.ID, active, tester)
			must(t, err)
			time.Sleep(time.Second)
			if r := only(t, tg); r.Active != active {
				t.Error("active", r.Active, "want", active)
			}
		}
		if tg.count("disable") != 2 || tg.count("update") != 1 {
			t.Error("more requests than needed:", tg.calls)
		}
		_, err := w.dir.DeleteUser(t.Context(), u.ID, tester)
		must(t, err)
		time.Sleep(time.Second)
		if n := len(tg.snapshot()); n != 0 {
			t.Error(n, "accounts stay")
		}
		if w.status(0, u.ID) != "none" {
			t.Error("the row stays:", w.status(0, u.ID))
		}
	})
}

func TestALeaverOvertakesABackfill(t *testing.T) {
	tg := newTarget(1)
	tg.delay = time.Second
	each(t, targetSetup{target: tg}, func(t *testing.T, w *fixture, tg *target) {
		leaver := w.add("leaver")
		w.wait(0, leaver.ID, provisioning.StatusSynced)
		must(t, w.dir.DeleteProvisioner(t.Context(), w.provs[0], tester))
		for i := range 200 {
			w.add(fmt.Sprint("user", i))
		}
		p := w.provs[0]
		_, err := w.dir.CreateProvisioner(t.Context(), p, tester)
		must(t, err)
		time.Sleep(5 * time.Second)
		_, err = w.dir.DeleteUser(t.Context(), leaver.ID, tester)
		must(t, err)
		time.Sleep(3 * time.Second)
		if w.status(0, leaver.ID) != "none" {
			t.Error("the leaver waits behind the back-fill:", w.status(0, leaver.ID), len(tg.snapshot()))
		}
		if n := len(tg.snapshot()); n > 60 {
			t.Error("the back-fill was not slow enough to prove anything:", n)
		}
	})
}

func TestARevokedTokenCostsFewCallsAndPausesTheConnector(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) { tg.denied = true })
		for i := range 50 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(30 * time.Second)
		if n := tg.count("create"); n == 0 || n > 4 {
			t.Error(n, "creates were sent with a revoked token")
		}
		paused, err := w.store.Target(t.Context(), w.conns[0].ID)
		must(t, err)
		if paused.Quarantine.Class != provisioning.AllOperations {
			t.Error("not quarantined:", paused.Quarantine)
		}
		time.Sleep(2 * time.Hour)
		if n := tg.count("check"); n < 3 || n > 10 {
			t.Error(n, "checks in two hours; they should come at 1, 3, 7, 15 … minutes")
		}
		tg.set(func(tg *target) { tg.denied = false })
		time.Sleep(time.Hour + time.Minute)
		if n := len(tg.snapshot()); n != 50 {
			t.Error(n, "accounts after the token was renewed")
		}
	})
}

func TestTenTemporaryFailuresInARowPauseTheConnector(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		down := &connectors.Error{Kind: connectors.Temporary, Status: 503, Message: "down for maintenance"}
		tg.set(func(tg *target) { tg.fail = func(string) error { return down } })
		for i := range 100 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(50 * time.Second)
		if n := tg.count("create"); n > 16 {
			t.Error(n, "creates were sent to a target that is down")
		}
		tg.set(func(tg *target) { tg.fail = nil })
		time.Sleep(time.Hour)
		if n := len(tg.snapshot()); n != 100 {
			t.Error(n, "accounts after it came up")
		}
	})
}

func TestAMissingLicenceStopsWritesButNotLeavers(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		leaver := w.add("leaver")
		w.wait(0, leaver.ID, provisioning.StatusSynced)
		tg.set(func(tg *target) {
			tg.fail = func(op string) error {
				if op == "create" {
					return &connectors.Error{Kind: connectors.Misconfigured, Status: 403, Message: "no licence left"}
				}
				return nil
			}
		})
		for i := range 20 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(time.Minute)
		if n := tg.count("create"); n > 5 {
			t.Error(n-1, "creates without a licence")
		}
		_, err := w.dir.DeleteUser(t.Context(), leaver.ID, tester)
		must(t, err)
		time.Sleep(2 * time.Minute)
		if n := len(tg.snapshot()); n != 0 {
			t.Error("the leaver stays")
		}
	})
}

func TestAnAttemptNeverOutlivesItsLease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		tg := newTarget(1)
		tg.delay = 9 * time.Second
		w := newFixture(t, store, targetSetup{target: tg, existing: connectors.HoldExisting})
		w.stop()
		w.start(provisioning.Config{AttemptTimeout: 10 * time.Second, Lease: 15 * time.Second})
		for i := range 12 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(5 * time.Minute)
		if tg.overlap != 0 || len(tg.snapshot()) != 12 || tg.count("create") != 12 {
			t.Error("overlapping or repeated writes:", tg.overlap, tg.calls)
		}
		w.stop()
	})
}

func TestTheTargetIsAskedForAsOneTooManyRequests(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		limited := &connectors.Error{Kind: connectors.RateLimited, Status: 429, RetryAfter: 30 * time.Second, Message: "slow down"}
		tg.set(func(tg *target) { tg.fail = func(string) error { return limited } })
		u := w.add("ada")
		time.Sleep(29 * time.Second)
		a, _ := w.account(0, u.ID)
		if tg.count("create") != 1 || a.Attempts != 0 || a.Status(time.Now()) != provisioning.StatusPending {
			t.Error("asked again too early, or counted:", tg.calls, a.Attempts)
		}
		tg.set(func(tg *target) { tg.fail = nil })
		w.wait(0, u.ID, provisioning.StatusSynced)
	})
}

func TestAHeldAccountIsAdoptedOnlyWhenAnAdminSaysSo(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		id := tg.seed("ada")
		before := tg.snapshot()[id]
		u := w.add("ada")
		w.wait(0, u.ID, provisioning.StatusHeld)
		a, _ := w.account(0, u.ID)
		if a.HeldRemoteID != id || a.HeldReason == "" || a.HeldShown["userName"] != "ada" || tg.snapshot()[id] != before {
			t.Errorf("%+v", a)
		}
		must(t, w.store.RetryAccount(t.Context(), w.conns[0].ID, u.ID, id, w.dir.Change(tester, "account.adopt", u.ID, "")))
		w.engine.Wake()
		w.wait(0, u.ID, provisioning.StatusSynced)
		if a, _ := w.account(0, u.ID); a.Origin != provisioning.Adopted || tg.snapshot()[id].Email != "ada@example.com" {
			t.Errorf("%+v", a)
		}
		_, err := w.dir.DeleteUser(t.Context(), u.ID, tester)
		must(t, err)
		time.Sleep(time.Second)
		if r, ok := tg.snapshot()[id]; !ok || r.Active {
			t.Error("an adopted account is disabled, not removed:", ok, r)
		}
	})
}

func TestAnAdministratorsAccountIsNeverAdopted(t *testing.T) {
	each(t, targetSetup{existing: connectors.AdoptExisting}, func(t *testing.T, w *fixture, tg *target) {
		id := tg.seed("root")
		tg.set(func(tg *target) { r := tg.rows[id]; r.Protected = true; tg.rows[id] = r })
		u := w.add("root")
		w.wait(0, u.ID, provisioning.StatusHeld)
		must(t, w.store.RetryAccount(t.Context(), w.conns[0].ID, u.ID, id, w.dir.Change(tester, "account.adopt", u.ID, "")))
		w.engine.Wake()
		time.Sleep(time.Minute)
		if w.status(0, u.ID) != provisioning.StatusHeld || tg.count("update") != 0 {
			t.Error("adopted:", w.status(0, u.ID), tg.calls)
		}
	})
}
