package provisioning_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

func full() error {
	return &connectors.Error{Kind: connectors.Limit, Status: 400, Message: "License limit exceeded", Remedy: "Buy licences."}
}

func refusal() error {
	return &connectors.Error{Kind: connectors.Refused, Status: 403, Message: "not this one"}
}

// Without a licence nobody new is made; who is there is changed and leaves as ever.
func TestALimitPausesCreatesOnly(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		ada, leaver := w.add("ada"), w.add("leaver")
		w.wait(0, ada.ID, provisioning.StatusSynced)
		w.wait(0, leaver.ID, provisioning.StatusSynced)
		failing(tg, full(), "create")
		var waiting []directory.User
		for i := range 20 {
			waiting = append(waiting, w.add(fmt.Sprint("user", i)))
		}
		time.Sleep(50 * time.Second)
		tried := tg.count("create")
		if step := w.target(0).Limit.Step; tried > 2+4 || step != time.Minute {
			t.Error(tried-2, "creates without a licence, and the next in", step)
		}
		_, err := w.dir.UpdateUser(t.Context(), mailed(ada, "new@example.com"), tester)
		must(t, err)
		time.Sleep(time.Second)
		if s := w.status(0, ada.ID); s != provisioning.StatusSynced || tg.count("update") != 1 {
			t.Error("an edit is", s)
		}
		for _, u := range waiting {
			a, _ := w.account(0, u.ID)
			if q, ok := a.Pauses.Of(a, time.Now()); a.Status(time.Now()) != provisioning.StatusPaused || !ok || !strings.Contains(q.Why(), "License limit exceeded") {
				t.Errorf("%s: %s, and nobody is told why: %+v", u.UserName, a.Status(time.Now()), q)
			}
		}
		p, err := w.store.Progress(t.Context(), w.conns[0].ID)
		must(t, err)
		if p.Counts[provisioning.StatusPaused] != 20 || p.Counts[provisioning.StatusSynced] != 2 {
			t.Error("counted:", p.Counts)
		}
		time.Sleep(2 * time.Hour)
		if n := tg.count("create") - tried; n < 4 || n > 9 {
			t.Error(n, "more creates in two hours; one should come after 1, 3, 7, 15 … minutes")
		}
		failing(tg, nil)
		before := tg.count("create")
		_, err = w.dir.DeleteUser(t.Context(), leaver.ID, tester)
		must(t, err)
		time.Sleep(5 * time.Second)
		if n := len(tg.snapshot()); n != 21 || tg.count("create")-before != 20 {
			t.Error(n, "accounts five seconds after somebody left, want 21;", tg.calls)
		}
		if q := w.target(0).Limit; q.On() {
			t.Errorf("the limit is still written down: %+v", q)
		}
	})
}

func TestBlockingAtATargetThatIsFull(t *testing.T) {
	each(t, blocking(nil), func(t *testing.T, w *fixture, tg *target) {
		ada := w.add("ada")
		failing(tg, full(), "create")
		for range 2 {
			_, _, err := w.dir.CreateUser(t.Context(), w.user("bob"), tester)
			if directory.CodeOf(err) != directory.Rejected || !strings.Contains(err.Error(), "License limit exceeded") {
				t.Error(err)
			}
		}
		if n := tg.count("create"); n != 2 {
			t.Error(n-1, "creates without a licence")
		}
		outcomes, err := w.dir.UpdateUser(t.Context(), mailed(ada, "new@example.com"), tester)
		must(t, err)
		if !outcomes[0].OK {
			t.Error("an edit waits for a licence:", outcomes)
		}
	})
}

// One account that is refused is that account's trouble, as long as others are taken.
func TestARefusalIsTheAccountsOwn(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		failing(tg, refusal(), "create")
		ada := w.add("ada")
		w.wait(0, ada.ID, provisioning.StatusFailed)
		failing(tg, nil)
		if a, _ := w.account(0, ada.ID); a.ErrorKind != connectors.Refused || !strings.Contains(a.Error, "not this one") || tg.count("check") != 1 {
			t.Errorf("%+v after %d checks", a, tg.count("check"))
		}
		bob := w.add("bob")
		w.wait(0, bob.ID, provisioning.StatusSynced)
		failing(tg, refusal(), "update")
		_, err := w.dir.UpdateUser(t.Context(), mailed(bob, "new@example.com"), tester)
		must(t, err)
		w.wait(0, bob.ID, provisioning.StatusFailed)
		if q := w.quarantine(0); q.On() || tg.count("check") != 1 {
			t.Error("the connector was paused, or checked though others are taken:", q, tg.calls)
		}
	})
}

// A refusal while the harmless check fails, too, is about us: nobody's account is at fault.
func TestARefusalWithAFailingCheckIsAboutUs(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) {
			tg.fail = func(op string) error {
				if op == "check" {
					return &connectors.Error{Kind: connectors.Denied, Status: 401, Message: "the token was revoked"}
				}
				return refusal()
			}
		})
		u := w.add("ada")
		time.Sleep(5 * time.Second)
		a, _ := w.account(0, u.ID)
		if q := w.quarantine(0); q.Class != provisioning.AllOperations || !strings.Contains(q.Reason, "the token was revoked") || a.Status(time.Now()) != provisioning.StatusPaused {
			t.Errorf("%+v, the account is %s", q, a.Status(time.Now()))
		}
	})
}

// Many refusals in a row mean us after all: writes pause, and who was refused meanwhile comes right by itself.
func TestManyRefusalsInARowAreAboutUs(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		leaver := w.add("leaver")
		w.wait(0, leaver.ID, provisioning.StatusSynced)
		failing(tg, refusal(), "create")
		for i := range 40 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(50 * time.Second)
		if n := tg.count("create"); n > 1+5+4 || w.quarantine(0).Class != provisioning.WritesOnly {
			t.Error(n-1, "creates were refused;", w.quarantine(0))
		}
		_, err := w.dir.DeleteUser(t.Context(), leaver.ID, tester)
		must(t, err)
		time.Sleep(time.Second)
		if s := w.status(0, leaver.ID); s != "none" {
			t.Error("the leaver is", s)
		}
		failing(tg, nil)
		time.Sleep(5 * time.Minute)
		if n := len(tg.snapshot()); n != 40 {
			t.Error(n, "of 40 accounts once they are taken again")
		}
	})
}

// The page of a load balancer at an address where the service was a minute ago: an outage, for leavers, too.
func TestAPageAtAnAddressThatWorkedIsAnOutage(t *testing.T) {
	page := &connectors.Error{Kind: connectors.Misconfigured, Status: 404, Elsewhere: true, Message: "404 page not found", Remedy: "Correct the base URL."}
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		ada, leaver := w.add("ada"), w.add("leaver")
		w.wait(0, ada.ID, provisioning.StatusSynced)
		w.wait(0, leaver.ID, provisioning.StatusSynced)
		failing(tg, page, "update", "delete")
		_, err := w.dir.UpdateUser(t.Context(), mailed(ada, "new@example.com"), tester)
		must(t, err)
		_, err = w.dir.DeleteUser(t.Context(), leaver.ID, tester)
		must(t, err)
		time.Sleep(5 * time.Second)
		if q := w.quarantine(0); q.On() {
			t.Error("paused as if the address were wrong:", q)
		}
		failing(tg, nil)
		time.Sleep(2 * time.Minute) // the waits between attempts are random
		if s := w.status(0, ada.ID); s != provisioning.StatusSynced || w.status(0, leaver.ID) != "none" {
			t.Error("two minutes after the target is well:", s, w.status(0, leaver.ID))
		}
	})
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) { // where nothing ever worked, it is wrong
		failing(tg, page, "create")
		w.add("ada")
		time.Sleep(5 * time.Second)
		if q := w.quarantine(0); q.Class != provisioning.WritesOnly || q.Until.Sub(q.Since) != time.Minute {
			t.Errorf("%+v", q)
		}
	})
}

// What pauses again although the check passes is looked at less and less often.
func TestAPauseThatComesBackGrows(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		failing(tg, licence(), "create")
		for i := range 30 {
			w.add(fmt.Sprint("user", i))
		}
		time.Sleep(3 * time.Hour)
		if n := tg.count("create"); n < 8 || n > 40 {
			t.Error(n, "creates in three hours of pauses of 1, 2, 4 … 60 minutes, four at a time at most")
		}
	})
}
