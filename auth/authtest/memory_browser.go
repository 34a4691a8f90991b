package authtest

import (
	"context"
	"maps"
	"time"

	"usher/auth"
)

type knownBrowser struct {
	of   auth.Owner
	hash string
}

// KnowsBrowser implements auth.Browsers.
func (m *Memory) KnowsBrowser(_ context.Context, of auth.Owner, hash string, since time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.browsers[knownBrowser{of, hash}]
	return ok && at.After(since), m.failure
}

// SaveBrowser implements auth.Browsers.
func (m *Memory) SaveBrowser(_ context.Context, of auth.Owner, hash string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.browsers[knownBrowser{of, hash}] = at
	var oldest knownBrowser
	n := 0
	for b, seen := range m.browsers {
		if b.of != of {
			continue
		}
		if n++; n == 1 || seen.Before(m.browsers[oldest]) {
			oldest = b
		}
	}
	if n > auth.MostBrowsers {
		delete(m.browsers, oldest)
	}
	return m.failure
}

// DeleteBrowsers implements auth.Browsers.
func (m *Memory) DeleteBrowsers(_ context.Context, before time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.browsers, func(_ knownBrowser, at time.Time) bool { return at.Before(before) })
	return m.failure
}

// forgetBrowsers is called with the lock held.
func (m *Memory) forgetBrowsers(of auth.Owner) {
	maps.DeleteFunc(m.browsers, func(b knownBrowser, _ time.Time) bool { return b.of == of })
}
