package auth

import (
	"context"
	"fmt"
	"math"
	"time"

	"usher/directory"
)

const (
	freeFailures = 5 // tries before a name has to wait
	firstDelay   = 30 * time.Second
	maxDelay     = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
)

// LockedError says that too many sign-ins failed for a name.
type LockedError struct {
	Wait time.Duration // until the next try is looked at
}

func (e *LockedError) Error() string { return fmt.Sprintf("sign-in is locked for %s", e.Wait) }

// wait is how long a name with these failures is locked from now on; 0 means that it is not.
func (f Failures) wait(now time.Time) time.Duration {
	if f.Count < freeFailures {
		return 0
	}
	delay := maxDelay
	if n := f.Count - freeFailures; n < 5 {
		delay = min(firstDelay<<n, maxDelay)
	}
	return max(0, f.LastAt.Add(delay).Sub(now))
}

// next counts one more failure; old ones are forgotten.
func (f Failures) next(now time.Time) Failures {
	if f.LastAt.Before(now.Add(-forgetAfter)) {
		return Failures{Count: 1, LastAt: now}
	}
	return Failures{Count: f.Count + 1, LastAt: now}
}

// admit counts a try as failed before it is looked at, so that tries made at the same moment cannot all pass under
// the same count; success clears it. A locked name's tries are neither looked at nor counted.
func (s *Service) admit(ctx context.Context, key string) error {
	for range 20 {
		f, err := s.store.SignInFailures(ctx, key)
		if err != nil {
			return fmt.Errorf("load sign-in failures: %w", err)
		}
		now := s.now()
		if w := f.wait(now); w > 0 {
			return locked(w)
		}
		won, err := s.store.SwapSignInFailures(ctx, key, f, f.next(now))
		if err != nil {
			return fmt.Errorf("count a sign-in: %w", err)
		}
		if won {
			return nil
		}
	}
	return locked(firstDelay)
}

func (s *Service) clearFailures(ctx context.Context, key string) error {
	if err := s.store.ClearSignInFailures(ctx, key); err != nil {
		return fmt.Errorf("clear sign-in failures: %w", err)
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
