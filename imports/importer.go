package imports

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"usher/directory"
)

// Actions that are recorded. Stored: never rename.
const (
	ActionUpload = "import.upload"
	ActionStart  = "import.start"
	ActionPause  = "import.pause"
	ActionResume = "import.resume"
	ActionCancel = "import.cancel"
	ActionPurge  = "import.purge"
)

// Importer is the acts on imports and, by Run, the runner. Its fields are set once, before use.
type Importer struct {
	Store     Store
	Directory *directory.Directory
	Log       *slog.Logger
	Now       func() time.Time
	Instance  string        // names this process in leases
	LeaseFor  time.Duration // 30 s when 0; an import of a process that died goes on after it
	Poll      time.Duration // 1 s when 0: how soon work that another process has made is seen

	once sync.Once
	wake chan struct{}
}

func (im *Importer) change(by directory.Actor, action string, i Import) directory.Change {
	return im.Directory.Change(by, action, i.ID, i.FileName)
}

// Map says what the columns are, wipes those that are not imported, and asks for a dry run. i is as it was read, but
// for its Alike. Wrong columns are an Invalid error by Column.
func (im *Importer) Map(ctx context.Context, i Import, m Mapping, existing Existing, unknown Unknown) error {
	for len(m) < len(i.Header) {
		m = append(m, Ignore)
	}
	m = m[:len(i.Header)]
	wrong := m.Check(i.Header)
	i.checkKept(m, wrong)
	if existing != OnlyCreate && existing != CreateAndChange {
		wrong.Add("existing", "Choose what to do about users who exist.")
	}
	if unknown != RefuseUnknown && unknown != CreateUnknown {
		wrong.Add("unknown", "Choose what to do about groups that do not exist.")
	}
	if i.Alike != SkipAlike && i.Alike != ImportAlike {
		wrong.Add("alike", "Choose what to do about rows that look like another user.")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	was := i.Mapping
	i.Mapping, i.Existing, i.Unknown = m, existing, unknown
	if err := im.Store.MapImport(ctx, i, was, im.Now()); err != nil {
		return err
	}
	// Who pressed the button may go away; what fails is done by the runner within a minute.
	if err := im.Store.WipeImport(context.WithoutCancel(ctx), i.ID, im.Now()); err != nil {
		return err
	}
	im.Wake()
	return nil
}

// Move starts, pauses, resumes or cancels. Conflict when the import is not where that can be done.
func (im *Importer) Move(ctx context.Context, i Import, m Move, by directory.Actor) error {
	action := map[Move]string{Start: ActionStart, Pause: ActionPause, Resume: ActionResume, Cancel: ActionCancel}[m]
	if err := im.Store.MoveImport(ctx, i.ID, m, im.change(by, action, i)); err != nil {
		return err
	}
	im.Wake()
	return nil
}

// Purge deletes the rows; the numbers that they added up to stay.
func (im *Importer) Purge(ctx context.Context, i Import, by directory.Actor) error {
	return im.Store.PurgeImport(ctx, i.ID, im.change(by, ActionPurge, i))
}

// Wake tells the runner of this process that there is something to do.
func (im *Importer) Wake() {
	im.prepare()
	select {
	case im.wake <- struct{}{}:
	default:
	}
}

func (im *Importer) prepare() {
	im.once.Do(func() { im.wake = make(chan struct{}, 1) })
}
