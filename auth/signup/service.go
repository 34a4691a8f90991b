package signup

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"time"

	"usher/auth"
	"usher/directory"
	"usher/mail"
)

// Service is the acts of this package. Its fields are set once, before use.
type Service struct {
	Store     Store
	Directory *directory.Directory
	Auth      *auth.Service
	Base      *url.URL // how people reach the pages: links are made from it, never from what a request says
	Now       func() time.Time
}

// Store is what this package needs to remember. Keys are folded by directory.AddressKey; tokens are stored as their hashes.
type Store interface {
	// RevisedSetting is a saved value, "" when there is none, and its revision.
	RevisedSetting(ctx context.Context, name string) (value string, revision int64, err error)
	// SwapSetting saves a value; Conflict when its revision is another one by now. Revision 0 skips the check.
	SwapSetting(ctx context.Context, name, value string, revision int64, c directory.Change) error

	// UserForSignIn is the live user who is meant by a name or an address (directory.Meant).
	UserForSignIn(ctx context.Context, typed string) (directory.User, bool, error)
	// UsersByEmail are at most limit live users who have the address among theirs, whether it is theirs or not.
	UsersByEmail(ctx context.Context, address string, limit int) ([]directory.User, error)

	Registrations
	Links
}

// Mail is a mail that a stranger can cause, so that there is a limit for each address: beyond it a mail is
// dropped, and so is what was to be stored with it, without an error.
type Mail struct {
	mail.Message
	Limited bool // Invitations are not: an administrator causes them
}

// Limit of mails to one address.
const (
	MaxMails  = 5
	MailsSpan = time.Hour
)

// Registration is a sign-up that waits for its mail to be answered.
type Registration struct {
	ID           string // UUIDv7
	TokenHash    string
	BrowserHash  string // of the browser that signed up: another one must show the password
	Form         Form
	PasswordHash string
	Password     directory.Secret // in clear: kept, sealed, only if a target would be sent it, and at most seven days
	CreatedAt    time.Time
	ExpiresAt    time.Time
}

// Registrations keeps what waits. directory.Arrival.Registration uses one up.
type Registrations interface {
	// SaveRegistration keeps r and queues the mail, in one transaction.
	SaveRegistration(ctx context.Context, r Registration, m Mail) error
	// RenewRegistration gives the newest registration of an address that has not expired another token and another end,
	// and queues the mail; when there is none nothing happens.
	RenewRegistration(ctx context.Context, emailKey, tokenHash string, now, expires time.Time, m Mail) error
	// RegistrationWaits reports whether the address has one that has not expired.
	RegistrationWaits(ctx context.Context, emailKey string, now time.Time) (bool, error)
	// Registration finds one that has not expired by its token.
	Registration(ctx context.Context, tokenHash string, now time.Time) (Registration, bool, error)
	// PendingRegistrations counts those that have not expired.
	PendingRegistrations(ctx context.Context, now time.Time) (int, error)
	// DeleteExpired forgets registrations and links that have expired, and limits that no longer count.
	DeleteExpired(ctx context.Context, now time.Time) error
}

// Purpose is what a mailed link lets its holder do.
type Purpose string

// Stored: never rename.
const (
	ToVerify Purpose = "verify" // show that the address is theirs
	ToReset  Purpose = "reset"  // choose a new password
	ToInvite Purpose = "invite" // choose the first password
	ToEmail  Purpose = "email"  // make the address theirs
)

// Link is one that was mailed to a user, and works once.
type Link struct {
	TokenHash string
	UserID    string
	Purpose   Purpose
	Email     string // where it was mailed to
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Links keeps them. Those of a deleted user are not found.
type Links interface {
	// SaveUserLink keeps l instead of the user's earlier links of its purpose and queues the mail, in one transaction.
	SaveUserLink(ctx context.Context, l Link, m Mail) error
	// UserLink finds one that has not expired.
	UserLink(ctx context.Context, tokenHash string, now time.Time) (Link, bool, error)
	// TakeUserLink is UserLink and uses it up; of any number of concurrent calls at most one gets it.
	TakeUserLink(ctx context.Context, tokenHash string, now time.Time) (Link, bool, error)
	// SendMail queues a mail alone.
	SendMail(ctx context.Context, m Mail, now time.Time) error
	// SkipMail writes as SendMail does, but no mail.
	SkipMail(ctx context.Context, to string, now time.Time) error
}

// Tidy forgets what has expired. Once an hour is enough: nothing reads it.
func (s *Service) Tidy(ctx context.Context) error { return s.Store.DeleteExpired(ctx, s.Now()) }

// newToken makes 256 bits of random text (each rand.Text has 130), and its hash.
func newToken() (token, hash string) {
	token = rand.Text() + rand.Text()
	return token, auth.HashToken(token)
}

// NewBrowser makes the secret by which a browser is known again between registering and confirming.
func NewBrowser() string {
	token, _ := newToken()
	return token
}

// link is the address of a page with a token.
func (s *Service) link(path, token string) string {
	u := s.Base.JoinPath(path)
	u.RawQuery = url.Values{"token": {token}}.Encode()
	return u.String()
}

func (s *Service) page(path string) string { return s.Base.JoinPath(path).String() }

// organisation is what mails call it.
func (s *Service) organisation(ctx context.Context) (string, error) {
	b, err := s.Directory.Store.Branding(ctx)
	if err != nil {
		return "", fmt.Errorf("read branding: %w", err)
	}
	return b.Label(), nil
}
