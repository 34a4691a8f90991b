package provisioning

import (
	"context"
	"testing"
	"time"

	"usher/connectors"
)

// Guard: the backoff grows with the attempts. It is jittered over its whole range, so many draws come near its end.
func TestBackoffGrowsWithAttempts(t *testing.T) {
	for attempt, end := range map[int]time.Duration{1: 2 * time.Second, 3: 8 * time.Second, 6: 64 * time.Second, 9: 512 * time.Second, 12: time.Hour, 40: time.Hour} {
		var longest time.Duration
		for range 300 {
			r := Result{Err: &connectors.Error{Kind: connectors.Temporary, Message: "down"}}
			r.Task.Attempts = min(attempt, maxAttempts-1)
			now := time.Now()
			longest = max(longest, decide(r, now).DueAt.Sub(now))
		}
		if longest <= end/2 || longest > end {
			t.Errorf("after %d attempts the longest of 300 waits was %v, want it between %v and %v", attempt, longest, end/2, end)
		}
	}
}

// lateStore has work that was claimed by a look at the targets from before a pause.
type lateStore struct {
	*ledger
	pausing func()
}

func (s lateStore) Claim(_ context.Context, c Claim) ([]Task, error) {
	s.pausing()
	return make([]Task, c.Limit), nil
}

// Guard: what was claimed by a look from before a pause is given back.
func TestClaimsFromBeforeAPauseAreGivenBack(t *testing.T) {
	for _, pausing := range []bool{false, true} {
		s := lateStore{ledger: &ledger{}}
		l := testLane(s, 4)
		l.holds = 1 // so that nothing begins
		s.pausing = func() {
			if pausing {
				l.engine.quarantined.Add(1)
			}
		}
		l.engine.store = s
		if err := l.engine.take(t.Context(), l, Bulk, 3, Everybody, l.engine.quarantined.Load()); err != nil {
			t.Fatal(err)
		}
		kept, back := 3, 0
		if pausing {
			kept, back = 0, 3
		}
		if n := len(l.urgent) + len(l.bulk); n != kept || s.released != back {
			t.Errorf("a pause meanwhile is %v: %d are queued and %d were given back", pausing, n, s.released)
		}
	}
}
