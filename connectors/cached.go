package connectors

import (
	"context"
	"sync"
	"time"
)

// Cached is a value that costs a request and is good for a while, such as an access token. It is safe for concurrent use.
//
// One caller fetches at a time, and the others wait for what comes of it. A caller that fetches does so within its own
// context, deadline and Trace, and a failure is its own: the next one in line tries for itself. That is why the callers
// do not share one call, as singleflight has them: one that leaves would fail all, and its Trace would be written after
// its attempt has ended.
type Cached[T any] struct {
	now  func() time.Time
	turn chan struct{} // taken by the caller that fetches

	mu     sync.Mutex
	latest T
	until  time.Time // zero: nothing is held
}

// NewCached makes a Cached that holds nothing, by the clock now.
func NewCached[T any](now func() time.Time) *Cached[T] {
	return &Cached[T]{now: now, turn: make(chan struct{}, 1)}
}

// Get gives the value that is held, or fetches one. stale, which may be nil, tells a value that is no good although its
// time is not over, such as a token that was refused; what is fetched is not asked about. fetch says for how long its
// value may be used. Get fails with the error of fetch, which is not kept, or with that of ctx, which ends the waiting.
func (c *Cached[T]) Get(ctx context.Context, stale func(T) bool, fetch func() (value T, life time.Duration, err error)) (T, error) {
	if v, ok := c.held(stale); ok {
		return v, nil
	}
	var none T
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	if v, ok := c.held(stale); ok { // another caller fetched it meanwhile
		return v, nil
	}
	c.drop()
	v, life, err := fetch()
	if err != nil {
		return none, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest, c.until = v, c.now().Add(life)
	return v, nil
}

func (c *Cached[T]) held(stale func(T) bool) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest, c.now().Before(c.until) && (stale == nil || !stale(c.latest))
}

// drop ends the time of the value that is held, so that no other caller is given it while a better one is fetched.
func (c *Cached[T]) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = time.Time{}
}

// Latest is what was fetched last, whether it is good still or not; the zero value before.
func (c *Cached[T]) Latest() T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest
}

// mostCached is how many keys a CachedBy remembers. When there are more, it forgets them all.
const mostCached = 1000

// CachedBy is a Cached for each key. It is safe for concurrent use.
type CachedBy[K comparable, T any] struct {
	now func() time.Time
	mu  sync.Mutex
	all map[K]*Cached[T]
}

// NewCachedBy makes a CachedBy that holds nothing, by the clock now.
func NewCachedBy[K comparable, T any](now func() time.Time) *CachedBy[K, T] {
	return &CachedBy[K, T]{now: now, all: map[K]*Cached[T]{}}
}

// Of is the Cached of a key.
func (c *CachedBy[K, T]) Of(key K) *Cached[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.all[key]
	if one == nil {
		if len(c.all) >= mostCached {
			clear(c.all)
		}
		one = NewCached[T](c.now)
		c.all[key] = one
	}
	return one
}

// Latest is what was fetched last for every key; see Cached.Latest.
func (c *CachedBy[K, T]) Latest() (all []T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.all {
		all = append(all, one.Latest())
	}
	return all
}

// TokenLife is how long a token is used of which its issuer says that it lasts so long: it is given up a minute before
// its end, so that it does not end on its way, and one that lasts less than two minutes after half of its time.
func TokenLife(lasts time.Duration) time.Duration {
	return lasts - min(time.Minute, lasts/2)
}
