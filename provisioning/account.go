package provisioning

import (
	"time"

	"usher/connectors"
	"usher/directory"
)

// Origin says how an account came to be ours.
type Origin string

// Stored: never rename.
const (
	Created Origin = "created" // we made it
	Adopted Origin = "adopted" // it was there, and we took it over
)

// Suspicion says why an account that is remembered is not believed to be ours until the target was asked.
type Suspicion string

// Stored: never rename.
const (
	Trusted   Suspicion = ""
	Moved     Suspicion = "moved"     // an administrator says that the same tenant is at another address now
	Restored  Suspicion = "restored"  // the database may be older than what happened at the target
	Renamed   Suspicion = "renamed"   // the ID was a name, and the name was changed
	Elsewhere Suspicion = "elsewhere" // the connector points to another target: nothing is remembered there, so look first
)

// Priority decides who goes first.
type Priority int64

// Stored: never renumber.
const (
	Leavers Priority = 0 // deprovision, disable
	People  Priority = 1 // somebody's change
	Bulk    Priority = 2 // back-fill, drift
)

// Account is a user or a group at a connector: what is wanted, what was last written, and who is trying.
type Account struct {
	ConnectorID string
	UserID      string // of a user's account, else ""
	GroupID     string // of a group's account, else ""

	DesiredGen, ObservedGen int64 // equal: settled

	RemoteID   string // the target's ID, "" when none is known
	Origin     Origin
	LinkedAt   time.Time
	LinkedBy   string         // ID of the change that made or adopted it
	WriteBegan time.Time      // a write may have been sent since whose outcome is not recorded; zero: certainly not
	WriteUntil time.Time      // until when such a write may still have been under way
	Profile    map[string]any // what we last wrote, nil when nothing

	Suspect      Suspicion // why the remote ID is not believed until it was read
	ReturnedFrom string    // ID of the user who left, for whom we made the account that this user got back; "" for none
	WaitsFor     string    // ID of the user or group of ours that has a value at the target which this one should have

	Priority   Priority
	DueAt      time.Time
	Attempts   int
	Lease      string
	LeaseUntil time.Time

	HeldAt       time.Time
	HeldReason   string
	HeldRemoteID string         // the account at the target that the question is about
	HeldShown    map[string]any // what the target says about it
	Adoptable    bool           // and whether “adopt” answers it
	Approved     string         // remote ID that an admin said may be adopted
	DeadAt       time.Time
	ErrorKind    connectors.Kind
	Error        string // the vendor's words, in one line
	More         string // what the vendor said besides, such as a stack trace
	Remedy       string
	ChangeID     string
	VerifiedAt   time.Time // when an attempt last settled it
	Label        string    // name of a group that was deleted

	Pauses Pauses // of its connector
}

// Status is what an admin sees. It is worked out, never stored.
type Status string

// The statuses of an account; docs/states.md has what leads from one to another.
const (
	StatusSynced   Status = "synced"
	StatusPending  Status = "pending"
	StatusRunning  Status = "running"
	StatusRetrying Status = "retrying"
	StatusPaused   Status = "paused"
	StatusHeld     Status = "held"
	StatusFailed   Status = "failed"
	StatusOff      Status = "switched off" // of a Standing: the connector is disabled
)

// Status derives the account's status from its facts.
func (a Account) Status(now time.Time) Status {
	switch {
	case !a.HeldAt.IsZero():
		return StatusHeld
	case !a.DeadAt.IsZero():
		return StatusFailed
	case a.ObservedGen == a.DesiredGen:
		return StatusSynced
	case now.Before(a.LeaseUntil):
		return StatusRunning
	case a.stopped():
		return StatusPaused
	case a.Attempts > 0:
		return StatusRetrying
	}
	return StatusPending
}

func (a Account) stopped() bool {
	_, stopped := a.Pauses.stop(a)
	return stopped
}

// Settled reports whether nothing will happen until somebody acts.
func (s Status) Settled() bool {
	return s == StatusSynced || s == StatusHeld || s == StatusFailed || s == StatusOff
}

// badness orders statuses for a summary: the worst child wins.
var badness = map[Status]int{StatusSynced: 0, StatusPending: 1, StatusRunning: 2, StatusRetrying: 3, StatusOff: 4, StatusPaused: 5, StatusHeld: 6, StatusFailed: 7}

// Worst is the status of a whole that has these parts; no parts is synced.
func Worst(parts ...Status) Status {
	worst := StatusSynced
	for _, s := range parts {
		if badness[s] > badness[worst] {
			worst = s
		}
	}
	return worst
}

// Task is one claimed account with the facts that were read after the claim.
type Task struct {
	Account
	User           directory.User
	Provisioner    directory.Provisioner
	InScope        bool            // the user is in a group that the connection sends, or it sends all users
	Group          directory.Group // of a group's account; its name is the last one known when it was deleted
	Deleted        bool            // the group is not there any more
	ByHand         bool            // an administrator chose the group to be pushed
	Revision       int64           // of the connector's configuration at the claim
	NoWriteInDoubt bool            // before this claim no write can have been sent whose outcome is not recorded
	Watched        time.Time       // since when this process knows that the clock on the wall did not jump
	MayRun         time.Duration   // how long a write may go on at the target after it was given up

	Password   directory.Secret // the user's new one, which waits for this target; "" when none does
	PasswordAt time.Time        // when it was set: tells it from a newer one
}

// ID is our ID of the user or group, by which its account at the target is stamped.
func (t Task) ID() string { return t.UserID + t.GroupID }

// Operation is what an attempt did at the target.
type Operation string

// Stored: never rename.
const (
	OpNone    Operation = "none" // nothing differed, nothing was sent
	OpFind    Operation = "find"
	OpCreate  Operation = "create"
	OpAdopt   Operation = "adopt"
	OpUpdate  Operation = "update"
	OpDisable Operation = "disable"
	OpDelete  Operation = "delete"
)

// Outcome is how an attempt ended.
type Outcome string

// Stored: never rename.
const (
	Succeeded Outcome = "succeeded"
	Again     Outcome = "retry"
	Gave      Outcome = "failed" // dead: not tried again until somebody acts
	Held      Outcome = "held"
)

// Result is what an attempt learned and what follows from it.
type Result struct {
	Task      Task
	Operation Operation
	Err       error // *connectors.Error, or nil
	StartedAt time.Time
	Took      time.Duration
	Exchanges []connectors.Exchange

	// What is now known about the account.
	RemoteID    string
	Origin      Origin
	Profile     map[string]any // what the target now has of ours; nil: nothing
	MayRun      time.Time      // until when a write of the attempt may still be under way, if its outcome is in doubt
	WritesKnown bool           // every write so far has a known outcome: forget write_began
	Gone        bool           // wanted absent and is absent: the row has no reason to stay
	TookOver    bool           // the target changed the account's ID: what was remembered under the old one is the new one's

	Suspect      Suspicion // as of Account: what is still in doubt
	ReturnedFrom string    // as of Account
	Bears        string    // whose ID the account bears, when that is not the task's own user
	WaitsFor     string    // as of Account

	PasswordDone bool // Task.Password has been delivered, or never can be: wipe it

	// What decide made of it.
	Kind     connectors.Kind
	Attempts int
	DueAt    time.Time
	Dead     bool
	Hold     bool
	More     bool // all went well, and there is more to do at once
	Progress bool // some of the work is done and recorded, whatever came then
	Doubt    bool // nothing was tried: what is in doubt stays so
	Released bool // never tried: give the claim back as if it had not been

	// The account at the target that stands in the way, when there is one, and whether an administrator may adopt it.
	Found     connectors.Account
	Adoptable bool
}

// Outcome sums the result up.
func (r Result) Outcome() Outcome {
	switch {
	case r.Err == nil:
		return Succeeded
	case r.Hold:
		return Held
	case r.Dead:
		return Gave
	}
	return Again
}

// Attempt is one line of the provisioning log.
type Attempt struct {
	ID          string // UUIDv7; newer sorts later
	At          time.Time
	ChangeID    string
	Actor       directory.Actor // who caused it
	Action      string          // what the actor did: Change.Action
	UserID      string
	UserName    string // as it was at the time
	GroupID     string // of a group's line, whose UserID is ""
	GroupName   string
	ConnectorID string
	Connection  string
	Kind        string // connector kind
	Operation   Operation
	Outcome     Outcome
	Took        time.Duration
	Status      int // HTTP, of the last exchange
	ErrorKind   connectors.Kind
	Error       string
	More        string // what the vendor said besides, such as a stack trace
	Remedy      string
	RemoteID    string
	Exchanges   []connectors.Exchange
}
