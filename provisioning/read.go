package provisioning

import (
	"time"

	"usher/directory"
)

// Membership is an account with what a page says about where it is.
type Membership struct {
	Account
	ConnectionID string
	Connection   string
	Kind         string // connector kind
	Enabled      bool   // the connector's toggle
	Provisioner  string // ID of the provisioner that manages it; "" when nothing does
	Blocking     bool
	InScope      bool // the user is in a group that the connection sends, or it sends all users
}

// Progress counts a connector's accounts by status.
type Progress struct {
	Total  int
	Counts map[Status]int
}

// Done is how many will not move until somebody acts.
func (p Progress) Done() int {
	n := 0
	for s, c := range p.Counts {
		if s.Settled() {
			n += c
		}
	}
	return n
}

// LogFilter selects lines of the provisioning log; zero fields select everything.
type LogFilter struct {
	UserID      string
	GroupID     string
	ConnectorID string
	Outcome     Outcome
	Operation   Operation
	Search      string // the beginning of a user's or group's name
	Since       time.Time
	Before      string // cursor: lines older than this ID
	Limit       int    // 50 when 0, at most 200
}

// LogPage is one page, newest first.
type LogPage struct {
	Attempts []Attempt
	Next     string // cursor of the next page; "" on the last
}

// Hour counts the attempts of one hour of the clock.
type Hour struct {
	Start             time.Time
	Succeeded, Failed int
}

// Overview is what the first page says.
type Overview struct {
	Users, Disabled int
	Connections     int
	Progress        Progress // over all managed accounts
	Hours           []Hour   // the last 24, oldest first
	Trouble         []Membership
	TroubleUsers    []directory.User // beside Trouble, line by line
	GroupTrouble    []GroupPush      // groups that are held or failed, newest first; without counts of members
	Targets         []Target         // with quarantine; secrets left out
	Off             []Target         // those whose connector is switched off; secrets left out
}
