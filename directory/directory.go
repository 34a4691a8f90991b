// Package directory says who exists: users, connections, connectors and provisioners, and the acts on them.
// Every door (console, command, API) calls these acts, so every door provisions. It imports nothing of ours:
// where facts are kept and how targets are reached is handed in.
package directory

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/google/uuid"
)

// Store keeps the directory. Every write commits the facts, the accounts that it makes due and the change
// together. Uniqueness is reported as *Error with Code Conflict and the field; a missing row as NotFound.
type Store interface {
	User(ctx context.Context, id string) (User, error) // live users only
	// UsersLike are at most limit live or staged users whose names are the same as this one, or look like it (NameSkeleton).
	UsersLike(ctx context.Context, name string, limit int) ([]User, error)
	// AddressOwners are at most limit live users to whom the address belongs for certain (User.Owns).
	AddressOwners(ctx context.Context, address string, limit int) ([]User, error)
	// CreateUser inserts a user. With stagedUntil set it is staged and only blocking accounts are made due.
	CreateUser(ctx context.Context, u User, c Change, stagedUntil time.Time) error
	// CreateUsers inserts live users, of whom cs are the changes, in one transaction: all of them, or none and an error.
	CreateUsers(ctx context.Context, us []User, cs []Change) error
	// GoLive makes a staged user live and the other accounts due. Conflict when it was taken back meanwhile.
	GoLive(ctx context.Context, id string, c Change) error
	// TakeBack rejects a staged user; accounts that staging created become due for removal.
	TakeBack(ctx context.Context, id string, c Change) error
	// UpdateUser writes u if it differs; u.Version 0 skips the check for a newer one. changed is false when nothing differed.
	UpdateUser(ctx context.Context, u User, c Change) (changed bool, err error)
	DeleteUser(ctx context.Context, id string, c Change) error
	// BlockingProvisioners are those whose connector is enabled and that would send a user of this source.
	BlockingProvisioners(ctx context.Context, s Source) ([]Provisioner, error)

	CreateConnection(ctx context.Context, n Connection, c Change) error
	UpdateConnection(ctx context.Context, n Connection, c Change) error
	DeleteConnection(ctx context.Context, id string, c Change) error // InUse while a provisioner uses one of its connectors
	CreateConnector(ctx context.Context, n Connector, c Change) error
	Connector(ctx context.Context, id string) (Connector, error) // secrets opened
	// UpdateConnector writes the connector, revives its dead accounts, ends its quarantine and makes what waits due now;
	// with n.Retarget it also does to the remembered accounts what that says, was being words for the target that is left.
	UpdateConnector(ctx context.Context, n Connector, was string, c Change) error
	// Remembers reports whether accounts at the connector's target are known, or may be there.
	Remembers(ctx context.Context, connectorID string) (bool, error)
	DeleteConnector(ctx context.Context, id string, c Change) error // InUse while a provisioner uses it
	// CreateProvisioner also back-fills: an account, due at bulk priority, for each live user that lacks one.
	CreateProvisioner(ctx context.Context, p Provisioner, c Change) error
	UpdateProvisioner(ctx context.Context, p Provisioner, c Change) error
	DeleteProvisioner(ctx context.Context, id string, c Change) error // accounts stay as they are, unmanaged
	// Resync makes all accounts of a connector due, behind everything more urgent, and says how many.
	Resync(ctx context.Context, connectorID string, c Change) (int, error)

	// RetryAccount makes an account due now: not held, not given up, no attempts counted. approve, when set, is
	// the remote ID that may be adopted. NotFound when the user has no account at the connector.
	RetryAccount(ctx context.Context, connectorID, userID, approve string, c Change) error

	// RelocateAccount forgets the remote ID of a user's or group's account that is held because the ID is not ours any
	// more, so that the account is looked for again. Conflict when that is not, or not any more, the question.
	RelocateAccount(ctx context.Context, connectorID, id, remoteID string, c Change) error

	// SetMapping writes the mapping of a connector, ends its quarantine and makes its accounts due at bulk priority;
	// revision 0 skips the check for a newer one.
	SetMapping(ctx context.Context, connectorID string, revision int64, m Mapping, c Change) error

	GroupStore
	PushStore
	BrandingStore
}

// Outcome is what one target did about an act that waited for it.
type Outcome struct {
	Connection string
	Kind       string // connector kind
	OK         bool
	Status     string // the account's status
	RemoteID   string
	Reason     string // the target's words, when not OK
	Remedy     string
}

// Engine makes the targets agree with the directory.
type Engine interface {
	// ProvisionNow tries a user's accounts at these provisioners at once and waits, at most until ctx ends, for what
	// happened. Ending ctx ends the waiting, never the attempt.
	ProvisionNow(ctx context.Context, userID string, ps []Provisioner) []Outcome
	Wake() // there is something to do
}

// Directory is the acts. Its fields are set once, before use.
type Directory struct {
	Store  Store
	Engine Engine
	Kinds  Kinds // nil: settings that point to another target are not told apart
	Now    func() time.Time
}

// NewID makes a time-ordered identifier (UUIDv7).
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// NewToken makes 160 bits of random text.
func NewToken() string { return rand.Text() }

// Change describes an act that is happening now.
func (d *Directory) Change(a Actor, action, target, label string) Change {
	return Change{ID: NewID(), At: d.Now(), Actor: a, Action: action, Target: target, Label: label}
}
