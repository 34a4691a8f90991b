package db_test

import (
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

const clear = directory.Secret("correct horse battery")

// sends makes the fixture's connector one that is sent passwords, or not.
func (w *fixture) sends(mode connectors.PasswordMode) {
	w.t.Helper()
	n := w.connector
	n.Settings.Values = map[string]string{"base_url": "http://x", connectors.PasswordKey: string(mode)}
	w.must(w.UpdateConnector(ctx, n, "", change(at)))
}

func withPassword(name string) directory.User {
	u := person(name)
	u.PasswordHash, u.Arrival.Password = "$1", clear
	return u
}

// waiting counts the passwords that are kept for anybody.
func (w *fixture) waiting() (n int) {
	w.t.Helper()
	w.must(writer(w).QueryRow(`SELECT count(*) FROM passwords`).Scan(&n))
	return n
}

func (w *fixture) setPassword(u directory.User, p directory.Secret, when time.Time) {
	w.t.Helper()
	w.must(w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$" + p.Reveal(), Clear: p}, "", change(when)))
}

// userWithPassword is a live user whose password waits for the connector.
func (w *fixture) userWithPassword(name string) directory.User {
	w.t.Helper()
	u := withPassword(name)
	w.must(w.CreateUser(ctx, u, change(at), time.Time{}))
	return u
}

func delivered(t provisioning.Task) provisioning.Result {
	r := created(t, "r-"+t.UserID)
	r.PasswordDone = true
	return r
}

func TestPasswordIsSealedUntilDelivered(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		w.userWithPassword("ada")
		var sealed string
		w.must(writer(w).QueryRow(`SELECT sealed FROM passwords`).Scan(&sealed))
		if sealed == "" || strings.Contains(sealed, clear.Reveal()) || !strings.HasPrefix(sealed, "v1:") {
			t.Errorf("not sealed: %q", sealed)
		}
		task := w.claimOne(at)
		same(t, "password", task.Password, clear)
		same(t, "set at", task.PasswordAt, at)
		w.record(at, created(task, "r1"))
		same(t, "waiting after an attempt that did not deliver it", w.waiting(), 1)
		w.setPassword(task.User, "second one", at.Add(time.Minute))
		task = w.claimOne(at.Add(time.Minute))
		w.record(at.Add(time.Minute), delivered(task))
		same(t, "waiting after the delivery", w.waiting(), 0)
		a := w.account(task.User)
		same(t, "settled", a.ObservedGen, a.DesiredGen)
	})
}

// A password is bound to its user and connector: a row that was moved does not open, and holds nobody up.
func TestPasswordOpensOnlyInItsRow(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		w.userWithPassword("ada")
		bob := w.user("bob")
		_, err := writer(w).Exec(`UPDATE passwords SET user_id = $1`, bob.ID)
		w.must(err)
		for _, task := range w.claimAt(at) {
			same(t, "password of "+task.User.UserName, task.Password, "")
		}
	})
}

func TestNewPasswordMakesOnlyItsTargetsDue(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		other := w.second()
		u := w.user("ada")
		w.record(at, created(w.claimOne(at), "r1"))
		before, _, err := w.Account(ctx, other.ID, u.ID)
		w.must(err)
		for what, act := range map[string]func() error{
			"their own": func() error {
				return w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$2", Clear: clear}, "", change(at.Add(time.Minute)))
			},
			"by the API": func() error {
				now, err := w.User(ctx, u.ID)
				w.must(err)
				now.PasswordHash, now.Arrival.Password = "$3", clear
				_, err = w.UpdateUser(ctx, now, change(at.Add(time.Minute)))
				return err
			},
		} {
			_, err := w.Resync(ctx, w.connector.ID, change(at.Add(time.Minute))) // due already, and not urgent
			w.must(err)
			w.must(act())
			task := w.claimOne(at.Add(time.Minute))
			same(t, what+": password", task.Password, clear)
			same(t, what+": priority", task.Priority, provisioning.People)
			w.record(at.Add(time.Minute), delivered(task))
			same(t, what+": waiting", w.waiting(), 0)
		}
		after, _, err := w.Account(ctx, other.ID, u.ID)
		w.must(err)
		same(t, "a connector that is sent none", after.DesiredGen, before.DesiredGen)
		w.must(w.RehashUserPassword(ctx, u.ID, "$3", "$4"))
		same(t, "waiting after a rehash", w.waiting(), 0)
	})
}

func TestNewPasswordKeepsALeaversPlace(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		u := w.user("ada")
		w.record(at, created(w.claimOne(at), "r1"))
		now, err := w.User(ctx, u.ID)
		w.must(err)
		now.Active = false
		_, err = w.UpdateUser(ctx, now, change(at))
		w.must(err)
		w.setPassword(u, clear, at)
		same(t, "priority", w.account(u).Priority, provisioning.Leavers)
	})
}

// A connector that is not sent passwords any more, and a new password, must not miss each other. SQLite has one writer,
// so only PostgreSQL can go wrong.
func TestPasswordWaitsForTargets(t *testing.T) {
	w := build(t, dbtest.Postgres(t))
	u := w.user("ada")
	tx, err := writer(w).BeginTx(ctx, nil)
	w.must(err)
	w.must(db.LockTargets(w.Store, tx))
	done := make(chan error, 1)
	go func() {
		done <- w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$2", Clear: clear}, "", change(at))
	}()
	select {
	case err := <-done:
		t.Errorf("did not wait: %v", err)
		done <- err
	case <-time.After(300 * time.Millisecond):
	}
	w.must(tx.Rollback())
	w.must(<-done)
}

// A newer password stays and keeps the account due, even if both were set at one instant.
func TestNewerPasswordSurvivesTheDelivery(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		u := w.userWithPassword("ada")
		task := w.claimOne(at)
		w.setPassword(u, "second one", at)
		w.record(at, delivered(task))
		same(t, "waiting", w.waiting(), 1)
		task = w.claimOne(at.Add(time.Minute))
		same(t, "password", task.Password, "second one")
	})
}

// What an attempt without its lease says wipes nothing.
func TestLostLeaseWipesNoPassword(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		w.userWithPassword("ada")
		late := w.claimOne(at)
		w.takeOver(late)
		w.claimOne(at.Add(2 * time.Minute))
		w.record(at.Add(2*time.Minute), delivered(late))
		same(t, "waiting", w.waiting(), 1)
	})
}

// Delivering to an account that stands for another user delivers nothing.
func TestPasswordAtAnothersAccountIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		w.user("bob")
		w.record(at, created(w.claimOne(at), "r-same"))
		w.userWithPassword("ada")
		r := delivered(w.claimOne(at))
		r.RemoteID = "r-same"
		w.record(at, r)
		same(t, "waiting", w.waiting(), 1)
	})
}

func TestPasswordIsWiped(t *testing.T) {
	for what, act := range map[string]func(w *fixture, u directory.User){
		"when the user is deleted": func(w *fixture, u directory.User) { w.must(w.DeleteUser(ctx, u.ID, change(at))) },
		"when the provisioner goes": func(w *fixture, _ directory.User) {
			w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
		},
		"when none is sent any more": func(w *fixture, _ directory.User) { w.sends(connectors.PasswordRandom) },
		"when it is too old": func(w *fixture, _ directory.User) {
			n, err := w.WipePasswords(ctx, at.Add(time.Second))
			w.must(err)
			same(w.t, "wiped", n, 1)
		},
		"when nobody knows the new one": func(w *fixture, u directory.User) {
			now, err := w.User(ctx, u.ID)
			w.must(err)
			now.PasswordHash = ""
			_, err = w.UpdateUser(ctx, now, change(at))
			w.must(err)
		},
	} {
		t.Run(what, func(t *testing.T) {
			each(t, func(t *testing.T, w *fixture) {
				w.sends(connectors.PasswordSend)
				u := w.userWithPassword("ada")
				n, err := w.WipePasswords(ctx, at)
				w.must(err)
				same(t, "wiped before its time", n, 0)
				w.sends(connectors.PasswordSend) // saved again, nothing changed
				same(t, "waiting before", w.waiting(), 1)
				act(w, u)
				same(t, "waiting after", w.waiting(), 0)
			})
		})
	}
}

// A password waits for a staged user as for any other, and goes with a user who is taken back.
func TestPasswordOfAStagedUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.sends(connectors.PasswordSend)
		p := w.provisioner
		p.Blocking = true
		w.must(w.UpdateProvisioner(ctx, p, change(at)))
		u := withPassword("ada")
		w.must(w.CreateUser(ctx, u, change(at), at.Add(time.Minute)))
		same(t, "password", w.claimOne(at).Password, clear)
		w.must(w.TakeBack(ctx, u.ID, change(at)))
		same(t, "waiting after it was taken back", w.waiting(), 0)
	})
}

func TestPasswordIsKeptOnlyForWhoIsSentIt(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.userWithPassword("none")
		w.sends(connectors.PasswordRandom)
		w.userWithPassword("random")
		same(t, "waiting", w.waiting(), 0)
		n := w.connector
		n.Enabled, n.Settings.Values = false, map[string]string{connectors.PasswordKey: string(connectors.PasswordSend)}
		w.must(w.UpdateConnector(ctx, n, "", change(at)))
		w.userWithPassword("disabled")
		same(t, "waiting for a connector that is switched off", w.waiting(), 1)
		w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
		w.userWithPassword("unmanaged")
		same(t, "waiting for a connector without a provisioner", w.waiting(), 0)
	})
}
