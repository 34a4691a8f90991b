package provisioning

import (
	"context"
	"errors"
	"sync"
	"time"

	"usher/connectors"
)

// acceptedFor is how long a target that took something is believed to mean one account when it refuses one.
const acceptedFor = 5 * time.Minute

// acceptance remembers when the target last took something from us, with one configuration.
type acceptance struct {
	mu sync.Mutex
	at time.Time
}

func (a *acceptance) note() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = time.Now()
}

func (a *acceptance) lately() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.at.IsZero() && time.Since(a.at) < acceptedFor
}

// ever reports whether the target took something at all.
func (a *acceptance) ever() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.at.IsZero()
}

// whoseFault looks closer at what a target said. Who was refused is at fault while others are taken, or a harmless check
// passes; otherwise what the check met is. An answer of something in front of the API, at an address where the API was
// before, says that the API is away, and not that the address is wrong.
func (o *Opened) whoseFault(ctx context.Context, err error) error {
	e, ok := errors.AsType[*connectors.Error](err)
	switch {
	case !ok:
		return err
	case e.Elsewhere && e.Kind == connectors.Misconfigured && o.accepted.ever():
		away := *e
		away.Kind, away.Remedy = connectors.Temporary, "The target’s service was at this address before, so it seems to be away for a while. Usher tries again by itself. If this lasts: "+e.Remedy
		return &away
	case e.Kind != connectors.Refused || o.accepted.lately():
		return err
	}
	if _, failed := o.Check(ctx); failed != nil {
		return failed
	}
	o.accepted.note()
	return err
}
