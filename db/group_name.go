package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"usher/directory"
	"usher/provisioning"
)

// sendsGroupNames is true of a connector whose mapping may speak of user.groups. No kind's own expressions do: the
// contract's tests see to it.
const sendsGroupNames = `k.mapping LIKE '%groups%'`

// markNamedDue makes the accounts of a group's members due where the group's name is sent, behind what is more urgent.
func markNamedDue(ctx context.Context, tx *sql.Tx, groupID string, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+afresh+`, change_id = $2, priority = CASE WHEN `+isDue+` THEN priority ELSE 2 END
		WHERE kind = 'user' AND connector_id IN (SELECT k.id FROM connectors k WHERE `+sendsGroupNames+`)
			AND resource_id IN (SELECT user_id FROM group_members WHERE group_id = $3)`, c.At.UnixMicro(), c.ID, groupID)
	if err != nil {
		return fmt.Errorf("mark accounts of the members of group %s: %w", groupID, err)
	}
	return nil
}

// readGroupNames gives users the names of their groups.
func (s *Store) readGroupNames(tx *sql.Tx, tasks []provisioning.Task, users map[string]directory.User) error {
	i, ids := batchOf(tasks)
	rows, err := tx.Stmt(s.prepared.groupsOf[i]).Query(ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names := map[string][]string{}
	for rows.Next() {
		var userID, groupID, name string
		if err := rows.Scan(&userID, &groupID, &name); err != nil {
			return err
		}
		names[userID] = append(names[userID], name)
	}
	for id, of := range names {
		slices.SortFunc(of, func(a, b string) int { return strings.Compare(directory.Key(a), directory.Key(b)) })
		u := users[id]
		u.Groups = of
		users[id] = u
	}
	return rows.Err()
}
