package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"usher/imports"
)

// workImport is an import with something to do for a runner.
const workImport = openImport + ` AND wiped_at IS NOT NULL AND (check_at IS NOT NULL AND checked_at IS NULL OR run_at IS NOT NULL AND paused_at IS NULL)`

// claimImport picks first and updates then, as claimQuery does.
func (s *Store) claimImport() string {
	return `WITH picked AS MATERIALIZED (` + s.skipLocked(`SELECT id FROM imports
			WHERE `+workImport+` AND (lease_until IS NULL OR lease_until <= $2) ORDER BY id LIMIT 1`) + `)
		UPDATE imports SET lease = $1, lease_until = $3 WHERE id IN (SELECT id FROM picked) RETURNING ` + importColumns
}

// ClaimImport implements imports.Store.
func (s *Store) ClaimImport(ctx context.Context, lease string, now, until time.Time) (imports.Import, bool, error) {
	var there int
	err := s.r.QueryRowContext(ctx, `SELECT 1 FROM imports WHERE `+workImport+` AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1`,
		now.UnixMicro()).Scan(&there) // looking costs nothing; claiming takes the writer
	if errors.Is(err, sql.ErrNoRows) {
		return imports.Import{}, false, nil
	}
	if err != nil {
		return imports.Import{}, false, fmt.Errorf("look for imports: %w", err)
	}
	i, err := scanImport(s.w.QueryRowContext(ctx, s.claimImport(), lease, now.UnixMicro(), until.UnixMicro()))
	return maybe(i, err, "claim an import")
}

// RenewImport implements imports.Store.
func (s *Store) RenewImport(ctx context.Context, id, lease string, until time.Time) error {
	return s.leasedImport(ctx, `UPDATE imports SET lease_until = $3 WHERE id = $1 AND lease = $2`, id, lease, until.UnixMicro())
}

// FinishCheck implements imports.Store.
func (s *Store) FinishCheck(ctx context.Context, id, lease string, at time.Time) error {
	return s.leasedImport(ctx, `UPDATE imports SET checked_at = $3, position = 0, lease = NULL, lease_until = NULL
		WHERE id = $1 AND lease = $2 AND cancelled_at IS NULL`, id, lease, at.UnixMicro())
}

// FinishRun implements imports.Store.
func (s *Store) FinishRun(ctx context.Context, id, lease string, at time.Time) error {
	return s.leasedImport(ctx, `UPDATE imports SET finished_at = $3, paused_at = NULL, lease = NULL, lease_until = NULL
		WHERE id = $1 AND lease = $2 AND cancelled_at IS NULL`, id, lease, at.UnixMicro())
}

func (s *Store) leasedImport(ctx context.Context, statement string, args ...any) error {
	n, err := exec(ctx, s.w, statement, args...)
	if err != nil {
		return fmt.Errorf("work on import %s: %w", args[0], err)
	}
	if n == 0 {
		return imports.ErrLost
	}
	return nil
}

// ReleaseImport implements imports.Store.
func (s *Store) ReleaseImport(ctx context.Context, id, lease string) error {
	return s.do(ctx, "release import "+id, `UPDATE imports SET lease = NULL, lease_until = NULL WHERE id = $1 AND lease = $2`, id, lease)
}

// RecordImport implements imports.Store.
func (s *Store) RecordImport(ctx context.Context, p imports.Progress) (imports.Import, error) {
	var i imports.Import
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		i, err = scanImport(tx.QueryRowContext(ctx, `UPDATE imports SET position = $3, lease_until = $4, creates = creates + $5, changes = changes + $6,
				sames = sames + $7, refusals = refusals + $8, created = created + $9, changed = changed + $10, refused = refused + $11, warned = warned + $12
			WHERE id = $1 AND lease = $2 RETURNING `+importColumns,
			p.ImportID, p.Lease, p.Position, p.Until.UnixMicro(), p.Plan.Create, p.Plan.Change, p.Plan.Same, p.Plan.Refuse,
			p.Done.Created, p.Done.Changed, p.Done.Refused, p.Plan.Warn))
		if errors.Is(err, sql.ErrNoRows) {
			return imports.ErrLost
		}
		if err != nil {
			return err
		}
		return writeVerdicts(ctx, tx, p)
	})
	if err != nil && !errors.Is(err, imports.ErrLost) {
		return i, fmt.Errorf("record import %s: %w", p.ImportID, err)
	}
	return i, err
}

// writeVerdicts writes all rows by one statement, names and traits only when a dry run found them: they are in indexes.
// A row that was marked with a user keeps the mark.
func writeVerdicts(ctx context.Context, tx *sql.Tx, p imports.Progress) error {
	if len(p.Rows) == 0 {
		return nil
	}
	columns := []string{"n", "verdict", "field", "words", "cause", "user_id"}
	found := p.Plan != (imports.Plan{})
	if found {
		columns = append(columns, "name", "name_key", "email_key", "number_key", "external_key")
	}
	args := []any{p.ImportID}
	var b strings.Builder
	for k, r := range p.Rows {
		if k > 0 {
			b.WriteString(", ")
		}
		n := len(args) + 1
		fmt.Fprintf(&b, "(CAST($%d AS BIGINT), %s)", n, placeholders(n+1, len(columns)-1))
		args = append(args, r.N, string(r.Verdict), r.Field, clean(r.Words), clean(r.Cause), r.UserID)
		if found {
			args = append(args, clean(r.Name), traitKey(r, imports.ByName), traitKey(r, imports.ByEmail), traitKey(r, imports.ByNumber), traitKey(r, imports.ByExternal))
		}
	}
	set := ""
	for _, c := range columns {
		if c != "n" && c != "user_id" {
			set += c + " = v." + c + ", "
		}
	}
	_, err := tx.ExecContext(ctx, `WITH v (`+strings.Join(columns, ", ")+`) AS (VALUES `+b.String()+`)
		UPDATE import_rows SET `+set+`user_id = CASE WHEN v.user_id = '' THEN import_rows.user_id ELSE v.user_id END
		FROM v WHERE import_rows.import_id = $1 AND import_rows.n = v.n`, args...)
	return err
}

// traitKey is bounded, for it is in an index.
func traitKey(r imports.Row, t imports.Trait) string {
	key, _, _ := keyOf(r.Traits[t], true)
	return key
}
