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

func overloaded(after time.Duration) error {
	return &connectors.Error{Kind: connectors.RateLimited, Status: 429, RetryAfter: after, Message: "too many requests"}
}

func maintenance(op string, after time.Duration) error {
	k := connectors.Temporary
	if op == "create" {
		k = connectors.Unknown
	}
	return &connectors.Error{Kind: k, Op: op, Status: 503, RetryAfter: after, Message: "maintenance"}
}

func (t *target) all() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, c := range t.calls {
		n += c
	}
	return n
}

// 429 without a time, for a while: one asks less and less often, and it is one and not forty.
func TestTooManyRequestsSlowTheWholeConnector(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) { tg.fail = func(string) error { return overloaded(0) } })
		for i := range 40 {
			w.add(fmt.Sprint("user", i))
		}
		var asked []int
		for before := 0; len(asked) < 8; before = tg.all() {
			time.Sleep(15 * time.Second)
			asked = append(asked, tg.all()-before)
		}
		if asked[0] > 10 || asked[1] > 2 || asked[7] > 1 || tg.all() > 16 {
			t.Error("requests in each 15 s:", asked)
		}
		tg.set(func(tg *target) { tg.fail = nil })
		time.Sleep(3 * time.Minute)
		if n := len(tg.snapshot()); n != 40 {
			t.Error(n, "of 40 accounts, three minutes after the target is well")
		}
		if q := w.target(0).Pace; q.On() {
			t.Errorf("the pace is still written down: %+v", q)
		}
	})
}

// A time that the target names holds for everything, whatever the status: leavers, checks, other processes, and after a
// restart.
func TestATimeThatTheTargetNamesHoldsForTheWholeConnector(t *testing.T) {
	for name, answer := range map[string]func(op string) error{
		"429": func(string) error { return overloaded(2 * time.Minute) },
		"503": func(op string) error { return maintenance(op, 2*time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
				leaver := w.add("leaver")
				w.wait(0, leaver.ID, provisioning.StatusSynced)
				other := &fixture{t: t, store: w.store, dir: &directory.Directory{Store: w.store, Now: time.Now}, opener: w.opener, crash: w.crash}
				other.start(provisioning.Config{Poll: 500 * time.Millisecond})
				defer func() { other.stop() }()
				tg.set(func(tg *target) { tg.fail = answer })
				ada := w.add("ada")
				time.Sleep(time.Second)
				before := tg.all()
				_, err := w.dir.DeleteUser(t.Context(), leaver.ID, tester)
				must(t, err)
				for i := range 20 {
					w.add(fmt.Sprint("user", i))
				}
				other.engine.Wake()
				time.Sleep(time.Minute)
				w.restart()
				time.Sleep(57 * time.Second)
				if n := tg.all() - before; n != 0 {
					t.Error(n, "requests in the time that the target wanted to be left alone:", tg.calls)
				}
				q := w.target(0).Pace
				a, _ := w.account(0, ada.ID)
				if stop, ok := a.Pauses.Of(a, time.Now()); !q.Asked || !ok || stop != q || !strings.Contains(q.Why(), q.Until.UTC().Format("15:04")+" UTC, as the target asked") {
					t.Errorf("nobody is told: %+v", q)
				}
				tg.set(func(tg *target) { tg.fail = nil })
				time.Sleep(time.Minute)
				if n := len(tg.snapshot()); n != 21 || w.status(0, leaver.ID) != "none" {
					t.Error(n, "accounts of 21 after it; the leaver is", w.status(0, leaver.ID))
				}
			})
		})
	}
}

// The check of a paused connector meets the same wish.
func TestAChecksAnswerIsHeeded(t *testing.T) {
	each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
		tg.set(func(tg *target) { tg.denied = true })
		w.add("ada")
		time.Sleep(30 * time.Second)
		tg.set(func(tg *target) {
			tg.denied = false
			tg.fail = func(string) error { return overloaded(10 * time.Minute) }
		})
		time.Sleep(31 * time.Second) // the check came, and was sent away
		before := tg.all()
		time.Sleep(9 * time.Minute)
		if n := tg.all() - before; n != 0 || tg.count("check") != 1 {
			t.Error(n, "requests meanwhile:", tg.calls)
		}
		tg.set(func(tg *target) { tg.fail = nil })
		time.Sleep(2 * time.Minute)
		if n := len(tg.snapshot()); n != 1 {
			t.Error(n, "accounts after it")
		}
	})
}

func TestBlockingWaitsForAPaceThatEndsInTimeAndSaysSoOfALongerOne(t *testing.T) {
	each(t, blocking(newTarget(1)), func(t *testing.T, w *fixture, tg *target) {
		ada := w.add("ada")
		tg.set(func(tg *target) { tg.fail = func(string) error { return overloaded(5 * time.Second) } })
		_, err := w.dir.UpdateUser(t.Context(), mailed(ada, "one@example.com"), tester)
		must(t, err)
		tg.set(func(tg *target) { tg.fail = nil })
		start := time.Now()
		_, outcomes, err := w.dir.CreateUser(t.Context(), w.user("bob"), tester)
		must(t, err)
		if took := time.Since(start); !outcomes[0].OK || took < 4*time.Second || took > 7*time.Second {
			t.Error("with five seconds to wait:", took, outcomes)
		}
		tg.set(func(tg *target) { tg.fail = func(op string) error { return maintenance(op, 10*time.Minute) } })
		_, err = w.dir.UpdateUser(t.Context(), mailed(ada, "two@example.com"), tester)
		must(t, err)
		start, before := time.Now(), tg.all()
		_, _, err = w.dir.CreateUser(t.Context(), w.user("eve"), tester)
		if directory.CodeOf(err) != directory.Rejected || !strings.Contains(err.Error(), "as the target asked") || time.Since(start) > time.Second || tg.all() != before {
			t.Error("with ten minutes to wait:", err, time.Since(start), tg.calls)
		}
	})
}

func mailed(u directory.User, address string) directory.User {
	u.SetEmail(address)
	return withoutVersion(u)
}
