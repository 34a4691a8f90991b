package provisioning

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
)

func atNoon() time.Time { return noon }

// A name that the target refuses must not keep leavers in the group.
func TestWhoeverLeavesLeavesUnderARefusedName(t *testing.T) {
	for kind, removed := range map[connectors.Kind]bool{connectors.Invalid: true, connectors.Conflict: true, connectors.Misconfigured: true, connectors.Denied: false, connectors.Temporary: false} {
		s := &groupScript{}
		s.answers = map[string][]answer{"name": {fails(kind)}}
		l := &groupLedger{remove: people("a")}
		r := reconcile(t.Context(), pushes(s, nil), l, staffs(renamed), atNoon)
		if connectors.KindOf(r.Err) != kind || (len(l.ended) == 1) != removed {
			t.Errorf("%s: removed %v, error %v", kind, l.ended, r.Err)
		}
		if r.Profile[nameKey] != "Crew" {
			t.Errorf("%s: the name counts as written: %v", kind, r.Profile)
		}
	}
}

// Who looks like a stranger may be a member whose account is not known yet.
func TestNobodyIsAStrangerWhileMembersArrive(t *testing.T) {
	s := &groupScript{there: []string{"x"}}
	l := &groupLedger{arriving: true}
	r := reconcile(t.Context(), pushes(s, setting(connectors.Authoritative, "true")), l, staffs(pushedBefore), atNoon)
	if connectors.KindOf(r.Err) != connectors.Pending || len(s.sent) != 0 {
		t.Errorf("sent %v, error %v", s.sent, r.Err)
	}
}

// Before strangers are removed it is written down, under the lease, whose membership may end with that.
func TestStrangersAreDoubtedFirst(t *testing.T) {
	s := &groupScript{there: []string{"x", "y", "z"}}
	l := &groupLedger{}
	reconcile(t.Context(), pushes(s, setting(connectors.Authoritative, "true")), l, staffs(pushedBefore), atNoon)
	if got := fmt.Sprint(l.doubted); got != "[x y z]" {
		t.Errorf("doubted %s", got)
	}
	s, l = &groupScript{there: []string{"x"}}, &groupLedger{lost: true}
	r := reconcile(t.Context(), pushes(s, setting(connectors.Authoritative, "true")), l, staffs(pushedBefore), atNoon)
	if !errors.Is(r.Err, ErrLeaseLost) || len(s.sent) != 0 {
		t.Errorf("without the lease: sent %v, error %v", s.sent, r.Err)
	}
}

func TestWhatIsSaidAboutMembersWhoWait(t *testing.T) {
	no := &connectors.Error{Kind: connectors.Pending, Message: "the mailbox is being made"}
	s := &groupScript{refused: map[string]error{"ra": no, "rb": no, "rc": no}}
	l := &groupLedger{remove: people("a"), add: people("b", "c")}
	r := reconcile(t.Context(), pushes(s, nil), l, staffs(pushedBefore), atNoon)
	for _, part := range []string{"does not know 2 members yet", "did not remove 1", "the mailbox is being made"} {
		if r.Err == nil || !strings.Contains(r.Err.Error(), part) {
			t.Errorf("%v lacks %q", r.Err, part)
		}
	}
}

// An attempt with an older configuration than the claim's would settle the account as it was before the change, or send a password
// where none is sent any more.
func TestAnotherConfigurationTriesNothing(t *testing.T) {
	e := quietEngine(&ledger{})
	s := &script{}
	o := scripted(s, nil)
	task := Task{Revision: 2}
	task.LeaseUntil = time.Now().Add(time.Hour)
	o.revision = 1
	if r := e.attempt(t.Context(), o, task); !r.Released || s.asked() != "" {
		t.Errorf("released %v, asked %q", r.Released, s.asked())
	}
	o.revision = 3 // perhaps of another target, where what the claim remembers is somebody else's
	if r := e.attempt(t.Context(), o, task); !r.Released || s.asked() != "" {
		t.Errorf("a claim of an older configuration: released %v, asked %q", r.Released, s.asked())
	}
	o.revision = 2
	if r := e.attempt(t.Context(), o, task); r.Released {
		t.Error("the same configuration is not used")
	}
	l := testLane(&ledger{}, 2)
	newer := &Opened{revision: 2}
	l.update(Target{}, newer)
	l.update(Target{}, &Opened{revision: 1})
	if l.opened != newer {
		t.Error("an older configuration takes the place of a newer one")
	}
}
