package provisioning

import (
	"errors"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

var errUnclassified = errors.New("nobody classified this")

var (
	adoptAny = map[string]string{connectors.OnExisting: connectors.AdoptExisting}
	failAny  = map[string]string{connectors.OnExisting: connectors.FailExisting}
)

// meets is a create that is refused because of this account.
func meets(a connectors.Account) map[string][]answer {
	return map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {{account: a}}}
}

func noLinks(t *testing.T, r Result, s *script, l *ledger) { t.Helper(); wrote()(t, r, s, l) }

func pendingFor(t *testing.T, r Result, _ *script, _ *ledger) {
	t.Helper()
	if retryAfter(r.Err, 0) != userFacts.leaver.RetryAfter {
		t.Error("not said when to look again:", r.Err)
	}
}

// The name that a create asked for is taken by an account that we did not stamp.
var foundCases = []reconcileCase{
	{name: "found: an administrator decides", answers: meets(connectors.Account{ID: "r7"}), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: noLinks},
	{name: "found: adopted", settings: adoptAny, answers: meets(connectors.Account{ID: "r7"}), calls: "create find update", op: OpAdopt, remote: "r7",
		check: func(t *testing.T, r Result, s *script, l *ledger) {
			wrote("link r7 adopted")(t, r, s, l)
			if r.Origin != Adopted {
				t.Error(r.Origin)
			}
		}},
	{name: "found: the connector says fail", settings: failAny, answers: meets(connectors.Account{ID: "r7"}), calls: "create find", kind: connectors.Invalid, op: OpFind, found: "r7", check: noLinks},
	{name: "found: approved by an administrator", task: func(t *Task) { t.Approved = "r7" }, answers: meets(connectors.Account{ID: "r7"}), calls: "create find update", op: OpAdopt, remote: "r7"},
	{name: "found: another one was approved", task: func(t *Task) { t.Approved = "r6" }, answers: meets(connectors.Account{ID: "r7"}), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: noLinks},
	{name: "found: protected", settings: adoptAny, answers: meets(connectors.Account{ID: "r7", Protected: true}), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: noLinks},
	{name: "found: protected, whatever was approved", task: func(t *Task) { t.Approved = "r7" }, answers: meets(connectors.Account{ID: "r7", Protected: true}), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: noLinks},
	{name: "found: stamped by somebody else", settings: adoptAny, answers: meets(connectors.Account{ID: "r7", ExternalID: "bob"}), calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7", check: noLinks},
	{name: "found: a leaver's, known by its ID", settings: adoptAny, answers: meets(connectors.Account{ID: "r7", ExternalID: "bob"}), ledger: &ledger{leaving: func(id, _ string) bool { return id == "r7" }},
		calls: "create find", kind: connectors.Pending, op: OpFind, check: pendingFor},
	{name: "found: a leaver's, known by our stamp only", settings: adoptAny, answers: meets(connectors.Account{ID: "r7", ExternalID: "bob"}), ledger: &ledger{leaving: func(_, external string) bool { return external == "bob" }},
		calls: "create find", kind: connectors.Pending, op: OpFind, check: pendingFor},
	{name: "found: it stands for another user", settings: adoptAny, answers: meets(connectors.Account{ID: "r7"}), ledger: &ledger{linkErr: ErrLinked}, calls: "create find", kind: connectors.Conflict, op: OpFind, found: "r7"},
	{name: "found: ours by its stamp, a leaver's by its ID", answers: meets(connectors.Account{ID: "r7", ExternalID: "ada"}), ledger: &ledger{linkErr: ErrLinked, leaving: func(id, _ string) bool { return id == "r7" }},
		calls: "create find", kind: connectors.Pending, op: OpFind, check: pendingFor},
	{name: "found: the lease was lost before the link", settings: adoptAny, answers: meets(connectors.Account{ID: "r7"}), ledger: &ledger{linkErr: ErrLeaseLost}, calls: "create find", kind: connectors.Temporary, op: OpFind},
	{name: "found: adopted, and the update refused", settings: adoptAny, answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {finds("r7", "")}, "update": {fails(connectors.Invalid)}},
		calls: "create find update", kind: connectors.Invalid, op: OpAdopt, remote: "r7", check: func(t *testing.T, r Result, _ *script, _ *ledger) {
			if r.Profile != nil {
				t.Error("nothing was written:", r.Profile)
			}
		}},
}

// TestWhatWasInTheWayIsGoneByThen: between the answers of the target and of the store, one of ours may have left or have
// been renamed.
func TestWhatWasInTheWayIsGoneByThen(t *testing.T) {
	const ofOurs = "0193d3a5-7c1e-7000-8000-000000000001"
	grace := &ledger{holder: Holder{ID: ofOurs, User: directory.User{UserName: "grace"}}}
	for name, c := range map[string]struct {
		ledger *ledger
		later  answer
		kind   connectors.Kind
	}{
		"gone":                          {&ledger{}, fails(connectors.NotFound), connectors.Pending},
		"called otherwise":              {&ledger{}, shows("r7", ofOurs, "grace"), connectors.Pending},
		"as it was":                     {&ledger{}, shows("r7", ofOurs, "ada"), connectors.Conflict},
		"nobody can tell":               {&ledger{}, fails(connectors.Temporary), connectors.Temporary},
		"one of ours, called otherwise": {grace, shows("r7", ofOurs, "grace"), connectors.Pending},
		"one of ours, as it was":        {grace, shows("r7", ofOurs, "ada"), connectors.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {shows("r7", ofOurs, "ada")}, "read": {c.later}}}
			r := reconcile(t.Context(), matched(s, nil), c.ledger, adas(nil), func() time.Time { return noon })
			if connectors.KindOf(r.Err) != c.kind || s.asked() != "create find read" {
				t.Errorf("%v after %s, want %s", r.Err, s.asked(), c.kind)
			}
		})
	}
}
