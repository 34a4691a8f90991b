package db

import (
	"fmt"

	"github.com/gofrs/flock"
)

// LockInstance makes this process the only server of a SQLite file until release is called or the process ends.
// Commands that work beside a running server do not take it. PostgreSQL serves several, so there it does nothing.
func (s *Store) LockInstance() (release func() error, err error) {
	if s.postgres {
		return func() error { return nil }, nil
	}
	l := flock.New(s.path + ".lock")
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("another Usher already serves the database %s. Stop it first, or start this one with another database (--db); "+
			"to run several servers together, use PostgreSQL", s.path)
	}
	return l.Unlock, nil
}
