package db_test

import (
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

func TestAPaceRunsBesideTheQuarantine(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		due := func() time.Time {
			next, err := w.NextDue(ctx)
			w.must(err)
			return next.UTC()
		}
		pace := provisioning.Quarantine{Class: provisioning.Paced, Since: at, Until: at.Add(time.Hour), Step: time.Second, Asked: true, Reason: "429", Remedy: "wait", Kind: connectors.RateLimited}
		w.must(w.Quarantine(ctx, w.connector.ID, pace, at))
		target, err := w.Target(ctx, w.connector.ID)
		w.must(err)
		same(t, "pace", target.Pace, pace)
		same(t, "quarantine", target.Quarantine.On(), false)
		same(t, "an account's", w.account(u).Pauses, provisioning.Pauses{Pace: pace})
		same(t, "next due", due(), pace.Until)

		denied := provisioning.Quarantine{Class: provisioning.AllOperations, Since: at, Until: at.Add(time.Minute), Step: time.Minute, Kind: connectors.Denied}
		w.must(w.Quarantine(ctx, w.connector.ID, denied, at))
		same(t, "the check waits, too", due(), pace.Until)
		w.must(w.Resume(ctx, w.connector.ID, provisioning.Paced, at))
		same(t, "what stays", w.account(u).Pauses, provisioning.Pauses{Quarantine: denied})
		same(t, "next due after it", due(), denied.Until)

		w.must(w.Quarantine(ctx, w.connector.ID, pace, at))
		c, err := w.Connector(ctx, w.connector.ID)
		w.must(err)
		w.must(w.UpdateConnector(ctx, c, "", change(at)))
		same(t, "after a save", w.account(u).Pauses, provisioning.Pauses{})
	})
}

// TestAPauseIsOfItsConfiguration: what an attempt learned before the connector was saved pauses nobody after it.
func TestAPauseIsOfItsConfiguration(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		c, err := w.Connector(ctx, w.connector.ID)
		w.must(err)
		denied := provisioning.Quarantine{Class: provisioning.AllOperations, Since: at, Until: at.Add(time.Minute), Step: time.Minute, Kind: connectors.Denied, Revision: c.Revision}
		w.must(w.UpdateConnector(ctx, c, "", change(at)))
		w.must(w.Quarantine(ctx, w.connector.ID, denied, at))
		target, err := w.Target(ctx, w.connector.ID)
		w.must(err)
		same(t, "after a save", target.Quarantine.On(), false)
		denied.Revision = target.Revision
		w.must(w.Quarantine(ctx, w.connector.ID, denied, at))
		target, err = w.Target(ctx, w.connector.ID)
		w.must(err)
		same(t, "of the one in force", target.Quarantine.On(), true)
	})
}

func TestALimitKeepsOnlyNewcomersWaiting(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada := w.user("ada")
		w.record(at, created(w.claimOne(at), "r1"))
		bob := w.user("bob")
		limit := provisioning.Quarantine{Class: provisioning.CreatesOnly, Since: at, Until: at.Add(time.Hour), Step: time.Minute, Reason: "no licence", Kind: connectors.Limit}
		w.must(w.Quarantine(ctx, w.connector.ID, limit, at))
		claim := func(only provisioning.Sort) string {
			tasks, err := w.Claim(ctx, provisioning.Claim{ConnectorID: w.connector.ID, Least: provisioning.Bulk, Only: only, Limit: 9, Lease: "x", Until: at.Add(time.Minute), Now: at.Add(time.Second)})
			w.must(err)
			var us []directory.User
			for _, task := range tasks {
				us = append(us, task.User)
				w.record(at, provisioning.Result{Task: task, Released: true})
			}
			return names(us)
		}
		next, err := w.NextDue(ctx)
		w.must(err)
		same(t, "next due, with a newcomer alone", next.UTC(), limit.Until)
		ada.Title = "Countess"
		_, err = w.UpdateUser(ctx, ada, change(at))
		w.must(err)
		same(t, "known", claim(provisioning.Known), "[ada]")
		same(t, "newcomers", claim(provisioning.Newcomers), "[bob]")
		next, err = w.NextDue(ctx)
		w.must(err)
		same(t, "next due, with an edit", next.UTC(), at)
		same(t, "bob is", w.account(bob).Status(at), provisioning.StatusPaused)
		same(t, "ada is", w.account(ada).Status(at), provisioning.StatusPending)
		w.must(w.DeleteUser(ctx, bob.ID, change(at)))
		same(t, "known, and a leaver who may have been made", claim(provisioning.Known), "[bob ada]")
		w.must(w.Resume(ctx, w.connector.ID, provisioning.CreatesOnly, at))
		same(t, "after it", w.account(ada).Pauses, provisioning.Pauses{})
	})
}

// Whoever was refused while everybody was comes back when that is over, and nobody else who failed.
func TestTheEndOfAQuarantineForRefusalsRevivesTheRefused(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob := w.user("ada"), w.user("bob")
		for _, task := range w.claimAt(at) {
			kind := connectors.Refused
			if task.UserID == bob.ID {
				kind = connectors.Invalid
			}
			w.record(at, failed(task, provisioning.Result{Dead: true, Kind: kind, Err: &connectors.Error{Kind: kind, Message: "no"}}))
		}
		for _, kind := range []connectors.Kind{connectors.Denied, connectors.Refused} {
			same(t, "ada before", w.account(ada).Status(at), provisioning.StatusFailed)
			w.must(w.Quarantine(ctx, w.connector.ID, provisioning.Quarantine{Class: provisioning.WritesOnly, Until: at.Add(time.Minute), Kind: kind}, at))
			w.must(w.Quarantine(ctx, w.connector.ID, provisioning.Quarantine{}, at))
		}
		same(t, "ada after", w.account(ada).Status(at), provisioning.StatusPending)
		same(t, "bob after", w.account(bob).Status(at), provisioning.StatusFailed)
	})
}
