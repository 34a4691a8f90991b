package provisioning

import (
	"context"
	"time"

	"usher/connectors"
)

const (
	firstProbe = time.Minute
	lastProbe  = time.Hour

	refusedAfter = 5 // accounts in a row that are refused mean us, and not them
)

// considerPause decides from one result whether the target itself is at fault, not one account, and pauses it.
func (e *Engine) considerPause(l *queue, o *Opened, r Result) {
	l.mu.Lock()
	t := l.target
	stale := o != l.opened
	l.mu.Unlock()
	if r.Released || stale {
		return // never tried, or learned with a configuration that is not in force any more
	}
	many := !asksToWait(r.Err) && l.count(r.Kind)
	all := l.refused(r)
	e.updateLimit(l, r)
	q := Quarantine{Kind: r.Kind, Class: AllOperations}
	switch {
	case r.Kind == connectors.Denied:
	case r.Kind == connectors.Misconfigured && !waitsAlone(r), all:
		q.Class = WritesOnly
	case many:
	default:
		return
	}
	q.Step = l.nextStep(r)
	q.Reason = r.Err.Error()
	q.Remedy = remedy(r.Err)
	e.pause(l, func() { e.quarantine(e.hard, t, q) })
}

// pause writes a pause down while nothing begins, and gives back what was claimed before it.
func (e *Engine) pause(l *queue, write func()) {
	l.hold(1)
	write()
	e.quarantined.Add(1)
	e.giveBack(l.drop())
	l.hold(-1)
	l.start() // leavers may have come meanwhile
}

// refused keeps the row of refusals of single accounts, and reports whether so many in a row mean us.
func (l *queue) refused(r Result) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case r.Kind == connectors.Refused && !waitsAlone(r):
		l.refusals++
		return l.refusals >= refusedAfter
	case r.Kind == "" && r.Operation != OpNone && r.Operation != OpFind:
		l.refusals, l.step = 0, 0
	}
	return false
}

// nextStep is the step of a quarantine that begins: a minute, or twice as far as the latest if nothing went well since.
// Of several attempts that fail together the first counts.
func (l *queue) nextStep(r Result) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.step == 0 || r.StartedAt.After(l.stepped) {
		l.step, l.stepped = clamp(2*l.step, firstProbe, lastProbe), time.Now()
	}
	return l.step
}

func (l *queue) hold(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holds += n
}

// quarantine starts or prolongs a quarantine.
func (e *Engine) quarantine(ctx context.Context, t Target, q Quarantine) {
	now := time.Now()
	if q.Step == 0 {
		q.Step = firstProbe
	}
	if t.Quarantine.On() && t.Quarantine.Class == q.Class && now.Before(t.Quarantine.Until) {
		return
	}
	q.Since, q.Until, q.Revision = now, now.Add(q.Step), t.Revision
	if t.Quarantine.On() {
		q.Since = t.Quarantine.Since
	}
	if err := e.store.Quarantine(ctx, t.ID, q, now); err != nil {
		e.log.Error("cannot pause a connector", "connector", t.ID, "err", err)
		return
	}
	e.log.Warn("connector quarantined", "connector", t.ID, "class", q.Class, "until", q.Until, "reason", q.Reason)
}

// probe makes one harmless check: passed, the connector works again; failed, the next check is twice as far away.
func (e *Engine) probe(ctx context.Context, o *Opened, t Target) {
	call, cancel := context.WithTimeout(ctx, e.config.AttemptTimeout)
	defer cancel()
	started := time.Now()
	_, err := o.Check(call)
	if ctx.Err() != nil {
		return
	}
	if asksToWait(err) {
		l := e.queue(t, o)
		e.write(ctx, l, l.learn(o, Result{Err: err, Kind: connectors.KindOf(err), StartedAt: started}, time.Now()))
		return // the check is due again when the target wants to be asked
	}
	if err == nil {
		o.accepted.note()
		if err := e.store.Quarantine(ctx, t.ID, Quarantine{}, time.Now()); err != nil {
			e.log.Error("cannot release a connector", "connector", t.ID, "err", err)
			return
		}
		e.log.Info("connector works again", "connector", t.ID)
		return
	}
	q := t.Quarantine
	q.Reason, q.Kind, q.Step = err.Error(), connectors.KindOf(err), min(2*max(q.Step, firstProbe), lastProbe)
	q.Remedy = remedy(err)
	t.Quarantine.Until = time.Time{}
	e.quarantine(ctx, t, q)
}
