package salesforce

import (
	"context"
	"time"
)

// cached is a value that is read by one request at a time and kept for a while.
type cached[T any] struct {
	turn  chan struct{} // taken by whoever looks
	value T
	until time.Time // zero: nothing is held
}

func newCached[T any]() *cached[T] { return &cached[T]{turn: make(chan struct{}, 1)} }

// get gives the value that is held, or reads one. stale, which may be nil, tells that the held one is no good.
func (c *cached[T]) get(ctx context.Context, now time.Time, life time.Duration, stale func(T) bool, read func() (T, error)) (T, error) {
	var none T
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	if now.Before(c.until) && (stale == nil || !stale(c.value)) {
		return c.value, nil
	}
	c.until = time.Time{}
	fresh, err := read()
	if err != nil {
		return none, err
	}
	c.value, c.until = fresh, now.Add(life)
	return fresh, nil
}
