package provisioning

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle spends a connector's requests: at most as many a second as its configuration says, and fewer after the
// target said “too many”.
type throttle struct {
	limiter *rate.Limiter
	most    rate.Limit // of the configuration

	mu         sync.Mutex
	whole      rate.Limit // where a slowed limit that has no maximum is let go again
	refused    refusal    // requests a second that were too many
	second     time.Time
	sent, last int // requests in the running second, and in the one before
}

const (
	slowest = rate.Limit(1) // an attempt of several requests must come to its end in time
	regain  = 1.05          // how much a request that went well gives back
)

// newThrottle limits requests a second; 0 means no limit. A burst of one second's worth lets short work finish at once.
func newThrottle(perSecond float64) *throttle {
	most := rate.Limit(perSecond)
	if perSecond <= 0 {
		most = rate.Inf
	}
	return &throttle{limiter: rate.NewLimiter(most, burst(most)), most: most}
}

func burst(r rate.Limit) int {
	if r == rate.Inf {
		return 1
	}
	return max(1, int(r))
}

// Wait implements connectors.Limiter.
func (t *throttle) Wait(ctx context.Context) error {
	t.mu.Lock()
	t.count(time.Now())
	t.sent++
	t.mu.Unlock()
	return t.limiter.Wait(ctx)
}

func (t *throttle) count(now time.Time) {
	switch gap := now.Sub(t.second); {
	case gap >= 2*time.Second:
		t.second, t.sent, t.last = now, 0, 0
	case gap >= time.Second:
		t.second, t.sent, t.last = now, 0, t.sent
	}
}

// halve halves the rate; without a limit, half of what was sent in the latest whole second is one.
func (t *throttle) halve() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.limiter.Limit()
	if now == rate.Inf {
		t.count(time.Now())
		now = rate.Limit(max(t.sent, t.last))
		t.whole = 2 * now
	}
	t.set(max(now/2, min(slowest, t.most)))
}

// tooFast learns that what was sent in the latest whole second was too much.
func (t *throttle) tooFast(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count(now)
	if t.last > 0 {
		t.refused.note(float64(t.last), now)
	}
}

// restore gives back a little of what halve took, up to a little less than what was too much.
func (t *throttle) restore(at time.Time) {
	if t == nil || t.limiter.Limit() == t.most {
		return
	}
	const less = 0.9
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.limiter.Limit() * regain
	if now >= t.most || t.most == rate.Inf && now > t.whole {
		now = t.most
	}
	if t.refused.holds(at) {
		now = min(now, max(slowest, rate.Limit(less*t.refused.at)))
	}
	t.set(now)
}

// perSecond is how many requests a second may be sent now, and whether one could be sent at once.
func (t *throttle) perSecond() (limit float64, spare bool) {
	if t == nil {
		return math.Inf(1), true
	}
	return float64(t.limiter.Limit()), t.limiter.Tokens() >= 1
}

func (t *throttle) set(r rate.Limit) {
	t.limiter.SetLimit(r)
	t.limiter.SetBurst(burst(r))
}
