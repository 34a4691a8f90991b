package provisioning

import (
	"cmp"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// adas is a claim of ada's account at noon; long ago is before anything could still be hidden.
func adas(state func(*Task)) Task {
	t := Task{NoWriteInDoubt: true, InScope: true, User: directory.User{ID: "ada", UserName: "ada", Profile: directory.Profile{Title: "Countess"}, Active: true, State: directory.Live, Source: directory.Console}}
	t.UserID, t.ConnectorID, t.WriteBegan = "ada", "c", noon
	if state != nil {
		state(&t)
	}
	return t
}

var longAgo = noon.Add(-time.Hour)

// linked is an account that was made long ago and is in step.
func linked(t *Task) {
	t.RemoteID, t.Origin, t.LinkedAt = "r1", Created, longAgo
	t.Profile = map[string]any{"userName": "ada", "title": "Countess", "active": true}
}

func edited(t *Task)   { linked(t); t.User.Title = "Lady" }
func disabled(t *Task) { linked(t); t.User.Active = false }
func deleted(t *Task)  { linked(t); t.User.State = directory.Deleted }
func left(t *Task)     { linked(t); t.User.Source = directory.JIT }

// unsure: an earlier attempt, that began then, may have written something.
func unsure(began time.Time, state func(*Task)) func(*Task) {
	return func(t *Task) {
		if state != nil {
			state(t)
		}
		t.NoWriteInDoubt, t.WriteBegan = false, began
	}
}

func and(states ...func(*Task)) func(*Task) {
	return func(t *Task) {
		for _, s := range states {
			s(t)
		}
	}
}

func isDisabledThere(t *Task) {
	t.Profile = map[string]any{"userName": "ada", "title": "Countess", "active": false, disabledKey: true}
}
func nameless(t *Task)   { t.User.UserName = "" }
func justLinked(t *Task) { t.LinkedAt = noon.Add(-time.Second) }
func adopted(t *Task)    { t.Origin = Adopted }

type reconcileCase struct {
	name      string
	task      func(*Task)
	settings  map[string]string
	modes     []connectors.Mode
	answers   map[string][]answer
	ledger    *ledger // what the store answers; nil: all is well
	stampless bool    // accounts cannot bear our ID
	matching  bool    // accounts are recognised by their user name

	calls     string // to the target, in order
	kind      connectors.Kind
	op        Operation
	remote    string
	uncertain bool
	gone      bool
	found     string
	check     func(t *testing.T, r Result, s *script, l *ledger)
}

func TestReconcile(t *testing.T) {
	for _, group := range [][]reconcileCase{presentCases, unsureCases, absentCases, vanishedCases, foundCases} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) { c.run(t) })
		}
	}
}

func (c *reconcileCase) run(t *testing.T) {
	s, l := &script{answers: map[string][]answer{}}, cmp.Or(c.ledger, &ledger{})
	for op, as := range c.answers {
		s.answers[op] = as
	}
	open := scripted
	if c.matching {
		open = matched
	}
	o := open(s, c.settings, c.modes...)
	if c.stampless {
		o.Connector = stampless{s}
	}
	r := reconcile(t.Context(), o, l, adas(c.task), func() time.Time { return noon })
	if got := s.asked(); got != c.calls {
		t.Errorf("asked %q, want %q", got, c.calls)
	}
	if got := connectors.KindOf(r.Err); got != c.kind {
		t.Errorf("error %q (%v), want %q", got, r.Err, c.kind)
	}
	if r.Operation != c.op || r.RemoteID != c.remote || r.WritesKnown == c.uncertain || r.Gone != c.gone || r.Found.ID != c.found {
		t.Errorf("operation %s remote %q certain %v gone %v found %q,\nwant %s %q %v %v %q", r.Operation, r.RemoteID, r.WritesKnown, r.Gone, r.Found.ID, c.op, c.remote, !c.uncertain, c.gone, c.found)
	}
	if c.check != nil {
		c.check(t, r, s, l)
	}
}

func sent(keys ...string) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, _ Result, s *script, _ *ledger) {
		t.Helper()
		last := s.changes[len(s.changes)-1].Set
		if len(last) != len(keys) {
			t.Errorf("sent %v, want %v", last, keys)
		}
		for _, k := range keys {
			if _, ok := last[k]; !ok {
				t.Errorf("sent %v without %s", last, k)
			}
		}
	}
}

func wrote(calls ...string) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, _ Result, _ *script, l *ledger) {
		t.Helper()
		if len(l.calls) != len(calls) {
			t.Fatalf("the ledger was told %v, want %v", l.calls, calls)
		}
		for i := range calls {
			if l.calls[i] != calls[i] {
				t.Errorf("the ledger was told %v, want %v", l.calls, calls)
			}
		}
	}
}

func known(profile bool) func(*testing.T, Result, *script, *ledger) {
	return func(t *testing.T, r Result, _ *script, _ *ledger) {
		t.Helper()
		if (r.Profile != nil) != profile {
			t.Errorf("what the target has: %v", r.Profile)
		}
	}
}

var presentCases = []reconcileCase{
	{name: "new", calls: "create", op: OpCreate, remote: "made"},
	{name: "in step", task: linked, op: OpNone, remote: "r1"},
	{name: "edited", task: edited, calls: "update", op: OpUpdate, remote: "r1", check: sent("title")},
	{name: "edited, and refused", task: edited, answers: map[string][]answer{"update": {fails(connectors.Invalid)}},
		calls: "update", kind: connectors.Invalid, op: OpUpdate, remote: "r1", check: known(true)},
	{name: "edited, and lost on the way", task: edited, answers: map[string][]answer{"update": {fails(connectors.Temporary)}},
		calls: "update", kind: connectors.Temporary, op: OpUpdate, remote: "r1", uncertain: true},
	{name: "enabled again", task: and(linked, isDisabledThere), calls: "update", op: OpUpdate, remote: "r1", check: sent("userName", "title", "active")},
	{name: "without what the target requires", task: nameless, kind: connectors.Invalid, op: OpNone},
	{name: "a create without an answer", answers: map[string][]answer{"create": {fails(connectors.Unknown)}},
		calls: "create", kind: connectors.Unknown, op: OpCreate, uncertain: true},
	{name: "a create that certainly came to nothing", answers: map[string][]answer{"create": {fails(connectors.Temporary)}},
		calls: "create", kind: connectors.Temporary, op: OpCreate},
	{name: "a create that failed nobody knows how", answers: map[string][]answer{"create": {{err: errUnclassified}}},
		calls: "create", kind: connectors.Temporary, op: OpCreate, uncertain: true},
	{name: "a create whose answer has no ID", answers: map[string][]answer{"create": {finds("", "")}},
		calls: "create", kind: connectors.Unknown, op: OpCreate, uncertain: true},
	{name: "a create that was accepted only", answers: map[string][]answer{"create": {{account: connectors.Account{ID: "r9", Pending: true}}}},
		calls: "create", kind: connectors.Pending, op: OpCreate, remote: "r9", check: known(true)},
	{name: "the name is taken by ourselves", answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {finds("r1", "ada")}},
		calls: "create find update", op: OpUpdate, remote: "r1", check: sent("userName", "title", "active")},
	{name: "taken by ourselves, and the update lost", answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {finds("r1", "ada")}, "update": {fails(connectors.Temporary)}},
		calls: "create find update", kind: connectors.Temporary, op: OpUpdate, remote: "r1", uncertain: true},
	{name: "the name is taken by nobody who can be seen", answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {fails(connectors.NotFound)}},
		calls: "create find", kind: connectors.Conflict, op: OpCreate},
	{name: "taken, and the search failed", answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {fails(connectors.Temporary)}},
		calls: "create find", kind: connectors.Temporary, op: OpFind, check: func(t *testing.T, r Result, _ *script, _ *ledger) {
			if !r.WritesKnown {
				t.Error("the refused create is in doubt")
			}
		}},
}

var unsureCases = []reconcileCase{
	{name: "unsure: what the target has is not known", task: unsure(longAgo, linked), calls: "update", op: OpUpdate, remote: "r1", check: sent("userName", "title", "active")},
	{name: "unsure: refused tells nothing of the earlier write", task: unsure(longAgo, linked), answers: map[string][]answer{"update": {fails(connectors.Invalid)}},
		calls: "update", kind: connectors.Invalid, op: OpUpdate, remote: "r1", uncertain: true, check: known(true)},
	{name: "unsure: ours is found and linked before the write", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {finds("r1", "ada")}},
		calls: "find update", op: OpUpdate, remote: "r1", check: wrote("link r1 created")},
	{name: "unsure: none is there, so another is made", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
		calls: "find create", op: OpCreate, remote: "made", check: wrote("begin")},
	{name: "unsure: the lease was lost before the other create", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
		ledger: &ledger{beginErr: ErrLeaseLost}, calls: "find", kind: connectors.Temporary, op: OpFind, uncertain: true},
	{name: "unsure: the other create was refused", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {fails(connectors.NotFound)}, "create": {fails(connectors.Invalid)}},
		calls: "find create", kind: connectors.Invalid, op: OpCreate},
	{name: "unsure: none is there yet", task: unsure(noon.Add(-time.Second), nil), answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
		calls: "find", kind: connectors.Pending, op: OpFind, uncertain: true},
	{name: "unsure: somebody else's hides ours", task: unsure(noon.Add(-time.Second), nil), settings: adoptAny, answers: map[string][]answer{"find": {finds("r7", "")}},
		calls: "find", kind: connectors.Pending, op: OpFind, uncertain: true},
	{name: "unsure: a refused create may meet the earlier one, not visible yet", task: unsure(noon.Add(-time.Minute), nil),
		answers: map[string][]answer{"find": {fails(connectors.NotFound), fails(connectors.NotFound)}, "create": {fails(connectors.Conflict)}},
		calls:   "find create find", kind: connectors.Conflict, op: OpCreate, uncertain: true},
	{name: "unsure: the search failed", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {fails(connectors.Denied)}},
		calls: "find", kind: connectors.Denied, op: OpFind, uncertain: true},
	{name: "unsure: a leaver's is not there yet", task: unsure(noon.Add(-time.Second), func(t *Task) { t.User.State = directory.Deleted }), answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
		calls: "find", kind: connectors.Pending, op: OpFind, uncertain: true},
	{name: "unsure: a leaver's may hide behind somebody else's", task: unsure(noon.Add(-time.Second), func(t *Task) { t.User.State = directory.Deleted }), answers: map[string][]answer{"find": {finds("r7", "")}},
		calls: "find", kind: connectors.Pending, op: OpFind, uncertain: true},
	{name: "unsure: a leaver's was never made", task: unsure(longAgo, func(t *Task) { t.User.State = directory.Deleted }), answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
		calls: "find", op: OpFind, gone: true},
	{name: "unsure: somebody else's is no leaver's business", task: unsure(longAgo, func(t *Task) { t.User.State = directory.Deleted }), settings: adoptAny, answers: map[string][]answer{"find": {finds("r7", "")}},
		calls: "find", op: OpFind, gone: true},
	{name: "unsure: a leaver's is found and removed", task: unsure(longAgo, func(t *Task) { t.User.State = directory.Deleted }), answers: map[string][]answer{"find": {finds("r1", "ada")}},
		calls: "find delete", op: OpDelete, gone: true, check: func(t *testing.T, _ Result, s *script, _ *ledger) {
			if p := s.finds[0]; p.ResourceID != "ada" || p.Text("userName") != "ada" {
				t.Errorf("looked for %+v", p)
			}
		}},
	{name: "unsure: a leaver without a name is looked for by our ID", task: unsure(longAgo, and(nameless, func(t *Task) { t.User.State, t.User.ID = directory.Deleted, "" })), answers: map[string][]answer{"find": {finds("r1", "ada")}},
		calls: "find delete", op: OpDelete, gone: true, check: func(t *testing.T, _ Result, s *script, _ *ledger) {
			if s.finds[0].ResourceID != "ada" {
				t.Errorf("looked for %+v", s.finds[0])
			}
		}},
}

var absentCases = []reconcileCase{
	{name: "a leaver who never had one", task: func(t *Task) { t.User.State = directory.Deleted }, op: OpNone, gone: true},
	{name: "a disabled user who never had one keeps the row", task: func(t *Task) { t.User.Active = false }, op: OpNone},
	{name: "disabled", task: disabled, calls: "read disable", op: OpDisable, remote: "r1", check: func(t *testing.T, r Result, _ *script, _ *ledger) {
		if !isDisabled(r.Profile) || r.Profile["active"] != false {
			t.Error(r.Profile)
		}
	}},
	{name: "disabled already", task: and(disabled, isDisabledThere), op: OpNone, remote: "r1"},
	{name: "disabled, and edited since", task: and(disabled, isDisabledThere, func(t *Task) { t.User.Title = "Lady" }), calls: "update", op: OpUpdate, remote: "r1",
		check: func(t *testing.T, r Result, s *script, l *ledger) {
			sent("title")(t, r, s, l)
			if !isDisabled(r.Profile) {
				t.Error("forgot that it is disabled:", r.Profile)
			}
		}},
	{name: "disabled and edited at once", task: and(disabled, func(t *Task) { t.User.Title = "Lady" }), calls: "read disable update", op: OpDisable, remote: "r1", check: sent("title")},
	{name: "disabled, and the answer lost", task: disabled, answers: map[string][]answer{"disable": {fails(connectors.Temporary)}},
		calls: "read disable", kind: connectors.Temporary, op: OpDisable, remote: "r1", uncertain: true},
	{name: "disabled without what the target requires", task: and(disabled, nameless), calls: "read disable", kind: connectors.Invalid, op: OpDisable, remote: "r1"},
	{name: "disabled, but told to leave it", task: and(disabled, func(t *Task) { t.User.Title = "Lady" }), settings: map[string]string{connectors.OnDisable: "leave"},
		calls: "update", op: OpUpdate, remote: "r1", check: sent("title")},
	{name: "disabled, and gone there", task: disabled, answers: map[string][]answer{"disable": {fails(connectors.NotFound)}}, calls: "read disable", op: OpDisable},
	{name: "disabled, and not visible yet", task: and(disabled, justLinked), answers: map[string][]answer{"disable": {fails(connectors.NotFound)}},
		calls: "read disable", kind: connectors.Pending, op: OpDisable, remote: "r1"},
	{name: "left the scope", task: left, calls: "read disable", op: OpDisable, remote: "r1"},
	{name: "left the scope, told to leave it", task: left, settings: map[string]string{connectors.OnLeave: "leave"}, op: OpNone, remote: "r1"},
	{name: "left the scope before it was mapped", task: and(left, nameless), calls: "read disable", op: OpDisable, remote: "r1"},
	{name: "deleted", task: deleted, calls: "read delete", op: OpDelete, gone: true, check: known(false)},
	{name: "deleted, told to disable", task: deleted, settings: map[string]string{connectors.OnDelete: "disable"}, calls: "read disable", op: OpDisable, remote: "r1", gone: true},
	{name: "deleted, told to leave it", task: deleted, settings: map[string]string{connectors.OnDelete: "leave"}, op: OpNone, remote: "r1", gone: true},
	{name: "deleted, and gone there", task: deleted, answers: map[string][]answer{"delete": {fails(connectors.NotFound)}}, calls: "read delete", op: OpDelete, gone: true},
	{name: "deleted, and not visible yet", task: and(deleted, justLinked), answers: map[string][]answer{"delete": {fails(connectors.NotFound)}},
		calls: "read delete", kind: connectors.Pending, op: OpDelete, remote: "r1"},
	{name: "deleted, and the answer lost", task: deleted, answers: map[string][]answer{"delete": {fails(connectors.Temporary)}},
		calls: "read delete", kind: connectors.Temporary, op: OpDelete, remote: "r1", uncertain: true},
	{name: "deleted after an attempt without an answer: gone settles that, too", task: unsure(noon.Add(-time.Second), deleted), answers: map[string][]answer{"delete": {fails(connectors.NotFound)}},
		calls: "read delete", op: OpDelete, gone: true},
	{name: "taken back: an adopted account is left", task: and(linked, adopted, func(t *Task) { t.User.State = directory.TakenBack }), op: OpNone, remote: "r1", gone: true},
}

var vanishedCases = []reconcileCase{
	{name: "vanished under an update", task: edited, answers: map[string][]answer{"update": {fails(connectors.NotFound)}, "find": {fails(connectors.NotFound)}},
		calls: "update find create", op: OpCreate, remote: "made", check: wrote("begin")},
	{name: "vanished, and its twin is there", task: edited, answers: map[string][]answer{"update": {fails(connectors.NotFound)}, "find": {finds("r2", "ada")}},
		calls: "update find update", op: OpUpdate, remote: "r2", check: sent("userName", "title", "active")},
	{name: "vanished twice", task: edited, answers: map[string][]answer{"update": {fails(connectors.NotFound), fails(connectors.NotFound)}, "find": {finds("r2", "ada")}},
		calls: "update find update", kind: connectors.Temporary, op: OpUpdate, remote: "r2", uncertain: true},
	{name: "vanished, or not visible yet", task: and(edited, justLinked), answers: map[string][]answer{"update": {fails(connectors.NotFound)}},
		calls: "update", kind: connectors.Pending, op: OpUpdate, remote: "r1"},
	{name: "vanished, and the search failed", task: and(edited, adopted), answers: map[string][]answer{"update": {fails(connectors.NotFound)}, "find": {fails(connectors.RateLimited)}},
		calls: "update find", kind: connectors.RateLimited, op: OpFind, uncertain: true, check: func(t *testing.T, r Result, _ *script, _ *ledger) {
			if r.Origin != "" || r.Profile != nil {
				t.Error("what vanished is remembered:", r.Origin, r.Profile)
			}
		}},
	{name: "vanished while disabled", task: and(disabled, isDisabledThere, func(t *Task) { t.User.Title = "Lady" }), answers: map[string][]answer{"update": {fails(connectors.NotFound)}, "find": {fails(connectors.NotFound)}},
		calls: "update find", op: OpFind},
}
