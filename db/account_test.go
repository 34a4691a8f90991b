package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

func TestRecordIsFenced(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		old := w.claimOne(at)
		w.takeOver(old)
		now := w.claimOne(at.Add(time.Hour))
		same(t, "result of the lost lease counted", w.record(at, created(old, "old"))[0], false)
		same(t, "remote ID", w.account(u).RemoteID, "")
		if err := w.Link(ctx, old, provisioning.Link{RemoteID: "old", Origin: provisioning.Created}, at); !errors.Is(err, provisioning.ErrLeaseLost) {
			t.Errorf("link with a lost lease: %v", err)
		}
		if err := w.Begin(ctx, old, at); !errors.Is(err, provisioning.ErrLeaseLost) {
			t.Errorf("begin with a lost lease: %v", err)
		}
		r := created(old, "old")
		r.Released = true
		same(t, "release of the lost lease counted", w.record(at, r)[0], false)
		same(t, "result counted", w.record(at, created(now, "new"))[0], true)
		p, err := w.Log(ctx, provisioning.LogFilter{})
		w.must(err)
		same(t, "log lines", len(p.Attempts), 1)
	})
}

func TestRecordSuccess(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		task := w.claimOne(at)
		later := at.Add(time.Second)
		w.record(later, created(task, "r1"))
		a := w.account(u)
		same(t, "status", a.Status(later), provisioning.StatusSynced)
		same(t, "remote ID", a.RemoteID, "r1")
		same(t, "origin", a.Origin, provisioning.Created)
		same(t, "linked by", a.LinkedBy, task.ChangeID)
		same(t, "linked at", a.LinkedAt, later)
		same(t, "verified at", a.VerifiedAt, later)
		same(t, "intent is gone", a.WriteBegan.IsZero(), true)
		same(t, "lease", a.Lease, "")
		same(t, "profile", a.Profile["userName"], any("ada"))
		next, err := w.NextDue(ctx)
		w.must(err)
		same(t, "nothing is due", next.IsZero(), true)
	})
}

func TestEditDuringAttempt(t *testing.T) {
	for name, dead := range map[string]bool{"success": false, "failure": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *fixture) {
				u := w.user("ada")
				task := w.claimOne(at)
				u.Title = "Countess"
				_, err := w.UpdateUser(ctx, u, change(at))
				w.must(err)
				r := created(task, "r1")
				if dead {
					r = failed(task, provisioning.Result{Dead: true, DueAt: at.Add(time.Hour)})
				}
				now := at.Add(time.Second)
				w.record(now, r)
				a := w.account(u)
				same(t, "dead", a.DeadAt.IsZero(), true)
				same(t, "attempts", a.Attempts, 0)
				same(t, "due", a.DueAt, now)
				next := w.claimOne(now)
				same(t, "title read", next.User.Title, "Countess")
			})
		})
	}
}

func TestRecordFailures(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		retry := at.Add(5 * time.Minute)
		r := failed(w.claimOne(at), provisioning.Result{DueAt: retry, Err: &connectors.Error{Kind: connectors.Temporary, Message: "gone\x00 \xff fishing", Remedy: "wait"}})
		w.record(at, r)
		a := w.account(u)
		same(t, "status", a.Status(at), provisioning.StatusRetrying)
		same(t, "error", a.Error, "gone\uFFFD \uFFFD fishing")
		same(t, "remedy", a.Remedy, "wait")
		same(t, "intent stays", a.WriteBegan, at)
		same(t, "due before backoff ends", len(w.claimAt(retry.Add(-time.Second))), 0)

		task := w.claimOne(retry)
		w.record(retry, failed(task, provisioning.Result{Hold: true, Adoptable: true, WritesKnown: true, Found: connectors.Account{ID: "x9", Shown: map[string]any{"name": "Ada"}}}))
		a = w.account(u)
		same(t, "status", a.Status(retry), provisioning.StatusHeld)
		same(t, "held account", a.HeldRemoteID, "x9")
		same(t, "held shown", a.HeldShown["name"], any("Ada"))
		same(t, "intent goes with certainty", a.WriteBegan.IsZero(), true)
		same(t, "held is claimed", len(w.claimAt(retry.Add(time.Hour))), 0)

		w.must(w.RetryAccount(ctx, w.connector.ID, u.ID, "x9", change(retry)))
		task = w.claimOne(retry)
		same(t, "approved", task.Approved, "x9")
		w.record(retry, failed(task, provisioning.Result{Dead: true}))
		a = w.account(u)
		same(t, "status", a.Status(retry), provisioning.StatusFailed)
		same(t, "approved stays", a.Approved, "x9")
		same(t, "dead is claimed", len(w.claimAt(retry.Add(time.Hour))), 0)
		wantCode(t, w.RetryAccount(ctx, w.connector.ID, "nobody", "", change(at)), directory.NotFound)
	})
}

func TestRelease(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		first := w.claimOne(at)
		w.record(at, provisioning.Result{Task: first, Released: true})
		a := w.account(u)
		same(t, "attempts", a.Attempts, 0)
		same(t, "intent of the released claim is gone", a.WriteBegan.IsZero(), true)
		lost := w.claimOne(at)
		w.takeOver(lost)
		second := w.claimOne(at.Add(time.Hour))
		w.record(at.Add(time.Hour), provisioning.Result{Task: second, Released: true})
		same(t, "intent of the lost attempt stays", w.account(u).WriteBegan, at)
		p, err := w.Log(ctx, provisioning.LogFilter{})
		w.must(err)
		same(t, "log lines", len(p.Attempts), 0)
	})
}

func TestRemoteIDsAreUnique(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		us := []directory.User{w.user("a"), w.user("b"), w.user("c"), w.user("d")}
		tasks := w.claimAt(at)
		rs := make([]provisioning.Result, len(tasks))
		for i, task := range tasks {
			id := map[string]string{"a": "r1", "b": "r1", "c": "r3", "d": "bad\x00"}[task.User.UserName]
			rs[i] = created(task, id)
		}
		for i, ok := range w.record(at, rs...) {
			same(t, "held "+rs[i].Task.User.UserName, ok, true)
		}
		var held, synced int
		for _, u := range us {
			switch a := w.account(u); a.Status(at) {
			case provisioning.StatusHeld:
				held++
				if u.UserName != "d" {
					same(t, "stands in the way", a.HeldRemoteID, "r1")
					same(t, "kind", a.ErrorKind, connectors.Conflict)
				}
				same(t, "remote ID", a.RemoteID, "")
			case provisioning.StatusSynced:
				synced++
			}
		}
		same(t, "held", held, 2)
		same(t, "synced", synced, 2)
	})
}

func TestLinkAndHolder(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a, b := w.user("a"), w.user("b")
		tasks := map[string]provisioning.Task{}
		for _, task := range w.claimAt(at) {
			tasks[task.UserID] = task
		}
		w.must(w.Link(ctx, tasks[a.ID], provisioning.Link{RemoteID: "r1", Origin: provisioning.Adopted}, at))
		if err := w.Link(ctx, tasks[b.ID], provisioning.Link{RemoteID: "r1", Origin: provisioning.Adopted}, at); !errors.Is(err, provisioning.ErrLinked) {
			t.Errorf("linking twice: %v", err)
		}
		holder := func(remote, external string) provisioning.Holder {
			h, _, err := w.Holder(ctx, tasks[b.ID], remote, external)
			w.must(err)
			return h
		}
		h := holder("r1", "")
		same(t, "by remote ID", fmt.Sprintf("%v %s %v %v %s", h.ID == a.ID, h.Name, h.Leaving, h.Unsettled, h.User.UserName), "true a false true a")
		same(t, "by external ID, however it is spelled", holder("", strings.ToUpper(a.ID)).ID, a.ID)
		same(t, "of nobody", holder("r2", "").ID, "")
		same(t, "oneself", holder("", b.ID).ID, "")
		same(t, "while it is tried", holder("r1", "").DueAt, time.Time{})
		w.record(at, failed(tasks[a.ID], provisioning.Result{RemoteID: "r1", Origin: provisioning.Adopted, DueAt: later}))
		same(t, "when it is tried again", holder("r1", "").DueAt, later)
		w.must(w.DeleteUser(ctx, a.ID, change(at)))
		same(t, "leaving by remote ID", holder("r1", "").Leaving, true)
		same(t, "leaving by external ID", holder("", a.ID).Leaving, true)
	})
}

// TestHolderRejected: who was refused while staged is on the way out as somebody who was deleted is.
func TestHolderRejected(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a, b := w.user("a"), w.user("b")
		w.claimAt(at)
		_, err := db.Writer(w.Store).Exec(`UPDATE users SET state = 'rejected', deleted_at = $2 WHERE id = $1`, a.ID, at.UnixMicro())
		w.must(err)
		h, ok, err := w.Holder(ctx, provisioning.Task{Account: provisioning.Account{ConnectorID: w.connector.ID, UserID: b.ID}}, "", a.ID)
		w.must(err)
		same(t, "leaving", ok && h.Leaving, true)
	})
}

func TestQuarantine(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.record(at, failed(w.claimOne(at), provisioning.Result{DueAt: at.Add(time.Hour)}))
		q := provisioning.Quarantine{Class: provisioning.AllOperations, Since: at, Until: at.Add(time.Minute), Step: time.Minute, Reason: "401", Remedy: "renew", Kind: connectors.Denied}
		w.must(w.Quarantine(ctx, w.connector.ID, q, at))
		ts, err := w.Targets(ctx)
		w.must(err)
		same(t, "quarantine", ts[0].Quarantine, q)
		same(t, "secret opens", ts[0].Settings.Secrets["token"].Reveal(), "hunter2")
		same(t, "status", w.account(u).Status(at), provisioning.StatusPaused)
		next, err := w.NextDue(ctx)
		w.must(err)
		same(t, "next due is the check", next, q.Until)
		w.must(w.Quarantine(ctx, w.connector.ID, provisioning.Quarantine{}, at.Add(time.Minute)))
		same(t, "claimed after release", w.claimOne(at.Add(time.Minute)).UserID, u.ID)
	})
}
