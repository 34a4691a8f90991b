// Package connectors is the contract between the engine and the systems that it provisions to: how a kind
// describes itself, what it can be told, and how it says what happened. It is not for time: a connector
// makes one attempt at one thing; retrying, waiting and deciding belong to the engine.
package connectors

import (
	"context"

	"usher/directory"
)

// Connector speaks to one configured target. Every error it returns is an *Error.
type Connector interface {
	// Check makes harmless reads: can we work here, and what can the target do.
	// The report holds the steps made so far even when the error is not nil.
	Check(ctx context.Context) (Report, error)

	// Find looks for the user's account by external ID, then by the matching attributes, and compares what
	// the target answered itself. None: Kind NotFound. More than one: Kind Invalid, with the IDs. Without a ResourceID it
	// looks by the attributes alone, and an account without a stamp is not found by that.
	Find(ctx context.Context, p Profile) (Account, error)

	// Create makes the account in one request, stamped with our ID. A taken name is Kind Conflict; an
	// outcome that cannot be known is Kind Unknown, and the engine finds before it creates again.
	Create(ctx context.Context, p Profile) (Account, error)

	// Read gives the account that has the target's own ID now, whose stamp it bears, and in Shown the attributes that
	// Find looks for. None: Kind NotFound.
	Read(ctx context.Context, id string) (Account, error)

	// Update writes only what changed, and gives the account as the answer shows it; the zero Account where the answer
	// shows none. Its external ID is one that was read, never the one that was sent. A vanished account is Kind NotFound.
	Update(ctx context.Context, id string, c Changes) (Account, error)

	// Deprovision disables or removes the account. Gone already is Kind NotFound, which the engine takes for success.
	Deprovision(ctx context.Context, id string, m Mode) error
}

// Profile is what an account should be.
type Profile struct {
	ResourceID string         // our ID, stamped on the account as its external ID
	Values     map[string]any // by Attribute.Key; JSON values only: string, bool, float64, []any, map[string]any

	// Password is the user's own, to be set with a new account; "" when none is to be sent. It is never among Values,
	// which are stored.
	Password directory.Secret
}

// Text is a value as text, "" when it is missing or something else.
func (p Profile) Text(key string) string { s, _ := p.Values[key].(string); return s }

// Changes are the difference between what was last written and what is wanted.
type Changes struct {
	Set   map[string]any // new or changed, by Attribute.Key
	Clear []string       // no longer there, sorted
	Want  Profile        // the whole, for targets that can only replace
	Was   map[string]any // what was last written, by Attribute.Key, so that a target which kept it can be told; nil is not known
	Stamp bool           // also stamp the account with Want.ResourceID: it bears the ID of somebody who left and is back
}

// Account is the user's object at the target.
type Account struct {
	ID         string         // the target's own ID
	ExternalID string         // the ID stamped on it, as the target spells it (see SameID); "" when there is none
	Protected  bool           // an administrator or service account: never adopted, never removed
	Pending    bool           // accepted, and not yet in effect
	Shown      map[string]any // what the target says about it, for people who compare; may be nil
}

// Stampless is implemented by connectors whose accounts may have no place for our ID, which depends on the configuration.
// Then nothing but its values tells whether an account that nobody stamped was made by us.
type Stampless interface {
	Stampless() bool
}

// Mode is how an account is taken away.
type Mode string

// Stored: never rename.
const (
	Disable Mode = "disable"
	Delete  Mode = "delete"
	Leave   Mode = "leave" // keep it; not a mode of any connector but a choice of the administrator
)

// Report is what Check tried, in order, and what it learned.
type Report struct {
	Steps        []Step
	Capabilities []Capability
	Proposals    []Proposal
}

// Proposal is a setting that fits the target better than the one in force.
type Proposal struct {
	Key, Value string // of a Field
	Why        string // in words
	Learned    int64  // as of a Capability
}

// Learner is a Connector that finds out while it works what its target can do.
type Learner interface {
	// Learned is what was found out since it was asked before; ok is false when that is nothing. It is asked after each
	// attempt, and must cost nothing then.
	Learned() (r Report, ok bool)
}

// Step is one thing that was tried.
type Step struct {
	Name   string // "Read ServiceProviderConfig"
	State  StepState
	Detail string // what came back, in words
	Remedy string // what to do about it; "" when it went well
}

// StepState is how a step went.
type StepState string

// How a step can go. A warning leaves provisioning possible; a skipped step looked at nothing.
const (
	StepOK      StepState = "ok"
	StepWarning StepState = "warning"
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped"
)

// Capability is one thing that the target can or cannot do.
type Capability struct {
	Name    string // "Change single attributes (PATCH)"
	Can     bool
	Note    string
	Learned int64 // the revision of the connector that found it out while it worked; 0: a check did
}
