package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"usher/directory"
	"usher/provisioning"
)

// memberEdit changes who is in one group, a set of users at a time, in one transaction that holds the group's row.
// Users who are staged are not members yet, so nobody can add or remove them.
type memberEdit struct {
	s            *Store
	tx           *sql.Tx
	groupID      string
	connectors   []string // that the group matters to
	c            directory.Change
	skipUnknown  bool // directory.Group's
	joined, left int64
}

// apply lets go whom m removes, then takes in whom it adds; who is named in both lists stays.
func (e *memberEdit) apply(ctx context.Context, m directory.MemberChange) error {
	if len(m.Add)+len(m.Remove) > directory.MaxMembers {
		return badMembers(fmt.Sprintf("One act can name at most %d members. Make the change in several steps.", directory.MaxMembers))
	}
	add := tidySet(m.Add)
	if m.Set || m.Clear {
		if err := e.leaveOthers(ctx, add); err != nil {
			return err
		}
	} else if err := e.leave(ctx, without(tidySet(m.Remove), add)); err != nil {
		return err
	}
	return e.join(ctx, add)
}

// without leaves out of a list what is in the sorted other one.
func without(ids, sorted []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { _, found := slices.BinarySearch(sorted, id); return found })
}

// leaveOthers walks the members in order and lets go those who are not in the sorted list.
func (e *memberEdit) leaveOthers(ctx context.Context, keep []string) error {
	after := ""
	for {
		some, err := list(ctx, e.tx, scanText, `SELECT user_id FROM group_members WHERE group_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3`, e.groupID, after, setSize)
		if err != nil {
			return fmt.Errorf("list members of group %s: %w", e.groupID, err)
		}
		if len(some) == 0 {
			return nil
		}
		after = some[len(some)-1]
		if err := e.leave(ctx, without(some, keep)); err != nil {
			return err
		}
	}
}

func leaveQuery(n int) string {
	return `DELETE FROM group_members WHERE group_id = $1 AND user_id IN (` + placeholders(2, n) + `)
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = group_members.user_id AND u.state = 'staged') RETURNING user_id`
}

func (e *memberEdit) leave(ctx context.Context, ids []string) error {
	for some := range slices.Chunk(ids, setSize) {
		left, err := list(ctx, e.tx, scanText, leaveQuery(len(some)), idArgs(some, e.groupID)...)
		if err != nil {
			return fmt.Errorf("remove members of group %s: %w", e.groupID, err)
		}
		e.left += int64(len(left))
		if err := markMembersDue(ctx, e.tx, e.connectors, left, provisioning.Leavers, e.c); err != nil {
			return err
		}
	}
	return nil
}

// joinQuery holds the users until the end, so that a user who is being deleted is not made a member.
func (s *Store) joinQuery(n int) string {
	q := `INSERT INTO group_members (group_id, user_id)
		SELECT CAST($1 AS TEXT), users.id FROM users WHERE users.state = 'live' AND users.id IN (` + placeholders(2, n) + `)
			AND NOT EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = $1 AND m.user_id = users.id) ORDER BY users.id`
	if s.postgres {
		q += ` FOR SHARE OF users`
	}
	return q + ` RETURNING user_id`
}

func (e *memberEdit) join(ctx context.Context, ids []string) error {
	for some := range slices.Chunk(ids, setSize) {
		joined, err := list(ctx, e.tx, scanText, e.s.joinQuery(len(some)), idArgs(some, e.groupID)...)
		if err != nil {
			return fmt.Errorf("add members to group %s: %w", e.groupID, err)
		}
		if len(joined) < len(some) && !e.skipUnknown {
			if err := e.mustBeMembers(ctx, some); err != nil {
				return err
			}
		}
		e.joined += int64(len(joined))
		if err := forgetRefusals(ctx, e.tx, e.groupID, joined); err != nil {
			return err
		}
		if err := markMembersDue(ctx, e.tx, e.connectors, joined, provisioning.People, e.c); err != nil {
			return err
		}
	}
	return nil
}

func (e *memberEdit) mustBeMembers(ctx context.Context, ids []string) error {
	members, err := list(ctx, e.tx, scanText, `SELECT m.user_id FROM group_members m JOIN users u ON u.id = m.user_id
		WHERE m.group_id = $1 AND u.state = 'live' AND m.user_id IN (`+placeholders(2, len(ids))+`)`, idArgs(ids, e.groupID)...)
	if err != nil {
		return fmt.Errorf("look for members of group %s: %w", e.groupID, err)
	}
	slices.Sort(members)
	if strangers := without(slices.Clone(ids), members); len(strangers) > 0 {
		return badMembers(fmt.Sprintf("There is no user with the ID %q. They may have been deleted.", clean(strangers[0])))
	}
	return nil
}

func badMembers(message string) error {
	return &directory.Error{Code: directory.Invalid, Message: message, Fields: map[string]string{"members": message}}
}

func markMembersDueQuery(connectors, users int) string {
	return `UPDATE accounts SET ` + afresh + `, change_id = $2,
			priority = CASE WHEN ` + isDue + ` AND priority < $3 THEN priority ELSE CAST($3 AS BIGINT) END
		WHERE connector_id IN (` + placeholders(4, connectors) + `) AND kind = 'user' AND resource_id IN (` + placeholders(4+connectors, users) + `)`
}

// markMembersDue makes the users' accounts at these connectors due; who is due more urgently stays so. Whether anything
// is different for them is found out by the process that claims the account.
func markMembersDue(ctx context.Context, tx *sql.Tx, connectors, users []string, p provisioning.Priority, c directory.Change) error {
	if len(connectors) == 0 || len(users) == 0 {
		return nil
	}
	args := idArgs(users, idArgs(connectors, c.At.UnixMicro(), c.ID, int64(p))...)
	if _, err := tx.ExecContext(ctx, markMembersDueQuery(len(connectors), len(users)), args...); err != nil {
		return fmt.Errorf("mark accounts of members: %w", err)
	}
	return markGroupsOfDue(ctx, tx, users, connectors, p, c)
}

// connectorsMinding are those of the connections that send the members of any of these groups, and those whose mapping
// sends the names of a user's groups.
func connectorsMinding(ctx context.Context, tx *sql.Tx, groupIDs ...string) ([]string, error) {
	if len(groupIDs) == 0 {
		return nil, nil
	}
	found, err := list(ctx, tx, scanText, `SELECT k.id FROM connectors k WHERE k.connection_id IN
		(SELECT s.connection_id FROM connection_groups s WHERE s.group_id IN (`+placeholders(1, len(groupIDs))+`)) OR `+sendsGroupNames, idArgs(groupIDs)...)
	if err != nil {
		return nil, fmt.Errorf("look for connectors of groups: %w", err)
	}
	return found, nil
}
