package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"usher/directory"
	"usher/provisioning"
)

// mostScopeGroups bounds the groups of one connection.
const mostScopeGroups = 500

const connectionGroupsQuery = `SELECT ` + groupColumns + ` FROM connection_groups s JOIN user_groups g ON g.id = s.group_id WHERE s.connection_id = $1`

// ConnectionGroups are the groups that a connection sends, by name; none means that it sends all users.
func (s *Store) ConnectionGroups(ctx context.Context, connectionID string) ([]directory.Group, error) {
	found, err := list(ctx, s.r, scanGroup, connectionGroupsQuery, clean(connectionID))
	if err != nil {
		return nil, fmt.Errorf("list groups of connection %s: %w", connectionID, err)
	}
	sortGroups(found)
	return found, nil
}

// ConnectionsSending are the connections that list a group, by name.
func (s *Store) ConnectionsSending(ctx context.Context, groupID string) ([]directory.Connection, error) {
	found, err := list(ctx, s.r, scanConnection, `SELECT `+connectionColumns+` FROM connections
		WHERE id IN (SELECT connection_id FROM connection_groups WHERE group_id = $1) ORDER BY name_key`, clean(groupID))
	if err != nil {
		return nil, fmt.Errorf("list connections of group %s: %w", groupID, err)
	}
	return found, nil
}

// SetScope implements directory.Store. Whoever joins or leaves a group meanwhile is met by the claims that follow:
// they wait for this to commit, or this waits for them.
func (s *Store) SetScope(ctx context.Context, connectionID string, seen, groupIDs []string, c directory.Change) error {
	wanted := tidySet(groupIDs)
	if len(wanted) > mostScopeGroups {
		message := fmt.Sprintf("A connection can send at most %d groups.", mostScopeGroups)
		return &directory.Error{Code: directory.Invalid, Message: message, Fields: map[string]string{"groups": message}}
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := s.unrevised(ctx, tx, revisedConnections, connectionID, 0); err != nil {
			return err
		}
		have, err := list(ctx, tx, scanText, `SELECT group_id FROM connection_groups WHERE connection_id = $1 ORDER BY group_id`, connectionID)
		if err != nil {
			return fmt.Errorf("list groups of connection %s: %w", connectionID, err)
		}
		if seen != nil && !slices.Equal(have, tidySet(seen)) {
			return changedMeanwhile("connection")
		}
		if slices.Equal(have, wanted) {
			return nil
		}
		if err := writeScope(ctx, tx, connectionID, have, wanted); err != nil {
			return err
		}
		// What is due already keeps its place: a leaver must not fall behind.
		_, err = tx.ExecContext(ctx, `UPDATE accounts SET `+afresh+`, change_id = $2, priority = CASE WHEN `+isDue+` THEN priority ELSE 2 END
			WHERE connector_id IN (SELECT id FROM connectors WHERE connection_id = $3) AND kind = 'user'`, c.At.UnixMicro(), c.ID, connectionID)
		if err != nil {
			return fmt.Errorf("mark accounts of connection %s: %w", connectionID, err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+`
			WHERE connector_id IN (SELECT id FROM connectors WHERE connection_id = $4) AND kind = 'group'`, groupArgs(nil, provisioning.Bulk, c, connectionID)...)
		if err != nil {
			return fmt.Errorf("mark due groups of connection %s: %w", connectionID, err)
		}
		return recordChange(ctx, tx, c)
	})
}

func writeScope(ctx context.Context, tx *sql.Tx, connectionID string, have, wanted []string) error {
	for _, id := range without(slices.Clone(have), wanted) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM connection_groups WHERE connection_id = $1 AND group_id = $2`, connectionID, id); err != nil {
			return fmt.Errorf("remove group %s from connection %s: %w", id, connectionID, err)
		}
	}
	for _, id := range without(slices.Clone(wanted), have) {
		n, err := exec(ctx, tx, `INSERT INTO connection_groups (connection_id, group_id) SELECT CAST($1 AS TEXT), id FROM user_groups WHERE id = $2`, connectionID, clean(id))
		if violation(err) == notLinked || err == nil && n == 0 {
			return badGroups(id)
		}
		if err != nil {
			return fmt.Errorf("add group %s to connection %s: %w", id, connectionID, err)
		}
	}
	return nil
}

// ScopeEffect counts for whom it would make a difference if the connection sent these groups instead of its own.
// Groups that there are not have no members.
func (s *Store) ScopeEffect(ctx context.Context, connectionID string, groupIDs []string) (e directory.ScopeEffect, err error) {
	wanted := tidySet(groupIDs)
	now, err := s.ConnectionGroups(ctx, connectionID)
	if err != nil || len(wanted) > mostScopeGroups {
		return e, err
	}
	have := make([]string, len(now))
	for i, g := range now {
		have[i] = g.ID
	}
	slices.Sort(have)
	if e.Joining, err = s.countOnlyIn(ctx, wanted, have); err != nil {
		return e, err
	}
	e.Leaving, err = s.countOnlyIn(ctx, have, wanted)
	return e, err
}

// countOnlyIn counts the users whom one list of groups sends and another does not; an empty list sends all users.
func (s *Store) countOnlyIn(ctx context.Context, of, not []string) (n int, err error) {
	only := without(slices.Clone(of), not)
	if len(not) == 0 || len(of) > 0 && len(only) == 0 {
		return 0, nil
	}
	text, args := onlyInQuery(only, not)
	if err = s.r.QueryRowContext(ctx, text, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count users in scope: %w", err)
	}
	return n, nil
}

// onlyInQuery starts from the members of the groups, or from every live user if there are none, and ends as soon as it is sure of many.
func onlyInQuery(of, not []string) (string, []any) {
	args := idArgs(of, idArgs(not, directory.MostCounted+1)...)
	outside := `NOT EXISTS (SELECT 1 FROM group_members o WHERE o.user_id = u.id AND o.group_id IN (` + placeholders(2, len(not)) + `))`
	if len(of) == 0 {
		return `SELECT count(*) FROM (SELECT 1 FROM users u WHERE u.state IN ('staged', 'live') AND u.state = 'live' AND ` + outside + ` LIMIT $1) AS met`, args
	}
	return `SELECT count(*) FROM (SELECT DISTINCT m.user_id FROM group_members m JOIN users u ON u.id = m.user_id
		WHERE m.group_id IN (` + placeholders(2+len(not), len(of)) + `) AND u.state = 'live' AND ` + outside + ` LIMIT $1) AS met`, args
}
