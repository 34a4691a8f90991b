package oidc

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"usher/directory"
)

// Actions of this package in a directory.Change. Stored: never rename.
const (
	ActionUpdate    = "signin.update"     // the connection to the provider
	ActionUpdateJIT = "signin.update_jit" // the Just-in-Time Provisioning tab
	ActionUnlink    = "user.unlink"       // an identity was taken from a user
)

// Link is an identity of a user, with what it is called.
type Link struct {
	directory.Identity
	Connection string // its name
	LinkedAt   time.Time
}

// Store keeps what this package needs. Missing rows are *directory.Error with Code NotFound.
type Store interface {
	// SignIn is how people sign in through the connection, enabled or not, secret opened.
	SignIn(ctx context.Context, connectionID string) (SignIn, error)
	// EnabledSignIns are those with a button on the sign-in page, by name.
	EnabledSignIns(ctx context.Context) ([]SignIn, error)
	// CreateSignIn adds the connection and its sign-in together.
	CreateSignIn(ctx context.Context, n directory.Connection, s SignIn, c directory.Change) error
	// UpdateSignIn writes everything but the connection; s.Revision 0 skips the check for a newer one.
	UpdateSignIn(ctx context.Context, s SignIn, c directory.Change) error

	// UserByIdentity is the live or staged user with this identity.
	UserByIdentity(ctx context.Context, i directory.Identity) (directory.User, error)
	Identities(ctx context.Context, userID string) ([]Link, error)
	// Unlink takes the identity from the user.
	Unlink(ctx context.Context, userID string, i directory.Identity, c directory.Change) error

	// SealState and OpenState keep what a browser carries to the provider and back unreadable, and bound to one
	// connection.
	SealState(connectionID string, plain []byte) string
	OpenState(connectionID, sealed string) ([]byte, error)
}

// Service is the relying party. Its fields are set once, before use.
type Service struct {
	Store     Store
	Directory *directory.Directory
	BaseURL   *url.URL // how people reach Usher
	Now       func() time.Time
	// Client makes the HTTP client for one provider: private allows private addresses, plain allows http.
	Client func(private, plain bool) *http.Client
	// Timeout bounds each request to a provider; 0 is ten seconds.
	Timeout time.Duration

	known knownProviders
}

const defaultTimeout = 10 * time.Second

func (s *Service) timeout() time.Duration {
	if s.Timeout == 0 {
		return defaultTimeout
	}
	return s.Timeout
}

// RedirectURL is where the provider sends people back to, as it must be registered there.
func (s *Service) RedirectURL(connectionID string) string {
	return s.BaseURL.JoinPath("login", "oidc", connectionID, "callback").String()
}

// Create adds a connection to sign in through; n.ID was made before, so that its RedirectURL could be shown. Invalid
// and Conflict name the fields of both.
func (s *Service) Create(ctx context.Context, n directory.Connection, in SignIn, by directory.Actor) (SignIn, error) {
	n.Type = ConnectionType
	wrong := n.Check()
	for field, words := range in.Check() {
		wrong.Add(field, words)
	}
	if id, err := uuid.Parse(n.ID); err != nil || id.String() != n.ID {
		wrong.Add("name", "The form is damaged. Open the page again.")
	}
	if err := wrong.Err(); err != nil {
		return in, err
	}
	in.ConnectionID, in.Connection, in.Enabled = n.ID, n.Name, true
	c := s.Directory.Change(by, directory.ActionConnectionCreate, n.ID, n.Name)
	n.CreatedAt, n.UpdatedAt, in.CreatedAt, in.UpdatedAt = c.At, c.At, c.At, c.At
	return in, s.Store.CreateSignIn(ctx, n, in, c)
}

// Update writes the connection to the provider.
func (s *Service) Update(ctx context.Context, in SignIn, by directory.Actor) error {
	if err := in.Check().Err(); err != nil {
		return err
	}
	return s.Store.UpdateSignIn(ctx, in, s.Directory.Change(by, ActionUpdate, in.ConnectionID, in.Connection))
}

// UpdateJIT writes the settings of the Just-in-Time Provisioning tab.
func (s *Service) UpdateJIT(ctx context.Context, in SignIn, by directory.Actor) error {
	if err := in.Settings.Check().Err(); err != nil {
		return err
	}
	return s.Store.UpdateSignIn(ctx, in, s.Directory.Change(by, ActionUpdateJIT, in.ConnectionID, in.Connection))
}

// Unlink takes the identity from the user. A later sign-in with it is that of somebody who has no account here.
func (s *Service) Unlink(ctx context.Context, userID string, i directory.Identity, by directory.Actor) error {
	u, err := s.Directory.Store.User(ctx, userID)
	if err != nil {
		return err
	}
	if err := s.Store.Unlink(ctx, userID, i, s.Directory.Change(by, ActionUnlink, userID, u.UserName)); err != nil {
		return fmt.Errorf("unlink an identity of user %s: %w", userID, err)
	}
	return nil
}
