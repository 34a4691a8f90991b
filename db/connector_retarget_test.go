package db_test

import (
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

const oldAddress = "https://old.example.com"

// retarget points the connector elsewhere.
func (w *fixture) retarget(r directory.Retarget) {
	w.t.Helper()
	n := w.connector
	n.Retarget = r
	w.must(w.UpdateConnector(ctx, n, oldAddress, change(later)))
}

// made records that an account was made for the user.
func (w *fixture) made(now time.Time, remoteID string) {
	w.t.Helper()
	w.record(now, provisioning.Result{Task: w.claimOne(now), Operation: provisioning.OpCreate, RemoteID: remoteID, Origin: provisioning.Created,
		WritesKnown: true, Profile: map[string]any{"userName": "ada"}})
}

func TestAnotherTenant(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		remembers := func() bool {
			yes, err := w.Remembers(ctx, w.connector.ID)
			w.must(err)
			return yes
		}
		same(t, "remembers before anything was made", remembers(), false)
		w.made(at, "1001")
		same(t, "remembers", remembers(), true)
		w.retarget(directory.AnotherTenant)
		a := w.account(u)
		same(t, "account", fmt.Sprintf("%q %q %v %v", a.RemoteID, a.Suspect, a.Profile == nil, a.Status(later)), `"" "elsewhere" true pending`)
		left, err := w.LeftAccounts(ctx, w.connector.ID, "", 0)
		w.must(err)
		same(t, "left", len(left.Accounts), 1)
		l := left.Accounts[0]
		same(t, "what was at the old address", fmt.Sprint(l.Name, " ", l.RemoteID, " ", l.Target, " ", l.Reason, " ", l.ResourceID == u.ID), "ada 1001 "+oldAddress+" retargeted true")
		task := w.claimOne(later)
		same(t, "suspect when claimed", task.Suspect, provisioning.Elsewhere)
		_, ok, err := w.Left(ctx, task, "1001", u.ID)
		w.must(err)
		same(t, "an account at the old address is nobody's at the new one", ok, false)
	})
}

// TestAnotherTenantVoidsAttempts: what an attempt does at the old target is not taken for something at the new one.
func TestAnotherTenantVoidsAttempts(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		task := w.claimOne(at)
		w.retarget(directory.AnotherTenant)
		held := w.record(later, provisioning.Result{Task: task, Operation: provisioning.OpCreate, RemoteID: "1001", Origin: provisioning.Created, WritesKnown: true})
		same(t, "lease", held[0], false)
		same(t, "remote ID", w.account(u).RemoteID, "")
		left, err := w.LeftAccounts(ctx, w.connector.ID, "", 0)
		w.must(err)
		same(t, "what may have been made is listed", len(left.Accounts) == 1 && left.Accounts[0].RemoteID == "", true)
	})
}

func TestSameTenant(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.made(at, "1001")
		w.markDue(u)
		task := w.claimOne(later)
		w.retarget(directory.SameTenant)
		w.record(later, provisioning.Result{Task: task, Operation: provisioning.OpUpdate, RemoteID: "1001", Origin: provisioning.Created, WritesKnown: true})
		a := w.account(u)
		same(t, "a doubt that came during an attempt stays", fmt.Sprint(a.RemoteID, a.Suspect), "1001moved")
		w.markDue(u)
		again := w.claimOne(later.Add(time.Minute))
		w.record(later.Add(time.Minute), provisioning.Result{Task: again, Operation: provisioning.OpUpdate, RemoteID: "1001", Origin: provisioning.Created, WritesKnown: true})
		same(t, "after it was confirmed", w.account(u).Suspect, provisioning.Trusted)
	})
}

// markDue makes the account due.
func (w *fixture) markDue(u directory.User) {
	w.t.Helper()
	w.must(w.RetryAccount(ctx, w.connector.ID, u.ID, "", change(later)))
}

func TestLeftWhenAUserLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.made(at, "r1")
		w.must(w.DeleteUser(ctx, u.ID, change(later)))
		w.record(later, provisioning.Result{Task: w.claimOne(later), Operation: provisioning.OpDisable, RemoteID: "r1", Origin: provisioning.Created, WritesKnown: true, Gone: true,
			Profile: map[string]any{"usher:disabled": true}})
		back := w.user("ada")
		task := w.claimOne(later.Add(time.Hour))
		l, ok, err := w.Left(ctx, task, "r1", u.ID)
		w.must(err)
		same(t, "left", fmt.Sprint(ok, l.Name, l.Reason, l.ResourceID == u.ID), "trueadadisabledtrue")
		_, ok, err = w.Left(ctx, task, "r2", "somebody")
		w.must(err)
		same(t, "another account", ok, false)
		w.must(w.Link(ctx, task, provisioning.Link{RemoteID: "r1", Origin: provisioning.Created, ReturnedFrom: u.ID}, later.Add(time.Hour)))
		same(t, "linked", w.account(back).ReturnedFrom, u.ID)
		w.record(later.Add(time.Hour), provisioning.Result{Task: task, Operation: provisioning.OpAdopt, RemoteID: "r1", Origin: provisioning.Created, ReturnedFrom: u.ID, WritesKnown: true})
		_, ok, err = w.Left(ctx, task, "r1", u.ID)
		w.must(err)
		same(t, "still left", ok, false)
	})
}

func TestLeftPages(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range 5 {
			u := w.user(fmt.Sprint("u", i))
			w.made(at, fmt.Sprint("r", i))
			w.must(w.DeleteUser(ctx, u.ID, change(later)))
			now := later.Add(time.Duration(i/2) * time.Minute)
			w.record(now, provisioning.Result{Task: w.claimOne(now), Operation: provisioning.OpDisable, RemoteID: fmt.Sprint("r", i), Origin: provisioning.Created, WritesKnown: true, Gone: true})
		}
		seen, after := map[string]bool{}, ""
		for range 5 {
			p, err := w.LeftAccounts(ctx, w.connector.ID, after, 2)
			w.must(err)
			for _, l := range p.Accounts {
				seen[l.RemoteID] = true
			}
			if after = p.Next; after == "" {
				break
			}
		}
		same(t, "seen", len(seen), 5)
	})
}

// TestTookOver: an account that has a new ID is still who was a member of a group.
func TestTookOver(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.made(at, "ada")
		_, err := writer(w).Exec(`INSERT INTO pushed_members (connector_id, group_id, user_id, remote_id, sure) VALUES ($1, 'g', $2, 'ada', TRUE)`, w.connector.ID, u.ID)
		w.must(err)
		w.markDue(u)
		w.record(later, provisioning.Result{Task: w.claimOne(later), Operation: provisioning.OpUpdate, RemoteID: "ada.king", Origin: provisioning.Created, WritesKnown: true, TookOver: true})
		var remote string
		w.must(writer(w).QueryRow(`SELECT remote_id FROM pushed_members`).Scan(&remote))
		same(t, "member", remote, "ada.king")
		same(t, "account", w.account(u).RemoteID, "ada.king")
	})
}

// TestTakenWhileTheOtherMoves: an ID that another account has here, and is just being written, may be free at the target.
func TestTakenWhileTheOtherMoves(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		old := w.user("ada")
		w.made(at, "ada")
		w.markDue(old)
		moving := w.claimOne(later)
		hired := w.user("ada2")
		w.record(later, provisioning.Result{Task: w.claimOne(later), Operation: provisioning.OpCreate, RemoteID: "ada", Origin: provisioning.Created, WritesKnown: true})
		a := w.account(hired)
		same(t, "looked for again", fmt.Sprint(a.HeldAt.IsZero(), a.RemoteID, a.ErrorKind), "true"+string(connectors.Pending))
		w.record(later, provisioning.Result{Task: moving, Operation: provisioning.OpUpdate, RemoteID: "ada.king", Origin: provisioning.Created, WritesKnown: true, TookOver: true})
		w.record(later.Add(time.Minute), provisioning.Result{Task: w.claimOne(later.Add(time.Minute)), Operation: provisioning.OpFind, RemoteID: "ada", Origin: provisioning.Created, WritesKnown: true})
		same(t, "theirs in the end", w.account(hired).RemoteID, "ada")
	})
}

func TestRelocate(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		w.made(at, "1001")
		w.markDue(u)
		wantCode(t, w.RelocateAccount(ctx, w.connector.ID, u.ID, "1001", change(later)), directory.Conflict)
		task := w.claimOne(later)
		w.record(later, failed(task, provisioning.Result{RemoteID: "1001", Origin: provisioning.Created, Hold: true, Found: connectors.Account{ID: "1001"}}))
		wantCode(t, w.RelocateAccount(ctx, w.connector.ID, u.ID, "1002", change(later)), directory.Conflict)
		w.must(w.RetryAccount(ctx, w.connector.ID, u.ID, "1001", change(later)))
		same(t, "what cannot be adopted is not approved", w.account(u).Approved, "")
		w.record(later.Add(time.Second), failed(w.claimOne(later.Add(time.Second)), provisioning.Result{RemoteID: "1001", Origin: provisioning.Created, Hold: true, Found: connectors.Account{ID: "1001"}}))
		w.must(w.RelocateAccount(ctx, w.connector.ID, u.ID, "1001", change(later)))
		a := w.account(u)
		same(t, "forgotten", fmt.Sprint(a.RemoteID, a.Suspect, a.HeldAt.IsZero()), "elsewheretrue")
	})
}
