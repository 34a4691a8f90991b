package directory

import (
	"maps"
	"strings"
	"time"
	"unicode/utf8"
)

// ConnectionType says what a connection was made as.
type ConnectionType string

// CustomConnector is a connection that starts empty; stored: never rename.
const CustomConnector ConnectionType = "custom"

// Connection is a named external system.
type Connection struct {
	ID          string
	Name        string
	Description string
	Type        ConnectionType
	Revision    int64 // counts writes; an edit names the revision that it read, 0 is one that read nothing
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Check says what is wrong with the connection.
func (c *Connection) Check() FieldErrors {
	f := FieldErrors{}
	c.Name, c.Description = strings.TrimSpace(c.Name), strings.TrimSpace(c.Description)
	switch n := utf8.RuneCountInString(c.Name); {
	case n == 0:
		f.Add("name", "Enter a name.")
	case n < 3 || n > 120:
		f.Add("name", "A name has 3 to 120 characters.")
	case strings.ContainsFunc(c.Name, unprintable):
		f.Add("name", "A name cannot contain control characters.")
	}
	if utf8.RuneCountInString(c.Description) > 300 {
		f.Add("description", "A description has at most 300 characters.")
	}
	if strings.ContainsFunc(c.Description, func(r rune) bool { return unprintable(r) && !strings.ContainsRune("\r\n\t", r) }) {
		f.Add("description", "A description cannot contain control characters.")
	}
	return f
}

// Connector is a configured connector kind inside a connection. A connection has at most one of each kind.
type Connector struct {
	ID           string
	ConnectionID string
	Connection   string // the connection's name
	Kind         string
	Enabled      bool
	Settings     Settings
	Mapping      Mapping  // what an administrator changed about the attributes; only SetMapping writes it
	Revision     int64    // counts writes, so that what was opened from an older one is known to be stale
	Retarget     Retarget // what was said about an address that is new with this write; never read back
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Settings are the values of a connector's fields; secrets are kept apart, and sealed at rest.
type Settings struct {
	Values  map[string]string
	Secrets map[string]Secret
}

// Clone copies both maps.
func (s Settings) Clone() Settings {
	return Settings{Values: maps.Clone(s.Values), Secrets: maps.Clone(s.Secrets)}
}

// OnFailure is what a blocking provisioner does with a new user when its target fails.
type OnFailure string

// Stored: never rename.
const (
	Reject       OnFailure = "reject"
	CreateAnyway OnFailure = "create_anyway"
)

// Bounds of a blocking provisioner's deadline.
const (
	DefaultDeadline = 20 * time.Second
	MinDeadline     = time.Second
	MaxDeadline     = 2 * time.Minute
)

// Provisioner sends the organisation's users to one connector.
type Provisioner struct {
	ID          string
	ConnectorID string
	Connection  string // names, for people
	Kind        string
	Blocking    bool
	OnFailure   OnFailure
	Deadline    time.Duration // how long a blocking act waits
	JITOutbound bool
	Revision    int64 // counts writes; an edit names the revision that it read, 0 is one that read nothing
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Check says what is wrong with the provisioner and fills in defaults.
func (p *Provisioner) Check() FieldErrors {
	f := FieldErrors{}
	if p.ConnectorID == "" {
		f.Add("connector", "It is mandatory to select a provisioning connector.")
	}
	if p.OnFailure == "" {
		p.OnFailure = Reject
	}
	if p.OnFailure != Reject && p.OnFailure != CreateAnyway {
		f.Add("on_failure", "Choose what happens if provisioning fails.")
	}
	if p.Deadline == 0 {
		p.Deadline = DefaultDeadline
	}
	if p.Deadline < MinDeadline || p.Deadline > MaxDeadline {
		f.Add("deadline", "The deadline is between 1 and 120 seconds.")
	}
	return f
}
