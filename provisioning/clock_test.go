package provisioning

import (
	"context"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
)

// What was made may be hidden for a minute: until the clock says so, and until this process has seen a minute go by.
func TestHidden(t *testing.T) {
	now := time.Now()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const lag = time.Minute
	for name, c := range map[string]struct {
		task Task
		want time.Duration
	}{
		"begun just now":                        {Task{Account: Account{WriteBegan: now}, Watched: ago(time.Hour)}, lag},
		"begun long ago":                        {Task{Account: Account{WriteBegan: ago(time.Hour)}, Watched: ago(time.Hour)}, 0},
		"may have run until now":                {Task{Account: Account{WriteBegan: ago(time.Hour), WriteUntil: now}, Watched: ago(time.Hour)}, lag},
		"may run for a while yet":               {Task{Account: Account{WriteBegan: now, WriteUntil: now.Add(lag)}, Watched: ago(time.Hour)}, 2 * lag},
		"its own claim is no doubt":             {Task{NoWriteInDoubt: true, Account: Account{WriteBegan: ago(time.Hour), WriteUntil: now}, Watched: ago(time.Hour)}, 0},
		"linked long ago":                       {Task{Account: Account{RemoteID: "r", LinkedAt: ago(time.Hour), WriteUntil: now}, Watched: ago(time.Hour)}, 0},
		"a jump forward before the start":       {Task{Account: Account{WriteBegan: ago(24 * time.Hour)}, Watched: ago(10 * time.Second)}, 50 * time.Second},
		"a jump back before the start":          {Task{Account: Account{WriteBegan: ago(-24 * time.Hour)}, Watched: ago(10 * time.Second)}, 50 * time.Second},
		"a jump back, and a minute after it":    {Task{Account: Account{WriteBegan: ago(-24 * time.Hour)}, Watched: ago(lag)}, 0},
		"a jump, and a write that may go on":    {Task{Account: Account{WriteBegan: ago(24 * time.Hour), WriteUntil: ago(24 * time.Hour)}, Watched: ago(10 * time.Second), MayRun: lag}, 110 * time.Second},
		"a jump, and nothing in doubt":          {Task{NoWriteInDoubt: true, Account: Account{WriteBegan: ago(24 * time.Hour)}, Watched: ago(10 * time.Second), MayRun: lag}, 50 * time.Second},
		"a jump, and linked":                    {Task{Account: Account{RemoteID: "r", LinkedAt: ago(24 * time.Hour)}, Watched: now, MayRun: lag}, lag},
		"linked, and the process just started":  {Task{Account: Account{RemoteID: "r", LinkedAt: ago(24 * time.Hour)}, Watched: now}, lag},
		"no write was ever sent: zero is never": {Task{NoWriteInDoubt: true, Watched: now}, 0},
	} {
		got := c.task.hidden(lag, now)
		if c.want == 0 && got > 0 || c.want > 0 && got != c.want {
			t.Errorf("%s: hidden for %v more, want %v", name, got, c.want)
		}
	}
}

func TestAJumpIsWhenTheClocksGoApart(t *testing.T) {
	for _, c := range []struct {
		wall, steady time.Duration
		want         bool
	}{{time.Hour, time.Hour, false}, {time.Hour, time.Hour - 900*time.Millisecond, false}, {25 * time.Hour, time.Hour, true}, {-23 * time.Hour, time.Hour, true}} {
		if apart(c.wall, c.steady) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestUntilWhenAWriteMayRun(t *testing.T) {
	e := quietEngine(nil)
	now := time.Now()
	given := now.Add(30 * time.Second) // it may have begun a moment ago, whenever the attempt did
	for _, c := range []struct {
		op     Operation
		kind   connectors.Kind
		status int
		want   time.Time
	}{
		{OpCreate, connectors.Unknown, 0, given},
		{OpUpdate, connectors.Temporary, 0, given},
		{OpCreate, connectors.Unknown, 500, now},
		{OpFind, connectors.Temporary, 0, time.Time{}}, // looked, and wrote nothing
		{OpNone, connectors.Temporary, 0, time.Time{}},
		{OpUpdate, connectors.Pending, 0, time.Time{}},
	} {
		r := Result{Operation: c.op, Err: &connectors.Error{Kind: c.kind, Status: c.status}}
		if got := e.mayRun(r, now); !got.Equal(c.want) {
			t.Errorf("%+v: %v", c, got.Sub(now))
		}
	}
}

// leases is a ledger with leases that others hold.
type leases struct {
	*ledger
	held  map[string]time.Duration
	taken map[string]time.Time
}

func (l *leases) Leases(context.Context) (map[string]time.Duration, error) {
	return maps.Clone(l.held), nil
}

func (l *leases) TakeOver(_ context.Context, lease string, now time.Time) (int, error) {
	l.taken[lease] = now
	delete(l.held, lease)
	return 1, nil
}

// A lease is over when it was seen for as long as it was given for, and no sooner, whatever it says itself.
func TestALeaseIsTakenOverWhenItWasSeenForLongEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &leases{ledger: &ledger{}, held: map[string]time.Duration{"short": 20 * time.Second, "long": time.Minute, "old": 0}, taken: map[string]time.Time{}}
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		go quietEngine(s).freeDeadLeases(ctx)
		time.Sleep(10 * time.Minute)
		cancel()
		synctest.Wait()
		for lease, want := range map[string]time.Duration{"short": 20 * time.Second, "long": time.Minute, "old": time.Minute} {
			if after := s.taken[lease].Sub(start); after < want || after > want+5*time.Second {
				t.Errorf("%s was taken over after %v, want %v", lease, after, want)
			}
		}
	})
}
