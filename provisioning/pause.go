package provisioning

import (
	"time"

	"usher/connectors"
	"usher/directory"
)

// Target is a connector that users are sent to, with the provisioner that sends them.
type Target struct {
	directory.Connector
	Provisioner directory.Provisioner
	Quarantine  Quarantine
	Pace        Quarantine // of Class Paced
	Limit       Quarantine // of Class CreatesOnly
}

// Pauses are what keeps the target from being written to, by and large.
func (t Target) Pauses() Pauses { return Pauses{t.Quarantine, t.Pace, t.Limit} }

// Class is the set of operations that a pause stops.
type Class string

// Stored: never rename.
const (
	AllOperations Class = "all"     // bad credentials, or nobody answers
	WritesOnly    Class = "writes"  // creates and updates are refused; leavers still go
	CreatesOnly   Class = "creates" // there is no room for another account; updates and leavers go
	Paced         Class = "pace"    // the target asks for a pause: leavers and checks wait, too
)

// Quarantine pauses a connector: until a harmless check passes, or, of Class Paced, for a time, or, of Class CreatesOnly,
// until one account can be made.
type Quarantine struct {
	Class  Class     // "" is not quarantined
	Since  time.Time // of the first failure; of Class Paced, of the latest
	Until  time.Time // when the target is asked again
	Step   time.Duration
	Asked  bool // the target itself said until when
	Reason string
	Remedy string
	Kind   connectors.Kind

	Revision int64 // of the connector's configuration that it was learned with, when it is written; 0 is whichever is in force
}

// On reports whether the connector is paused. A pace stays on after its time until the target takes a request, a limit
// until it takes an account.
func (q Quarantine) On() bool { return q.Class != "" }

// Holds reports whether the time of the pause has not come yet.
func (q Quarantine) Holds(now time.Time) bool { return q.On() && now.Before(q.Until) }

// Pauses are what may keep a connector's accounts waiting, each for a reason of its own.
type Pauses struct{ Quarantine, Pace, Limit Quarantine }

// stop is the pause that lasts until something is mended, for which the account waits. A pace is none: it ends by itself.
func (p Pauses) stop(a Account) (q Quarantine, ok bool) {
	switch {
	case p.Quarantine.Class == AllOperations, p.Quarantine.Class == WritesOnly && a.Priority != Leavers:
		return p.Quarantine, true
	case p.Limit.On() && a.newcomer():
		return p.Limit, true
	}
	return q, false
}

// newcomer reports whether the account is a user's who is not at the target yet, as far as is known, and should be.
func (a Account) newcomer() bool {
	return a.GroupID == "" && a.RemoteID == "" && a.Priority != Leavers
}

// All are the pauses that an administrator should hear of, the most serious first.
func (p Pauses) All(now time.Time) []Quarantine {
	var all []Quarantine
	if p.Quarantine.On() {
		all = append(all, p.Quarantine)
	}
	if p.Limit.On() {
		all = append(all, p.Limit)
	}
	if p.Pace.Holds(now) {
		all = append(all, p.Pace)
	}
	return all
}

// Of is the pause that keeps an account waiting; ok is false when it waits for none.
func (p Pauses) Of(a Account, now time.Time) (q Quarantine, ok bool) {
	if p.Pace.Holds(now) {
		return p.Pace, true
	}
	return p.stop(a)
}

// When says in words when the target is asked again, and why then.
func (q Quarantine) When() string {
	at := q.Until.UTC().Format("15:04 UTC")
	switch {
	case q.Class == CreatesOnly && !q.Holds(time.Now()):
		return "Usher is about to try again."
	case q.Class == CreatesOnly:
		return "Usher tries again at " + at + ", and whenever somebody leaves."
	case q.Class != Paced:
		return "Usher looks again at " + at + "."
	case q.Asked:
		return "Usher tries again at " + at + ", as the target asked."
	}
	return "Usher tries again at " + at + ", because the target has too much to do."
}

// Why says in words why accounts wait, and until when.
func (q Quarantine) Why() string {
	if q.Class == Paced {
		return q.When() + " It said: " + q.Reason
	}
	if q.Class == CreatesOnly {
		return "The target has no room for another account: " + q.Reason + " " + q.When()
	}
	return "The connector is paused: " + q.Reason + " " + q.When()
}
