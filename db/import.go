package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"usher/directory"
	"usher/imports"
)

const importColumns = `id, file_name, size_bytes, notes, header, mapping, existing, unknown, alike, row_count, position,
	creates, changes, sames, refusals, warned, created, changed, refused, actor_id, actor_name, created_at, seen_at, uploaded_at, failed_at, fault,
	check_at, checked_at, run_at, paused_at, cancelled_at, finished_at, purged_at, wiped_at, lease`

func scanImport(row scanner) (imports.Import, error) {
	i := imports.Import{Actor: directory.Actor{Kind: directory.ByAdmin}}
	var notes, header, mapping string
	var lease sql.NullString
	at := make([]sql.NullInt64, 12)
	err := row.Scan(&i.ID, &i.FileName, &i.Size, &notes, &header, &mapping, &i.Existing, &i.Unknown, &i.Alike, &i.Rows, &i.Position,
		&i.Plan.Create, &i.Plan.Change, &i.Plan.Same, &i.Plan.Refuse, &i.Plan.Warn, &i.Done.Created, &i.Done.Changed, &i.Done.Refused,
		&i.Actor.ID, &i.Actor.Name, &at[0], &at[1], &at[2], &at[3], &i.Fault, &at[4], &at[5], &at[6], &at[7], &at[8], &at[9], &at[10], &at[11], &lease)
	if err != nil {
		return i, err
	}
	for k, to := range []*time.Time{&i.CreatedAt, &i.SeenAt, &i.UploadedAt, &i.FailedAt, &i.CheckAt, &i.CheckedAt, &i.RunAt, &i.PausedAt,
		&i.CancelledAt, &i.FinishedAt, &i.PurgedAt, &i.WipedAt} {
		*to = timeOf(at[k])
	}
	i.Lease = lease.String
	for text, to := range map[*string]any{&notes: &i.Notes, &header: &i.Header, &mapping: &i.Mapping} {
		if err := json.Unmarshal([]byte(*text), to); err != nil {
			return i, fmt.Errorf("import %s: %w", i.ID, err)
		}
	}
	return i, nil
}

// jsonText is a JSON document as a column; what comes from files can hold NUL, which JSON escapes.
func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func noImport() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such import."}
}

// Import implements imports.Store.
func (s *Store) Import(ctx context.Context, id string) (imports.Import, error) {
	return oneImport(s.r.QueryRowContext(ctx, `SELECT `+importColumns+` FROM imports WHERE id = $1`, id))
}

func oneImport(row *sql.Row) (imports.Import, error) {
	i, err := scanImport(row)
	if missing(err) {
		return i, noImport()
	}
	if err != nil {
		return i, fmt.Errorf("read import: %w", err)
	}
	return i, nil
}

// Imports implements imports.Store.
func (s *Store) Imports(ctx context.Context, before string, limit int) (imports.Page, error) {
	n := pageSize(limit)
	q := importQuery(before)
	found, err := list(ctx, s.r, scanImport, q.end(` ORDER BY id DESC LIMIT %s`, n+1), q.args...)
	if err != nil {
		return imports.Page{}, fmt.Errorf("list imports: %w", err)
	}
	p := imports.Page{Imports: found}
	if len(found) > n {
		p.Imports, p.Next = found[:n], found[n-1].ID
	}
	return p, nil
}

func importQuery(before string) *query {
	q := where(`SELECT ` + importColumns + ` FROM imports`)
	q.addIf(before != "", `id < %s`, clean(before))
	return q
}

// CreateImport implements imports.Store.
func (s *Store) CreateImport(ctx context.Context, i imports.Import) error {
	header, err := jsonText(i.Header)
	if err != nil {
		return fmt.Errorf("create import: %w", err)
	}
	_, err = exec(ctx, s.w, `INSERT INTO imports (id, file_name, header, existing, unknown, alike, actor_id, actor_name, created_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		i.ID, clean(i.FileName), header, string(i.Existing), string(i.Unknown), cmp.Or(string(i.Alike), string(imports.SkipAlike)), i.Actor.ID, clean(i.Actor.Name), i.CreatedAt.UnixMicro())
	if err != nil {
		return fmt.Errorf("create import %s: %w", i.ID, err)
	}
	return nil
}

// FinishUpload implements imports.Store.
func (s *Store) FinishUpload(ctx context.Context, i imports.Import, c directory.Change) error {
	notes, err := jsonText(append([]string{}, i.Notes...))
	if err != nil {
		return fmt.Errorf("finish upload: %w", err)
	}
	mapping, err := jsonText(i.Mapping)
	if err != nil {
		return fmt.Errorf("finish upload: %w", err)
	}
	return s.moveImport(ctx, i.ID, c, `UPDATE imports SET size_bytes = $2, notes = $3, mapping = $4, row_count = $5, uploaded_at = $6, seen_at = $6, wiped_at = $6
		WHERE id = $1 AND uploaded_at IS NULL AND failed_at IS NULL`, i.Size, notes, mapping, i.Rows, c.At.UnixMicro())
}

// MapImport implements imports.Store.
func (s *Store) MapImport(ctx context.Context, i imports.Import, was imports.Mapping, at time.Time) error {
	mapping, err := jsonText(i.Mapping)
	if err != nil {
		return fmt.Errorf("map import: %w", err)
	}
	before, err := jsonText(was)
	if err != nil {
		return fmt.Errorf("map import: %w", err)
	}
	return s.moveImport(ctx, i.ID, directory.Change{}, `UPDATE imports SET mapping = $2, existing = $3, unknown = $4, alike = $5, check_at = $6, checked_at = NULL,
			wiped_at = NULL, position = 0, creates = 0, changes = 0, sames = 0, refusals = 0, warned = 0, lease = NULL, lease_until = NULL
		WHERE id = $1 AND mapping = $7 AND (check_at IS NULL) = $8 AND uploaded_at IS NOT NULL AND run_at IS NULL AND `+openImport,
		mapping, string(i.Existing), string(i.Unknown), string(i.Alike), at.UnixMicro(), before, i.CheckAt.IsZero())
}

// openImport is the condition of the index imports_open, word for word.
const openImport = `finished_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL`

// MoveImport implements imports.Store.
func (s *Store) MoveImport(ctx context.Context, id string, m imports.Move, c directory.Change) error {
	at := c.At.UnixMicro()
	switch m {
	case imports.Start:
		return s.moveImport(ctx, id, c, `UPDATE imports SET run_at = $2, position = 0, actor_id = $3, actor_name = $4
			WHERE id = $1 AND checked_at IS NOT NULL AND run_at IS NULL AND `+openImport, at, c.Actor.ID, clean(c.Actor.Name))
	case imports.Pause:
		return s.moveImport(ctx, id, c, `UPDATE imports SET paused_at = $2 WHERE id = $1 AND run_at IS NOT NULL AND paused_at IS NULL AND `+openImport, at)
	case imports.Resume:
		return s.moveImport(ctx, id, c, `UPDATE imports SET paused_at = NULL WHERE id = $1 AND paused_at IS NOT NULL AND `+openImport)
	case imports.Cancel:
		return s.moveImport(ctx, id, c, `UPDATE imports SET cancelled_at = $2 WHERE id = $1 AND uploaded_at IS NOT NULL AND `+openImport, at)
	}
	return fmt.Errorf("import %s cannot %s", id, m)
}

// moveImport changes an import that is where the statement wants it, and records the act when it is one.
func (s *Store) moveImport(ctx context.Context, id string, c directory.Change, statement string, args ...any) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, statement, append([]any{id}, args...)...)
		if err != nil {
			return fmt.Errorf("change import %s: %w", id, err)
		}
		if n == 0 {
			if _, err := oneImport(tx.QueryRowContext(ctx, `SELECT `+importColumns+` FROM imports WHERE id = $1`, id)); err != nil {
				return err
			}
			return &directory.Error{Code: directory.Conflict, Message: "The import has moved on meanwhile, so this was not done. Look at where it is now."}
		}
		if c.ID == "" {
			return nil
		}
		return recordChange(ctx, tx, c)
	})
}
