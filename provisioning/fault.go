package provisioning

import (
	"context"
	"errors"
	"sync"
	"time"

	"usher/connectors"
)

// trusted is how long a target that took something is believed to mean one account when it refuses one.
const trusted = 5 * time.Minute

// trust remembers when the target last took something from us, with one configuration.
type trust struct {
	mu sync.Mutex
	at time.Time
}

func (t *trust) prove() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = time.Now()
}

func (t *trust) holds() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.at.IsZero() && time.Since(t.at) < trusted
}

// ever reports whether the target took something at all.
func (t *trust) ever() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.at.IsZero()
}

// whoseFault looks closer at what a target said. Who was refused is at fault while others are taken, or a harmless check
// passes; otherwise what the check met is. An answer of something in front of the API, at an address where the API was
// before, says that the API is away, and not that the address is wrong.
func (o *Opened) whoseFault(ctx context.Context, err error) error {
	e, ok := errors.AsType[*connectors.Error](err)
	switch {
	case !ok:
		return err
	case e.Elsewhere && e.Kind == connectors.Misconfigured && o.trust.ever():
		away := *e
		away.Kind, away.Remedy = connectors.Temporary, "The target’s service was at this address before, so it seems to be away for a while. Usher tries again by itself. If this lasts: "+e.Remedy
		return &away
	case e.Kind != connectors.Refused || o.trust.holds():
		return err
	}
	if _, failed := o.Check(ctx); failed != nil {
		return failed
	}
	o.trust.prove()
	return err
}
