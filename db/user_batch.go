package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"usher/directory"
)

// CreateUsers implements directory.Store. Its statements run to their end, as those of a claim do: one that can be
// interrupted costs a goroutine each time. The transaction round them still ends with ctx.
func (s *Store) CreateUsers(ctx context.Context, us []directory.User, cs []directory.Change) error {
	if len(us) == 0 {
		return nil
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		ctx := context.WithoutCancel(ctx)
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		for i, u := range us {
			u.State = directory.Live
			if err := s.insertUser(ctx, tx, u, cs[i], time.Time{}); err != nil {
				return err
			}
		}
		if err := addAccountsOf(ctx, tx, us, cs); err != nil {
			return err
		}
		return recordChanges(ctx, tx, cs)
	})
}

// addAccountsOf is addAccounts for many users.
func addAccountsOf(ctx context.Context, tx *sql.Tx, us []directory.User, cs []directory.Change) error {
	var rows strings.Builder
	var args []any
	for i, u := range us {
		u.State = directory.Live
		if i > 0 {
			rows.WriteString(", ")
		}
		n := len(args)
		fmt.Fprintf(&rows, "($%d, CAST($%d AS BIGINT), CAST($%d AS BIGINT), $%d)", n+1, n+2, n+3, n+4)
		args = append(args, u.ID, int64(urgency(u)), cs[i].At.UnixMicro(), cs[i].ID)
	}
	_, err := tx.ExecContext(ctx, `WITH v (user_id, priority, due_at, change_id) AS (VALUES `+rows.String()+`) `+insertAccount+`
		SELECT p.connector_id, v.user_id, 1, 0, v.priority, v.due_at, v.change_id
		FROM provisioners p JOIN connectors c ON c.id = p.connector_id CROSS JOIN v
		WHERE c.enabled
		ON CONFLICT (connector_id, kind, resource_id) DO NOTHING`, args...)
	if err != nil {
		return fmt.Errorf("add accounts of %d users: %w", len(us), err)
	}
	return nil
}

// recordChanges is recordChange for many changes, none of which was recorded before.
func recordChanges(ctx context.Context, tx *sql.Tx, cs []directory.Change) error {
	var rows strings.Builder
	var args []any
	for i, c := range cs {
		if i > 0 {
			rows.WriteString(", ")
		}
		rows.WriteString("(" + placeholders(len(args)+1, 8) + ")")
		args = append(args, c.ID, c.At.UnixMicro(), string(c.Actor.Kind), c.Actor.ID, clean(c.Actor.Name), c.Action, c.Target, clean(c.Label))
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO changes (`+changeColumns+`) VALUES `+rows.String(), args...); err != nil {
		return fmt.Errorf("record %d changes: %w", len(cs), err)
	}
	return nil
}
