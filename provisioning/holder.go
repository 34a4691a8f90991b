package provisioning

import (
	"time"

	"usher/connectors"
	"usher/directory"
)

// Link is a remote account that a user's or a group's account is tied to.
type Link struct {
	RemoteID     string
	Origin       Origin
	ReturnedFrom string // ID of the user who had it before, "" for none
}

// Holder is a user or group of ours whose account at a target has what another one should have there.
type Holder struct {
	ID        string
	Name      string          // user name, or name of the group
	Leaving   bool            // the user or group was deleted or taken back
	Unsettled bool            // there is something to do still
	Stuck     bool            // which waits for an administrator
	WaitsFor  string          // whom it waits for itself
	DueAt     time.Time       // when it is tried next; zero while it is being tried
	User      directory.User  // of a user's account
	Group     directory.Group // of a group's account
}

// due reports whether the engine goes on with the account by itself.
func (h Holder) due() bool { return h.Unsettled && !h.Stuck }

// Reason says why an account was left at a target.
type Reason string

// Stored: never rename.
const (
	LeftDisabled   Reason = "disabled"   // its user left, and the account was disabled
	LeftKept       Reason = "kept"       // its user left, and the account stayed as it was
	LeftRetargeted Reason = "retargeted" // the connector points to another target now
)

// LeftAccount is an account at a target that Usher made or adopted and does not keep in step any more.
type LeftAccount struct {
	ConnectorID string
	Kind        string // "user" or "group"
	ResourceID  string // of the user or group, stamped on the account if we made it
	Target      string // where it is, when the connector points to another target now; "" at the connector's own
	RemoteID    string // "" when it may have been made and its ID never came
	Name        string // user name or group name, as it was
	Origin      Origin
	Reason      Reason
	At          time.Time
}

// LeftPage is one page of the accounts that a connector left, newest first.
type LeftPage struct {
	Accounts []LeftAccount
	Next     string // cursor of the next page; "" on the last
}

// Bears reports whether an account at the target is this one still, and not one that somebody else made meanwhile.
func (l LeftAccount) Bears(a connectors.Account) bool {
	if l.Origin == Created && a.ExternalID != "" {
		return connectors.SameID(a.ExternalID, l.ResourceID)
	}
	return a.ExternalID == "" && a.ID == l.RemoteID
}
