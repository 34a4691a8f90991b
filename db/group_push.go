package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

const pushedGroupsQuery = `SELECT ` + groupColumns + ` FROM pushed_groups h JOIN user_groups g ON g.id = h.group_id WHERE h.connector_id = $1`

// mostPushedByHand bounds the groups that are chosen by hand for one connector; for more there is the rule.
const mostPushedByHand = 1000

// SetPushedGroups implements directory.Store.
func (s *Store) SetPushedGroups(ctx context.Context, connectorID string, groupIDs []string, c directory.Change) error {
	wanted := tidySet(groupIDs)
	return s.rechoose(ctx, connectorID, func([]string) []string { return wanted }, c)
}

// ChangePushedGroups implements directory.Store.
func (s *Store) ChangePushedGroups(ctx context.Context, connectorID string, join, leave []string, c directory.Change) error {
	return s.rechoose(ctx, connectorID, func(have []string) []string { return changedSet(have, join, leave) }, c)
}

// rechoose pushes by hand what becomes of the groups that are pushed by hand.
func (s *Store) rechoose(ctx context.Context, connectorID string, become func(have []string) []string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := s.unrevised(ctx, tx, revisedConnectors, connectorID, 0); err != nil {
			return err
		}
		have, err := list(ctx, tx, scanText, `SELECT group_id FROM pushed_groups WHERE connector_id = $1 ORDER BY group_id`, connectorID)
		if err != nil {
			return fmt.Errorf("list pushed groups of connector %s: %w", connectorID, err)
		}
		wanted := become(have)
		if len(wanted) > mostPushedByHand {
			message := fmt.Sprintf("At most %d groups can be chosen by hand. Push more by a rule.", mostPushedByHand)
			return &directory.Error{Code: directory.Invalid, Message: message, Fields: map[string]string{"groups": message}}
		}
		left, joined := without(slices.Clone(have), wanted), without(slices.Clone(wanted), have)
		if len(left)+len(joined) == 0 {
			return nil
		}
		if err := choosePushed(ctx, tx, connectorID, left, joined); err != nil {
			return err
		}
		for some := range slices.Chunk(slices.Concat(left, joined), setSize) {
			_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+` WHERE connector_id = $4 AND kind = 'group' AND resource_id IN (`+placeholders(5, len(some))+`)`,
				groupArgs(some, provisioning.People, c, connectorID)...)
			if err != nil {
				return fmt.Errorf("mark due groups of connector %s: %w", connectorID, err)
			}
		}
		if err := backfillGroups(ctx, tx, connectorID, c); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

func choosePushed(ctx context.Context, tx *sql.Tx, connectorID string, left, joined []string) error {
	for _, id := range left {
		if _, err := tx.ExecContext(ctx, `DELETE FROM pushed_groups WHERE connector_id = $1 AND group_id = $2`, connectorID, id); err != nil {
			return fmt.Errorf("stop pushing group %s: %w", id, err)
		}
	}
	for _, id := range joined {
		n, err := exec(ctx, tx, `INSERT INTO pushed_groups (connector_id, group_id) SELECT CAST($1 AS TEXT), id FROM user_groups WHERE id = $2`, connectorID, clean(id))
		if violation(err) == notLinked || err == nil && n == 0 {
			return badGroups(id)
		}
		if err != nil {
			return fmt.Errorf("push group %s: %w", id, err)
		}
	}
	return nil
}

// RetryGroup implements directory.Store. Whom the target refused is tried again, too.
func (s *Store) RetryGroup(ctx context.Context, connectorID, groupID, approve string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE accounts SET `+afresh+`, priority = 1, change_id = $2,
				approved = CASE WHEN CAST($3 AS TEXT) = '' THEN approved ELSE CAST($3 AS TEXT) END
			WHERE connector_id = $4 AND kind = 'group' AND resource_id = $5`, c.At.UnixMicro(), c.ID, clean(approve), connectorID, clean(groupID))
		if err == nil && n > 0 {
			_, err = tx.ExecContext(ctx, `DELETE FROM pushed_members WHERE connector_id = $1 AND group_id = $2 AND refused <> ''`, connectorID, groupID)
		}
		if err != nil {
			return fmt.Errorf("retry group %s at connector %s: %w", groupID, connectorID, err)
		}
		if n == 0 {
			return &directory.Error{Code: directory.NotFound, Message: "The group is not pushed there. It may be gone already."}
		}
		return recordChange(ctx, tx, c)
	})
}

// PushedGroups are the groups chosen by hand for a connector, by name.
func (s *Store) PushedGroups(ctx context.Context, connectorID string) ([]directory.Group, error) {
	found, err := list(ctx, s.r, scanGroup, pushedGroupsQuery, connectorID)
	if err != nil {
		return nil, fmt.Errorf("list pushed groups of connector %s: %w", connectorID, err)
	}
	slices.SortFunc(found, func(a, b directory.Group) int {
		return cmp.Compare(directory.Key(a.DisplayName), directory.Key(b.DisplayName))
	})
	return found, nil
}

const pushColumns = groupColumns + `, ` + accountColumns + `, n.id, n.name, k.kind, k.field_values,
	EXISTS (SELECT 1 FROM pushed_groups h WHERE h.connector_id = a.connector_id AND h.group_id = a.resource_id)`

const fromPushes = ` JOIN connectors k ON k.id = a.connector_id JOIN connections n ON n.id = k.connection_id `

// groupPushesQuery walks all groups by name: which of them a rule takes, only the rule knows.
const groupPushesQuery = `SELECT ` + pushColumns + ` FROM user_groups g CROSS JOIN accounts a` + fromPushes + `
	WHERE a.connector_id = $1 AND a.kind = 'group' AND a.resource_id = g.id AND g.name_key > $2 ORDER BY g.name_key LIMIT $3`

// leavingPushesQuery finds groups that were deleted, and have not left the target yet.
const leavingPushesQuery = `SELECT a.resource_id, a.label, 0, 1, 0, 0, ` + accountColumns + `, n.id, n.name, k.kind, k.field_values, FALSE FROM accounts a` +
	fromPushes + `WHERE a.connector_id = $1 AND a.label <> '' AND a.kind = 'group'`

const pushesOfQuery = `SELECT ` + pushColumns + ` FROM accounts a JOIN user_groups g ON g.id = a.resource_id` + fromPushes + `WHERE a.resource_id = $1 AND a.kind = 'group'`

// pushCounts count what a page says about one group.
const pushCounts = `SELECT (SELECT count(*) FROM pushed_members p WHERE p.connector_id = $1 AND p.group_id = $2 AND p.sure AND p.refused = ''),
	(SELECT count(*) FROM pushed_members p WHERE p.connector_id = $1 AND p.group_id = $2 AND p.refused <> ''),
	(SELECT count(*) FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = $2 AND u.state = 'live' AND u.active
		AND NOT EXISTS (SELECT 1 FROM pushed_members p WHERE p.connector_id = $1 AND p.group_id = $2 AND p.user_id = m.user_id AND p.sure))`

// pushReader reads groups at connectors, and works out which of them are wanted.
type pushReader struct {
	definitions map[string]provisioning.GroupPolicy // by the connector's stored values
}

func (r *pushReader) scan(row scanner) (p provisioning.GroupPush, err error) {
	var a accountRow
	var values string
	dest := append(a.dest(), &p.ConnectionID, &p.Connection, &p.Kind, &values, &p.ByHand)
	if p.Group, err = scanGroupAnd(row, dest...); err != nil {
		return p, err
	}
	if p.Account, err = a.finish(); err != nil {
		return p, err
	}
	policy, ok := r.definitions[values]
	if !ok {
		c, err := configOf(values)
		if err != nil {
			return p, err
		}
		policy = provisioning.GroupPolicyOf(connectors.Definition{Groups: &connectors.Groups{Create: true}}, c)
		r.definitions[values] = policy
	}
	if p.Label == "" {
		p.Wanted, err = policy.Wants(p.Group, p.ByHand)
		if err != nil {
			p.Wanted = p.ByHand // what is wrong with the rule, the account says
		}
	}
	return p, nil
}

// shown reports whether a page lists the group: it is pushed, or something of it is or may be there.
func shown(p provisioning.GroupPush) bool {
	return p.Wanted || p.ByHand || p.RemoteID != "" || !p.WriteBegan.IsZero() || !p.HeldAt.IsZero() || !p.DeadAt.IsZero()
}

func (s *Store) count(ctx context.Context, ps []provisioning.GroupPush) error {
	for i := range ps {
		p := &ps[i]
		err := s.r.QueryRowContext(ctx, pushCounts, p.ConnectorID, p.GroupID).Scan(&p.Made, &p.Refused, &p.Waiting)
		if err != nil {
			return fmt.Errorf("count members of group %s: %w", p.GroupID, err)
		}
		if !p.Wanted {
			p.Waiting = 0
		}
	}
	return nil
}

// GroupPushes lists the groups at a connector that are pushed or were, by name; after is the cursor of a page. Those
// that were deleted and are leaving come first.
func (s *Store) GroupPushes(ctx context.Context, connectorID, after string, n int) (provisioning.GroupPushPage, error) {
	var page provisioning.GroupPushPage
	n = pageSize(n)
	r := &pushReader{definitions: map[string]provisioning.GroupPolicy{}}
	if after == "" {
		leaving, err := list(ctx, s.r, r.scan, leavingPushesQuery, connectorID)
		if err != nil {
			return page, fmt.Errorf("list groups that leave connector %s: %w", connectorID, err)
		}
		page.Pushes = leaving[:min(len(leaving), n-1)] // more than a page of them is not worth a cursor
	}
	for more := true; more; {
		some, err := list(ctx, s.r, r.scan, groupPushesQuery, connectorID, clean(after), setSize)
		if err != nil {
			return page, fmt.Errorf("list groups of connector %s: %w", connectorID, err)
		}
		more = len(some) == setSize
		for _, p := range some {
			if !shown(p) {
				continue
			}
			if len(page.Pushes) >= n {
				page.Next, more = after, false
				break
			}
			page.Pushes, after = append(page.Pushes, p), directory.Key(p.Group.DisplayName)
		}
		if more {
			after = directory.Key(some[len(some)-1].Group.DisplayName)
		}
	}
	return page, s.count(ctx, page.Pushes)
}

// PushesOf lists the connectors where a group is pushed or was, by connection.
func (s *Store) PushesOf(ctx context.Context, groupID string) ([]provisioning.GroupPush, error) {
	r := &pushReader{definitions: map[string]provisioning.GroupPolicy{}}
	found, err := list(ctx, s.r, r.scan, pushesOfQuery, clean(groupID))
	if err != nil {
		return nil, fmt.Errorf("list connectors of group %s: %w", groupID, err)
	}
	found = slices.DeleteFunc(found, func(p provisioning.GroupPush) bool { return !shown(p) })
	slices.SortFunc(found, func(a, b provisioning.GroupPush) int {
		return cmp.Or(cmp.Compare(directory.Key(a.Connection), directory.Key(b.Connection)), cmp.Compare(a.Kind, b.Kind))
	})
	return found, s.count(ctx, found)
}
