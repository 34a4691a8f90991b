package provisioning

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
)

func pushedBefore(t *Task) {
	t.RemoteID, t.Origin, t.LinkedAt, t.Profile = "g1", Created, longAgo, map[string]any{nameKey: "Staff"}
}
func unchosen(t *Task)     { pushedBefore(t); t.ByHand = false }
func groupDeleted(t *Task) { pushedBefore(t); t.ByHand, t.Deleted = false, true }
func renamed(t *Task)      { pushedBefore(t); t.Profile = map[string]any{nameKey: "Crew"} }

func setting(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

type groupCase struct {
	name        string
	task        func(*Task)
	settings    map[string]string
	answers     map[string][]answer
	refused     map[string]error
	there       []string
	add, remove []Pushed
	lost        bool

	calls       string
	kind        connectors.Kind
	op          Operation
	remote      string
	wrote       string // to the store: begin, link
	sent        string
	made, ended string
	uncertain   bool
	gone        bool
	found       string
}

var errInvalidMember = &connectors.Error{Kind: connectors.Invalid, Message: "external"}

var groupCases = []groupCase{
	{name: "new", add: people("a", "b", "c"), answers: map[string][]answer{"find": {fails(connectors.NotFound)}}, calls: "find create members members", op: OpCreate, remote: "made", wrote: "link made created", sent: "+ra+rb -, +rc -", made: "a b c"},
	{name: "in step", task: pushedBefore, op: OpNone, remote: "g1"},
	{name: "switched off", task: unchosen, settings: setting(connectors.PushGroups, "false"), remove: people("a"), op: OpNone, remote: "g1"},
	{name: "switched off and deleted", task: groupDeleted, settings: setting(connectors.PushGroups, "false"), remove: people("a"), op: OpNone, remote: "g1", gone: true},
	{name: "by the rule", task: func(t *Task) { pushedBefore(t); t.ByHand = false }, settings: setting(connectors.GroupRule, `group.displayName == "Staff"`), add: people("a"), calls: "members", op: OpUpdate, remote: "g1", sent: "+ra -", made: "a"},
	{name: "a rule that makes no sense", task: unchosen, settings: setting(connectors.GroupRule, `group.nothing`), kind: connectors.Invalid, op: OpNone, remote: "g1"},
	{name: "by hand, whatever the rule", task: pushedBefore, settings: setting(connectors.GroupRule, `group.nothing`), op: OpNone, remote: "g1"},
	{name: "renamed", task: renamed, calls: "name", op: OpUpdate, remote: "g1"},
	{name: "renamed, members only", task: renamed, settings: setting(connectors.GroupMode, connectors.MembersOnly), op: OpNone, remote: "g1"},
	{name: "leavers first, refusals are forgotten", task: pushedBefore, remove: append(people("a", "b"), Pushed{UserID: "c", RemoteID: "rc", Refused: "no"}), add: people("d"),
		calls: "members members", op: OpUpdate, remote: "g1", sent: "+ -ra-rb, +rd -", made: "d", ended: "a b c"},
	{name: "one is not there yet", task: pushedBefore, add: people("a", "b"), refused: map[string]error{"ra": fails(connectors.NotFound).err},
		calls: "members", kind: connectors.Pending, op: OpUpdate, remote: "g1", sent: "+ra+rb -", made: "b"},
	{name: "one can never be a member", task: pushedBefore, add: people("a", "b"), refused: map[string]error{"ra": errInvalidMember},
		calls: "members", op: OpUpdate, remote: "g1", sent: "+ra+rb -", made: "a external b"},
	{name: "one who leaves is nobody there", task: pushedBefore, remove: people("a"), refused: map[string]error{"ra": fails(connectors.NotFound).err},
		calls: "members", op: OpUpdate, remote: "g1", sent: "+ -ra", ended: "a"},
	{name: "one who leaves is refused for now", task: pushedBefore, remove: people("a"), refused: map[string]error{"ra": fails(connectors.Temporary).err},
		calls: "members", kind: connectors.Pending, op: OpUpdate, remote: "g1", sent: "+ -ra"},
	{name: "a chunk is lost", task: pushedBefore, add: people("a"), answers: map[string][]answer{"members": {fails(connectors.Temporary)}},
		calls: "members", kind: connectors.Temporary, op: OpUpdate, remote: "g1", sent: "+ra -"},
	{name: "the lease is lost", task: pushedBefore, add: people("a"), lost: true, kind: connectors.Temporary, op: OpNone, remote: "g1"},
	{name: "vanished under a member", task: pushedBefore, add: people("a"), answers: map[string][]answer{"members": {fails(connectors.NotFound)}, "find": {fails(connectors.NotFound)}},
		calls: "members find create members", op: OpCreate, remote: "made", wrote: "begin, link made created", sent: "+ra -, +ra -", made: "a"},
	{name: "vanished twice", task: pushedBefore, add: people("a"), answers: map[string][]answer{"members": {fails(connectors.NotFound)}, "find": {finds("g2", "staff")}, "name": {fails(connectors.NotFound)}},
		calls: "members find name", kind: connectors.Temporary, op: OpUpdate, remote: "g2", wrote: "link g2 created", sent: "+ra -", uncertain: true},
	{name: "not visible yet", task: func(t *Task) { pushedBefore(t); t.LinkedAt = noon.Add(-time.Second) }, add: people("a"), answers: map[string][]answer{"members": {fails(connectors.NotFound)}},
		calls: "members", kind: connectors.Pending, op: OpUpdate, remote: "g1", sent: "+ra -"},
	{name: "unsure: ours is found", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {finds("g1", "staff")}}, calls: "find name", op: OpUpdate, remote: "g1", wrote: "link g1 created"},
	{name: "unsure: none yet", task: unsure(noon, nil), answers: map[string][]answer{"find": {fails(connectors.NotFound)}}, calls: "find", kind: connectors.Pending, op: OpFind, uncertain: true},
	{name: "unsure: none", task: unsure(longAgo, nil), answers: map[string][]answer{"find": {fails(connectors.NotFound)}}, calls: "find create", op: OpCreate, remote: "made", wrote: "begin, link made created"},
	{name: "create without an answer", answers: map[string][]answer{"find": {fails(connectors.NotFound)}, "create": {fails(connectors.Unknown)}}, calls: "find create", kind: connectors.Unknown, op: OpCreate, uncertain: true},
	{name: "looking without an answer", answers: map[string][]answer{"find": {fails(connectors.Temporary)}}, calls: "find", kind: connectors.Temporary, op: OpFind},
	{name: "somebody else makes it meanwhile", answers: map[string][]answer{"find": {fails(connectors.NotFound), finds("g9", "")}, "create": {fails(connectors.Conflict)}}, calls: "find create find", kind: connectors.Conflict, op: OpFind, found: "g9"},
	{name: "exists, hold", answers: map[string][]answer{"find": {finds("g9", "")}}, calls: "find", kind: connectors.Conflict, op: OpFind, found: "g9"},
	{name: "exists, approved", task: func(t *Task) { t.Approved = "g9" }, answers: map[string][]answer{"find": {finds("g9", "")}}, calls: "find name", op: OpAdopt, remote: "g9", wrote: "link g9 adopted"},
	{name: "exists, fail", settings: setting(connectors.OnExisting, connectors.FailExisting), answers: map[string][]answer{"find": {finds("g9", "")}}, calls: "find", kind: connectors.Invalid, op: OpFind, found: "g9"},
	{name: "another's stamp", settings: setting(connectors.OnExisting, connectors.AdoptExisting), answers: map[string][]answer{"find": {finds("g9", "crew")}}, calls: "find", kind: connectors.Conflict, op: OpFind, found: "g9"},
	{name: "protected", settings: setting(connectors.OnExisting, connectors.AdoptExisting), task: func(t *Task) { t.Approved = "g9" },
		answers: map[string][]answer{"find": {{account: connectors.Account{ID: "g9", Protected: true}}}}, calls: "find", kind: connectors.Conflict, op: OpFind, found: "g9"},
	{name: "members only: found", settings: setting(connectors.GroupMode, connectors.MembersOnly), answers: map[string][]answer{"find": {finds("g9", "")}}, add: people("a"),
		calls: "find members", op: OpAdopt, remote: "g9", wrote: "link g9 adopted", sent: "+ra -", made: "a"},
	{name: "members only: not found", settings: setting(connectors.GroupMode, connectors.MembersOnly), answers: map[string][]answer{"find": {fails(connectors.NotFound)}}, calls: "find", kind: connectors.Invalid, op: OpFind},
	{name: "not pushed any more", task: unchosen, remove: people("a"), add: people("x"), calls: "members", op: OpUpdate, remote: "g1", sent: "+ -ra", ended: "a"},
	{name: "not pushed any more, leave", task: unchosen, settings: setting(connectors.OnGroupGone, connectors.GoneLeave), remove: people("a"), op: OpNone, remote: "g1"},
	{name: "not pushed any more, delete", task: unchosen, settings: setting(connectors.OnGroupGone, connectors.GoneDelete), remove: people("a"), calls: "read delete", op: OpDelete},
	{name: "adopted is never deleted", task: and(unchosen, adopted), settings: setting(connectors.OnGroupGone, connectors.GoneDelete), remove: people("a"), calls: "members", op: OpUpdate, remote: "g1", sent: "+ -ra", ended: "a"},
	{name: "members only is never deleted", task: unchosen, settings: setting(connectors.OnGroupGone, connectors.GoneDelete, connectors.GroupMode, connectors.MembersOnly), remove: people("a"), calls: "members", op: OpUpdate, remote: "g1", sent: "+ -ra", ended: "a"},
	{name: "deleted", task: groupDeleted, remove: people("a"), calls: "members", op: OpUpdate, remote: "g1", sent: "+ -ra", ended: "a", gone: true},
	{name: "deleted, and gone there", task: groupDeleted, settings: setting(connectors.OnGroupGone, connectors.GoneDelete), answers: map[string][]answer{"delete": {fails(connectors.NotFound)}}, calls: "read delete", op: OpDelete, gone: true},
	{name: "deleted, gone under an ID in doubt, and there under another", task: func(t *Task) { groupDeleted(t); t.Suspect = Moved }, settings: setting(connectors.OnGroupGone, connectors.GoneDelete),
		answers: map[string][]answer{"read": {fails(connectors.NotFound)}, "find": {finds("g2", "staff")}}, calls: "read find delete", op: OpDelete, wrote: "link g2 created", gone: true},
	{name: "deleted, and the group went", task: groupDeleted, remove: people("a"), answers: map[string][]answer{"members": {fails(connectors.NotFound)}}, calls: "members", op: OpUpdate, sent: "+ -ra", gone: true},
	{name: "deleted before it was made", task: func(t *Task) { t.Deleted, t.ByHand = true, false }, op: OpNone, gone: true},
	{name: "deleted, and a create is in doubt", task: unsure(longAgo, func(t *Task) { t.Deleted, t.ByHand = true, false }), answers: map[string][]answer{"find": {finds("g1", "staff")}}, remove: people("a"),
		calls: "find members", op: OpUpdate, remote: "g1", wrote: "link g1 created", sent: "+ -ra", ended: "a", gone: true},
	{name: "authoritative", task: pushedBefore, settings: setting(connectors.Authoritative, "true"), there: []string{"rw", "x", "y", "z"}, calls: "list members members", op: OpUpdate, remote: "g1", sent: "+ -x-y, + -z"},
	{name: "authoritative, too many", task: pushedBefore, settings: setting(connectors.Authoritative, "true"), there: strings.Fields(strings.Repeat("x ", 11) + strings.Repeat("rw ", 20)),
		calls: "list", kind: connectors.Conflict, op: OpNone, remote: "g1", found: "g1"},
	{name: "authoritative, a small share", task: pushedBefore, settings: setting(connectors.Authoritative, "true"), there: strings.Fields(strings.Repeat("x ", 11) + strings.Repeat("rw ", 40)),
		calls: "list members members members members members members", op: OpUpdate, remote: "g1", sent: "+ -x-x, + -x-x, + -x-x, + -x-x, + -x-x, + -x"},
	{name: "authoritative, approved", task: func(t *Task) { pushedBefore(t); t.Approved = "g1" }, settings: setting(connectors.Authoritative, "true"), there: strings.Fields(strings.Repeat("x ", 11)),
		calls: "list members members members members members members", op: OpUpdate, remote: "g1", sent: "+ -x-x, + -x-x, + -x-x, + -x-x, + -x-x, + -x"},
	{name: "adopting is no yes to expelling", task: func(t *Task) { t.Approved = "g9" }, settings: setting(connectors.Authoritative, "true"), there: strings.Fields(strings.Repeat("x ", 11)),
		answers: map[string][]answer{"find": {finds("g9", "")}}, calls: "find name list", kind: connectors.Conflict, op: OpAdopt, remote: "g9", wrote: "link g9 adopted", found: "g9"},
}

func TestReconcileGroup(t *testing.T) {
	for _, c := range groupCases {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func (c *groupCase) run(t *testing.T) {
	s := &groupScript{refused: c.refused, there: c.there}
	s.answers = map[string][]answer{}
	for op, as := range c.answers {
		s.answers[op] = as
	}
	l := &groupLedger{add: c.add, remove: c.remove, wanted: []string{"rw"}, lost: c.lost}
	r := reconcile(t.Context(), pushes(s, c.settings), l, staffs(c.task), func() time.Time { return noon })
	for _, w := range []struct{ what, got, want string }{
		{"asked", s.asked(), c.calls}, {"error", string(connectors.KindOf(r.Err)), string(c.kind)}, {"operation", string(r.Operation), string(c.op)},
		{"remote", r.RemoteID, c.remote}, {"wrote", strings.Join(l.calls, ", "), c.wrote}, {"sent", strings.Join(s.sent, ", "), c.sent},
		{"made", strings.Join(l.made, " "), c.made}, {"ended", strings.Join(l.ended, " "), c.ended}, {"found", r.Found.ID, c.found},
		{"gone", fmt.Sprint(r.Gone && r.Err == nil), fmt.Sprint(c.gone)},
	} {
		if w.got != w.want {
			t.Errorf("%s %q, want %q (%v)", w.what, w.got, w.want, r.Err)
		}
	}
	if !r.Doubt && r.WritesKnown == c.uncertain {
		t.Errorf("certain is %v", r.WritesKnown)
	}
	if strings.Contains(c.sent, "rr") || l.intents == 0 && (c.made != "" || c.ended != "") {
		t.Error("members were changed that nobody had written down before")
	}
}
