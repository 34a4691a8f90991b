// Package db remembers: it keeps the directory, the accounts, the provisioning log and what sign-in needs in
// SQLite or PostgreSQL, with one SQL text for both, written beside the function that runs it. It is not for
// rules: what a fact means is decided in directory, provisioning and auth, whose store interfaces it implements.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Store is one open database. It is safe for concurrent use.
type Store struct {
	w, r     *sql.DB // SQLite: one writing connection, several reading; PostgreSQL: the same pool twice
	postgres bool
	writes   writeQueue // SQLite
	notify   notifier   // PostgreSQL
	path     string     // of the SQLite file
	site     *site
	ring     Ring
	prepared preparedStatements
	id       string // of this database
	few      int    // how many index entries a SCIM list looks at before it walks everybody in order
}

// Open opens the database and brings its tables up to date. dsn is a path or file: URL for SQLite, or a postgres:// URL.
// It fails with a sentence for the administrator when the key is not the one that the database was sealed with.
func Open(ctx context.Context, dsn string, ring Ring) (*Store, error) {
	s := &Store{ring: ring, few: few}
	if len(ring.keys) == 0 {
		return nil, errors.New("open database: no data key was given")
	}
	if err := s.connect(dsn); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		_ = s.Close() // nothing was begun that could be lost
		return nil, sentence(err)
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.refuseSecondName(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.checkKey(ctx); err != nil {
		return err
	}
	if err := s.nameInstance(ctx); err != nil {
		return err
	}
	if err := s.fillValues(ctx); err != nil {
		return err
	}
	if err := s.fillNames(ctx); err != nil {
		return err
	}
	return s.prepared.prepare(ctx, s)
}

// Close waits for running statements and closes the database.
func (s *Store) Close() error {
	s.notify.stop()
	err := s.prepared.close()
	if s.r != s.w {
		err = errors.Join(err, s.r.Close())
	}
	return errors.Join(err, s.w.Close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := s.r.ExecContext(ctx, `SELECT 1`); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Probe reports whether the database can be read and written: it writes the time into one row, which a full disk, a
// read-only server or a file that is gone does not take. What is wrong with the whole database is a *Fault.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.Ping(ctx); err != nil {
		return sentence(err)
	}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		return putSetting(ctx, tx, healthSetting, time.Now().UTC().Format(time.RFC3339Nano))
	})
	return sentence(err)
}

// healthSetting is written by Probe and never read. Stored: never rename.
const healthSetting = "health.probed_at"

// Engine names the database engine: "sqlite" or "postgres".
func (s *Store) Engine() string {
	if s.postgres {
		return "postgres"
	}
	return "sqlite"
}

// skipLocked makes concurrent claims pass each other. SQLite has one writer, so there is nothing to skip.
func (s *Store) skipLocked(query string) string {
	if s.postgres {
		return query + " FOR UPDATE SKIP LOCKED"
	}
	return query
}

// tx runs f in one write transaction and commits. f may run again from the start after a deadlock or a failed
// serialization, so it must set what it hands out, not add to it.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	for try := 1; ; try++ {
		err := s.txOnce(ctx, f)
		if err == nil || try == 5 || violation(err) != mustRepeat {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try) * 5 * time.Millisecond):
		}
	}
}

func (s *Store) txOnce(ctx context.Context, f func(*sql.Tx) error) error {
	if !s.postgres {
		return s.writes.do(ctx, f)
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.notify.committed()
	return nil
}

// runner is a pool or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

type scanner interface{ Scan(dest ...any) error }

// list runs a query and scans every row.
func list[T any](ctx context.Context, q runner, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// exec runs a statement and counts the rows that it changed.
func exec(ctx context.Context, q runner, query string, args ...any) (int64, error) {
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
