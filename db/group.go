package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"usher/directory"
	"usher/latin"
	"usher/provisioning"
)

const groupColumns = `g.id, g.display_name, g.members, g.version, g.created_at, g.updated_at`

func scanGroup(row scanner) (directory.Group, error) {
	return scanGroupAnd(row)
}

func noGroup() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such group. It may have been deleted."}
}

func oneGroup(row *sql.Row) (directory.Group, error) {
	g, err := scanGroup(row)
	if missing(err) {
		return g, noGroup()
	}
	if err != nil {
		return g, fmt.Errorf("read group: %w", err)
	}
	return g, nil
}

// Group implements directory.Store.
func (s *Store) Group(ctx context.Context, id string) (directory.Group, error) {
	return oneGroup(s.r.QueryRowContext(ctx, `SELECT `+groupColumns+` FROM user_groups g WHERE g.id = $1`, id))
}

// setSize is how many IDs one statement names.
const setSize = 500

// idArgs are the arguments of a statement that names IDs after others.
func idArgs(ids []string, before ...any) []any {
	args := before
	for _, id := range ids {
		args = append(args, clean(id))
	}
	return args
}

// GroupsByName implements directory.Store.
func (s *Store) GroupsByName(ctx context.Context, keys []string) ([]directory.Group, error) {
	var all []directory.Group
	for some := range slices.Chunk(tidySet(keys), setSize) {
		found, err := list(ctx, s.r, scanGroup, `SELECT `+groupColumns+` FROM user_groups g WHERE g.name_key IN (`+placeholders(1, len(some))+`)`, idArgs(some)...)
		if err != nil {
			return nil, fmt.Errorf("find groups by name: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// tidySet sorts a list of IDs and leaves doubles out.
func tidySet(ids []string) []string {
	set := slices.Clone(ids)
	slices.Sort(set)
	return slices.Compact(set)
}

func groupNameTaken(err error) error {
	if violation(err) != notUnique {
		return err
	}
	const message = "A group with this name already exists."
	return &directory.Error{Code: directory.Conflict, Message: message, Fields: map[string]string{"display_name": message}}
}

// CreateGroup implements directory.Store.
func (s *Store) CreateGroup(ctx context.Context, g directory.Group, members []string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO user_groups (id, display_name, name_key, members, version, created_at, updated_at)
			VALUES ($1, $2, $3, 0, 1, $4, $4)`, g.ID, g.DisplayName, directory.Key(g.DisplayName), c.At.UnixMicro())
		if err != nil {
			return fmt.Errorf("create group %s: %w", g.ID, groupNameTaken(err))
		}
		if err := writeGroupTerms(ctx, tx, g); err != nil {
			return fmt.Errorf("create group %s: %w", g.ID, err)
		}
		if _, err := writeClientID(ctx, tx, "group", g.ID, g.ClientID); err != nil {
			return fmt.Errorf("create group %s: %w", g.ID, err)
		}
		e := memberEdit{s: s, tx: tx, groupID: g.ID, c: c, skipUnknown: g.SkipUnknown}
		if e.connectors, err = connectorsMinding(ctx, tx, g.ID); err != nil {
			return err
		}
		if err := e.apply(ctx, directory.MemberChange{Add: members}); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE user_groups SET members = $1 WHERE id = $2`, e.joined, g.ID); err != nil {
			return fmt.Errorf("create group %s: %w", g.ID, err)
		}
		if err := addGroupAccounts(ctx, tx, g.ID, c); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// UpdateGroup implements directory.Store.
func (s *Store) UpdateGroup(ctx context.Context, g directory.Group, m directory.MemberChange, c directory.Change) (changed bool, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		changed = false
		old, err := s.groupForUpdate(ctx, tx, g)
		if err != nil {
			return err
		}
		renamed, err := rename(ctx, tx, old, g)
		if err != nil {
			return err
		}
		if renamed {
			if err := markNamedDue(ctx, tx, g.ID, c); err != nil {
				return err
			}
		}
		linked, err := writeClientID(ctx, tx, "group", g.ID, g.ClientID)
		if err != nil {
			return fmt.Errorf("update group %s: %w", g.ID, err)
		}
		e := memberEdit{s: s, tx: tx, groupID: g.ID, c: c, skipUnknown: g.SkipUnknown}
		if e.connectors, err = connectorsMinding(ctx, tx, g.ID); err != nil {
			return err
		}
		if err := e.apply(ctx, m); err != nil {
			return err
		}
		if changed = renamed || linked || e.joined > 0 || e.left > 0; !changed {
			return nil
		}
		if err := countMembers(ctx, tx, g.ID, e.joined-e.left, c); err != nil {
			return err
		}
		urgency := provisioning.People
		if e.left > 0 {
			urgency = provisioning.Leavers
		}
		if err := markGroupsDue(ctx, tx, []string{g.ID}, urgency, c); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
	return changed && err == nil, err
}

// groupForUpdate locks the group's row, which every writer holds that changes its members. The lock before it keeps a
// change of a connection's groups away, which must not miss who joins and leaves.
func (s *Store) groupForUpdate(ctx context.Context, tx *sql.Tx, g directory.Group) (directory.Group, error) {
	if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
		return directory.Group{}, err
	}
	old, err := oneGroup(tx.QueryRowContext(ctx, s.forUpdate(`SELECT `+groupColumns+` FROM user_groups g WHERE g.id = $1`), g.ID))
	if err != nil {
		return old, err
	}
	if g.Version != 0 && g.Version != old.Version {
		return old, &directory.Error{Code: directory.Conflict,
			Message: "Somebody else changed this group meanwhile. Look at the new values and make your change again."}
	}
	return old, nil
}

func rename(ctx context.Context, tx *sql.Tx, old, g directory.Group) (bool, error) {
	if old.DisplayName == g.DisplayName {
		return false, nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE user_groups SET display_name = $1, name_key = $2 WHERE id = $3`, g.DisplayName, directory.Key(g.DisplayName), g.ID)
	if err != nil {
		return false, fmt.Errorf("rename group %s: %w", g.ID, groupNameTaken(err))
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM group_terms WHERE group_id = $1`, g.ID); err != nil {
		return false, fmt.Errorf("rename group %s: %w", g.ID, err)
	}
	if err := writeGroupTerms(ctx, tx, g); err != nil {
		return false, fmt.Errorf("rename group %s: %w", g.ID, err)
	}
	return true, nil
}

// countMembers moves the counter by as many, and says that the group was written.
func countMembers(ctx context.Context, tx *sql.Tx, groupID string, by int64, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE user_groups SET members = members + $1, version = version + 1, updated_at = $2 WHERE id = $3`, by, c.At.UnixMicro(), groupID)
	if err != nil {
		return fmt.Errorf("count members of group %s: %w", groupID, err)
	}
	return nil
}

func writeGroupTerms(ctx context.Context, tx *sql.Tx, g directory.Group) error {
	args := idArgs(tidy(append(words(g.DisplayName), latin.Fold(g.DisplayName))), g.ID)
	if len(args) == 1 {
		return nil
	}
	var b strings.Builder
	for i := range args[1:] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($1, $%d)", i+2)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO group_terms (group_id, term) VALUES `+b.String(), args...)
	return err
}

// DeleteGroup implements directory.Store.
func (s *Store) DeleteGroup(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		if err := unsent(ctx, tx, id); err != nil {
			return err
		}
		if err := markNamedDue(ctx, tx, clean(id), c); err != nil {
			return err
		}
		g, err := oneGroup(tx.QueryRowContext(ctx, `DELETE FROM user_groups WHERE id = $1 RETURNING `+strings.ReplaceAll(groupColumns, "g.", ""), clean(id)))
		if err != nil {
			return fmt.Errorf("delete group: %w", err)
		}
		if err := leaveTargets(ctx, tx, g, c); err != nil {
			return err
		}
		if err := dropClientIDs(ctx, tx, "group", id); err != nil {
			return fmt.Errorf("delete group %s: %w", id, err)
		}
		return recordChange(ctx, tx, c)
	})
}

// unsent is an InUse error that names the connections which send the group's members.
func unsent(ctx context.Context, tx *sql.Tx, id string) error {
	names, err := list(ctx, tx, scanText, `SELECT n.name FROM connection_groups g JOIN connections n ON n.id = g.connection_id
		WHERE g.group_id = $1 ORDER BY n.name_key`, clean(id))
	if err != nil {
		return fmt.Errorf("look for connections of group %s: %w", id, err)
	}
	if len(names) == 0 {
		return nil
	}
	return &directory.Error{Code: directory.InUse, Message: fmt.Sprintf("The group cannot be deleted: it decides which users the connection “%s” sends. "+
		"Without its last group, a connection sends everybody. Remove the group there first, under Connections → Outbound provisioning → Groups.",
		strings.Join(names, "”, “"))}
}
