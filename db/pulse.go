package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// A database that was restored from a backup does not know what happened at the targets since. While a server runs it
// counts beats in the database, and for SQLite in a file beside it that a backup of the database leaves out; a
// database that is behind the file was restored. PostgreSQL tells where it is: a cluster, a database in it, a timeline.

func (s *Store) pulseFile() string { return s.path + ".pulse" }

// Beat counts one beat. It is called when a server starts, and every minute while it runs.
func (s *Store) Beat(ctx context.Context) error {
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	var beats int64
	err = s.w.QueryRowContext(ctx, `UPDATE pulse SET beats = beats + 1, place = $1 WHERE id = 1 RETURNING beats`, place).Scan(&beats)
	if err != nil {
		return fmt.Errorf("count a beat: %w", err)
	}
	if s.postgres {
		return nil
	}
	if err := os.WriteFile(s.pulseFile(), []byte(strconv.FormatInt(beats, 10)+"\n"), 0o600); err != nil {
		return fmt.Errorf("write %s, by which a restored backup is told: %w", s.pulseFile(), err)
	}
	return nil
}

// SuspectRestored has every account confirmed by a read before the next write to it, when the database was restored,
// and says whether it was.
func (s *Store) SuspectRestored(ctx context.Context) (restored bool, err error) {
	if restored, err = s.restored(ctx); err != nil || !restored {
		return false, err
	}
	if _, err := s.w.ExecContext(ctx, `UPDATE accounts SET suspect = 'restored' WHERE remote_id IS NOT NULL AND suspect = ''`); err != nil {
		return true, fmt.Errorf("suspect all accounts: %w", err)
	}
	return true, nil
}

func (s *Store) restored(ctx context.Context) (bool, error) {
	var beats int64
	var was string
	if err := s.r.QueryRowContext(ctx, `SELECT beats, place FROM pulse WHERE id = 1`).Scan(&beats, &was); err != nil {
		return false, fmt.Errorf("read the pulse: %w", err)
	}
	if beats == 0 {
		return false, nil // no server ran yet
	}
	if s.postgres {
		is, err := s.place(ctx)
		return is != was, err
	}
	text, err := os.ReadFile(s.pulseFile())
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // the file did not come along
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", s.pulseFile(), err)
	}
	seen, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return err != nil || seen > beats, nil //nolint:nilerr // a file that says nothing proves nothing
}

// place says where a PostgreSQL database is; "" for SQLite, and where the server does not tell.
func (s *Store) place(ctx context.Context) (string, error) {
	if !s.postgres {
		return "", nil
	}
	var place string
	err := s.r.QueryRowContext(ctx, `SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
		(SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&place)
	if err != nil && ctx.Err() != nil {
		return "", fmt.Errorf("ask where the database is: %w", err)
	}
	if err != nil {
		return "", nil //nolint:nilerr // a server that does not let us ask is taken for the same
	}
	return place, nil
}
