package imports

import (
	"context"
	"errors"
	"sync"
	"time"

	"usher/directory"
)

const (
	actBatch          = directory.MostTogether // rows that are acted on together
	waitingBatch      = 8                      // the same, while each of them waits for targets
	concurrentChanges = 4                      // changes under way at a time
)

// rowAction is one row that is being acted on.
type rowAction struct {
	row    *Row
	person person
	user   directory.User // to be created or changed
	open   bool           // nothing is decided yet: the row is worked on again
	err    error          // that is no answer to the row; it is open then
}

func (d *rowAction) refuse(wrong *problem) { d.row.refuse(Refused, wrong) }

// answered takes the directory's answer.
func (d *rowAction) answered(err error, done Verdict) {
	e, spoken := errors.AsType[*directory.Error](err)
	switch {
	case err == nil:
		d.row.Verdict, d.row.Field = done, ""
	case !spoken:
		d.open, d.err = true, err
	default:
		words := e.Message
		for _, w := range e.Fields {
			words = w
		}
		d.refuse(&problem{words: words})
	}
}

// runNext acts on the next rows. done says that there were none. What was done is recorded even when an error is
// returned, or when ctx ends.
func (im *Importer) runNext(ctx context.Context, i Import) (next Import, done bool, err error) {
	size := actBatch
	if waits, err := im.Directory.Store.BlockingProvisioners(ctx, directory.Import); err != nil {
		return i, false, err
	} else if len(waits) > 0 {
		size = waitingBatch
	}
	rows, err := im.Store.ImportRows(ctx, RowFilter{ImportID: i.ID, Verdicts: []Verdict{WillCreate, WillChange}, After: i.Position, Limit: size})
	if err != nil || len(rows) == 0 {
		return i, err == nil, err
	}
	actions, err := im.act(ctx, i, rows)
	if err != nil {
		return i, false, err
	}
	p := Progress{ImportID: i.ID, Lease: i.Lease, Until: im.until(), Position: rows[len(rows)-1].N}
	for _, d := range actions {
		if d.open {
			p.Position, err = min(p.Position, d.row.N-1), errors.Join(err, d.err)
			continue
		}
		p.Rows = append(p.Rows, *d.row)
		p.Done.count(d.row.Verdict)
	}
	record, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	next, failed := im.Store.RecordImport(record, p)
	return next, false, errors.Join(failed, err)
}

func (d *Done) count(v Verdict) {
	switch v {
	case Created:
		d.Created++
	case Changed:
		d.Changed++
	default:
		d.Refused++
	}
}

func (im *Importer) act(ctx context.Context, i Import, rows []Row) ([]*rowAction, error) {
	c := columnsOf(i)
	actions, people := make([]*rowAction, len(rows)), make([]person, len(rows))
	for k := range rows {
		p, wrong := c.read(rows[k])
		actions[k], people[k] = &rowAction{row: &rows[k], person: p}, p
		if wrong != nil { // not since the dry run; a row that cannot be read is not acted on all the same
			actions[k].refuse(wrong)
		}
	}
	f, err := im.facts(ctx, people)
	if err != nil {
		return nil, err
	}
	if err := im.makeGroups(ctx, i, c, people, &f); err != nil {
		return nil, err
	}
	var creates, changes []*rowAction
	for _, d := range actions {
		if wrong := c.sinceDryRun(d, f); wrong != nil {
			d.refuse(wrong)
		}
		switch d.row.Verdict {
		case WillCreate:
			creates = append(creates, d)
		case WillChange:
			changes = append(changes, d)
		}
	}
	if err := im.create(ctx, i, c, creates, f); err != nil {
		return nil, err
	}
	return actions, im.update(ctx, i, c, changes, f)
}

// sinceDryRun looks once more for what a dry run refuses and others may have brought about meanwhile.
func (c columns) sinceDryRun(d *rowAction, f facts) *problem {
	if wrong := c.unknownGroups(d.person, f); wrong != nil || c.alike == ImportAlike || d.row.UserID != "" {
		return wrong // a row that was begun is like the user who was made of it
	}
	var own *directory.User
	if u, ok := f.named(d.person.name); ok {
		own = &u
	}
	return c.likeness(d.person, own, f)
}

// makeGroups creates the groups that rows name and that are not there.
func (im *Importer) makeGroups(ctx context.Context, i Import, c columns, people []person, f *facts) error {
	if c.unknown != CreateUnknown {
		return nil
	}
	for _, p := range people {
		for _, name := range f.unknown(p) {
			g, err := im.Directory.CreateGroup(ctx, directory.Group{DisplayName: name}, nil, i.Actor)
			switch {
			case err == nil:
				f.groups[directory.Key(name)] = g
			case directory.CodeOf(err) == directory.Conflict: // somebody else was faster
				if err := im.groupFacts(ctx, f, []string{directory.Key(name)}); err != nil {
					return err
				}
			default:
				return err
			}
		}
	}
	return nil
}

// create makes the users. A row that is marked with a user was begun by a process that died, or that lost the import.
func (im *Importer) create(ctx context.Context, i Import, c columns, actions []*rowAction, f facts) error {
	states, err := im.begun(ctx, actions)
	if err != nil {
		return err
	}
	var us []directory.User
	var of []*rowAction
	for _, d := range actions {
		d.user = c.user(d.person)
		d.user.Arrival.Row = directory.ImportRow{ImportID: i.ID, N: d.row.N, Before: d.row.UserID}
		for _, g := range d.person.groups {
			d.user.Arrival.Groups = append(d.user.Arrival.Groups, f.groups[directory.Key(g)].ID)
		}
		_, taken := f.named(d.person.name)
		switch state := states[d.row.UserID]; {
		case state == directory.Live, state == directory.Deleted:
			d.answered(nil, Created)
		case state == directory.Staged:
			d.open = true // it waits for its target, or to be taken back
		case taken:
			if err := im.nameTaken(ctx, i, d); err != nil {
				return err
			}
		default:
			us, of = append(us, d.user), append(of, d)
		}
	}
	made, errs, err := im.Directory.CreateUsers(ctx, us, i.Actor)
	if err != nil {
		return err
	}
	for k, d := range of {
		if errs[k] == nil {
			d.row.UserID = made[k].ID
		}
		if directory.CodeOf(errs[k]) == directory.Conflict {
			if err := im.nameTaken(ctx, i, d); err != nil {
				return err
			}
			continue
		}
		d.answered(errs[k], Created)
	}
	return nil
}

// begun are the states of the users that rows are marked with.
func (im *Importer) begun(ctx context.Context, actions []*rowAction) (map[string]directory.State, error) {
	var ids []string
	for _, d := range actions {
		if d.row.UserID != "" {
			ids = append(ids, d.row.UserID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return im.Store.UserStates(ctx, ids)
}

// nameTaken decides about a row whose user name is taken: by this import, when another process was at the row, or
// by somebody else since the dry run.
func (im *Importer) nameTaken(ctx context.Context, i Import, d *rowAction) error {
	now, err := im.Store.ImportRows(ctx, RowFilter{ImportID: i.ID, After: d.row.N - 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(now) == 1 && now[0].N == d.row.N && now[0].UserID != d.row.UserID {
		d.open = true
		return nil
	}
	d.refuse(&problem{field: keyName, words: "A user with this name was created by somebody else since the dry run."})
	return nil
}

// update changes users, a few at a time, and lets them join their groups.
func (im *Importer) update(ctx context.Context, i Import, c columns, actions []*rowAction, f facts) error {
	var wg sync.WaitGroup
	free := make(chan struct{}, concurrentChanges)
	for _, d := range actions {
		u, ok := f.named(d.person.name)
		if !ok {
			d.refuse(&problem{field: keyName, words: "The user was deleted since the dry run."})
			continue
		}
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			d.row.UserID = u.ID
			if len(c.write(d.person, &u)) == 0 { // only groups differ, or a process that died has written this
				d.answered(ctx.Err(), Changed)
				return
			}
			_, err := im.Directory.UpdateUser(ctx, u, i.Actor)
			if e, ok := errors.AsType[*directory.Error](err); ok && e.Code == directory.Conflict && len(e.Fields) == 0 {
				d.open = true // edited meanwhile: read again
				return
			}
			d.answered(err, Changed)
		})
	}
	wg.Wait()
	return im.join(ctx, i, actions, f)
}

// join adds the changed users to the groups that they are not in yet, one act a group.
func (im *Importer) join(ctx context.Context, i Import, actions []*rowAction, f facts) error {
	members, of := map[string][]string{}, map[string]directory.Group{}
	for _, d := range actions {
		if d.row.Verdict != Changed {
			continue
		}
		for _, name := range f.joining(d.person, d.row.UserID) {
			g := f.groups[directory.Key(name)]
			members[g.ID], of[g.ID] = append(members[g.ID], d.row.UserID), g
		}
	}
	for id, users := range members {
		err := im.Directory.ChangeMembers(ctx, id, directory.MemberChange{Add: users}, i.Actor)
		if err == nil {
			continue
		}
		for _, d := range actions { // nothing of the row is lost: it is worked on again
			if d.row.Verdict == Changed && len(f.joining(d.person, d.row.UserID)) > 0 {
				d.row.Verdict, d.open, d.err = WillChange, true, err
			}
		}
		return nil
	}
	return nil
}
