package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"usher/directory"
)

// settingInstance is the ID that a database gets at its first start. Stored: never rename.
const settingInstance = "instance.id"

func (s *Store) nameInstance(ctx context.Context) (err error) {
	_, err = s.w.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, settingInstance, directory.NewToken())
	if err == nil {
		s.id, err = s.setting(ctx, s.w, settingInstance)
	}
	if err != nil {
		return fmt.Errorf("name the database: %w", err)
	}
	return nil
}

// InstanceID tells this database from every other that was not copied from it. It is no secret.
func (s *Store) InstanceID() string { return s.id }

// settingServedAs is the path of the SQLite file that a server locked last. Stored: never rename.
const settingServedAs = "served_as"

// LockInstance makes this process the only server of a SQLite file until release is called or the process ends.
// Commands that work beside a running server do not take it. PostgreSQL serves several, so there it does nothing.
func (s *Store) LockInstance(ctx context.Context) (release func() error, err error) {
	if s.postgres {
		return func() error { return nil }, nil
	}
	path, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	l := flock.New(path + ".lock")
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("another Usher already serves the database %s. Stop it first, or start this one with another database (--db); "+
			"to run several servers together, use PostgreSQL", s.path)
	}
	if err := s.servedAs(ctx, path); err != nil {
		return nil, errors.Join(err, l.Unlock())
	}
	return l.Unlock, nil
}

// servedAs writes down under which name the file is served, in the file itself: through another name, only what is not
// in the journal beside it can be read.
func (s *Store) servedAs(ctx context.Context, path string) error {
	if err := putSetting(ctx, s.w, settingServedAs, path); err != nil {
		return err
	}
	if _, err := s.w.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return fmt.Errorf("write the database's journal back: %w", err)
	}
	return nil
}

// refuseSecondName fails when the file is served under another name (a hard link): SQLite finds its journal by name, so
// that two names of one file spoil it.
func (s *Store) refuseSecondName(ctx context.Context) error {
	if s.postgres {
		return nil
	}
	served, err := s.setting(ctx, s.r, settingServedAs)
	if err != nil {
		return nil //nolint:nilerr // a new file has no table of settings yet; whatever else is wrong with one is told by what follows
	}
	own, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return fmt.Errorf("find the database file: %w", err)
	}
	if served == "" || own == served || !sameFile(own, served) { // "" is a new file, or one of an older version
		return nil
	}
	l := flock.New(served + ".lock")
	free, err := l.TryLock()
	if err != nil {
		return fmt.Errorf("lock database: %w", err)
	}
	if free {
		return l.Unlock()
	}
	return fmt.Errorf("the database %s is the same file as %s, which another Usher serves. SQLite finds its journal by the file's name, so two names "+
		"would spoil the database: use the name %s (--db), and remove the other link", s.path, served, served)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
