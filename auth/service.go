package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

	store    Store
	now      func() time.Time
	instance string // ends every cookie's name
}

// Options of New.
type Options struct {
	Secure bool // the console is reached by https
	// Instance tells this Usher from others on the same host name: cookies know no ports, so each has names of its own.
	// Servers that share a database and an address share it. "" leaves the names as they are.
	Instance string
	Cost     Cost             // the zero value means DefaultCost
	Now      func() time.Time // nil means time.Now

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
	s := &Service{Passwords: passwords, store: store, now: now}
	if o.Instance != "" {
		sum := sha256.Sum256([]byte(o.Instance))
		s.instance = "_" + hex.EncodeToString(sum[:4])
	}
	s.Sessions = newSessions(store, s.hostCookieName(adminCookie, o.Secure), ofAdmin, o.Secure, now)
	s.UserSessions = newSessions(store, s.hostCookieName(userCookie, o.Secure), ofUser, o.Secure, now)
	return s
}

// CookieName ends the name of a cookie with this Usher's own mark.
func (s *Service) CookieName(name string) string { return name + s.instance }

// hostCookieName is the name of a cookie for the whole host, over https one that browsers protect: they take it only with
// Secure, Path=/ and no Domain.
func (s *Service) hostCookieName(name string, secure bool) string {
	if secure {
		name = "__Host-" + name
	}
	return s.CookieName(name)
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
