package provisioning_test

import (
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/provisioning"
)

// The target takes 24 s to make a user; the process is killed after 3 s and started again, and the clock may be set
// meanwhile. The user is made once.
func TestAKillWhileASlowTargetWorksMakesNobodyTwice(t *testing.T) {
	for name, clock := range map[string]time.Duration{"clock as it was": 0, "a day forward": 24 * time.Hour, "a day back": -24 * time.Hour, "a minute forward": time.Minute} {
		t.Run(name, func(t *testing.T) {
			dbtest.EachDSN(t, func(t *testing.T, dsn string) {
				synctest.Test(t, func(t *testing.T) { killed(t, dbtest.Open(t, dsn), dsn, clock) })
			})
		})
	}
}

func killed(t *testing.T, store *db.Store, dsn string, clock time.Duration) {
	tg := slow(24 * time.Second)
	tg.stubborn, tg.twins, tg.lag = true, true, 7*time.Second
	w := newFixture(t, store, targetSetup{target: tg, existing: connectors.HoldExisting})
	u := w.add("ada")
	time.Sleep(3 * time.Second)
	w.kill()
	if clock != 0 {
		dbtest.SetClock(t, dsn, clock)
	}
	w.start(provisioning.Config{})
	time.Sleep(20 * time.Second)
	if tg.count("create") != 1 || tg.count("find") != 0 {
		t.Error("looked for or made while the target was making it:", tg.calls)
	}
	tg.set(func(tg *target) { tg.delay = 20 * time.Millisecond })
	time.Sleep(5 * time.Minute)
	w.stop()
	if n := len(tg.snapshot()); n != 1 || tg.count("create") != 1 || tg.overlap != 0 || w.status(0, u.ID) != provisioning.StatusSynced {
		t.Error(n, "accounts;", tg.overlap, "overlaps;", w.status(0, u.ID), tg.calls)
	}
}

// A retry that waits for a time which lies a day ahead, because the clock was set back, comes soon.
func TestAClockThatWasSetBackKeepsNobodyWaiting(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, dbtest.Open(t, dsn), targetSetup{target: newTarget(1), existing: connectors.HoldExisting})
			failing(w.targets[0], temporary(), "create")
			u := w.add("ada")
			time.Sleep(5 * time.Second)
			w.stop()
			failing(w.targets[0], nil)
			dbtest.SetClock(t, dsn, -24*time.Hour)
			w.start(provisioning.Config{})
			w.wait(0, u.ID, provisioning.StatusSynced)
			w.stop()
		})
	})
}
