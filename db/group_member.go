package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"usher/directory"
	"usher/provisioning"
)

// membersQuery finds members after a user, in the order of their IDs.
const membersQuery = `SELECT ` + userColumns + ` FROM group_members m JOIN users ON users.id = m.user_id
	WHERE m.group_id = $1 AND m.user_id > $2 AND users.state = 'live' ORDER BY m.user_id LIMIT $3`

// Members is a page of a group's members by user ID, after the user with this ID; at most 1,000, and 50 when limit is 0.
func (s *Store) Members(ctx context.Context, groupID, afterUserID string, limit int) ([]directory.Member, error) {
	if limit <= 0 {
		limit = defaultPage
	}
	found, err := list(ctx, s.r, scanUser, membersQuery, clean(groupID), clean(afterUserID), min(limit, 1000))
	if err != nil {
		return nil, fmt.Errorf("list members of group %s: %w", groupID, err)
	}
	members := make([]directory.Member, len(found))
	for i, u := range found {
		members[i] = directory.Member{UserID: u.ID, UserName: u.UserName, Label: u.Label()}
	}
	return members, nil
}

func groupsOfQuery(n int) string {
	return `SELECT m.user_id, g.id, g.display_name FROM group_members m JOIN user_groups g ON g.id = m.group_id WHERE m.user_id IN (` + placeholders(1, n) + `)`
}

// GroupsOf implements directory.Store.
func (s *Store) GroupsOf(ctx context.Context, userIDs []string) (map[string][]directory.GroupRef, error) {
	of := map[string][]directory.GroupRef{}
	for some := range slices.Chunk(tidySet(userIDs), setSize) {
		_, err := list(ctx, s.r, func(row scanner) (id string, err error) {
			var g directory.GroupRef
			err = row.Scan(&id, &g.ID, &g.DisplayName)
			of[id] = append(of[id], g)
			return id, err
		}, groupsOfQuery(len(some)), idArgs(some)...)
		if err != nil {
			return nil, fmt.Errorf("list groups of users: %w", err)
		}
	}
	for _, groups := range of {
		slices.SortFunc(groups, func(a, b directory.GroupRef) int {
			return cmp.Compare(directory.Key(a.DisplayName), directory.Key(b.DisplayName))
		})
	}
	return of, nil
}

// groupIDsOf are the groups of one user, in the order in which their rows are locked.
func groupIDsOf(ctx context.Context, tx *sql.Tx, userID string) ([]string, error) {
	ids, err := list(ctx, tx, scanText, `SELECT group_id FROM group_members WHERE user_id = $1 ORDER BY group_id`, userID)
	if err != nil {
		return nil, fmt.Errorf("list groups of user %s: %w", userID, err)
	}
	return ids, nil
}

// joinGroups makes a user who arrives a member. A staged user is not counted before they go live. A group that was
// deleted meanwhile is left out: that somebody arrives must not fail for it.
func joinGroups(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) error {
	counted := int64(0)
	if u.State == directory.Live {
		counted = 1
	}
	for _, id := range tidySet(u.Arrival.Groups) {
		n, err := exec(ctx, tx, `UPDATE user_groups SET members = members + $1, version = version + $1, updated_at = CASE WHEN $1 = 0 THEN updated_at ELSE $2 END
			WHERE id = $3`, counted, c.At.UnixMicro(), clean(id))
		if err == nil && n > 0 {
			_, err = tx.ExecContext(ctx, `INSERT INTO group_members (group_id, user_id) VALUES ($1, $2)`, id, u.ID)
		}
		if err != nil {
			return fmt.Errorf("join group %s: %w", id, err)
		}
	}
	return nil
}

// countMemberships counts a staged user who goes live.
func countMemberships(ctx context.Context, tx *sql.Tx, userID string, c directory.Change) error {
	ids, err := groupIDsOf(ctx, tx, userID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := countMembers(ctx, tx, id, 1, c); err != nil {
			return err
		}
	}
	return markGroupsDue(ctx, tx, ids, provisioning.People, c)
}

// leaveGroups ends the memberships of a user who is deleted or taken back already. Their accounts are marked due by that.
func leaveGroups(ctx context.Context, tx *sql.Tx, userID string, c directory.Change) error {
	ids, err := groupIDsOf(ctx, tx, userID)
	if err != nil || len(ids) == 0 {
		return err
	}
	var counted bool
	if err := tx.QueryRowContext(ctx, `SELECT state = 'deleted' FROM users WHERE id = $1`, userID).Scan(&counted); err != nil {
		return fmt.Errorf("leave groups: %w", err)
	}
	for _, id := range ids {
		if _, err := lockGroup(ctx, tx, id); err != nil {
			return err
		}
		n, err := exec(ctx, tx, `DELETE FROM group_members WHERE group_id = $1 AND user_id = $2`, id, userID)
		if err != nil {
			return fmt.Errorf("leave group %s: %w", id, err)
		}
		if n == 0 || !counted {
			continue
		}
		if err := countMembers(ctx, tx, id, -1, c); err != nil {
			return err
		}
	}
	return markGroupsDue(ctx, tx, ids, provisioning.Leavers, c)
}

// lockGroup holds the group's row before those of its members: every writer that changes members takes them in this
// order, so that two that meet wait for each other and do not end in a deadlock.
func lockGroup(ctx context.Context, tx *sql.Tx, id string) (there bool, err error) {
	n, err := exec(ctx, tx, `UPDATE user_groups SET version = version WHERE id = $1`, clean(id))
	if err != nil {
		return false, fmt.Errorf("lock group %s: %w", id, err)
	}
	return n > 0, nil
}

// SetGroupsOf implements directory.Store.
func (s *Store) SetGroupsOf(ctx context.Context, userID string, groupIDs []string, c directory.Change) (changed bool, err error) {
	wanted := tidySet(groupIDs)
	return s.regroup(ctx, userID, func([]string) []string { return wanted }, c)
}

// ChangeGroupsOf implements directory.Store.
func (s *Store) ChangeGroupsOf(ctx context.Context, userID string, join, leave []string, c directory.Change) (changed bool, err error) {
	return s.regroup(ctx, userID, func(have []string) []string { return changedSet(have, join, leave) }, c)
}

// changedSet is have without those who leave and with those who join.
func changedSet(have, join, leave []string) []string {
	return tidySet(append(without(slices.Clone(have), tidySet(leave)), join...))
}

// regroup makes the user a member of the groups that become of those that they have.
func (s *Store) regroup(ctx context.Context, userID string, become func(have []string) []string, c directory.Change) (changed bool, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		changed = false
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		if err := s.holdUser(ctx, tx, userID); err != nil {
			return err
		}
		have, err := groupIDsOf(ctx, tx, userID)
		if err != nil {
			return err
		}
		wanted := become(have)
		left, joined := without(slices.Clone(have), wanted), without(slices.Clone(wanted), have)
		for _, id := range slices.Sorted(slices.Values(slices.Concat(left, joined))) {
			moved, err := move(ctx, tx, userID, id, slices.Contains(joined, id), c)
			if err != nil {
				return err
			}
			changed = changed || moved
		}
		if !changed {
			return nil
		}
		if err := markMovedDue(ctx, tx, userID, left, joined, c); err != nil {
			return err
		}
		if err := markGroupsDue(ctx, tx, left, provisioning.Leavers, c); err != nil {
			return err
		}
		if err := markGroupsDue(ctx, tx, joined, provisioning.People, c); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
	return changed && err == nil, err
}

// holdUser keeps a live user from being deleted meanwhile, and lets others do the same.
func (s *Store) holdUser(ctx context.Context, tx *sql.Tx, id string) error {
	query := `SELECT ` + userColumns + ` FROM users WHERE id = $1 AND state = 'live'`
	if s.postgres {
		query += ` FOR SHARE`
	}
	_, err := oneUser(tx.QueryRowContext(ctx, query, id))
	return err
}

// move takes a user into a group or out of it, and reports whether that was any different.
func move(ctx context.Context, tx *sql.Tx, userID, groupID string, in bool, c directory.Change) (bool, error) {
	there, err := lockGroup(ctx, tx, groupID)
	switch {
	case err != nil:
		return false, err
	case !there && in:
		return false, badGroups(groupID)
	case !there:
		return true, nil // deleted meanwhile
	}
	by, statement := int64(-1), `DELETE FROM group_members WHERE group_id = $1 AND user_id = $2`
	if in {
		by, statement = 1, `INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	}
	n, err := exec(ctx, tx, statement, groupID, userID)
	if err != nil {
		return false, fmt.Errorf("move user %s between groups: %w", userID, err)
	}
	if n == 0 {
		return false, nil
	}
	if in {
		if err := forgetRefusals(ctx, tx, groupID, []string{userID}); err != nil {
			return false, err
		}
	}
	return true, countMembers(ctx, tx, groupID, by, c)
}

// markMovedDue makes the user's accounts due where one of the groups matters, as a leaver's where they left one.
func markMovedDue(ctx context.Context, tx *sql.Tx, userID string, left, joined []string, c directory.Change) error {
	for p, groups := range map[provisioning.Priority][]string{provisioning.Leavers: left, provisioning.People: joined} {
		for some := range slices.Chunk(groups, setSize) {
			connectors, err := connectorsMinding(ctx, tx, some...)
			if err != nil {
				return err
			}
			if err := markMembersDue(ctx, tx, connectors, []string{userID}, p, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func badGroups(id string) error {
	message := fmt.Sprintf("There is no group with the ID %q. It may have been deleted.", clean(id))
	return &directory.Error{Code: directory.Invalid, Message: message, Fields: map[string]string{"groups": message}}
}
