package provisioning

import (
	"context"
	"sync"
	"time"

	"usher/connectors"
)

// The clock on the wall may jump, and what is stored was stamped by it. So nothing that must not overlap, and nothing
// that must have become visible, is concluded from it alone: this process also waits as long by a clock that only goes
// forward, which Go's time has within one process.

// longestWait is more than anything waits: what is due later was stamped by a clock that was wrong.
const longestWait = 2 * time.Hour

// watch knows since when the clock on the wall did not jump.
type watch struct {
	mu    sync.Mutex
	since time.Time
}

// look gives that time. A jump since the last look begins it again.
func (w *watch) look() time.Time {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since.IsZero() || jumped(w.since, now) {
		w.since = now
	}
	return w.since
}

// jumped reports whether the two clocks went apart between two times of this process.
func jumped(since, now time.Time) bool {
	return apart(now.Round(0).Sub(since.Round(0)), now.Sub(since))
}

func apart(wall, steady time.Duration) bool { return max(wall-steady, steady-wall) > time.Second }

// hidden is how much longer what an earlier write made may not be visible at the target; 0 and less: it would be seen.
func (t Task) hidden(lag time.Duration, now time.Time) time.Duration {
	since := t.WriteBegan
	unheard := lag // the longest, from when this process began to watch: a write that nobody heard of may still have run then
	if !t.NoWriteInDoubt {
		unheard += t.MayRun
		if t.WriteUntil.After(since) {
			since = t.WriteUntil
		}
	}
	if t.RemoteID != "" {
		since, unheard = t.LinkedAt, lag
	}
	left := lag - now.Sub(since)
	if t.Watched.IsZero() || since.IsZero() {
		return left
	}
	watched := now.Sub(t.Watched)
	if jumped(t.Watched, now) {
		watched = 0
	}
	if left > lag+longestWait { // of a clock that was wrong: it was written before this process began to watch
		return unheard - watched
	}
	return max(left, unheard-watched)
}

// notYet is an error while "not found" may mean "not visible yet", nil after that.
func (t Task) notYet(lag time.Duration, now time.Time, message string) error {
	left := t.hidden(lag, now)
	if left <= 0 {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: "find", RetryAfter: left, Message: message, Remedy: "Nothing: Usher looks again by itself."}
}

// freeDeadLeases frees the accounts of processes that died. A lease that was seen for as long as it was given for is over,
// by whatever clock it was written: its holder starts nothing that could last longer.
func (e *Engine) freeDeadLeases(ctx context.Context) {
	every := min(5*time.Second, e.config.Lease/4)
	seen := map[string]time.Time{}
	for {
		now := time.Now()
		e.clock.look()
		held, err := e.store.Leases(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Error("cannot read the leases of accounts", "err", err)
		}
		for lease := range seen {
			if _, still := held[lease]; !still && err == nil {
				delete(seen, lease)
			}
		}
		for lease, span := range held {
			first, known := seen[lease]
			if !known {
				seen[lease] = now
				continue
			}
			if span == 0 {
				span = e.config.Lease
			}
			if now.Sub(first) >= span {
				e.freeLease(ctx, lease)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

func (e *Engine) freeLease(ctx context.Context, lease string) {
	n, err := e.store.TakeOver(ctx, lease, time.Now())
	if err != nil && ctx.Err() == nil {
		e.log.Error("cannot take over the accounts of a process that died", "err", err)
	}
	if n > 0 {
		e.log.Info("took over accounts of a process that died", "accounts", n)
		e.Wake()
	}
}

// mayRun is until when a write of an attempt may still be under way at the target: as long as an attempt waits,
// from when it was given up, unless the target answered. Zero: it began none whose outcome is in doubt.
func (e *Engine) mayRun(r Result, now time.Time) (until time.Time) {
	if r.Operation == OpNone || r.Operation == OpFind {
		return until
	}
	switch k := connectors.KindOf(r.Err); {
	case k != connectors.Temporary && k != connectors.Unknown:
		return until
	case answered(r.Err):
		return now
	}
	return now.Add(e.config.AttemptTimeout)
}
