package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/directory"
	"usher/provisioning"
)

// dueNow keeps a leased account where the end of its lease put it: recording the result of an attempt that a mark
// overtook makes the account due, and so does the end of the lease.
const dueNow = `CASE WHEN lease IS NULL THEN CAST($1 AS BIGINT) ELSE due_at END`

// afresh makes an account due as if nothing had gone wrong before.
const afresh = `desired_gen = desired_gen + 1, attempts = 0, due_at = ` + dueNow + `, dead_at = NULL,
	held_at = NULL, held_reason = '', held_remote_id = '', held_shown = NULL, adoptable = FALSE`

// isDue is the condition of the index accounts_due, word for word.
const isDue = `observed_gen < desired_gen AND dead_at IS NULL AND held_at IS NULL`

// isLive is the condition of the index users_name, and then which half of it is wanted: SQLite uses a partial
// index only for a query that repeats its condition.
const isLive = `state IN ('staged', 'live') AND state = 'live'`

// isGone is the condition of the index users_gone.
const isGone = `state IN ('deleted', 'rejected')`

// markDue makes the user's accounts due: an edit is new information, so backoff, dead letters and questions end.
func markDue(ctx context.Context, tx *sql.Tx, userID string, p provisioning.Priority, changeID string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+afresh+`, priority = $2, change_id = $3
		WHERE kind = 'user' AND resource_id = $4`, now.UnixMicro(), int64(p), changeID, userID)
	if err != nil {
		return fmt.Errorf("mark accounts of user %s: %w", userID, err)
	}
	return nil
}

const insertAccount = `INSERT INTO accounts (connector_id, resource_id, desired_gen, observed_gen, priority, due_at, change_id) `

// addAccounts gives the user an account, due now, at each enabled connector with a provisioner that lacks one.
func addAccounts(ctx context.Context, tx *sql.Tx, userID string, p provisioning.Priority, changeID string, now time.Time) error {
	_, err := tx.ExecContext(ctx, insertAccount+`
		SELECT p.connector_id, CAST($1 AS TEXT), 1, 0, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT)
		FROM provisioners p JOIN connectors c ON c.id = p.connector_id
		WHERE c.enabled
		ON CONFLICT (connector_id, kind, resource_id) DO NOTHING`, userID, int64(p), now.UnixMicro(), changeID)
	if err != nil {
		return fmt.Errorf("add accounts of user %s: %w", userID, err)
	}
	return nil
}

// addBlockingAccounts is addAccounts for a staged user: only where BlockingProvisioners will wait for them.
func addBlockingAccounts(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) error {
	_, err := tx.ExecContext(ctx, insertAccount+`
		SELECT p.connector_id, CAST($2 AS TEXT), 1, 0, 1, CAST($3 AS BIGINT), CAST($4 AS TEXT)
		FROM provisioners p JOIN connectors k ON k.id = p.connector_id
		WHERE `+blockingFor+`
		ON CONFLICT (connector_id, kind, resource_id) DO NOTHING`, string(u.Source), u.ID, c.At.UnixMicro(), c.ID)
	if err != nil {
		return fmt.Errorf("add blocking accounts of user %s: %w", u.ID, err)
	}
	return nil
}

// backfill gives every live user that lacks one an account at the connector, behind everything more urgent.
func backfill(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	_, err := tx.ExecContext(ctx, insertAccount+`
		SELECT CAST($1 AS TEXT), id, 1, 0, 2, CAST($2 AS BIGINT), CAST($3 AS TEXT) FROM users WHERE `+isLive+`
		ON CONFLICT (connector_id, kind, resource_id) DO NOTHING`, connectorID, c.At.UnixMicro(), c.ID)
	if err != nil {
		return fmt.Errorf("back-fill connector %s: %w", connectorID, err)
	}
	return backfillGroups(ctx, tx, connectorID, c)
}

// purge removes a user that is gone here, and has no account left, for good.
func purge(ctx context.Context, tx *sql.Tx, userID string) error {
	_, err := tx.ExecContext(ctx, purgeQuery, userID)
	if err != nil {
		return fmt.Errorf("remove user %s: %w", userID, err)
	}
	return nil
}

// purgeAll is purge for every user that is gone here.
func purgeAll(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM users WHERE `+isGone+`
		AND NOT EXISTS (SELECT 1 FROM accounts WHERE resource_id = users.id AND kind = 'user')`)
	if err != nil {
		return fmt.Errorf("remove users without accounts: %w", err)
	}
	return nil
}

// Advisory locks of PostgreSQL; any two numbers that nothing else in the database uses.
const (
	lockUsersAndTargets = 7_461_200_01
	lockAdmins          = 7_461_200_02
)

// lock keeps writers that must not miss each other apart until the transaction ends: one that adds a user looks for
// provisioners, one that adds a provisioner looks for users. SQLite has one writer anyway.
func (s *Store) lock(ctx context.Context, tx *sql.Tx, which int64, shared bool) error {
	if !s.postgres {
		return nil
	}
	query := `SELECT pg_advisory_xact_lock($1)`
	if shared {
		query = `SELECT pg_advisory_xact_lock_shared($1)`
	}
	if _, err := tx.ExecContext(ctx, query, which); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return nil
}
