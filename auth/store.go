package auth

import (
	"context"
	"errors"
	"time"

	"usher/directory"
)

// Store is everything that this package needs to remember. Names are unique across its parts, so that one type
// can implement them all. Times are UTC and have microseconds at most. Every method is safe for concurrent use.
type Store interface {
	Admins
	Users
	Setup
	SessionRows
	Throttle
	Browsers
	Tokens
}

// Admin is somebody who may sign in to the console.
type Admin struct {
	ID           string // UUIDv7
	UserName     string // unique by directory.NameKey
	PasswordHash string // argon2id in PHC form
	CreatedAt    time.Time
	PasswordAt   time.Time // when the password was chosen
	SignedInAt   time.Time // zero when never
}

// Admins keeps the administrators.
type Admins interface {
	// AdminByName finds by the key that the name is stored under, one of directory.NameKeys(name).
	AdminByName(ctx context.Context, key string) (Admin, bool, error)
	AdminByID(ctx context.Context, id string) (Admin, bool, error)
	// ListAdmins has the oldest first.
	ListAdmins(ctx context.Context) ([]Admin, error)
	// CreateAdmin answers a *directory.Error with Conflict and the field user_name when the name is taken.
	CreateAdmin(ctx context.Context, a Admin, c directory.Change) error
	// SetAdminPassword replaces the hash, sets PasswordAt to c.At and ends the administrator's sessions but the one
	// with the hash keepSession ("" for none), in one transaction. NotFound when there is no such administrator.
	SetAdminPassword(ctx context.Context, id, hash, keepSession string, c directory.Change) error
	// RehashAdminPassword stores the same password hashed again, if the stored hash still equals old.
	RehashAdminPassword(ctx context.Context, id, old, hash string) error
	// AdminSignedIn sets SignedInAt.
	AdminSignedIn(ctx context.Context, id string, at time.Time) error
}

// Users are those of the directory who sign in. Only live ones are found: a staged user cannot sign in.
type Users interface {
	// UserForSignIn is the user who is meant by a user name or an e-mail address (directory.Meant).
	UserForSignIn(ctx context.Context, typed string) (directory.User, bool, error)
	// UserByID finds a live user, disabled ones included.
	UserByID(ctx context.Context, id string) (directory.User, bool, error)
	// SetUserPassword replaces the hash, and the verified address when there is one, seals the clear text for targets that
	// are sent passwords until they have it, makes the user's accounts there due, and ends the user's sessions but the one with the hash keepSession ("" for none), in one transaction. When none is kept the user takes
	// the account back from whoever has it, so their tokens, which can set a password, end too. NotFound when there is no
	// such user.
	SetUserPassword(ctx context.Context, id string, p NewPassword, keepSession string, c directory.Change) error
	// RehashUserPassword stores the same password hashed again, if the stored hash still equals old. No target is sent it.
	RehashUserPassword(ctx context.Context, id, old, hash string) error
}

// NewPassword is a user's password at the only moment when it is known in clear.
type NewPassword struct {
	Hash     string           // argon2id in PHC form
	Clear    directory.Secret // for targets that are sent passwords
	Verified string           // the address that the user has shown to be theirs by choosing it; "" for none
}

// ErrSetupOver is what Setup answers when there is an administrator already, or the token is not the one stored.
var ErrSetupOver = errors.New("the set-up is over")

// Setup keeps the one-time token that lets its holder create the first administrator.
type Setup interface {
	HasAdmin(ctx context.Context) (bool, error)
	// SaveSetupToken stores the token's hash instead of any earlier one; ErrSetupOver when there is an administrator.
	SaveSetupToken(ctx context.Context, hash string) error
	// SetupTokenHash is "" when there is none.
	SetupTokenHash(ctx context.Context) (string, error)
	// CreateFirstAdmin, in one transaction, checks that there is no administrator and that tokenHash is the stored
	// one, removes the token and creates the administrator. Of any number of concurrent calls at most one succeeds;
	// the others get ErrSetupOver.
	CreateFirstAdmin(ctx context.Context, a Admin, tokenHash string, c directory.Change) error
}

// SessionRow is a session as it is stored; the key in the cookie is not.
type SessionRow struct {
	Hash      string // SHA-256 of the cookie's key, hex
	Owner     Owner
	Values    string // a JSON object
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time // the absolute end; never moved
}

// Owner is whose session it is. At most one of its fields is set; the zero value is nobody.
type Owner struct {
	AdminID string
	UserID  string
}

// SessionRows keeps the sessions. Deleting or disabling their owner deletes them.
type SessionRows interface {
	LoadSession(ctx context.Context, hash string) (SessionRow, bool, error)
	CreateSession(ctx context.Context, s SessionRow) error
	// UpdateSession writes Values and SeenAt. It reports false, and writes nothing, when the row is gone: a session
	// that was ended must not come back with the answer to a request that was under way.
	UpdateSession(ctx context.Context, s SessionRow) (bool, error)
	// TouchSession sets SeenAt of a row that exists.
	TouchSession(ctx context.Context, hash string, at time.Time) error
	DeleteSession(ctx context.Context, hash string) error
	// DeleteSessions ends all of somebody's sessions but the one with the hash except ("" for none).
	DeleteSessions(ctx context.Context, of Owner, except string) error
	// CountSessions counts somebody's rows with SeenAt after idleSince and ExpiresAt after now.
	CountSessions(ctx context.Context, of Owner, idleSince, now time.Time) (int, error)
	// ListSessions has those that CountSessions counts, the last used first, at most limit.
	ListSessions(ctx context.Context, of Owner, idleSince, now time.Time, limit int) ([]SessionRow, error)
	// DeleteExpiredSessions deletes every row with SeenAt before idleSince or ExpiresAt before now.
	DeleteExpiredSessions(ctx context.Context, idleSince, now time.Time) error
}

// Failures counts sign-ins that were tried for one name and did not succeed. The zero value is "none".
type Failures struct {
	Count  int
	LastAt time.Time // zero when Count is 0
}

// Browsers keeps which browsers people have signed in with, by the hashes of their cookies.
type Browsers interface {
	// KnowsBrowser reports whether the owner signed in with it after the given time.
	KnowsBrowser(ctx context.Context, of Owner, hash string, since time.Time) (bool, error)
	// SaveBrowser keeps the last MostBrowsers of the owner. A new password of the owner forgets all of them.
	SaveBrowser(ctx context.Context, of Owner, hash string, at time.Time) error
	// DeleteBrowsers forgets those that were last used before the given time.
	DeleteBrowsers(ctx context.Context, before time.Time) error
}

// Throttle keeps the failures by name and place, whether there is such an account or not.
type Throttle interface {
	SignInFailures(ctx context.Context, key string) (Failures, error)
	// SwapSignInFailures stores next if what is stored still equals old (no row equals the zero value), and reports
	// whether it did.
	SwapSignInFailures(ctx context.Context, key string, old, next Failures) (bool, error)
	ClearSignInFailures(ctx context.Context, key string) error
	// DeleteSignInFailures forgets names whose last failure was before the given time.
	DeleteSignInFailures(ctx context.Context, before time.Time) error
}

// Token lets a program use Usher's API. The token itself is shown once and not kept.
type Token struct {
	ID         string // UUIDv7
	Name       string // for people; an application's tokens of one name are one API client
	UserID     string // whose personal token it is; "" for an application's
	Hash       string // HashToken of it; unique
	Scopes     []Scope
	ExpiresAt  time.Time // zero: never
	CreatedBy  string    // the actor's name at the time
	CreatedAt  time.Time
	LastUsedAt time.Time // zero when never; kept to the minute

	SkipUnknownMembers bool // groups that it writes pass over members whom nobody knows; else such a write is refused
}

// TokenFilter selects tokens of one owner, newest first.
type TokenFilter struct {
	UserID string // whose personal tokens; "" for the applications'
	Before string // ID of the last token of the page before
	Limit  int
}

// Tokens keeps the API tokens. Deleting a user deletes theirs.
type Tokens interface {
	CreateToken(ctx context.Context, t Token, c directory.Change) error
	TokenByHash(ctx context.Context, hash string) (Token, bool, error)
	// ListTokens has the newest first.
	ListTokens(ctx context.Context, f TokenFilter) ([]Token, error)
	// DeleteToken deletes a token of this owner ("" for an application's). It answers a *directory.Error with NotFound
	// when there is no such token.
	DeleteToken(ctx context.Context, userID, id string, c directory.Change) error
	TouchToken(ctx context.Context, id string, at time.Time) error
}
