package provisioning

import (
	"time"

	"usher/connectors"
)

// A target without room for another account is not broken: whoever is there is changed and leaves as ever, and only
// accounts that have to be made wait. One of them is tried whenever somebody left, and a minute later, twice as far each
// time.

// updateLimit keeps a connector's limit: it begins or grows when an account was refused for want of room, ends when one was
// made, and is tried again when somebody left.
func (e *Engine) updateLimit(l *queue, r Result) {
	now := time.Now()
	l.mu.Lock()
	was := l.limit
	l.mu.Unlock()
	q := was
	switch {
	case r.Kind == connectors.Limit && r.Task.GroupID == "":
		if was.On() && !r.StartedAt.After(was.Since) {
			return // was under way when it began
		}
		q = Quarantine{Class: CreatesOnly, Since: now, Step: clamp(2*was.Step, firstProbe, lastProbe), Reason: r.Err.Error(), Remedy: remedy(r.Err), Kind: r.Kind}
		q.Until = now.Add(q.Step)
	case r.Kind != "" || !was.On():
		return
	case r.Operation == OpCreate:
		q = Quarantine{}
	case r.Operation == OpDelete, r.Operation == OpDisable:
		q.Until = now
	default:
		return
	}
	l.mu.Lock()
	l.limit = q
	l.mu.Unlock()
	e.pause(l, func() { e.writeLimit(l, q, now) })
	e.Wake()
}

func (e *Engine) writeLimit(l *queue, q Quarantine, now time.Time) {
	var err error
	if q.On() {
		err = e.store.Quarantine(e.hard, l.id, q, now)
		e.log.Warn("target has no room for another account", "connector", l.id, "until", q.Until, "reason", q.Reason)
	} else {
		err = e.store.Resume(e.hard, l.id, CreatesOnly, now)
		e.log.Info("target has room again", "connector", l.id)
	}
	if err != nil {
		e.log.Error("cannot save whether a target has room", "connector", l.id, "err", err)
	}
}

// mayProbeLimit reports whether no account that has to be made is waiting or being tried here: one alone finds out.
func (l *queue) mayProbeLimit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newcomers == 0
}
