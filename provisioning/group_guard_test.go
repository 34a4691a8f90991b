package provisioning

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
)

// A long list is worked on until the attempt's time is nearly over; the rest is due at once.
func TestAnAttemptEndsBeforeItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var all []string
		for i := range 100 {
			all = append(all, fmt.Sprintf("%03d", i))
		}
		s, l := &slowGroups{}, &groupLedger{add: people(all...)}
		o := pushes(&s.groupScript, nil)
		o.Connector = s
		r := reconcile(ctx, o, l, staffs(pushedBefore), time.Now)
		if !r.More || r.Err != nil || !r.Progress || len(l.made) < 10 || len(l.made) == 100 {
			t.Errorf("more %v, progress %v, error %v, made %d", r.More, r.Progress, r.Err, len(l.made))
		}
		if ctx.Err() != nil {
			t.Error("the deadline passed")
		}
	})
}

// slowGroups takes three seconds for a call about members.
type slowGroups struct{ groupScript }

func (s *slowGroups) ChangeMembers(ctx context.Context, id string, c connectors.MemberChanges) (map[string]error, error) {
	time.Sleep(3 * time.Second)
	return s.groupScript.ChangeMembers(ctx, id, c)
}

func TestWhatIsDecidedAboutProgress(t *testing.T) {
	down := fails(connectors.Temporary).err
	for name, c := range map[string]struct {
		r        Result
		attempts int
		dead     bool
	}{
		"more to do":                        {Result{More: true}, maxAttempts - 1, false},
		"some was done, then it failed":     {Result{Progress: true, Err: down}, 1, false},
		"nothing was done, and it failed":   {Result{Err: down}, maxAttempts, true},
		"all is done":                       {Result{Progress: true}, 0, false},
		"members are not there, uncounted":  {Result{Err: fails(connectors.Pending).err}, maxAttempts - 1, false},
		"some were done, others not there:": {Result{Progress: true, Err: fails(connectors.Pending).err}, maxAttempts - 1, false},
	} {
		c.r.Task.Attempts = maxAttempts
		if r := decide(c.r, noon); r.Attempts != c.attempts || r.Dead != c.dead {
			t.Errorf("%s: attempts %d, dead %v", name, r.Attempts, r.Dead)
		}
	}
}

// Users go on where groups cannot be made.
func TestAGroupThatIsMisconfiguredPausesNothing(t *testing.T) {
	s := &ledger{}
	l := testLane(s, 4)
	r := Result{Operation: OpCreate, Kind: connectors.Misconfigured, Err: fails(connectors.Misconfigured).err}
	r.Task.GroupID = "staff"
	l.engine.considerPause(l, l.opened, r)
	if len(s.quarantines) != 0 {
		t.Error(s.quarantines)
	}
	r.Kind, r.Err = connectors.Denied, fails(connectors.Denied).err
	l.engine.considerPause(l, l.opened, r)
	if len(s.quarantines) != 1 {
		t.Error("a revoked token met by a group does not pause the connector")
	}
}

// What is in doubt while pushing is off must still be in doubt when it is on again.
func TestSwitchingOffKeepsDoubt(t *testing.T) {
	o := pushes(&groupScript{}, setting(connectors.PushGroups, "false"))
	if r := reconcile(t.Context(), o, &groupLedger{}, staffs(unsure(longAgo, nil)), time.Now); !r.Doubt || r.WritesKnown {
		t.Errorf("doubt %v, certain %v", r.Doubt, r.WritesKnown)
	}
	if r := reconcile(t.Context(), o, &groupLedger{}, staffs(nil), time.Now); r.Doubt || !r.WritesKnown {
		t.Errorf("nothing was sent: doubt %v, certain %v", r.Doubt, r.WritesKnown)
	}
}

func TestTheLongerAMemberIsMissingTheMoreRarelyItIsLookedFor(t *testing.T) {
	for since, want := range map[time.Duration]time.Duration{0: pendingWait, time.Minute: pendingWait, 20 * time.Minute: 20 * time.Minute, 5 * time.Hour: maxRetryAfter} {
		l := &groupLedger{add: people("a")}
		s := &groupScript{refused: map[string]error{"ra": fails(connectors.NotFound).err}}
		r := reconcile(t.Context(), pushes(s, nil), l, staffs(func(t *Task) { pushedBefore(t); t.VerifiedAt = noon.Add(-since) }), func() time.Time { return noon })
		if got := retryAfter(r.Err, 0); got != want {
			t.Errorf("in step %v ago: again in %v, want %v", since, got, want)
		}
	}
}

func TestGroupRules(t *testing.T) {
	g := staffs(nil).Group
	for rule, want := range map[string]string{
		"": "false <nil>", `group.displayName.startsWith("St")`: "true <nil>", `group.displayName == "x"`: "false <nil>",
	} {
		r, err := CompileGroupRule(rule)
		if err != nil {
			t.Fatal(rule, err)
		}
		if got, err := r.Has(g); fmt.Sprint(got, err) != want {
			t.Error(rule, got, err)
		}
	}
	for _, rule := range []string{`group.name`, `group.displayName`, `1 +`, `user.active`} {
		if _, err := CompileGroupRule(rule); connectors.KindOf(err) != connectors.Invalid {
			t.Errorf("%s: %v", rule, err)
		}
	}
	endless, err := CompileGroupRule(`"aaaaaaaaaaaaaaaaaaaaaaaaa".split("").all(a, "aaaaaaaaaaaaaaaaaaaaaaaaa".split("").all(b, "aaaaaaaaaaaaaaaaaaaaaaaaa".split("").all(c, "aaaaaaaaaaaaaaaaaaaa".split("").all(d, group.displayName != a + b + c + d))))`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := endless.Has(g); connectors.KindOf(err) != connectors.Invalid {
		t.Error("a rule without end:", err)
	}
}
