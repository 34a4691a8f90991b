package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"usher/directory"
	"usher/provisioning"
)

// A member whom a target refused for good is not tried again. These are the ends of such a refusal: the membership
// began again, the user's account was written, or the connector was saved. A refusal was never a member, so forgetting
// it loses nothing. Few members are refused, and they have an index of their own.

// forgetRefusals forgets refusals of users who join a group. Its caller makes the group due.
func forgetRefusals(ctx context.Context, tx *sql.Tx, groupID string, users []string) error {
	if len(users) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, forgetRefusalsQuery(len(users)), idArgs(users, groupID)...); err != nil {
		return fmt.Errorf("forget refusals of group %s: %w", groupID, err)
	}
	return nil
}

func forgetRefusalsQuery(users int) string {
	return `DELETE FROM pushed_members WHERE group_id = $1 AND refused <> '' AND user_id IN (` + placeholders(2, users) + `)`
}

// refusedQuery compares the connector so that SQLite looks in the index of refusals, and not through all that is
// pushed there.
func refusedQuery(users int) string {
	return `DELETE FROM pushed_members WHERE connector_id || '' = $1 AND refused <> '' AND user_id IN (` + placeholders(2, users) + `) RETURNING group_id`
}

// retryRefused tries users again, whose accounts at the connector were written, wherever a group there refused them.
func (b *batch) retryRefused(connectorID string, users []any) error {
	ctx := context.Background() // as every statement of a batch, it runs to its end
	groups, err := list(ctx, b.tx, scanText, refusedQuery(len(users)), append([]any{connectorID}, users...)...)
	if err != nil {
		return fmt.Errorf("forget refusals at connector %s: %w", connectorID, err)
	}
	for some := range slices.Chunk(tidySet(groups), setSize) {
		if _, err := b.tx.Exec(groupNews+`(`+placeholders(4, len(some))+`)`, idArgs(some, newsArgs(connectorID, b.at)...)...); err != nil {
			return fmt.Errorf("mark due groups at connector %s: %w", connectorID, err)
		}
	}
	return nil
}

// allRefusedQuery reads what is pushed to the connector, as saving its settings may.
const allRefusedQuery = `DELETE FROM pushed_members WHERE connector_id = $1 AND refused <> '' RETURNING group_id`

// retryAllRefused tries all members again whom the target refused, because the connector is different now.
func retryAllRefused(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	groups, err := list(ctx, tx, scanText, allRefusedQuery, connectorID)
	if err != nil {
		return fmt.Errorf("forget refusals at connector %s: %w", connectorID, err)
	}
	for some := range slices.Chunk(tidySet(groups), setSize) {
		_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+` WHERE connector_id = $4 AND kind = 'group' AND resource_id IN (`+placeholders(5, len(some))+`)`,
			groupArgs(some, provisioning.Bulk, c, connectorID)...)
		if err != nil {
			return fmt.Errorf("mark due groups at connector %s: %w", connectorID, err)
		}
	}
	return nil
}
