package db

import (
	"context"
	"fmt"
	"time"

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

// ShortenLeases makes the leases of this instance end soon. Whoever holds the instance lock calls it at the start:
// the process that took them is dead, and only what it sent last may still be under way at a target. PostgreSQL
// serves several, of which any may be alive, so there it does nothing.
func (s *Store) ShortenLeases(ctx context.Context, instance string, until time.Time) error {
	if s.postgres {
		return nil
	}
	_, err := exec(ctx, s.w, `UPDATE accounts SET lease_until = $1, due_at = $1 WHERE lease_until > $1 AND lease >= $2 AND lease < $3`,
		until.UnixMicro(), instance+".", instance+"/")
	if err != nil {
		return fmt.Errorf("shorten leases: %w", err)
	}
	return nil
}
