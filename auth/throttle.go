package auth

import (
	"context"
	"fmt"
	"math"
	"time"

	"usher/directory"
)

// Failures from one place, or of one browser.
const (
	freeFailures = 5 // tries before the next has to wait
	firstDelay   = 30 * time.Second
	maxDelay     = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
)

// Failures from everywhere. They bound a guesser with many addresses and must not be what one address can fill: that has
// a try in maxDelay, and one is forgotten in much less.
const (
	freeAltogether = 40
	forgetOneIn    = 3 * time.Minute
)

// Origin is where a sign-in comes from. Failures are counted by name and address, so that a stranger's do not lock the
// owner out; those of a browser that the same person signed in with before are counted apart from everybody's.
type Origin struct {
	Address string // of the client, in one form; "" when it is not known
	Browser string // the value of the browser's cookie (RememberBrowser); "" for none
}

// LockedError says that too many sign-ins failed for a name.
type LockedError struct {
	Wait time.Duration // until the next try is looked at
}

func (e *LockedError) Error() string { return fmt.Sprintf("sign-in is locked for %s", e.Wait) }

// counter is a rule by which failures are counted.
type counter struct {
	wait func(f Failures, now time.Time) time.Duration // 0: not locked
	next func(f Failures, now time.Time) Failures      // one more
}

// ofOne counts the failures of one place; old ones are forgotten together.
var ofOne = counter{
	wait: func(f Failures, now time.Time) time.Duration {
		if f.Count < freeFailures {
			return 0
		}
		delay := maxDelay
		if n := f.Count - freeFailures; n < 5 {
			delay = min(firstDelay<<n, maxDelay)
		}
		return max(0, f.LastAt.Add(delay).Sub(now))
	},
	next: func(f Failures, now time.Time) Failures {
		if f.LastAt.Before(now.Add(-forgetAfter)) {
			return Failures{Count: 1, LastAt: now}
		}
		return Failures{Count: f.Count + 1, LastAt: now}
	},
}

// ofAll counts the failures of everywhere; they are forgotten one by one.
var ofAll = counter{
	wait: func(f Failures, now time.Time) time.Duration {
		if f = f.faded(now); f.Count < freeAltogether {
			return 0
		}
		return max(time.Second, f.LastAt.Add(forgetOneIn).Sub(now))
	},
	next: func(f Failures, now time.Time) Failures {
		f = f.faded(now)
		return Failures{Count: f.Count + 1, LastAt: f.LastAt}
	},
}

// faded is what is left now. LastAt is when the next one begins to be forgotten.
func (f Failures) faded(now time.Time) Failures {
	gone := int(now.Sub(f.LastAt) / forgetOneIn)
	if f.Count == 0 || gone >= f.Count {
		return Failures{LastAt: now}
	}
	gone = max(0, gone)
	return Failures{Count: f.Count - gone, LastAt: f.LastAt.Add(time.Duration(gone) * forgetOneIn)}
}

// countTry counts a try as failed before it is looked at, so that tries made at the same moment cannot all pass under the
// same count; success clears what it names. A locked name's tries are neither looked at nor counted.
func (s *Service) countTry(ctx context.Context, who string, owner Owner, from Origin) (clear []string, err error) {
	known, err := s.knows(ctx, owner, from.Browser)
	if err != nil {
		return nil, err
	}
	if known {
		key := who + " browser " + HashToken(from.Browser)
		return []string{key}, s.count(ctx, ofOne, key)
	}
	here := who + " from " + from.Address
	if err := s.locked(ctx, ofAll, who); err != nil { // what is refused by one count must not fill the other
		return nil, err
	}
	if err := s.count(ctx, ofOne, here); err != nil {
		return nil, err
	}
	return []string{here, who}, s.count(ctx, ofAll, who)
}

// locked only looks.
func (s *Service) locked(ctx context.Context, c counter, key string) error {
	f, err := s.store.SignInFailures(ctx, key)
	if err != nil {
		return fmt.Errorf("load sign-in failures: %w", err)
	}
	if w := c.wait(f, s.now()); w > 0 {
		return locked(w)
	}
	return nil
}

func (s *Service) count(ctx context.Context, c counter, key string) error {
	for range 20 {
		f, err := s.store.SignInFailures(ctx, key)
		if err != nil {
			return fmt.Errorf("load sign-in failures: %w", err)
		}
		now := s.now()
		if w := c.wait(f, now); w > 0 {
			return locked(w)
		}
		won, err := s.store.SwapSignInFailures(ctx, key, f, c.next(f, now))
		if err != nil {
			return fmt.Errorf("count a sign-in: %w", err)
		}
		if won {
			return nil
		}
	}
	return locked(firstDelay)
}

func (s *Service) clearFailures(ctx context.Context, keys []string) error {
	for _, key := range keys {
		if err := s.store.ClearSignInFailures(ctx, key); err != nil {
			return fmt.Errorf("clear sign-in failures: %w", err)
		}
	}
	return nil
}

func locked(w time.Duration) error {
	in := "less than a minute"
	if w > time.Minute {
		in = fmt.Sprintf("%d minutes", int(math.Ceil(w.Minutes())))
	}
	return &directory.Error{
		Code:    directory.Invalid,
		Message: "Too many sign-ins have failed for this user name. Try again in " + in + ".",
		Err:     &LockedError{Wait: w},
	}
}
