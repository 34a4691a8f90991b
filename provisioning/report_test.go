package provisioning

import (
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

func TestReport(t *testing.T) {
	later, earlier := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	failing := Account{DesiredGen: 2, Attempts: 1, ErrorKind: connectors.Temporary, Error: "down", Remedy: "wait"}
	with := func(a Account, f func(*Account)) Account { f(&a); return a }
	for _, c := range []struct {
		name        string
		a           Account
		none, tried bool
		settled, ok bool
		reason      string
	}{
		{name: "no account, so nothing to do", none: true, settled: true, ok: true},
		{name: "in step", a: Account{DesiredGen: 1, ObservedGen: 1}, settled: true, ok: true},
		{name: "not tried yet", a: Account{DesiredGen: 1, DueAt: later}},
		{name: "edited meanwhile", a: Account{DesiredGen: 2, DueAt: earlier}, tried: true},
		{name: "somebody else tries it", a: with(failing, func(a *Account) { a.DueAt, a.LeaseUntil = later, later }), tried: true},
		{name: "tried and failed", a: with(failing, func(a *Account) { a.DueAt = later }), tried: true, settled: true, reason: "down"},
		{name: "tried and failed, due again already", a: with(failing, func(a *Account) { a.DueAt = earlier }), tried: true, settled: true, reason: "down"},
		{name: "failed before, and backs off", a: with(failing, func(a *Account) { a.DueAt = later }), settled: true, reason: "down"},
		{name: "failed before, and due now", a: with(failing, func(a *Account) { a.DueAt = earlier })},
		{name: "given up", a: with(failing, func(a *Account) { a.DeadAt = earlier }), settled: true, reason: "down"},
		{name: "held", a: with(failing, func(a *Account) { a.HeldAt, a.HeldReason = earlier, "who is it?" }), settled: true, reason: "who is it?"},
		{name: "accepted just now", a: with(failing, func(a *Account) { a.ErrorKind, a.RemoteID, a.DueAt = connectors.Pending, "r1", later }), tried: true, settled: true, ok: true},
		{name: "accepted when somebody else tried it", a: with(failing, func(a *Account) { a.ErrorKind, a.RemoteID, a.DueAt = connectors.Pending, "r1", later }), settled: true, ok: true},
		{name: "accepted once, and tried again now", a: with(failing, func(a *Account) {
			a.ErrorKind, a.RemoteID, a.DueAt, a.LeaseUntil = connectors.Pending, "r1", later, later
		})},
		{name: "pending, and nothing of ours is known", a: with(failing, func(a *Account) { a.ErrorKind, a.DueAt = connectors.Pending, later }), tried: true, settled: true, reason: "down"},
		{name: "accepted once, and edited since", a: with(failing, func(a *Account) { a.ErrorKind, a.RemoteID, a.DueAt = connectors.Pending, "r1", earlier })},
	} {
		var out directory.Outcome
		settled := quietEngine(nil).report(c.a, !c.none, c.tried, &out)
		if settled != c.settled || out.OK != c.ok || out.Reason != c.reason || (c.reason != "") != (out.Remedy != "") {
			t.Errorf("%s: settled %v %+v", c.name, settled, out)
		}
	}
}
