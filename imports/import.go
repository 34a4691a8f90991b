// Package imports brings people in from a CSV file: it reads the file, guesses what its columns are, checks every
// row without writing anything, and then lets a background runner do what the check has shown, through the acts of
// package directory. It is not for showing any of this, for SQL, or for deciding what a user is.
package imports

import (
	"time"

	"usher/directory"
)

// Bounds of one file.
const (
	MaxBytes   = 64 << 20
	MaxRows    = 200_000
	maxRecord  = 64 << 10 // bytes of one row
	maxColumns = 200
	rowBatch   = 1_000 // rows written at a time
)

// WaitsFor is how long a file waits for its columns to be chosen: until then everything that it says is kept.
const WaitsFor = 3 * 24 * time.Hour

// KeptFor is how long the rows of an import are kept; what they add up to stays.
const KeptFor = 30 * 24 * time.Hour

// Existing says what becomes of a row whose user is there already.
type Existing string

// Stored: never rename.
const (
	OnlyCreate      Existing = "create" // the user is left as is
	CreateAndChange Existing = "change" // what the row says is written over the user's attributes
)

// Unknown says what becomes of a row that names a group which is not there.
type Unknown string

// Stored: never rename.
const (
	RefuseUnknown Unknown = "refuse"
	CreateUnknown Unknown = "create" // the group is created
)

// Alike says what becomes of a row with an e-mail address, employee number or external ID that somebody else has.
type Alike string

// Stored: never rename.
const (
	SkipAlike   Alike = "skip" // the row is refused, and says whose it is
	ImportAlike Alike = "import"
)

// Import is one file and what became of it.
type Import struct {
	ID       string // UUIDv7
	FileName string
	Size     int64    // bytes
	Notes    []string // what was unusual about the file, in sentences
	Header   []string // the names of the columns
	Mapping  Mapping
	Existing Existing
	Unknown  Unknown
	Alike    Alike
	Rows     int64
	Position int64 // the last row that the check, or later the run, has dealt with
	Plan     Plan
	Done     Done
	Actor    directory.Actor // who uploaded it, and in whose name it runs

	CreatedAt, SeenAt       time.Time // SeenAt: when the upload was last heard of
	UploadedAt, FailedAt    time.Time
	Fault                   string // why it failed, in sentences
	CheckAt, CheckedAt      time.Time
	RunAt, PausedAt         time.Time
	CancelledAt, FinishedAt time.Time
	PurgedAt                time.Time // the rows were deleted
	WipedAt                 time.Time // what must not be kept is gone since; zero: not yet
	Lease                   string
}

// Plan counts what the dry run found.
type Plan struct {
	Create, Change, Same, Refuse int64
	Warn                         int64 // of those that are not refused
}

// Done counts what was done; Refused are rows that the dry run would have let pass.
type Done struct{ Created, Changed, Refused int64 }

// State is how far an import is; it follows from the times.
type State string

// The states, in the order in which an import goes through them; users are written only while it is Running.
const (
	Uploading State = "uploading"
	Failed    State = "discarded" // the file could not be read to its end
	Uploaded  State = "uploaded"  // waits for its columns
	Checking  State = "checking"
	Checked   State = "checked" // waits for the start
	Running   State = "running"
	Paused    State = "paused"
	Cancelled State = "cancelled"
	Finished  State = "finished"
)

// State derives how far the import is.
func (i Import) State() State {
	switch {
	case !i.FailedAt.IsZero():
		return Failed
	case !i.CancelledAt.IsZero():
		return Cancelled
	case !i.FinishedAt.IsZero():
		return Finished
	case i.UploadedAt.IsZero():
		return Uploading
	case !i.RunAt.IsZero() && !i.PausedAt.IsZero():
		return Paused
	case !i.RunAt.IsZero():
		return Running
	case !i.CheckedAt.IsZero():
		return Checked
	case !i.CheckAt.IsZero():
		return Checking
	}
	return Uploaded
}

// Moving reports whether something happens without anybody acting.
func (s State) Moving() bool { return s == Uploading || s == Checking || s == Running }

// Over reports whether nothing more will happen.
func (s State) Over() bool { return s == Failed || s == Cancelled || s == Finished }

// ToDo is how many rows the run acts on.
func (i Import) ToDo() int64 { return i.Plan.Create + i.Plan.Change }

// Acted is how many of them are done.
func (i Import) Acted() int64 { return i.Done.Created + i.Done.Changed + i.Done.Refused }

// Refused are the rows that came, or will come, to nothing.
func (i Import) Refused() int64 { return i.Plan.Refuse + i.Done.Refused }

// Verdict is what becomes of a row.
type Verdict string

// Stored: never rename.
const (
	Unjudged   Verdict = ""
	WillCreate Verdict = "create"
	WillChange Verdict = "change"
	Same       Verdict = "same" // nothing to do
	WillRefuse Verdict = "refuse"
	Created    Verdict = "created"
	Changed    Verdict = "changed"
	Refused    Verdict = "refused"
)

// Row is one row of the file.
type Row struct {
	N       int64 // from 1, the header not counted
	Line    int64 // of the file, from 1
	Cells   []string
	Fault   string // why the row could not be read; "" when it could
	Name    string // user name
	Verdict Verdict
	Field   string // key of the attribute that the words are about
	Words   string // why it is refused, or what changes
	Cause   string // the sentence that stands for all rows with the same trouble; "" when there is none
	Traits  Traits // written by a dry run, not read back
	UserID  string // who was made of it
}

// Traits are what a row has of each Trait, folded.
type Traits [4]string

// Cause is what rows have in common that are refused, or that have a warning.
type Cause struct {
	Words   string
	Refused bool
	Rows    int64
	First   int64 // line of the first
}

// RowFilter selects rows of an import.
type RowFilter struct {
	ImportID string
	Verdicts []Verdict // none: every row
	Cause    string    // rows with this one
	Warned   bool      // rows with a warning
	After    int64     // rows with a greater number
	Limit    int       // 50 when 0, at most 1,000
}

// Page is one page of imports, newest first.
type Page struct {
	Imports []Import
	Next    string // cursor of the next page; "" on the last
}
