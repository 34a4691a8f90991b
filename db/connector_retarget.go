package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/directory"
)

// retarget does to the accounts of a connector what an administrator said of its new address. was is what people read
// of the old one.
func retarget(ctx context.Context, tx *sql.Tx, n directory.Connector, was string, c directory.Change) error {
	switch n.Retarget {
	case directory.SameTenant:
		return suspectAll(ctx, tx, n.ID)
	case directory.AnotherTenant:
		return leaveTarget(ctx, tx, n.ID, was, c)
	}
	return nil
}

// suspectAll has each remembered account confirmed by a read before the first write to it.
func suspectAll(ctx context.Context, tx *sql.Tx, connectorID string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET suspect = 'moved' WHERE connector_id = $1 AND remote_id IS NOT NULL`, connectorID); err != nil {
		return fmt.Errorf("suspect accounts of connector %s: %w", connectorID, err)
	}
	return nil
}

// leaveTarget forgets where all accounts are, and has each looked for again; what was at the old target is listed. A
// lease ends with it: what an attempt does at the old target must not be taken for something at the new one.
func leaveTarget(ctx context.Context, tx *sql.Tx, connectorID, was string, c directory.Change) error {
	for _, s := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM left_accounts WHERE connector_id = $1 AND target = $2`, []any{connectorID, was}}, // the connector was there before
		{`UPDATE left_accounts SET target = $2 WHERE connector_id = $1 AND target = ''`, []any{connectorID, was}},
		{`INSERT INTO left_accounts (connector_id, kind, resource_id, target, remote_id, name, origin, reason, left_at, change_id)
			SELECT a.connector_id, a.kind, a.resource_id, CAST($2 AS TEXT), COALESCE(a.remote_id, ''),
				COALESCE(u.user_name, g.display_name, a.label), COALESCE(a.origin, 'created'), 'retargeted', CAST($3 AS BIGINT), CAST($4 AS TEXT)
			FROM accounts a LEFT JOIN users u ON a.kind = 'user' AND u.id = a.resource_id LEFT JOIN user_groups g ON a.kind = 'group' AND g.id = a.resource_id
			WHERE a.connector_id = $1 AND (a.remote_id IS NOT NULL OR a.write_began IS NOT NULL)
			ON CONFLICT (connector_id, kind, resource_id, target) DO NOTHING`, []any{connectorID, was, c.At.UnixMicro(), c.ID}},
		{`DELETE FROM pushed_members WHERE connector_id = $1`, []any{connectorID}},
		{`UPDATE accounts SET ` + counted + `, lease = NULL, lease_until = NULL WHERE connector_id = $1`, []any{connectorID}},
		{`UPDATE accounts SET ` + afresh + `, remote_id = NULL, origin = NULL, linked_at = NULL, linked_by = '', write_began = NULL, profile = NULL, approved = '',
			suspect = 'elsewhere', returned_from = '', waits_for = '', change_id = $2, priority = 2 WHERE connector_id = $3`,
			[]any{c.At.UnixMicro(), c.ID, connectorID}},
	} {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return fmt.Errorf("leave the target of connector %s: %w", connectorID, err)
		}
	}
	return nil
}

// Remembers reports whether anything is known of accounts at a connector's target.
func (s *Store) Remembers(ctx context.Context, connectorID string) (yes bool, err error) {
	err = s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM accounts WHERE connector_id = $1 AND (remote_id IS NOT NULL OR write_began IS NOT NULL))
		OR EXISTS (SELECT 1 FROM left_accounts WHERE connector_id = $1)`, connectorID).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for accounts of connector %s: %w", connectorID, err)
	}
	return yes, nil
}
