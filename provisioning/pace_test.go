package provisioning

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"usher/connectors"
)

func busy(k connectors.Kind, after time.Duration) error {
	return &connectors.Error{Kind: k, RetryAfter: after, Message: "slow down"}
}

func TestPaceAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	was := func(step, since, until time.Duration) Quarantine {
		return Quarantine{Class: Paced, Step: step, Since: now.Add(since), Until: now.Add(until)}
	}
	for name, c := range map[string]struct {
		was     Quarantine
		after   time.Duration
		started time.Duration // of the attempt, from now
		want    time.Duration // 0: nothing new
		step    time.Duration
		asked   bool
	}{
		"the first":                          {want: time.Second, step: time.Second},
		"the probe is refused":               {was: was(4*time.Second, -5*time.Second, -time.Second), started: -time.Millisecond, want: 8 * time.Second, step: 8 * time.Second},
		"never longer than a minute":         {was: was(40*time.Second, -time.Minute, -time.Second), started: -time.Millisecond, want: time.Minute, step: time.Minute},
		"as asked":                           {after: 2 * time.Minute, want: 2 * time.Minute, step: time.Second, asked: true},
		"asked for a day":                    {after: 24 * time.Hour, want: time.Hour, step: time.Second, asked: true},
		"asked for no time":                  {after: time.Millisecond, want: time.Second, step: time.Second, asked: true},
		"was under way already":              {was: was(4*time.Second, -time.Second, 3*time.Second), started: -2 * time.Second},
		"under way, and told a later time":   {was: was(4*time.Second, -time.Second, 3*time.Second), started: -2 * time.Second, after: time.Minute, want: time.Minute, step: 4 * time.Second, asked: true},
		"under way, and told an earlier one": {was: was(4*time.Second, -time.Second, 3*time.Second), started: -2 * time.Second, after: time.Second},
	} {
		q := paceAfter(c.was, Result{Err: busy(connectors.RateLimited, c.after), StartedAt: now.Add(c.started)}, now)
		if c.want == 0 {
			if q.On() {
				t.Errorf("%s: %+v", name, q)
			}
			continue
		}
		if q.Class != Paced || q.Until.Sub(now) != c.want || q.Step != c.step || q.Asked != c.asked || q.Reason != "slow down" {
			t.Errorf("%s: %+v", name, q)
		}
	}
	own := &connectors.Error{Kind: connectors.RateLimited, RetryAfter: time.Hour, Guessed: true}
	if q := paceAfter(Quarantine{}, Result{Err: own}, now); q.Asked || q.Until.Sub(now) != time.Hour {
		t.Errorf("the target did not ask for what the connector knows: %+v", q)
	}
}

func TestWhatIsSaidOfTheWholeTarget(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{busy(connectors.RateLimited, 0), true}, {busy(connectors.Temporary, time.Second), true}, {busy(connectors.Unknown, time.Second), true},
		{busy(connectors.Temporary, 0), false}, {busy(connectors.Unknown, 0), false}, {busy(connectors.Pending, time.Minute), false},
		{busy(connectors.Conflict, time.Minute), false}, {errors.New("?"), false}, {nil, false},
	} {
		if got := asksToWait(c.err); got != c.want {
			t.Errorf("%#v: %v", c.err, got)
		}
	}
}

func complains(start time.Time) Result {
	return Result{Operation: OpCreate, Kind: connectors.RateLimited, Err: busy(connectors.RateLimited, 0), StartedAt: start}
}

// While a pace runs nothing begins; after it one task alone; after an answer all that fits.
func TestOneAttemptFindsOutWhetherAPaceIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := testLane(&ledger{}, 4)
		l.fill(5, 5)
		n := l.learn(l.opened, complains(time.Now()), time.Now())
		if urgent, bulk := l.begin(); !n.pace.On() || urgent+bulk != 0 {
			t.Fatal("begun while the target asks Usher to slow down:", urgent, bulk)
		}
		time.Sleep(time.Second)
		if urgent, bulk := l.begin(); urgent != 1 || bulk != 0 {
			t.Fatal("begun after the pause:", urgent, bulk)
		}
		if urgent, bulk := l.capacity(); urgent+bulk != 0 {
			t.Error("more was claimed beside the probe:", urgent, bulk)
		}
		r := Result{Operation: OpCreate, StartedAt: time.Now()}
		if n := l.learn(l.opened, r, time.Now()); !n.over {
			t.Error("the pace does not end with an answer")
		}
		l.finished(r)
		if urgent, bulk := l.begin(); urgent+bulk < 2 {
			t.Error("begun after the target took one:", urgent, bulk)
		}
	})
}

func TestWhatIsNoAnswerDoesNotEndAPace(t *testing.T) {
	for name, r := range map[string]Result{
		"given back":          {Released: true},
		"nothing was sent":    {Operation: OpNone},
		"nobody answers":      {Operation: OpCreate, Kind: connectors.Unknown, Err: busy(connectors.Unknown, 0)},
		"down":                {Operation: OpUpdate, Kind: connectors.Temporary, Err: busy(connectors.Temporary, 0)},
		"was sent before it":  {Operation: OpUpdate, StartedAt: time.Now().Add(-time.Hour)},
		"says no, all in all": {Operation: OpUpdate, Kind: connectors.Invalid, Err: busy(connectors.Invalid, 0)},
	} {
		l := testLane(&ledger{}, 4)
		l.learn(l.opened, complains(time.Now()), time.Now())
		if r.StartedAt.IsZero() {
			r.StartedAt = time.Now().Add(time.Second)
		}
		if n := l.learn(l.opened, r, time.Now()); n.over != (r.Kind == connectors.Invalid) {
			t.Errorf("%s: the pace is over: %v", name, n.over)
		}
	}
}

func TestThrottle(t *testing.T) {
	five := newThrottle(5)
	for _, want := range []rate.Limit{2.5, 1.25, 1, 1} {
		if five.halve(); five.limiter.Limit() != want {
			t.Error(five.limiter.Limit(), "want", want)
		}
	}
	five.restore(time.Now())
	if now := five.limiter.Limit(); now <= 1 || now > 1.1 {
		t.Error("after one request that went well:", now)
	}
	for range 100 {
		five.restore(time.Now())
	}
	if now := five.limiter.Limit(); now != 5 {
		t.Error("in the end:", now)
	}
	if little := newThrottle(0.25); func() rate.Limit { little.halve(); return little.limiter.Limit() }() != 0.25 {
		t.Error("what is slow already became", little.limiter.Limit())
	}
}

func TestWithoutALimitHalfOfWhatWasSentIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := newThrottle(0)
		for range 120 {
			if err := free.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(25 * time.Millisecond)
		}
		if free.halve(); free.limiter.Limit() != 20 {
			t.Error("after forty a second:", free.limiter.Limit())
		}
		for range 40 {
			free.restore(time.Now())
		}
		if free.limiter.Limit() != rate.Inf {
			t.Error("in the end:", free.limiter.Limit())
		}
	})
}
