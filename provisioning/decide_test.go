package provisioning

import (
	"errors"
	"testing"
	"time"

	"usher/connectors"
)

func TestDecide(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	fail := func(k connectors.Kind, after time.Duration) error {
		return &connectors.Error{Kind: k, RetryAfter: after, Message: "no"}
	}
	for name, c := range map[string]struct {
		err      error
		op       Operation
		found    string // an account in the way
		attempts int    // counted by the claim
		want     Result // Attempts, Dead, Hold
		min, max time.Duration
	}{
		"success":                        {attempts: 4, want: Result{Attempts: 0}},
		"invalid is dead at once":        {err: fail(connectors.Invalid, 0), attempts: 1, want: Result{Attempts: 1, Dead: true}},
		"conflict with an account known": {err: fail(connectors.Conflict, 0), found: "r1", attempts: 1, want: Result{Attempts: 1, Hold: true}, max: 2 * time.Second},
		"conflict with nobody, early":    {err: fail(connectors.Conflict, 0), attempts: 1, want: Result{Attempts: 1}, min: 1, max: 2 * time.Second},
		"conflict with nobody, late":     {err: fail(connectors.Conflict, 0), attempts: 8, want: Result{Attempts: 8, Hold: true}, max: 5 * time.Minute},
		"rate limited as asked":          {err: fail(connectors.RateLimited, 7*time.Second), attempts: 3, want: Result{Attempts: 2}, min: 7 * time.Second, max: 7 * time.Second},
		"rate limited for a day":         {err: fail(connectors.RateLimited, 24*time.Hour), attempts: 3, want: Result{Attempts: 2}, min: time.Hour, max: time.Hour},
		"rate limited for nothing":       {err: fail(connectors.RateLimited, time.Millisecond), attempts: 3, want: Result{Attempts: 2}, min: time.Second, max: time.Second},
		"rate limited, not said":         {err: fail(connectors.RateLimited, 0), attempts: 3, want: Result{Attempts: 2}, min: time.Second, max: 2 * time.Second},
		"unavailable, with a time":       {err: fail(connectors.Temporary, 2*time.Minute), attempts: 3, want: Result{Attempts: 2}, min: 2 * time.Minute, max: 2 * time.Minute},
		"perhaps made, with a time":      {err: fail(connectors.Unknown, 2*time.Minute), attempts: 24, want: Result{Attempts: 23}, min: 2 * time.Minute, max: 2 * time.Minute},
		"pending":                        {err: fail(connectors.Pending, 0), attempts: 3, want: Result{Attempts: 2}, min: 2 * time.Minute, max: 2 * time.Minute},
		"denied is not counted":          {err: fail(connectors.Denied, 0), attempts: 3, want: Result{Attempts: 2}, min: time.Minute, max: time.Minute},
		"misconfigured is not counted":   {err: fail(connectors.Misconfigured, 0), op: OpCreate, attempts: 3, want: Result{Attempts: 2}, min: time.Minute, max: time.Minute},
		"a leaver, first":                {err: fail(connectors.Misconfigured, 0), op: OpDelete, attempts: 1, want: Result{Attempts: 1}, min: time.Minute, max: time.Minute},
		"a leaver, third":                {err: fail(connectors.Misconfigured, 0), op: OpDisable, attempts: 3, want: Result{Attempts: 3}, min: 4 * time.Minute, max: 4 * time.Minute},
		"a leaver, at last":              {err: fail(connectors.Misconfigured, 0), op: OpDelete, attempts: 40, want: Result{Attempts: 40}, min: time.Hour, max: time.Hour},
		"no room for another":            {err: fail(connectors.Limit, 0), op: OpCreate, attempts: 3, want: Result{Attempts: 2}, min: time.Minute, max: time.Minute},
		"no licence to come back":        {err: fail(connectors.Limit, 0), op: OpUpdate, attempts: 2, want: Result{Attempts: 2}, min: 2 * time.Minute, max: 2 * time.Minute},
		"refused for this account":       {err: fail(connectors.Refused, 0), op: OpUpdate, attempts: 1, want: Result{Attempts: 1, Dead: true}},
		"temporary, first":               {err: fail(connectors.Temporary, 0), attempts: 1, want: Result{Attempts: 1}, min: 1, max: 2 * time.Second},
		"temporary, late":                {err: fail(connectors.Temporary, 0), attempts: 20, want: Result{Attempts: 20}, min: 1, max: time.Hour},
		"temporary, too often":           {err: fail(connectors.Temporary, 0), attempts: 24, want: Result{Attempts: 24, Dead: true}, min: 1, max: time.Hour},
		"unknown":                        {err: fail(connectors.Unknown, 0), attempts: 2, want: Result{Attempts: 2}, min: 1, max: 4 * time.Second},
		"unclassified":                   {err: errors.New("?"), attempts: 2, want: Result{Attempts: 2}, min: 1, max: 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // there is jitter
				in := Result{Err: c.err, Operation: c.op, Found: connectors.Account{ID: c.found}}
				in.Task.Attempts = c.attempts
				got := decide(in, now)
				if got.Attempts != c.want.Attempts || got.Dead != c.want.Dead || got.Hold != c.want.Hold {
					t.Fatalf("attempts %d dead %v hold %v, want %+v", got.Attempts, got.Dead, got.Hold, c.want)
				}
				if wait := got.DueAt.Sub(now); wait < c.min || wait > c.max && !got.Dead && !got.Hold {
					t.Fatalf("due in %v, want between %v and %v", wait, c.min, c.max)
				}
			}
		})
	}
}

func TestStatus(t *testing.T) {
	now := time.Now()
	paused := Pauses{Quarantine: Quarantine{Class: AllOperations, Until: now.Add(time.Minute)}}
	later, earlier := now.Add(time.Minute), now.Add(-time.Minute)
	for want, a := range map[Status]Account{
		StatusHeld:     {DesiredGen: 2, HeldAt: earlier, DeadAt: earlier},
		StatusFailed:   {DesiredGen: 2, DeadAt: earlier, Pauses: paused},
		StatusSynced:   {DesiredGen: 2, ObservedGen: 2, Pauses: paused},
		StatusRunning:  {DesiredGen: 2, LeaseUntil: later, Attempts: 3, Pauses: paused},
		StatusPaused:   {DesiredGen: 2, LeaseUntil: earlier, Attempts: 3, Pauses: paused},
		StatusRetrying: {DesiredGen: 2, LeaseUntil: earlier, Attempts: 1},
		StatusPending:  {DesiredGen: 2},
	} {
		if got := a.Status(now); got != want {
			t.Errorf("%+v is %s, want %s", a, got, want)
		}
	}
}

func TestWorstChildWins(t *testing.T) {
	if got := Worst(); got != StatusSynced {
		t.Error("nothing:", got)
	}
	if got := Worst(StatusSynced, StatusFailed, StatusRetrying); got != StatusFailed {
		t.Error(got)
	}
	if got := Worst(StatusPending, StatusSynced); got != StatusPending {
		t.Error(got)
	}
}
