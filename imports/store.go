package imports

import (
	"context"
	"errors"
	"time"

	"usher/directory"
)

// Move is something that a person does to an import.
type Move string

// The moves. Which of them fit depends on the import's State.
const (
	Start  Move = "start"
	Pause  Move = "pause"
	Resume Move = "resume"
	Cancel Move = "cancel"
)

// ErrLost says that another process works on the import now.
var ErrLost = errors.New("another process works on the import now")

// Store keeps imports. A missing import is NotFound; an act that does not fit its state is Conflict.
type Store interface {
	CreateImport(ctx context.Context, i Import) error
	// AddImportRows also says that the upload is alive. Conflict when it was discarded meanwhile.
	AddImportRows(ctx context.Context, id string, rows []Row, at time.Time) error
	// FinishUpload writes size, notes, mapping and number of rows.
	FinishUpload(ctx context.Context, i Import, c directory.Change) error
	// FailImport discards an upload, rows included; one that has ended otherwise stays as it is.
	FailImport(ctx context.Context, id, fault string, at time.Time) error

	Import(ctx context.Context, id string) (Import, error)
	Imports(ctx context.Context, before string, limit int) (Page, error)
	ImportRows(ctx context.Context, f RowFilter) ([]Row, error)

	// MapImport writes mapping and choices and asks for a check; a process that checks by other columns loses the import.
	// Conflict unless was is still the mapping. The check waits for WipeImport.
	MapImport(ctx context.Context, i Import, was Mapping, at time.Time) error
	// WipeImport empties every cell that Import.Kept does not keep, and lets the import be worked on.
	WipeImport(ctx context.Context, id string, at time.Time) error
	// UnwipedImports are the IDs of imports that still have to be wiped.
	UnwipedImports(ctx context.Context) ([]string, error)
	MoveImport(ctx context.Context, id string, m Move, c directory.Change) error
	// PurgeImport deletes the rows and ends what has not ended. Conflict while it runs.
	PurgeImport(ctx context.Context, id string, c directory.Change) error

	// ClaimImport leases one import that has something to do; ok is false when there is none.
	ClaimImport(ctx context.Context, lease string, now, until time.Time) (i Import, ok bool, err error)
	// RenewImport and RecordImport are ErrLost when the lease is not the import's any more.
	RenewImport(ctx context.Context, id, lease string, until time.Time) error
	RecordImport(ctx context.Context, p Progress) (Import, error)
	// FinishCheck and FinishRun end the work and the lease.
	FinishCheck(ctx context.Context, id, lease string, at time.Time) error
	FinishRun(ctx context.Context, id, lease string, at time.Time) error
	ReleaseImport(ctx context.Context, id, lease string) error

	// Causes are what rows are refused or warned about, the most frequent first, at most limit.
	Causes(ctx context.Context, id string, limit int) ([]Cause, error)

	// EarlierRows are the lines of the rows before one that have these folded keys, by key: the first of each. Only
	// for user names (directory.NameKey) rows that are refused count, too.
	EarlierRows(ctx context.Context, id string, before int64, t Trait, keys []string) (map[string]int64, error)
	// UsersAlike are live users who have one of these values, one for each value. Case counts for external IDs only.
	UsersAlike(ctx context.Context, t Trait, values []string) (map[string]directory.User, error)
	// UsersByName are the live users whose names are stored under these keys.
	UsersByName(ctx context.Context, keys []string) ([]directory.User, error)
	// UserStates are the states of users, gone ones included, by ID.
	UserStates(ctx context.Context, ids []string) (map[string]directory.State, error)

	// DropUploads discards uploads that were last heard of before a time, PurgeImports the rows of imports that
	// were made before one, or that nobody has chosen columns for and that were made before waiting.
	DropUploads(ctx context.Context, before, at time.Time, fault string) error
	PurgeImports(ctx context.Context, before, waiting, at time.Time) error
}

// Progress is what one batch came to.
type Progress struct {
	ImportID string
	Lease    string
	Until    time.Time // the lease is good till then
	Position int64
	Rows     []Row // N, Name, Verdict, Field, Words, Cause, Traits and UserID are written
	Plan     Plan  // added
	Done     Done  // added
}
