package provisioning

import (
	"context"
	"errors"
	"time"
)

// ErrLinked means that another account of ours already stands for the remote one.
var ErrLinked = errors.New("the remote account belongs to another")

// ErrLeaseLost means that the account is not ours to try any more; whatever the attempt learned is void.
var ErrLeaseLost = errors.New("the lease was lost")

// Claim asks for due accounts.
type Claim struct {
	ConnectorID string
	UserID      string   // only this user's, whatever its priority; "" is everybody's
	Least       Priority // least urgent priority that may be claimed
	Only        Sort     // besides leavers
	Limit       int
	Lease       string // a fresh random token
	Until       time.Time
	Now         time.Time
}

// Sort is which accounts may be claimed.
type Sort int

// Which accounts a claim takes: a target that has no room for new accounts still takes changes to known ones.
const (
	Everybody Sort = iota
	Known          // not users whose account has to be made; leavers always
	Newcomers      // users whose account has to be made, and no leavers
)

// Store keeps accounts. No method holds a transaction open when it returns.
type Store interface {
	// Targets are the enabled connectors that a provisioner uses, secrets opened, oldest first.
	Targets(ctx context.Context) ([]Target, error)

	// NextDue is when the next account or quarantine check of any target comes due; zero when nothing waits.
	NextDue(ctx context.Context) (time.Time, error)

	// Claim leases due accounts, most urgent and longest due first, counts the attempt and writes
	// write_began = Now unless an earlier one stands (Task.NoWriteInDoubt says which), so that nothing is sent without a trace. Facts are read after the
	// claim. A leased, dead, held or backing-off account is not due; a lease
	// ends with Record or TakeOver, whatever the clock says.
	Claim(ctx context.Context, c Claim) ([]Task, error)

	// Leases are those that a process holds, and how long each was given for; 0 is not known.
	Leases(ctx context.Context) (map[string]time.Duration, error)

	// TakeOver makes the accounts of a lease due, whose holder can no longer be trying them: what it wrote is in doubt,
	// and was under way until now. It says how many.
	TakeOver(ctx context.Context, lease string, now time.Time) (int, error)

	// MendTimes makes due now what waits for a time further ahead than anything waits, which a clock that was wrong has
	// written, and says how many.
	MendTimes(ctx context.Context, now time.Time, longest time.Duration) (int, error)

	// Begin remembers that another create is about to be sent, and forgets the account that it replaces: what
	// vanished must not be taken for what is being made. ErrLeaseLost when the lease is not held.
	Begin(ctx context.Context, t Task, now time.Time) error

	// Link remembers which remote account an attempt is about to write to. ErrLinked, ErrLeaseLost.
	Link(ctx context.Context, t Task, l Link, now time.Time) error

	GroupStore

	// Holder is another user's or group's account of ours, of the task's kind and at its connector, which stands for
	// the remote ID or whose ID is stamped as externalID; ok is false when it is nobody's of ours.
	Holder(ctx context.Context, t Task, remoteID, externalID string) (h Holder, ok bool, err error)

	// Contenders are up to n other accounts of the task's kind at its connector whose last attempt failed and is to be
	// repeated, with what was last written to them, and in Label the name of the user or group.
	Contenders(ctx context.Context, t Task, n int) ([]Account, error)

	// Left is what is known of an account at the connector's target that is not kept in step any more, of the task's
	// kind, by its remote ID or the stamp that it bears; ok is false when nothing is.
	Left(ctx context.Context, t Task, remoteID, externalID string) (l LeftAccount, ok bool, err error)

	// Record writes results and their log lines in one transaction, each fenced by its lease, and removes what
	// is settled for good: an absent account, and a deleted user with its last account. It reports which
	// leases were still held; the result of a lost lease changes nothing. An edit that came meanwhile keeps the account due now.
	Record(ctx context.Context, rs []Result, now time.Time) ([]bool, error)

	// Quarantine pauses a connector, or releases it when q is zero; releasing makes its accounts due now. A pause of Class
	// Paced runs beside it. One that was learned with another configuration than the one in force is not written.
	Quarantine(ctx context.Context, connectorID string, q Quarantine, now time.Time) error

	// Resume ends a pause that runs beside the quarantine, by its class.
	Resume(ctx context.Context, connectorID string, c Class, now time.Time) error

	// Account is a user's account at a connector; ok is false when there is none.
	Account(ctx context.Context, connectorID, userID string) (a Account, ok bool, err error)

	// TakeBackStaged takes back users whose staging ended without an outcome (their process died).
	TakeBackStaged(ctx context.Context, now time.Time) (int, error)

	// WipePasswords forgets passwords that were set before then and that no target took, and says how many.
	WipePasswords(ctx context.Context, before time.Time) (int, error)

	// Beat counts on, by which a database that was restored from a backup is told.
	Beat(ctx context.Context) error

	// PruneLog removes at most n log lines older than before, and says how many it removed.
	PruneLog(ctx context.Context, before time.Time, n int) (int, error)
}
