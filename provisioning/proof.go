package provisioning

import (
	"context"
	"sync"
	"time"

	"usher/connectors"
)

const (
	proofLasts = 2 * time.Minute
	mostProofs = 1000
)

// proofs are the accounts whose stamp was read a moment ago. An attempt at a slow target may run out of time between
// the read and the write; the next one goes on with the write instead of reading for ever.
type proofs struct {
	mu   sync.Mutex
	read map[string]time.Time // by our ID and the remote one
}

func (p *proofs) add(id, remoteID string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read == nil || len(p.read) >= mostProofs {
		p.read = map[string]time.Time{}
	}
	p.read[id+" "+remoteID] = now
}

// take reports whether the account was read a moment ago, and forgets it: one proof is good for one write.
func (p *proofs) take(id, remoteID string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.read[id+" "+remoteID]
	delete(p.read, id+" "+remoteID)
	return ok && now.Sub(at) < proofLasts
}

// timeForOneMore is an error when the attempt would end before another call that takes as long as the last one: a
// write that is broken off leaves a doubt, and the next attempt has the whole time for it.
func timeForOneMore(ctx context.Context, now time.Time, took time.Duration) error {
	if end, ok := ctx.Deadline(); !ok || end.Sub(now) > took {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: connectors.OpRead, RetryAfter: minRetryAfter,
		Message: "The target is slow: the account was read, and the time of this attempt is over.", Remedy: "Nothing: Usher goes on at once."}
}
