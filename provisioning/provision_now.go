package provisioning

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"usher/connectors"
	"usher/directory"
)

// ProvisionNow tries a user's accounts at these provisioners now, all at once, and waits until each has an outcome
// or ctx ends. Ending ctx ends the waiting, never the attempt.
func (e *Engine) ProvisionNow(ctx context.Context, userID string, ps []directory.Provisioner) []directory.Outcome {
	outcomes := make([]directory.Outcome, len(ps))
	seen := e.quarantined.Load()
	targets, err := e.store.Targets(ctx)
	var wg sync.WaitGroup
	for i, p := range ps {
		outcomes[i] = directory.Outcome{Connection: p.Connection, Kind: p.Kind}
		t, ok := targetOf(targets, p)
		if err != nil || !ok {
			outcomes[i].Reason = unreadable
			continue
		}
		wg.Go(func() { e.provision(ctx, userID, t, seen, &outcomes[i]) })
	}
	wg.Wait()
	e.Wake()
	return outcomes
}

func targetOf(ts []Target, p directory.Provisioner) (Target, bool) {
	for _, t := range ts {
		if t.ID == p.ConnectorID {
			return t, true
		}
	}
	return Target{}, false
}

// provision follows one account until it has an outcome. It tries the account itself unless a worker or another process does.
func (e *Engine) provision(ctx context.Context, userID string, t Target, seen int64, out *directory.Outcome) {
	fail := func(err error) { explain(ctx, err, out) }
	o, err := e.opener.Open(t.Connector)
	if err != nil {
		fail(err)
		return
	}
	l := e.queue(t, o)
	l.takePauses(t, seen)
	for tried := false; ; {
		recorded := e.Recorded()
		a, ok, err := e.store.Account(ctx, t.ID, userID)
		if err != nil {
			fail(err)
			return
		}
		if e.report(a, ok, tried, out) {
			return
		}
		if q, stopped := a.Pauses.stop(a); stopped && (q.Class != CreatesOnly || q.Holds(time.Now())) {
			paused(q, out)
			return
		}
		leave, wait, pause := l.enter(time.Now())
		if leave == nil {
			if !waitFor(ctx, wait, pause, out) {
				return
			}
			continue
		}
		task, ok, err := e.takeOne(ctx, t, userID)
		if err != nil {
			leave()
			fail(err)
			return
		}
		again := time.After(100 * time.Millisecond) // another process may be trying it
		if ok {
			tried, again, recorded = true, nil, e.tryOne(l, o, task, leave)
		} else {
			leave()
		}
		if ok && o.revision < task.Revision {
			e.provisionAgain(ctx, userID, t, out)
			return
		}
		select {
		case <-recorded:
		case <-again:
		case <-ctx.Done():
			late(out)
			return
		}
	}
}

// provisionAgain follows the account with a configuration that was saved meanwhile; the claim was given back untried.
func (e *Engine) provisionAgain(ctx context.Context, userID string, t Target, out *directory.Outcome) {
	seen := e.quarantined.Load()
	targets, err := e.store.Targets(ctx)
	fresh, ok := targetOf(targets, t.Provisioner)
	switch {
	case err != nil:
		explain(ctx, err, out)
	case !ok:
		out.Reason = unreadable
	default:
		e.provision(ctx, userID, fresh, seen, out)
	}
}

const unreadable = "The connector is switched off, or could not be read."

// paused says that nothing is tried now, why, and when it will be.
func paused(q Quarantine, out *directory.Outcome) {
	out.Status, out.Reason, out.Remedy = string(StatusPaused), q.Why(), q.Remedy
}

// waitFor waits as long as the target asked for, if that is before the deadline. When it is not, the
// outcome is known already.
func waitFor(ctx context.Context, wait time.Duration, q Quarantine, out *directory.Outcome) bool {
	if deadline, ok := ctx.Deadline(); ok && q.On() && time.Until(deadline) < wait {
		paused(q, out)
		return false
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		late(out)
		return false
	}
}

// explain says why there is no outcome.
func explain(ctx context.Context, err error, out *directory.Outcome) {
	if ctx.Err() != nil {
		late(out) // the deadline passed while the store was asked
		return
	}
	out.Reason = reason(err)
	out.Remedy = remedy(err)
}

func late(out *directory.Outcome) {
	out.Status, out.Reason = string(StatusRunning), "The target did not answer within the deadline."
	out.Remedy = "Try again later, or ask the administrator to look at the connection."
}

func (e *Engine) takeOne(ctx context.Context, t Target, userID string) (task Task, ok bool, err error) {
	now := time.Now()
	tasks, err := e.store.Claim(ctx, Claim{ConnectorID: t.ID, UserID: userID, Least: Bulk, Limit: 1, Lease: e.lease(), Until: now.Add(e.config.Lease), Now: now})
	if err != nil || len(tasks) == 0 {
		return task, false, err
	}
	return tasks[0], true, nil
}

// tryOne tries a task outside of the queue; the channel is closed when the result is recorded.
func (e *Engine) tryOne(l *queue, o *Opened, t Task, leave func()) <-chan struct{} {
	recorded := make(chan struct{})
	e.attempts.Go(func() {
		defer close(recorded)
		defer leave()
		r := e.attempt(e.hard, o, t)
		n := l.learn(o, r, time.Now())
		e.record([]Result{r})
		e.write(e.hard, l, n)
		e.considerPause(l, o, r)
	})
	return recorded
}

// Drain waits for the attempts that ProvisionNow began. A process that provisions without Run calls it before it ends.
func (e *Engine) Drain() { e.attempts.Wait() }

// report says what is known of the account, and whether that is an outcome.
func (e *Engine) report(a Account, ok, tried bool, out *directory.Outcome) (settled bool) {
	if !ok { // nothing to do at this target, or done and gone
		out.OK, out.Status = true, string(StatusSynced)
		return true
	}
	now := time.Now()
	status := a.Status(now)
	out.Status, out.RemoteID = string(status), a.RemoteID
	tried = tried || a.DueAt.After(now) // by somebody else, and not edited since: an edit makes it due
	switch {
	case status == StatusSynced, tried && status != StatusRunning && a.ErrorKind == connectors.Pending && a.RemoteID != "":
		out.OK = true // in step, or accepted and taking effect by itself
		return true
	case status == StatusRunning:
		return false
	case status.Settled(), a.ErrorKind != "" && tried:
		out.Reason, out.Remedy = cmp.Or(a.HeldReason, a.Error), a.Remedy
		return true
	}
	return false
}

func reason(err error) string {
	if ce, ok := errors.AsType[*connectors.Error](err); ok {
		return ce.Error()
	}
	return "Usher could not work on this: " + err.Error()
}

// remedy is what a person can do about an error, "" when nobody said.
func remedy(err error) string {
	if ce, ok := errors.AsType[*connectors.Error](err); ok {
		return ce.Remedy
	}
	return ""
}
