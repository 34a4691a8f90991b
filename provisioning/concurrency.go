package provisioning

import (
	"time"

	"usher/connectors"
)

// concurrency is how many attempts may run at a target at once, which is learned: one more for each round of answers
// while the target keeps up, half as many when it refuses, a little less when its answers take longer and longer
// (ADR 22).
type concurrency struct {
	now         float64
	start, most int // of the kind

	since   int       // answers since it last shrank
	shrank  time.Time // when it last did for a refusal
	refused refusal
	methods map[string]*latency // how long requests take, by HTTP method
}

// For the signs of a queue at the target.
const (
	slower     = 2                    // times as long as the target can
	jitter     = 5 * time.Millisecond // below which nothing is told from noise
	forgetting = 5 * time.Minute      // in which the shortest time that was seen counts for twice as long
	shorter    = 0.9                  // what is left of the concurrency after a round of slow answers
)

func newConcurrency(b connectors.Budget) concurrency {
	start := max(b.Concurrency, 2) // one slot is never given to bulk work
	return concurrency{now: float64(start), start: start, most: max(start, b.MostConcurrency), methods: map[string]*latency{}}
}

// slots is how many attempts may run, when the target is asked at most so many requests a second: a few seconds' worth of
// requests wait for their turn inside of an attempt, and no more.
func (c *concurrency) slots(perSecond float64) int {
	const waits = 4 // seconds
	n := max(1, int(c.now))
	if most := max(float64(c.start), waits*perSecond); float64(n) > most {
		return int(most)
	}
	return n
}

// answered learns from an attempt that the target answered. inFlight is how many ran while it did, and spare says that
// more requests could have been sent.
func (c *concurrency) answered(requests []connectors.Exchange, inFlight int, spare bool, now time.Time) {
	slow := false
	for _, r := range requests {
		l := c.methods[r.Method]
		if l == nil {
			l = &latency{}
			c.methods[r.Method] = l
		}
		slow = l.add(r.Took, now) || slow
	}
	c.since++
	switch {
	case slow && c.since >= int(c.now):
		c.now, c.since = max(min(c.now, float64(c.start)), c.now*shorter), 0
	case slow:
	case spare && inFlight >= int(c.now)-1: // it is in use but for the slot that bulk work leaves free
		c.now = min(c.allowed(now), c.now+1/c.now)
	}
}

// refuses learns that the target refused an attempt that began then. Those that were under way at its last refusal say
// nothing new. It reports whether the number at once cannot be the reason: fewer were refused than before.
func (c *concurrency) refuses(began time.Time, inFlight int, tooMany bool, now time.Time) (fewer bool) {
	if !began.After(c.shrank) {
		return false
	}
	c.now, c.since, c.shrank = max(1, c.now/2), 0, now
	if !tooMany {
		return false
	}
	fewer = c.refused.holds(now) && float64(inFlight) < c.refused.at-1
	c.refused.note(float64(inFlight), now)
	return fewer
}

// allowed is how many may be tried at once, as far as it is known what the target refused.
func (c *concurrency) allowed(now time.Time) float64 {
	if c.refused.holds(now) {
		return max(1, min(float64(c.most), c.refused.at-1))
	}
	return float64(c.most)
}

// refusal is what was too much for a target. It is tried again a minute later, and when it is too much still, twice as
// long after that.
type refusal struct {
	at    float64 // at once, or a second
	step  time.Duration
	until time.Time
}

const (
	firstDoubt = time.Minute
	lastDoubt  = time.Hour
)

func (r *refusal) holds(now time.Time) bool { return r.at > 0 && now.Before(r.until) }

func (r *refusal) note(at float64, now time.Time) {
	if r.at > 0 && at >= 0.9*r.at-1 { // no less than before, as far as can be told
		r.step = min(2*r.step, lastDoubt)
	} else {
		r.step = firstDoubt
	}
	r.at, r.until = at, now.Add(r.step)
}

// latency is how long requests of one method take of late, and the shortest that this was.
type latency struct {
	recent, least float64 // seconds
	seen          time.Time
}

// add takes a request in, and reports whether requests wait in line at the target: they take far longer than they could.
func (l *latency) add(took time.Duration, now time.Time) bool {
	const weight = 0.1
	s := took.Seconds()
	if l.seen.IsZero() {
		l.recent, l.least, l.seen = s, s, now
		return false
	}
	l.recent += (s - l.recent) * weight
	l.least += l.least * max(0, now.Sub(l.seen).Seconds()) / forgetting.Seconds()
	l.least, l.seen = min(l.least, l.recent), now
	return l.recent > slower*l.least+jitter.Seconds()
}
