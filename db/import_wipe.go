package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"usher/imports"
)

// wipeBatch is how many rows one transaction wipes, so that other writers wait briefly.
const wipeBatch = 1_000

const unwipedImports = `SELECT id FROM imports WHERE wiped_at IS NULL AND uploaded_at IS NOT NULL AND purged_at IS NULL ORDER BY id`

// UnwipedImports implements imports.Store.
func (s *Store) UnwipedImports(ctx context.Context) ([]string, error) {
	ids, err := list(ctx, s.r, scanText, unwipedImports)
	if err != nil {
		return nil, fmt.Errorf("list imports to wipe: %w", err)
	}
	return ids, nil
}

// WipeImport implements imports.Store. When other columns were chosen meanwhile, whoever chose them wipes once more.
func (s *Store) WipeImport(ctx context.Context, id string, at time.Time) error {
	i, err := s.Import(ctx, id)
	if err != nil {
		return err
	}
	for after, more := int64(0), true; more; {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			last, err := s.wipeRows(ctx, tx, i, after)
			if err == nil {
				more, after = last > 0, last
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("wipe import %s: %w", id, err)
		}
	}
	mapping, err := jsonText(i.Mapping)
	if err != nil {
		return fmt.Errorf("wipe import %s: %w", id, err)
	}
	return s.do(ctx, "wipe import "+id, `UPDATE imports SET wiped_at = $2 WHERE id = $1 AND wiped_at IS NULL AND mapping = $3`, id, at.UnixMicro(), mapping)
}

// wipeRows wipes the next rows; last is 0 when there are none.
func (s *Store) wipeRows(ctx context.Context, tx *sql.Tx, i imports.Import, after int64) (last int64, err error) {
	rows, err := list(ctx, tx, scanImportRow, s.forUpdate(`SELECT `+importRowColumns+` FROM import_rows WHERE import_id = $1 AND n > $2 ORDER BY n LIMIT $3`),
		i.ID, after, wipeBatch)
	if err != nil {
		return 0, err
	}
	args := []any{i.ID}
	var changed []string
	for _, r := range rows {
		last = r.N
		kept := i.Kept(r)
		if slices.Equal(kept, r.Cells) {
			continue
		}
		cells, err := jsonText(append([]string{}, kept...))
		if err != nil {
			return 0, err
		}
		changed = append(changed, fmt.Sprintf("(CAST($%d AS BIGINT), $%d)", len(args)+1, len(args)+2))
		args = append(args, r.N, cells)
	}
	if last > 0 && i.CheckedAt.IsZero() && i.Position == 0 { // what an earlier dry run by other columns has found
		_, err := exec(ctx, tx, `UPDATE import_rows SET name = '', name_key = '', email_key = '', number_key = '', external_key = '',
			verdict = '', field = '', words = '', cause = '' WHERE import_id = $1 AND n > $2 AND n <= $3 AND verdict <> ''`, i.ID, after, last)
		if err != nil {
			return 0, err
		}
	}
	if len(changed) == 0 {
		return last, nil
	}
	_, err = tx.ExecContext(ctx, `WITH v (n, cells) AS (VALUES `+strings.Join(changed, ", ")+`)
		UPDATE import_rows SET cells = v.cells FROM v WHERE import_rows.import_id = $1 AND import_rows.n = v.n`, args...)
	return last, err
}
