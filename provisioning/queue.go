package provisioning

import (
	"context"
	"sync"
	"time"

	"usher/connectors"
)

const (
	maxBatch  = 256
	sickAfter = 10 // temporary failures in a row
	// queueFor is how much work is claimed ahead. After a kill, all of it must be found out about; and a leaver waits
	// while a batch is claimed.
	queueFor = 100 * time.Millisecond
)

// queue is the work of one connector in this process: what was claimed and waits, and how many may be tried at once.
type queue struct {
	engine *Engine
	id     string

	mu        sync.Mutex
	target    Target
	opened    *Opened
	urgent    []Task
	bulk      []Task
	busy      int // attempts running
	busyBulk  int // of them, bulk ones
	atOnce    concurrency
	done      meter   // attempts that ended
	failures  int     // temporary failures in a row
	rate      float64 // attempts a second, smoothed
	lastDone  time.Time
	refusals  int           // of single accounts, in a row
	step      time.Duration // of the latest quarantine; 0 once the target took something
	stepped   time.Time     // when that began
	checking  bool
	holds     int // results that are pausing the connector at this moment
	pace      Quarantine
	limit     Quarantine
	newcomers int  // waiting or being tried: users whose account has to be made
	probing   bool // an attempt outside of the queue is finding out whether the pace is over
	asked     bool // more work was asked for since room last said how much
}

func (l *queue) update(t Target, o *Opened) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened != nil && o.revision < l.opened.revision {
		return // somebody who read the targets before the newest configuration was saved
	}
	if o != l.opened {
		l.failures, l.refusals, l.step = 0, 0, 0 // another configuration: what the old one met says nothing about it
		l.atOnce = newConcurrency(o.Budget)
	}
	l.target, l.opened = t, o
}

// slots is how many attempts may run now.
func (l *queue) slots() int {
	perSecond, _ := l.opened.throttle.perSecond()
	return l.atOnce.slots(perSecond)
}

// capacity is how many more tasks of each sort are worth claiming now.
func (l *queue) capacity() (urgent, bulk int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = false
	if l.pace.On() { // one alone finds out
		n := 1 - min(1, l.busy+len(l.urgent)+len(l.bulk))
		return n, n
	}
	ahead := l.ahead()
	urgent = max(0, ahead-len(l.urgent))
	if len(l.bulk) <= ahead/2 {
		bulk = ahead
	}
	return urgent, bulk
}

// ahead is how many tasks of a sort are worth having claimed.
func (l *queue) ahead() int {
	return clampInt(int(l.rate*queueFor.Seconds()), 2*l.slots(), maxBatch)
}

// add queues what was claimed by a look at the targets that began when seen quarantines had been decided. It
// refuses when one was decided since: the look may be from before it.
func (l *queue) add(tasks []Task, seen int64) bool {
	l.mu.Lock()
	if l.engine.quarantined.Load() != seen {
		l.mu.Unlock()
		return false
	}
	for _, t := range tasks {
		if t.newcomer() {
			l.newcomers++
		}
		if t.Priority >= Bulk {
			l.bulk = append(l.bulk, t)
		} else {
			l.urgent = append(l.urgent, t)
		}
	}
	l.mu.Unlock()
	l.start()
	return true
}

// start runs workers while there is work that may be tried.
func (l *queue) start() {
	for {
		t, o, ok := l.next()
		if !ok {
			return
		}
		l.engine.attempts.Go(func() { l.work(t, o) })
	}
}

// next takes the most urgent task that may run now. Bulk work leaves one slot free, and urgent work never
// waits for bulk work only.
func (l *queue) next() (t Task, o *Opened, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slots := l.slots()
	switch {
	case l.holds > 0: // the target itself is at fault: nothing more until that is written down
		return t, nil, false
	case l.pace.On() && (l.busy > 0 || l.probing || l.pace.Holds(time.Now())): // and then one alone finds out
		return t, nil, false
	case len(l.urgent) > 0 && (l.busy < slots || l.busy == l.busyBulk):
		t, l.urgent = l.urgent[0], l.urgent[1:]
	case len(l.bulk) > 0 && l.busy < slots && l.busyBulk < max(1, slots-1):
		t, l.bulk = l.bulk[0], l.bulk[1:]
		l.busyBulk++
	default:
		return t, nil, false
	}
	l.busy++
	return t, l.opened, true
}

// work tries tasks one after the other until there is none for it.
func (l *queue) work(t Task, o *Opened) {
	for ok := true; ok; {
		e := l.engine
		r := e.attempt(e.hard, o, t)
		n := l.learn(o, r, time.Now())
		e.results <- r
		l.finished(r)
		e.write(e.hard, l, n)
		e.considerPause(l, o, r)
		t, o, ok = l.next()
	}
}

// finished learns from a result how the target is.
func (l *queue) finished(r Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.adapt(r, now)
	l.busy--
	if r.Task.newcomer() {
		l.newcomers--
	}
	if r.Task.Priority >= Bulk {
		l.busyBulk--
	}
	if gap := now.Sub(l.lastDone).Seconds(); gap > 0 {
		l.rate += (min(1/gap, 100_000) - l.rate) * 0.02
	}
	l.lastDone = now
	l.done.count(now)
	if len(l.bulk) <= l.ahead()/2 && !l.asked {
		l.asked = true // the next batch is claimed while this one is still being tried
		l.engine.Wake()
	}
}

// adapt learns from a result how many attempts the target bears at once.
func (l *queue) adapt(r Result, now time.Time) {
	switch {
	case r.Released:
	case asksToWait(r.Err), overloaded(r):
		if l.atOnce.refuses(r.StartedAt, l.busy, r.Kind == connectors.RateLimited, now) {
			l.opened.throttle.tooFast(now)
		}
	case r.Kind == "" || answered(r.Err):
		_, spare := l.opened.throttle.perSecond()
		l.atOnce.answered(r.Exchanges, l.busy, spare, now)
	}
}

// count keeps the row of temporary failures and reports whether this one is one too many. A target that says when to
// come back is not silent.
func (l *queue) count(k connectors.Kind) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch k {
	case connectors.Temporary, connectors.Unknown:
		l.failures++
		return l.failures >= sickAfter
	case "", connectors.Invalid, connectors.Conflict, connectors.NotFound, connectors.Refused, connectors.Limit: // the target answered
		l.failures = 0
	}
	return false
}

// drop gives back what was claimed and not tried.
func (l *queue) drop() []Task {
	l.mu.Lock()
	defer l.mu.Unlock()
	tasks := append(l.urgent, l.bulk...)
	for _, t := range tasks {
		if t.newcomer() {
			l.newcomers--
		}
	}
	l.urgent, l.bulk = nil, nil
	return tasks
}

// check asks a quarantined target whether it is well again.
func (l *queue) check(ctx context.Context) {
	l.mu.Lock()
	if l.checking || l.pace.Holds(time.Now()) {
		l.mu.Unlock()
		return
	}
	l.checking = true
	o, t := l.opened, l.target
	l.mu.Unlock()
	l.engine.attempts.Go(func() {
		l.engine.probe(ctx, o, t)
		l.mu.Lock()
		l.checking, l.failures = false, 0
		l.mu.Unlock()
		l.engine.Wake()
	})
}
