package provisioning

import (
	"context"
	"slices"
	"time"
)

// gather is how long bulk results wait for company, so that one commit carries many.
const gather = 20 * time.Millisecond

// recordAll writes results in batches until there are no more.
func (e *Engine) recordAll() {
	for r := range e.results {
		batch := append(make([]Result, 0, maxBatch), r)
		var timeout <-chan time.Time
		if r.Task.Priority >= Bulk {
			timeout = time.After(gather)
		}
		for len(batch) < maxBatch {
			next, ok := e.nextResult(timeout)
			if !ok {
				break
			}
			batch = append(batch, next)
			if next.Task.Priority < Bulk {
				timeout = nil // somebody may be watching
			}
		}
		e.record(batch)
	}
}

// nextResult gives the next result if one comes before the timeout; with no timeout, if one is there.
func (e *Engine) nextResult(timeout <-chan time.Time) (Result, bool) {
	if timeout == nil {
		select {
		case r, ok := <-e.results:
			return r, ok
		default:
			return Result{}, false
		}
	}
	select {
	case r, ok := <-e.results:
		return r, ok
	case <-timeout:
		return Result{}, false
	}
}

// record writes a batch, even while the engine stops. What cannot be written is tried again when its lease
// ends: the create intent makes that safe.
func (e *Engine) record(batch []Result) {
	if e.crash != nil && e.crash() {
		return
	}
	const tries = 3
	for i := range tries {
		_, err := e.store.Record(context.Background(), batch, time.Now())
		if err == nil {
			break
		}
		if i == tries-1 {
			e.log.Error("cannot record the results of attempts; the accounts are tried again when their leases end", "results", len(batch), "err", err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	e.mu.Lock()
	close(e.done)
	e.done = make(chan struct{})
	e.mu.Unlock()
	if slices.ContainsFunc(batch, mayBeDueAtOnce) {
		e.Wake() // it may come due before anything that was known until now
	}
}

// mayBeDueAtOnce reports whether the account may be due again at once. Of a bulk success that was edited meanwhile,
// the poll finds out.
func mayBeDueAtOnce(r Result) bool { return r.Err != nil || r.Released || r.Task.Priority < Bulk }

// giveBack releases claims that were not tried.
func (e *Engine) giveBack(tasks []Task) {
	for len(tasks) > 0 {
		n := min(len(tasks), maxBatch)
		batch := make([]Result, n)
		for i, t := range tasks[:n] {
			batch[i] = Result{Task: t, Released: true}
		}
		tasks = tasks[n:]
		e.record(batch)
	}
}
