package provisioning_test

import (
	"fmt"
	"time"

	"usher/connectors"
)

const tenantField = "tenant"

// watchman writes down every write, and apart those to an account of somebody else.
type watchman struct {
	journal    []string
	trespasses []string
	restamped  map[string]string // whose account -> who got it
	adopted    []adoption
}

// adoption is the first write to an account that nobody had stamped.
type adoption struct {
	was  row
	user string
}

// note is a line of the journal. The target's lock is held.
func (w *watchman) note(op string, r row, user string) {
	w.journal = append(w.journal, fmt.Sprintf("%s %s %s %q stamped %q active %v for %s", time.Now().UTC().Format("02 15:04:05.000"), op, r.ID, r.UserName, r.ExternalID, r.Active, user))
}

// update looks at a change of an account. The target's lock is held.
func (w *watchman) update(t *target, r row, c connectors.Changes) {
	us := c.Want.ResourceID
	switch {
	case connectors.SameID(r.ExternalID, us):
	case r.ExternalID == "" && t.owner[r.ID] == us:
	case r.ExternalID == "" && t.adopts:
		w.adopted = append(w.adopted, adoption{r, us})
	case r.ExternalID != "" && c.Stamp && t.owner[r.ID] != "":
		if w.restamped == nil {
			w.restamped = map[string]string{}
		}
		w.restamped[r.ExternalID] = us
	default:
		w.trespasses = append(w.trespasses, fmt.Sprintf("%+v was changed for %s: %v", r, us, c.Set))
	}
}

// deprovision looks at an account that is taken away: somebody of ours must have had it.
func (w *watchman) deprovision(t *target, r row) {
	if t.owner[r.ID] == "" && !(t.adopts && r.ExternalID == "") { // adopted, and its user left before anything was written
		w.trespasses = append(w.trespasses, fmt.Sprintf("%+v was taken away", r))
	}
}

// at is the target behind an address.
func (t *target) at(tenant string) *target {
	if t.other != nil && len(tenant) > 0 && tenant[0] == 'b' {
		return t.other
	}
	return t
}

// stranger is an account that another system made and stamped. The lock is held.
func (t *target) stranger(name, externalID string) {
	t.next++
	id := fmt.Sprint("r", t.next)
	t.rows[id] = row{ID: id, ExternalID: externalID, UserName: name, Email: "old@example.com", Active: true}
}

// refuse lets the target refuse everything about one user. The lock is held.
func (t *target) refuse(userID string) {
	if t.refused == nil {
		t.refused = map[string]bool{}
	}
	t.refused[userID] = true
}

func refusesOne(op string) error {
	return &connectors.Error{Kind: connectors.Refused, Op: op, Status: 403, Message: "not this one"}
}
