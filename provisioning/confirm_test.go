package provisioning

import (
	"maps"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

// matched opens a script whose accounts are recognised by their user name.
func matched(s *script, settings map[string]string, modes ...connectors.Mode) *Opened {
	o := scripted(s, settings, modes...)
	attributes := append([]connectors.Attribute(nil), scriptAttributes...)
	attributes[0].Matching = true
	o.Definition.Attributes = attributes
	return o
}

// stampless is a script of a service that cannot keep our ID.
type stampless struct{ *script }

func (stampless) Stampless() bool { return true }

func shows(id, externalID, userName string) answer {
	return answer{account: connectors.Account{ID: id, ExternalID: externalID, Shown: map[string]any{"userName": userName}}}
}

// TestConfirm: what is not ours is not touched, whatever is remembered.
func TestConfirm(t *testing.T) {
	moved := func(t *Task) { linked(t); t.User.Title = "Lady"; t.Suspect = Moved }
	for _, c := range []reconcileCase{
		{name: "a leaver whose ID is a stranger's", task: leaver, answers: map[string][]answer{"read": {finds("r1", "grace")}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpDelete, remote: "r1", found: "r1"},
		{name: "a leaver whose ID is a stranger's, and ours is elsewhere", task: leaver, answers: map[string][]answer{"read": {finds("r1", "grace")}, "find": {finds("r2", "ada")}},
			calls: "read find delete", op: OpDelete, gone: true, check: wrote("link r2 created")},
		{name: "not ours, and nobody tells where ours is", task: leaver, answers: map[string][]answer{"read": {finds("r1", "grace")}, "find": {fails(connectors.Temporary)}},
			calls: "read find", kind: connectors.Temporary, op: OpDelete, remote: "r1", uncertain: true},
		{name: "moved: gone, and nobody tells where ours is", task: func(t *Task) { leaver(t); t.Suspect = Moved }, answers: map[string][]answer{"read": {fails(connectors.NotFound)}, "find": {fails(connectors.Denied)}},
			calls: "read find", kind: connectors.Denied, op: OpFind, uncertain: true},
		{name: "an update refused for a stranger's name", settings: adoptAny, answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {shows("r7", "", "ada"), shows("r8", "", "ada")}, "update": {fails(connectors.Conflict)}},
			calls: "create find update find", kind: connectors.Conflict, op: OpAdopt, remote: "r7", found: "r8", check: func(t *testing.T, r Result, _ *script, _ *ledger) {
				if r.Adoptable {
					t.Error("the stranger is offered for adoption")
				}
			}},
		{name: "a stranger's is not disabled either", task: func(t *Task) { linked(t); t.User.Active = false }, answers: map[string][]answer{"read": {finds("r1", "grace")}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpDisable, remote: "r1", found: "r1"},
		{name: "moved: ours", task: moved, calls: "read update", op: OpUpdate, remote: "r1"},
		{name: "moved: a stranger's", task: moved, answers: map[string][]answer{"read": {finds("r1", "grace")}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpFind, remote: "r1", found: "r1"},
		{name: "moved: gone, and found under another ID", task: moved, answers: map[string][]answer{"read": {fails(connectors.NotFound)}, "find": {finds("r2", "ada")}},
			calls: "read find update", op: OpUpdate, remote: "r2", check: wrote("link r2 created")},
		{name: "moved: nothing to write, nothing to ask", task: func(t *Task) { linked(t); t.Suspect = Moved }, op: OpNone, remote: "r1"},
		{name: "moved: the target does not answer", task: moved, answers: map[string][]answer{"read": {fails(connectors.Temporary)}}, calls: "read", kind: connectors.Temporary, op: OpNone, remote: "r1", uncertain: true},
		{name: "elsewhere: looked for before one is made", task: func(t *Task) { t.Suspect = Elsewhere }, answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
			calls: "find create", op: OpCreate, remote: "made"},
		{name: "elsewhere: ours is there", task: func(t *Task) { t.Suspect = Elsewhere }, answers: map[string][]answer{"find": {finds("r9", "ada")}},
			calls: "find update", op: OpUpdate, remote: "r9", check: wrote("link r9 created")},
		{name: "elsewhere: a leaver is not there", task: func(t *Task) { t.Suspect = Elsewhere; t.User.State = directory.Deleted }, answers: map[string][]answer{"find": {fails(connectors.NotFound)}},
			calls: "find", op: OpFind, gone: true},
		{name: "a server fault, and the account is gone", task: func(t *Task) { linked(t); t.User.Title = "Lady" },
			answers: map[string][]answer{"update": {faulty(500)}, "read": {fails(connectors.NotFound)}, "find": {fails(connectors.NotFound)}},
			calls:   "update read find create", op: OpCreate, remote: "made", check: wrote("begin")},
		{name: "a server fault, and the account is there", task: func(t *Task) { linked(t); t.User.Title = "Lady" }, answers: map[string][]answer{"update": {faulty(500)}},
			calls: "update read", kind: connectors.Temporary, op: OpUpdate, remote: "r1", uncertain: true},
		{name: "an outage is not asked about", task: func(t *Task) { linked(t); t.User.Title = "Lady" }, answers: map[string][]answer{"update": {faulty(503)}},
			calls: "update", kind: connectors.Temporary, op: OpUpdate, remote: "r1", uncertain: true},
	} {
		c.matching = true
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func leaver(t *Task)         { linked(t); t.User.State = directory.Deleted }
func renamedInDoubt(t *Task) { leaver(t); t.User.UserName, t.NoWriteInDoubt = "ada.king", false }

// TestConfirmWithoutAStamp: what was last written stands in for the stamp.
func TestConfirmWithoutAStamp(t *testing.T) {
	for _, c := range []reconcileCase{
		{name: "no stamp, and the name is still ours", task: leaver, answers: map[string][]answer{"read": {shows("r1", "", "Ada")}}, calls: "read delete", op: OpDelete, gone: true},
		{name: "no stamp, and another name", task: leaver, answers: map[string][]answer{"read": {shows("r1", "", "grace")}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpDelete, remote: "r1", found: "r1"},
		{name: "no stamp and nothing to compare", task: leaver, answers: map[string][]answer{"read": {finds("r1", "")}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpDelete, remote: "r1", found: "r1"},
		{name: "no stamp, and a rename in doubt did not arrive", task: renamedInDoubt, answers: map[string][]answer{"read": {shows("r1", "", "Ada")}}, calls: "read delete", op: OpDelete, gone: true},
		{name: "no stamp, and a rename in doubt arrived", task: renamedInDoubt, answers: map[string][]answer{"read": {shows("r1", "", "ada.king")}}, calls: "read delete", op: OpDelete, gone: true},
		{name: "no stamp, a rename in doubt, and a third name", task: renamedInDoubt, answers: map[string][]answer{"read": {shows("r1", "", "grace")}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpDelete, remote: "r1", found: "r1", uncertain: true},
		{name: "no stamp, a write in doubt, and a value that was made for it alone", task: renamedInDoubt, answers: map[string][]answer{"read": {shows("r1", "", freeValue("ada.byron", "ada"))}},
			calls: "read delete", op: OpDelete, gone: true},
		{name: "no stamp, no write in doubt, and such a value", task: leaver, answers: map[string][]answer{"read": {shows("r1", "", freeValue("ada.byron", "ada"))}, "find": {fails(connectors.NotFound)}},
			calls: "read find", kind: connectors.Conflict, op: OpDelete, remote: "r1", found: "r1"},
		{name: "no stamp, and only its being disabled is known", task: func(t *Task) { leaver(t); t.Profile = map[string]any{"active": false, disabledKey: true} },
			answers: map[string][]answer{"read": {shows("r1", "", "ada")}}, calls: "read delete", op: OpDelete, gone: true},
		{name: "no stamp, renamed twice, and only its being disabled is known", task: func(t *Task) {
			leaver(t)
			t.User.UserName, t.Profile = "ada.third", map[string]any{"active": false, disabledKey: true, namesKey: map[string]any{"userName": "ada.king"}}
		}, answers: map[string][]answer{"read": {shows("r1", "", "ada.king")}}, calls: "read delete", op: OpDelete, gone: true},
		{name: "no stamp, a rename in doubt, then disabled", task: func(t *Task) { renamedInDoubt(t); t.User.State, t.User.Active = directory.Live, false },
			answers: map[string][]answer{"read": {shows("r1", "", "ada")}, "update": {fails(connectors.Temporary)}}, calls: "read disable update", kind: connectors.Temporary, op: OpDisable, remote: "r1", uncertain: true,
			check: func(t *testing.T, r Result, _ *script, _ *ledger) {
				if names, _ := r.Profile[namesKey].(map[string]any); names["userName"] != "ada" {
					t.Error("forgotten by what it was recognised:", r.Profile)
				}
			}},
	} {
		c.matching = true
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func faulty(status int) answer {
	return answer{err: &connectors.Error{Kind: connectors.Temporary, Status: status, Message: "no"}}
}

// TestHeed: the ID in a stamped answer replaces the remembered one.
func TestHeed(t *testing.T) {
	for name, c := range map[string]struct {
		told    connectors.Account
		remote  string
		took    bool
		suspect Suspicion
	}{
		"the same":                        {connectors.Account{ID: "ada", ExternalID: "ada"}, "ada", false, Trusted},
		"another, stamped":                {connectors.Account{ID: "ada.king", ExternalID: "ada"}, "ada.king", true, Trusted},
		"another, not stamped":            {connectors.Account{ID: "ada.king"}, "ada", false, Renamed},
		"another, stamped for another":    {connectors.Account{ID: "ada.king", ExternalID: "grace"}, "ada", false, Renamed},
		"the same, stamped for another":   {connectors.Account{ID: "ada", ExternalID: "grace"}, "ada", false, Renamed},
		"nothing, and the ID is the name": {connectors.Account{}, "ada", false, Renamed},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: map[string][]answer{"update": {{account: c.told}}}}
			task := adas(func(t *Task) {
				linked(t)
				t.RemoteID = "ada"
				t.User.UserName = "ada.king"
			})
			task.Profile["userName"] = "ada"
			r := reconcile(t.Context(), matched(s, nil), &ledger{}, task, func() time.Time { return noon })
			if r.Err != nil || r.RemoteID != c.remote || r.TookOver != c.took || r.Suspect != c.suspect {
				t.Errorf("%v: remote %q took over %v suspect %q, want %q %v %q", r.Err, r.RemoteID, r.TookOver, r.Suspect, c.remote, c.took, c.suspect)
			}
		})
	}
}

// TestProof: an attempt that ran out of time between the read and the write does not begin with the read again.
func TestProof(t *testing.T) {
	var p proofs
	p.add("ada", "r1", noon)
	if p.take("ada", "r2", noon) || p.take("grace", "r1", noon) {
		t.Error("a proof is good for another account")
	}
	if !p.take("ada", "r1", noon.Add(time.Minute)) || p.take("ada", "r1", noon.Add(time.Minute)) {
		t.Error("a proof is good once")
	}
	p.add("ada", "r1", noon)
	if p.take("ada", "r1", noon.Add(proofLasts)) {
		t.Error("a proof is good for ever")
	}
	for i := range 3 * mostProofs {
		p.add("u", string(rune(i)), noon)
	}
	if n := len(maps.Clone(p.read)); n > mostProofs {
		t.Errorf("%d proofs are kept", n)
	}
}

// TestWhatWasLastWrittenIsRemembered: an attempt that comes to nothing while a write is in doubt forgets nothing.
func TestWhatWasLastWrittenIsRemembered(t *testing.T) {
	s := &script{answers: map[string][]answer{"update": {fails(connectors.Temporary)}}}
	task := adas(func(t *Task) { linked(t); t.NoWriteInDoubt = false })
	r := reconcile(t.Context(), matched(s, nil), &ledger{}, task, func() time.Time { return noon })
	if r.WritesKnown || !maps.Equal(r.Profile, task.Profile) {
		t.Error(r.WritesKnown, r.Profile)
	}
	s.answers["update"] = []answer{fails(connectors.NotFound)}
	s.answers["find"] = []answer{fails(connectors.Temporary)}
	if r = reconcile(t.Context(), matched(s, nil), &ledger{}, task, func() time.Time { return noon }); r.Profile != nil {
		t.Error("remembered of an account that is gone:", r.Profile)
	}
}

// TestRenamedWithoutAStamp: where the ID is a name and no stamp is kept, ours is found by what was written last.
func TestRenamedWithoutAStamp(t *testing.T) {
	renamed := func(state func(*Task)) func(*Task) {
		return func(t *Task) { state(t); t.Suspect = Renamed }
	}
	nowAt := func(stamp, name string) map[string][]answer {
		return map[string][]answer{"read": {fails(connectors.NotFound)}, "find": {shows("r9", stamp, name)}}
	}
	for _, c := range []reconcileCase{
		{name: "a leaver", task: renamed(leaver), answers: nowAt("", "Ada"), calls: "read find delete", op: OpDelete, gone: true},
		{name: "a disabled user", task: renamed(disabled), answers: nowAt("", "ada"), calls: "read find disable update", op: OpDisable, remote: "r9"},
		{name: "an edit", task: renamed(edited), answers: nowAt("", "ada"), calls: "read find update", op: OpUpdate, remote: "r9", check: sent("userName", "title", "active")},
		{name: "a leaver, and another name", task: renamed(leaver), answers: nowAt("", "grace"), calls: "read find", op: OpFind, gone: true},
		{name: "a leaver, and another stamp", task: renamed(leaver), answers: nowAt("somebody", "ada"), calls: "read find", op: OpFind, gone: true},
		{name: "an edit, and the ID was no name", task: edited, answers: map[string][]answer{"update": {fails(connectors.NotFound)}, "find": {shows("r9", "", "ada")}},
			calls: "update find", kind: connectors.Conflict, op: OpFind, uncertain: true, found: "r9"},
	} {
		c.matching = true
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// TestALeaverWhoseCreateWasLost: what may have been made is not left behind unseen.
func TestALeaverWhoseCreateWasLost(t *testing.T) {
	lost := unsure(longAgo, func(t *Task) { t.User.State = directory.Deleted })
	words := func(t *testing.T, r Result, _ *script, _ *ledger) {
		if !r.Adoptable || !strings.Contains(r.Err.Error(), "got no answer") {
			t.Errorf("adoptable %v, told %v", r.Adoptable, r.Err)
		}
	}
	for _, c := range []reconcileCase{
		{name: "one without a stamp", task: lost, answers: map[string][]answer{"find": {shows("r7", "", "ada")}}, calls: "find", kind: connectors.Conflict, op: OpFind, uncertain: true, found: "r7", check: words},
		{name: "an administrator says that it is theirs", task: and(lost, func(t *Task) { t.Approved = "r7" }), answers: map[string][]answer{"find": {shows("r7", "", "ada")}},
			calls: "find delete", op: OpDelete, gone: true},
		{name: "somebody's", task: lost, answers: map[string][]answer{"find": {shows("r7", "somebody", "ada")}}, calls: "find", op: OpFind, gone: true},
		{name: "another name", task: lost, answers: map[string][]answer{"find": {shows("r7", "", "grace")}}, calls: "find", op: OpFind, gone: true},
		{name: "another address", task: and(lost, func(t *Task) { t.User.Title = "ada@example.com" }),
			answers: map[string][]answer{"find": {{account: connectors.Account{ID: "r7", Shown: map[string]any{"userName": "ada", "title": "old@example.com"}}}}}, calls: "find", op: OpFind, gone: true},
		{name: "no create was sent", task: and(lost, func(t *Task) { t.NoWriteInDoubt = true }), calls: "", op: OpNone, gone: true},
		{name: "a live user is asked about in the same words", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {shows("r7", "", "ada")}}, calls: "find",
			kind: connectors.Conflict, op: OpFind, uncertain: true, found: "r7", check: words},
		{name: "where accounts bear our ID", task: lost, answers: map[string][]answer{"find": {shows("r7", "", "ada")}}, calls: "find", op: OpFind, gone: true},
	} {
		c.matching, c.stampless = true, c.name != "where accounts bear our ID"
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}
