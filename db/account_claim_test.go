package db_test

import (
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

func TestClaimLeases(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		task := w.claimOne(at)
		same(t, "user", task.User.UserName, "ada")
		same(t, "attempts", task.Attempts, 1)
		same(t, "provisioner", task.Provisioner.ID, w.provisioner.ID)
		same(t, "fresh", task.NoWriteInDoubt, true)
		if n := len(w.claimAt(at.Add(30 * time.Second))); n != 0 {
			t.Errorf("claimed %d leased accounts", n)
		}
		// A mark must not take the lease away from whoever is at the target now.
		u.Title = "Countess"
		_, err := w.UpdateUser(ctx, u, change(at.Add(time.Second)))
		w.must(err)
		if n := len(w.claimAt(at.Add(30 * time.Second))); n != 0 {
			t.Errorf("claimed %d leased accounts after an edit", n)
		}
		w.takeOver(task)
		again := w.claimOne(at.Add(time.Minute))
		same(t, "fresh after a lost attempt", again.NoWriteInDoubt, false)
		if !again.WriteBegan.Equal(at) {
			t.Errorf("the intent is from %v, want that of the first claim", again.WriteBegan)
		}
	})
}

func TestClaimNeedsAManagedEnabledConnector(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		n := w.connector
		n.Enabled = false
		w.must(w.UpdateConnector(ctx, n, "", change(at)))
		same(t, "claims at a disabled connector", len(w.claimAt(at)), 0)
		next, err := w.NextDue(ctx)
		w.must(err)
		same(t, "next due is nothing", next.IsZero(), true)
		n.Enabled = true
		w.must(w.UpdateConnector(ctx, n, "", change(at)))
		w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
		same(t, "claims at an unmanaged connector", len(w.claimAt(at)), 0)
		w.must(w.CreateProvisioner(ctx, w.provisioner, change(at)))
		same(t, "attempts of the claim that counts", w.claimOne(at).Attempts, 1)
	})
}

func TestClaimByPriority(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		leaver := w.user("leaver")
		w.record(at, created(w.claimOne(at), "r1"))
		for _, n := range []string{"a", "b", "c"} {
			w.user(n)
		}
		w.must(w.DeleteUser(ctx, leaver.ID, change(at.Add(time.Hour))))
		c := provisioning.Claim{ConnectorID: w.connector.ID, Least: provisioning.Bulk, Limit: 2, Lease: "x", Until: at.Add(3 * time.Hour), Now: at.Add(2 * time.Hour)}
		tasks, err := w.Claim(ctx, c)
		w.must(err)
		same(t, "claimed", len(tasks), 2)
		same(t, "first", tasks[0].User.ID, leaver.ID)
		same(t, "state read", tasks[0].User.State, directory.Deleted)
		c.Least, c.Lease = provisioning.Leavers, "y"
		tasks, err = w.Claim(ctx, c)
		w.must(err)
		same(t, "claimed of leavers only", len(tasks), 0)
		c.Least, c.Lease, c.Limit = provisioning.Bulk, "z", 10
		tasks, err = w.Claim(ctx, c)
		w.must(err)
		same(t, "claimed of the rest", len(tasks), 2)
	})
}

func TestClaimOneUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("other")
		u := w.user("ada")
		c := provisioning.Claim{ConnectorID: w.connector.ID, UserID: u.ID, Limit: 1, Lease: "x", Until: at.Add(time.Minute), Now: at}
		for i, want := range []int{1, 0} {
			tasks, err := w.Claim(ctx, c)
			w.must(err)
			if len(tasks) != want {
				t.Errorf("claim %d got %d accounts, want %d", i, len(tasks), want)
			}
		}
	})
}
