package provisioning

import (
	"context"
	"time"

	"usher/connectors"
)

// A target that says “too many”, or “not now”, means the connector and not the account: nothing at all is sent for the
// time that it named, or for one second, doubled each time it says so again. Then one attempt alone finds out.
const (
	firstPace = time.Second
	lastPace  = time.Minute
)

// news is what a result says about when the target wants to be asked: a pause to be written down, or that one is over.
type news struct {
	pace Quarantine
	over bool
}

// learn takes from a result how much may be asked of the target, before anything else is sent to it.
func (l *queue) learn(o *Opened, r Result, now time.Time) (n news) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Released || o != l.opened {
		return n
	}
	switch {
	case asksToWait(r.Err):
		if n.pace = paceAfter(l.pace, r, now); n.pace.On() {
			if r.StartedAt.After(l.pace.Since) || !l.pace.On() {
				o.throttle.halve()
			}
			l.pace = n.pace
			l.engine.quarantined.Add(1)
		}
	case r.Kind == connectors.Temporary, r.Kind == connectors.Unknown, r.Operation == OpNone: // no answer, or no question
	default:
		if r.Kind == "" {
			o.accepted.note()
		}
		o.throttle.restore(now)
		if n.over = l.pace.On() && r.StartedAt.After(l.pace.Since); n.over {
			l.pace = Quarantine{}
			l.engine.quarantined.Add(1)
		}
	}
	return n
}

// paceAfter is the pause that follows from a complaint; zero when the one that runs covers it. Attempts that were under
// way when it began say nothing new, unless the target names a later time to one of them.
func paceAfter(was Quarantine, r Result, now time.Time) Quarantine {
	step, reason := firstPace, r.Err.Error()
	if was.On() {
		step = min(max(2*was.Step, firstPace), lastPace)
	}
	asked := retryAfter(r.Err, 0)
	wait := step
	if asked > 0 {
		wait = clamp(asked, minRetryAfter, maxRetryAfter)
	}
	until := now.Add(wait)
	if was.On() && !r.StartedAt.After(was.Since) {
		if asked == 0 || !until.After(was.Until) {
			return Quarantine{}
		}
		step = was.Step
	}
	return Quarantine{Class: Paced, Since: now, Until: until, Step: step, Asked: asked > 0 && !guessed(r.Err), Reason: reason, Remedy: remedy(r.Err), Kind: connectors.KindOf(r.Err)}
}

// write keeps what learn found where other processes see it. A pace that could not be written holds here all the same.
func (e *Engine) write(ctx context.Context, l *queue, n news) {
	var err error
	switch {
	case n.pace.On():
		e.pause(l, func() { err = e.store.Quarantine(ctx, l.id, n.pace, n.pace.Since) })
		e.log.Warn("target asks Usher to slow down", "connector", l.id, "until", n.pace.Until, "asked", n.pace.Asked, "reason", n.pace.Reason)
	case n.over:
		err = e.store.Resume(ctx, l.id, Paced, time.Now())
		e.quarantined.Add(1)
	}
	if err != nil {
		e.log.Error("cannot save when a target may be asked again", "connector", l.id, "err", err)
	}
	if n.pace.On() || n.over {
		e.Wake()
	}
}

// takePauses takes over the pace and the limit that the store has, which another process may have met. seen is how many pauses had been
// decided here when the store was asked: what was decided since is newer.
func (l *queue) takePauses(t Target, seen int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.engine.quarantined.Load() == seen && l.holds == 0 {
		l.pace, l.limit = t.Pace, t.Limit
	}
}

// paced reports whether nothing may be sent now.
func (l *queue) paced(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pace.Holds(now)
}

// enter lets an attempt outside of the queue begin, as far as the pace goes. Otherwise it says how long to wait, and for
// which pause; zero when another attempt is finding out about it.
func (l *queue) enter(now time.Time) (leave func(), wait time.Duration, q Quarantine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.pace.Holds(now):
		return nil, l.pace.Until.Sub(now), l.pace
	case !l.pace.On():
		return func() {}, 0, q
	case l.probing || l.busy > 0:
		return nil, 100 * time.Millisecond, q
	}
	l.probing = true
	return func() {
		l.mu.Lock()
		l.probing = false
		l.mu.Unlock()
		l.start()
	}, 0, q
}
