package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/directory"
)

const changeColumns = `id, at, actor_kind, actor_id, actor_name, action, target, label`

// recordChange keeps who did what. An act that writes in several steps brings the same change each time.
func recordChange(ctx context.Context, tx *sql.Tx, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO changes (`+changeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		c.ID, c.At.UnixMicro(), string(c.Actor.Kind), c.Actor.ID, clean(c.Actor.Name), c.Action, c.Target, clean(c.Label))
	if err != nil {
		return fmt.Errorf("record change %s: %w", c.ID, err)
	}
	return nil
}

func scanChange(row scanner) (directory.Change, error) {
	var c directory.Change
	var at sql.NullInt64
	err := row.Scan(&c.ID, &at, &c.Actor.Kind, &c.Actor.ID, &c.Actor.Name, &c.Action, &c.Target, &c.Label)
	c.At = timeOf(at)
	return c, err
}

// ChangeFilter selects changes; zero fields select everything.
type ChangeFilter struct {
	Target string // ID of what was changed
	Before string // cursor: changes older than this ID
	Limit  int    // 50 when 0, at most 200
}

// ChangePage is one page, newest first.
type ChangePage struct {
	Changes []directory.Change
	Next    string // cursor of the next page; "" on the last
}

// Changes lists who did what.
func (s *Store) Changes(ctx context.Context, f ChangeFilter) (ChangePage, error) {
	n := pageSize(f.Limit)
	q := where(`SELECT ` + changeColumns + ` FROM changes`)
	q.addIf(f.Target != "", `target = %s`, clean(f.Target))
	q.addIf(f.Before != "", `id < %s`, clean(f.Before))
	found, err := list(ctx, s.r, scanChange, q.end(` ORDER BY id DESC LIMIT %s`, n+1), q.args...)
	if err != nil {
		return ChangePage{}, fmt.Errorf("list changes: %w", err)
	}
	p := ChangePage{Changes: found}
	if len(found) > n {
		p.Changes = found[:n]
		p.Next = found[n-1].ID
	}
	return p, nil
}
