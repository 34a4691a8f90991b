package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"usher/directory"
	"usher/imports"
)

const importRowColumns = `n, line, cells, fault, name, verdict, field, words, cause, user_id`

func scanImportRow(row scanner) (imports.Row, error) {
	var r imports.Row
	var cells string
	if err := row.Scan(&r.N, &r.Line, &cells, &r.Fault, &r.Name, &r.Verdict, &r.Field, &r.Words, &r.Cause, &r.UserID); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(cells), &r.Cells); err != nil {
		return r, fmt.Errorf("row %d: %w", r.N, err)
	}
	return r, nil
}

// AddImportRows implements imports.Store.
func (s *Store) AddImportRows(ctx context.Context, id string, rows []imports.Row, at time.Time) error {
	args := make([]any, 0, 1+4*len(rows))
	args = append(args, id)
	var b strings.Builder
	for k, r := range rows {
		cells, err := jsonText(append([]string{}, r.Cells...))
		if err != nil {
			return fmt.Errorf("add rows to import %s: %w", id, err)
		}
		if k > 0 {
			b.WriteString(", ")
		}
		n := len(args)
		fmt.Fprintf(&b, "($1, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4)
		args = append(args, r.N, r.Line, cells, clean(r.Fault))
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE imports SET seen_at = $2 WHERE id = $1 AND uploaded_at IS NULL AND failed_at IS NULL`, id, at.UnixMicro())
		if err != nil {
			return fmt.Errorf("add rows to import %s: %w", id, err)
		}
		if n == 0 {
			const words = "The upload took so long that it was discarded. Upload the file again."
			return &directory.Error{Code: directory.Conflict, Message: words, Fields: map[string]string{"file": words}}
		}
		if len(rows) == 0 {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO import_rows (import_id, n, line, cells, fault) VALUES `+b.String(), args...); err != nil {
			return fmt.Errorf("add rows to import %s: %w", id, err)
		}
		return nil
	})
}

const mostImportRows = 1_000

// ImportRows implements imports.Store.
func (s *Store) ImportRows(ctx context.Context, f imports.RowFilter) ([]imports.Row, error) {
	text, args := importRowQuery(f)
	rows, err := list(ctx, s.r, scanImportRow, text, args...)
	if err != nil {
		return nil, fmt.Errorf("list rows of import %s: %w", f.ImportID, err)
	}
	return rows, nil
}

// importRowQuery walks the index of each verdict and merges the ends: one walk for several would sort.
func importRowQuery(f imports.RowFilter) (string, []any) {
	limit := f.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, mostImportRows)
	args := []any{f.ImportID, f.After, limit}
	const from = `SELECT ` + importRowColumns + ` FROM import_rows WHERE import_id = $1 AND n > $2`
	switch {
	case f.Cause != "":
		return from + ` AND cause = $4 ORDER BY n LIMIT $3`, append(args, clean(f.Cause))
	case f.Warned:
		return from + ` AND cause <> '' AND verdict NOT IN ('refuse', 'refused') ORDER BY n LIMIT $3`, args
	case len(f.Verdicts) == 0:
		return from + ` ORDER BY n LIMIT $3`, args
	}
	var parts []string
	for _, v := range f.Verdicts {
		args = append(args, string(v))
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (%s AND verdict = $%d ORDER BY n LIMIT $3) AS v%d`, from, len(args), len(args)))
	}
	return `SELECT ` + importRowColumns + ` FROM (` + strings.Join(parts, ` UNION ALL `) + `) AS every ORDER BY n LIMIT $3`, args
}

// UsersByName implements imports.Store.
func (s *Store) UsersByName(ctx context.Context, keys []string) ([]directory.User, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = clean(k)
	}
	us, err := list(ctx, s.r, scanUser, `SELECT `+userColumns+` FROM users WHERE user_name_key IN (`+placeholders(1, len(keys))+`) AND `+isLive, args...)
	if err != nil {
		return nil, fmt.Errorf("find users by name: %w", err)
	}
	return us, nil
}

// UserStates implements imports.Store.
func (s *Store) UserStates(ctx context.Context, ids []string) (map[string]directory.State, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	us, err := list(ctx, s.r, func(row scanner) (u directory.User, err error) { return u, row.Scan(&u.ID, &u.State) },
		`SELECT id, state FROM users WHERE id IN (`+placeholders(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read states of users: %w", err)
	}
	states := make(map[string]directory.State, len(us))
	for _, u := range us {
		states[u.ID] = u.State
	}
	return states, nil
}
