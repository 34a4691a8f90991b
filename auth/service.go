package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"usher/directory"
)

// Service is the acts of this package over a store.
type Service struct {
	Passwords    *Passwords
	Sessions     *Sessions // of administrators
	UserSessions *Sessions // of the directory's users

	store Store
	now   func() time.Time
}

// Options of New.
type Options struct {
	Secure bool             // the console is reached by https
	Cost   Cost             // the zero value means DefaultCost
	Now    func() time.Time // nil means time.Now

	// Watch is told of every password hash before it is worked out, with its cost and the password's length in bytes; nil
	// means nobody is.
	Watch func(c Cost, bytes int)
}

// New makes a Service.
func New(store Store, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost()
	}
	now := func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) }
	passwords := NewPasswords(o.Cost)
	passwords.watch = o.Watch
	return &Service{
		Passwords:    passwords,
		Sessions:     newSessions(store, adminCookie, ofAdmin, o.Secure, now),
		UserSessions: newSessions(store, userCookie, ofUser, o.Secure, now),
		store:        store,
		now:          now,
	}
}

// Tidy forgets sessions that have ended and failures that no longer count. Once an hour is enough: nothing reads them.
func (s *Service) Tidy(ctx context.Context) error {
	now := s.now()
	if err := s.store.DeleteExpiredSessions(ctx, now.Add(-SessionIdle), now); err != nil {
		return fmt.Errorf("delete expired sessions: %w", err)
	}
	if err := s.store.DeleteSignInFailures(ctx, now.Add(-forgetAfter)); err != nil {
		return fmt.Errorf("delete sign-in failures: %w", err)
	}
	if err := s.store.DeleteBrowsers(ctx, now.Add(-BrowserLife)); err != nil {
		return fmt.Errorf("delete old browsers: %w", err)
	}
	return nil
}

// Actions of this package in a directory.Change. Stored: never rename.
const (
	ActionAdminCreate   = "admin.create"
	ActionAdminPassword = "admin.password"
	ActionUserPassword  = "user.password"
	ActionTokenCreate   = "token.create"
	ActionTokenRevoke   = "token.revoke"
)

func (s *Service) change(by directory.Actor, action, target, label string) directory.Change {
	return directory.Change{ID: newID(), At: s.now(), Actor: by, Action: action, Target: target, Label: label}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
