package provisioning

import (
	"errors"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

func married(t *Task) { linked(t); t.User.UserName = "ada.king" }

// moving is another user of ours who has the name that is wanted and should have another one.
func moving(wants string, state func(*Holder)) *ledger {
	h := Holder{ID: "grace", Name: wants, Unsettled: true, User: directory.User{ID: "grace", UserName: wants, Active: true, State: directory.Live}}
	if state != nil {
		state(&h)
	}
	return &ledger{holder: h}
}

func waitsFor(id string) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, _ *script, _ *ledger) {
		t.Helper()
		if r.WaitsFor != id {
			t.Errorf("waits for %q, want %q", r.WaitsFor, id)
		}
	}
}

// looksAt wants the wait to be long, and an administrator to be told whose account ends it.
func looksAt(name string) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, s *script, l *ledger) {
		t.Helper()
		waitsFor("grace")(t, r, s, l)
		e, ok := errors.AsType[*connectors.Error](r.Err)
		if !ok || e.RetryAfter != later || !strings.HasPrefix(e.Remedy, "Look at "+name) {
			t.Errorf("waits %v: %q", retryAfter(r.Err, 0), e.Remedy)
		}
	}
}

func waitsThen(want time.Duration) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, _ *script, _ *ledger) {
		t.Helper()
		if got := retryAfter(r.Err, 0); got != want {
			t.Errorf("waits %v, want %v", got, want)
		}
	}
}

// TestWaiting: a value that another of ours still has is waited for, and a circle of those who wait is broken.
func TestWaiting(t *testing.T) {
	taken := map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {shows("r7", "grace", "ada")}}
	contested := map[string][]answer{"update": {fails(connectors.Conflict)}, "find": {shows("r7", "grace", "ada.king")}}
	round := moving("ada", nil)
	round.waits = map[string]string{"grace": "eve", "eve": "ada"}
	behind := moving("grace", func(h *Holder) { h.WaitsFor = "eve" })
	behind.waiting = map[string]Holder{"eve": {ID: "eve", Name: "eve", Unsettled: true, WaitsFor: "mary"}, "mary": {ID: "mary", Name: "mary", Unsettled: true, Stuck: true}}
	circle := moving("grace", func(h *Holder) { h.WaitsFor = "eve" })
	circle.waiting = map[string]Holder{"eve": {ID: "eve", Name: "eve", Unsettled: true, WaitsFor: "mary"}, "mary": {ID: "mary", Name: "mary", Unsettled: true, WaitsFor: "eve"}}
	chain := moving("grace", nil)
	chain.waits = map[string]string{"grace": "eve"}
	for _, c := range []reconcileCase{
		{name: "the old name of somebody who is being renamed", answers: taken, ledger: moving("grace", nil), calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsFor("grace")},
		{name: "whose rename failed", answers: taken, ledger: moving("grace", func(h *Holder) { h.Stuck = true }), calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsFor("grace")},
		{name: "of somebody who waits for one whose rename failed", answers: taken, ledger: behind, calls: "create find", kind: connectors.Pending, op: OpFind, check: looksAt("mary")},
		{name: "of somebody who waits in a circle", answers: taken, ledger: circle, calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsFor("grace")},
		{name: "of a leaver who waits for an administrator", answers: taken, ledger: moving("grace", func(h *Holder) { h.Leaving, h.Stuck = true, true }), calls: "create find", kind: connectors.Pending, op: OpFind, check: looksAt("grace")},
		{name: "of somebody who is tried again in 40 seconds", answers: taken, ledger: moving("grace", func(h *Holder) { h.DueAt = noon.Add(40 * time.Second) }), calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsThen(42 * time.Second)},
		{name: "of somebody who is tried again in an hour", answers: taken, ledger: moving("grace", func(h *Holder) { h.DueAt = noon.Add(time.Hour) }), calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsThen(later)},
		{name: "of somebody who is due", answers: taken, ledger: moving("grace", func(h *Holder) { h.DueAt = noon.Add(-time.Hour) }), calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsThen(soon)},
		{name: "of a leaver who is tried again in 40 seconds", answers: taken, ledger: moving("grace", func(h *Holder) { h.Leaving, h.DueAt = true, noon.Add(40*time.Second) }), calls: "create find", kind: connectors.Pending, op: OpFind, check: waitsThen(42 * time.Second)},
		{name: "of somebody who keeps it", answers: taken, ledger: moving("ada", nil), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: waitsFor("")},
		{name: "of somebody who is settled", answers: taken, ledger: moving("grace", func(h *Holder) { h.Unsettled = false }), calls: "create find read", kind: connectors.Conflict, op: OpFind, found: "r7"},
		{name: "an ID that is remembered wrongly is no holder", answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {shows("r7", "a stranger", "ada")}},
			ledger: moving("grace", nil), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7"},
		{name: "a rename waits", task: married, answers: contested, ledger: chain, calls: "update find", kind: connectors.Pending, op: OpUpdate, remote: "r1", check: waitsFor("grace")},
		{name: "a rename meets a stranger", task: married, answers: map[string][]answer{"update": {fails(connectors.Conflict)}, "find": {shows("r7", "", "ada.king")}},
			calls: "update find", kind: connectors.Conflict, op: OpUpdate, remote: "r1", found: "r7"},
		{name: "a rename is refused and nobody has the name", task: married, answers: map[string][]answer{"update": {fails(connectors.Conflict)}, "find": {fails(connectors.NotFound)}},
			calls: "update find", kind: connectors.Conflict, op: OpUpdate, remote: "r1"},
		{name: "a circle", task: married, answers: contested, ledger: round, calls: "update find update", kind: connectors.Pending, op: OpUpdate, remote: "r1",
			check: func(t *testing.T, r Result, s *script, l *ledger) {
				if aside := s.changes[1].Set["userName"]; aside != "ada.king-ada" || r.Profile["userName"] != aside || r.Profile["title"] != "Countess" {
					t.Errorf("stepped aside to %v, and %v is what counts as written", aside, r.Profile)
				}
			}},
		{name: "a circle for an attribute that nobody is looked for by", task: func(t *Task) { linked(t); t.User.Title = "ada@example.com" }, answers: map[string][]answer{"update": {fails(connectors.Conflict)}},
			ledger: &ledger{contenders: []Account{{UserID: "eve", Profile: map[string]any{"title": "Boss"}}, {UserID: "grace", Profile: map[string]any{"title": "Ada@example.com"}}}, waits: map[string]string{"grace": "ada"}},
			calls:  "update update", kind: connectors.Pending, op: OpUpdate, remote: "r1",
			check: func(t *testing.T, r Result, s *script, l *ledger) {
				if s.changes[1].Set["title"] != "ada-ada@example.com" || r.WaitsFor != "grace" {
					t.Errorf("stepped aside to %v, waits for %q", s.changes[1].Set, r.WaitsFor)
				}
			}},
	} {
		c.matching = true
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func TestFreeValue(t *testing.T) {
	for v, want := range map[string]string{"ada": "ada-7f8e1100", "ada@example.com": "ada-7f8e1100@example.com"} {
		if got := freeValue(v, "0199b6a4-7c1e-7d3a-9c55-2f1f7f8e1100"); got != want {
			t.Errorf("%s becomes %s, want %s", v, got, want)
		}
	}
}

func checkStamped(yes bool) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, s *script, _ *ledger) {
		t.Helper()
		if len(s.changes) != 1 || s.changes[0].Stamp != yes {
			t.Errorf("sent %+v, want stamp %v", s.changes, yes)
		}
	}
}

func checkBears(whose string) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, _ *script, _ *ledger) {
		t.Helper()
		if r.Bears != whose || r.Profile[stampKey] != whose {
			t.Errorf("bears the stamp of %q, remembered in %v; want %q", r.Bears, r.Profile, whose)
		}
	}
}

func checkAdoptable(yes bool) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, _ *script, _ *ledger) {
		t.Helper()
		if r.Adoptable != yes {
			t.Errorf("adoptable: %v (%v)", r.Adoptable, r.Err)
		}
	}
}

// TestReturning: a person who is back gets the account that we made and disabled.
func TestReturning(t *testing.T) {
	was := func(o Origin, stamp string) (map[string][]answer, *ledger) {
		return map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {shows("r7", stamp, "ada")}},
			&ledger{left: LeftAccount{ResourceID: "old-ada", RemoteID: "r7", Name: "ada", Origin: o, Reason: LeftDisabled, At: longAgo}}
	}
	made, ours := was(Created, "old-ada")
	foreign, theirs := was(Created, "somebody else")
	unstamped, adoptedBefore := was(Adopted, "")
	for _, c := range []reconcileCase{
		{name: "is asked about", answers: made, ledger: ours, calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: checkAdoptable(true)},
		{name: "adopted by policy", answers: made, ledger: &ledger{left: ours.left}, settings: adoptAny, calls: "create find update", op: OpAdopt, remote: "r7", check: checkStamped(true)},
		{name: "adopted by an administrator", answers: made, ledger: &ledger{left: ours.left}, task: func(t *Task) { t.Approved = "r7" }, calls: "create find update", op: OpAdopt, remote: "r7", check: checkStamped(true)},
		{name: "bears another stamp by now", answers: foreign, ledger: theirs, settings: adoptAny, calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: checkAdoptable(false)},
		{name: "was adopted the first time, too", answers: unstamped, ledger: adoptedBefore, settings: adoptAny, calls: "create find update", op: OpAdopt, remote: "r7", check: checkStamped(false)},
		{name: "linked, and the process died before the stamp", task: func(t *Task) { linked(t); t.Profile, t.ReturnedFrom = nil, "old-ada" }, calls: "update", op: OpUpdate, remote: "r1", check: checkStamped(true)},
		{name: "disabled here before the stamp", task: func(t *Task) { linked(t); t.Profile, t.ReturnedFrom, t.User.Active = nil, "old-ada", false },
			answers: map[string][]answer{"read": {shows("r1", "old-ada", "ada")}, "update": {fails(connectors.Temporary)}}, calls: "read disable update",
			kind: connectors.Temporary, op: OpDisable, remote: "r1", uncertain: true, check: checkBears("old-ada")},
		{name: "disabled before the stamp, and enabled again", task: func(t *Task) {
			linked(t)
			isDisabledThere(t)
			t.ReturnedFrom = "old-ada"
			t.Profile[stampKey] = "old-ada"
		},
			calls: "update", op: OpUpdate, remote: "r1", check: checkStamped(true)},
		{name: "disabled before the stamp, and nothing else differs", task: func(t *Task) {
			disabled(t)
			isDisabledThere(t)
			t.ReturnedFrom = "old-ada"
			t.Profile[stampKey] = "old-ada"
		},
			calls: "update", op: OpUpdate, remote: "r1", check: checkStamped(true)},
		{name: "a read tells that it was never stamped", task: unsure(longAgo, func(t *Task) { edited(t); t.ReturnedFrom, t.Suspect = "old-ada", Restored }),
			answers: map[string][]answer{"read": {shows("r1", "old-ada", "ada")}}, calls: "read update", op: OpUpdate, remote: "r1", check: checkStamped(true)},
		{name: "stamped, and its answer lost", task: unsure(longAgo, func(t *Task) { edited(t); t.Profile, t.ReturnedFrom, t.Suspect = nil, "old-ada", Restored }),
			answers: map[string][]answer{"read": {shows("r1", "ada", "ada")}}, calls: "read update", op: OpUpdate, remote: "r1", check: checkStamped(false)},
		{name: "refused while staged: disabled, never removed", task: func(t *Task) { deleted(t); t.User.State, t.ReturnedFrom = directory.TakenBack, "old-ada" },
			calls: "read disable", op: OpDisable, remote: "r1", gone: true},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}
