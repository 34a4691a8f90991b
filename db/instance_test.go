package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/provisioning"
)

// The lease of a process that died is over when somebody says so, not when a clock that may have jumped does.
func TestALeaseEndsWhenItIsTakenOver(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		long := at.Add(time.Minute)
		tasks, err := w.Claim(ctx, provisioning.Claim{ConnectorID: w.connector.ID, Least: provisioning.Bulk, Limit: 1, Lease: "serve.abc", Until: long, Now: at})
		w.must(err)
		same(t, "claimed", len(tasks), 1)
		same(t, "a write may run until", w.account(u).WriteUntil.UTC(), long)
		tomorrow := at.Add(24 * time.Hour)
		same(t, "claimed after a jump of the clock", len(w.claimAt(tomorrow)), 0)
		next, err := w.NextDue(ctx)
		w.must(err)
		same(t, "something is due", next.IsZero(), true)
		held, err := w.Leases(ctx)
		w.must(err)
		same(t, "leases", len(held), 1)
		same(t, "given for", held["serve.abc"], time.Minute)
		n, err := w.TakeOver(ctx, "serve.abd", at)
		w.must(err)
		same(t, "taken over of another lease", n, 0)
		n, err = w.TakeOver(ctx, "serve.abc", at.Add(2*time.Second))
		w.must(err)
		same(t, "taken over", n, 1)
		same(t, "a write may have run until", w.account(u).WriteUntil.UTC(), at.Add(2*time.Second))
		again := w.claimAt(at.Add(2 * time.Second))
		same(t, "claimed after that", len(again), 1)
		same(t, "fresh", again[0].NoWriteInDoubt, false)
		same(t, "recorded by the dead", w.record(at, created(tasks[0], "r1"))[0], false)
	})
}

func TestWhatADoubtfulAttemptLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		runs := at.Add(30 * time.Second)
		lost := failed(w.claimOne(at), provisioning.Result{DueAt: at, MayRun: runs})
		w.record(at, lost)
		same(t, "may run until", w.account(u).WriteUntil.UTC(), runs)
		second := w.claimOne(at)
		same(t, "the next attempt knows it", second.WriteUntil.UTC(), runs)
		w.record(at, failed(second, provisioning.Result{DueAt: at, MayRun: at.Add(time.Second)}))
		same(t, "the later of the two counts", w.account(u).WriteUntil.UTC(), runs)
		w.record(at, created(w.claimOne(at), "r1"))
		same(t, "known for certain", w.account(u).WriteUntil.IsZero(), true)
	})
}

func TestTimesThatLieTooFarAheadAreMended(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob := w.user("ada"), w.user("bob")
		tomorrow := at.Add(24 * time.Hour)
		for _, task := range w.claimAt(at) {
			due := tomorrow
			if task.UserID == bob.ID {
				due = at.Add(time.Hour)
			}
			w.record(at, failed(task, provisioning.Result{DueAt: due}))
		}
		w.must(w.Quarantine(ctx, w.connector.ID, provisioning.Quarantine{Class: provisioning.Paced, Until: tomorrow}, at))
		w.must(w.Quarantine(ctx, w.connector.ID, provisioning.Quarantine{Class: provisioning.WritesOnly, Until: tomorrow}, at))
		n, err := w.MendTimes(ctx, at, 2*time.Hour)
		w.must(err)
		same(t, "mended", n, 3)
		same(t, "ada's is due", w.account(ada).DueAt.UTC(), at)
		same(t, "bob's waits", w.account(bob).DueAt.UTC(), at.Add(time.Hour))
		p := w.account(ada).Pauses
		same(t, "the pace ends", p.Pace.Until.UTC(), at)
		same(t, "the check is due", p.Quarantine.Until.UTC(), at)
	})
}

// Two names of one file are one database, whatever kind of link the second one is.
func TestASecondServerThroughALinkIsRefused(t *testing.T) {
	path := dbtest.File(t)
	first := dbtest.Open(t, path)
	release, err := first.LockInstance(ctx)
	if err != nil {
		t.Fatal(err)
	}
	soft, hard := filepath.Join(t.TempDir(), "soft.db"), filepath.Join(filepath.Dir(path), "hard.db")
	if err := os.Symlink(path, soft); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, hard); err != nil {
		t.Fatal(err)
	}
	second := dbtest.Open(t, soft)
	if _, err := second.LockInstance(ctx); err == nil || !strings.Contains(err.Error(), "already serves") {
		t.Error("through a symbolic link:", err)
	}
	if s, err := db.Open(ctx, hard, dbtest.Ring()); err == nil || !strings.Contains(err.Error(), path) {
		t.Error("through a hard link:", err)
		if err == nil {
			_ = s.Close()
		}
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	moved := dbtest.Open(t, hard)
	if _, err := moved.LockInstance(ctx); err != nil {
		t.Error("when nobody serves the file:", err)
	}
}
