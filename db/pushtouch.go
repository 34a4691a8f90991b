package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// groupWait is how long a group waits for more of what made it due, so that many members who arrive one after the
// other cost few calls. It also keeps groups behind the users of the same change.
const groupWait = time.Second

// groupAfresh is afresh for groups, with $1 the time when they become due.
const groupAfresh = afresh + `, priority = 2, change_id = $2`

// touchGroups makes groups due wherever they have an account.
func touchGroups(ctx context.Context, tx *sql.Tx, groupIDs []string, c directory.Change) error {
	for some := range slices.Chunk(groupIDs, setSize) {
		_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+` WHERE kind = 'group' AND resource_id IN (`+placeholders(3, len(some))+`)`,
			idArgs(some, c.At.Add(groupWait).UnixMicro(), c.ID)...)
		if err != nil {
			return fmt.Errorf("touch groups: %w", err)
		}
	}
	return nil
}

func touchGroupsOfQuery(users, connectors int) string {
	q := `UPDATE accounts SET ` + groupAfresh + ` WHERE kind = 'group' AND resource_id IN
		(SELECT m.group_id FROM group_members m WHERE m.user_id IN (` + placeholders(3, users) + `))`
	if connectors > 0 {
		q += ` AND connector_id IN (` + placeholders(3+users, connectors) + `)`
	}
	return q
}

// touchGroupsOf makes the groups of users due, because whether these are wanted as members may be different now; at
// some connectors, or at all when none is named.
func touchGroupsOf(ctx context.Context, tx *sql.Tx, userIDs, connectors []string, c directory.Change) error {
	for some := range slices.Chunk(userIDs, setSize) {
		args := idArgs(connectors, idArgs(some, c.At.Add(groupWait).UnixMicro(), c.ID)...)
		if _, err := tx.ExecContext(ctx, touchGroupsOfQuery(len(some), len(connectors)), args...); err != nil {
			return fmt.Errorf("touch groups of users: %w", err)
		}
	}
	return nil
}

// touchPushed makes every group of a connector due, because what it does about groups may be different now.
func touchPushed(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+` WHERE connector_id = $3 AND kind = 'group'`, c.At.Add(groupWait).UnixMicro(), c.ID, connectorID)
	if err == nil { // whom the target refused may be welcome now
		_, err = tx.ExecContext(ctx, `DELETE FROM pushed_members WHERE connector_id = $1 AND refused <> ''`, connectorID)
	}
	if err != nil {
		return fmt.Errorf("touch groups of connector %s: %w", connectorID, err)
	}
	return nil
}

// configOf reads a connector's stored values; secrets are left out.
func configOf(values string) (c connectors.Config, err error) {
	if err := json.Unmarshal([]byte(values), &c.Values); err != nil {
		return c, fmt.Errorf("values of a connector: %w", err)
	}
	return c, nil
}

// pushing are the enabled connectors with a provisioner that push groups; of one connector only when it is named.
func pushing(ctx context.Context, q runner, connectorID string) ([]string, error) {
	type row struct{ id, values string }
	found, err := list(ctx, q, func(s scanner) (r row, err error) { err = s.Scan(&r.id, &r.values); return r, err },
		`SELECT k.id, k.field_values FROM provisioners p JOIN connectors k ON k.id = p.connector_id WHERE k.enabled AND ($1 = '' OR k.id = $1) ORDER BY k.id`, connectorID)
	if err != nil {
		return nil, fmt.Errorf("look for connectors that push groups: %w", err)
	}
	var ids []string
	for _, r := range found {
		c, err := configOf(r.values)
		if err != nil {
			return nil, err
		}
		if c.On(connectors.PushGroups) {
			ids = append(ids, r.id)
		}
	}
	return ids, nil
}

const insertGroupAccount = `INSERT INTO accounts (connector_id, kind, resource_id, desired_gen, observed_gen, priority, due_at, change_id) `

// addGroupAccounts gives a new group an account at each connector that pushes groups.
func addGroupAccounts(ctx context.Context, tx *sql.Tx, groupID string, c directory.Change) error {
	ids, err := pushing(ctx, tx, "")
	if err != nil {
		return err
	}
	for _, id := range ids {
		_, err := tx.ExecContext(ctx, insertGroupAccount+`VALUES ($1, 'group', $2, 1, 0, 2, $3, $4) ON CONFLICT (connector_id, kind, resource_id) DO NOTHING`,
			id, groupID, c.At.Add(groupWait).UnixMicro(), c.ID)
		if err != nil {
			return fmt.Errorf("add accounts of group %s: %w", groupID, err)
		}
	}
	return nil
}

// backfillGroups gives every group that lacks one an account at the connector, if it pushes groups.
func backfillGroups(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	ids, err := pushing(ctx, tx, connectorID)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, insertGroupAccount+`
		SELECT CAST($1 AS TEXT), 'group', id, 1, 0, 2, CAST($2 AS BIGINT), CAST($3 AS TEXT) FROM user_groups WHERE TRUE
		ON CONFLICT (connector_id, kind, resource_id) DO NOTHING`, connectorID, c.At.Add(groupWait).UnixMicro(), c.ID)
	if err != nil {
		return fmt.Errorf("back-fill groups of connector %s: %w", connectorID, err)
	}
	return nil
}

// leaveTargets makes a deleted group leave where it has an account, under the name that it had. Where nothing of it
// is, the account goes at once.
func leaveTargets(ctx context.Context, tx *sql.Tx, g directory.Group, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+`, label = $3 WHERE kind = 'group' AND resource_id = $4`,
		c.At.UnixMicro(), c.ID, g.DisplayName, g.ID)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM accounts WHERE kind = 'group' AND resource_id = $1
			AND remote_id IS NULL AND write_began IS NULL AND lease IS NULL`, g.ID)
	}
	if err != nil {
		return fmt.Errorf("make group %s leave: %w", g.ID, err)
	}
	return nil
}

// pushesQuery reports whether a connector has groups at all.
const pushesQuery = `SELECT EXISTS (SELECT 1 FROM accounts WHERE connector_id = $1 AND kind = 'group')`

// linkedUser remembers a user whose account became known at the target with this result, or may have before it.
func (b *batch) linkedUser(r *provisioning.Result) {
	if r.RemoteID == "" || r.RemoteID == r.Task.RemoteID && r.Task.Fresh {
		return
	}
	if b.linked == nil {
		b.linked = map[string][]any{}
	}
	b.linked[r.Task.ConnectorID] = append(b.linked[r.Task.ConnectorID], r.Task.UserID)
}

// touchLinkedQuery leaves what a group waits for as it is: only that there is news, it must know.
func touchLinkedQuery(users int) string {
	return `UPDATE accounts SET desired_gen = desired_gen + 1,
			due_at = CASE WHEN observed_gen = desired_gen THEN CAST($2 AS BIGINT) ELSE due_at END,
			attempts = CASE WHEN observed_gen = desired_gen THEN 0 ELSE attempts END
		WHERE connector_id = $1 AND kind = 'group' AND resource_id IN
			(SELECT m.group_id FROM group_members m WHERE m.user_id IN (` + placeholders(3, users) + `))`
}

// touchLinked makes the groups of users due who can be members only now that their accounts are known.
func (b *batch) touchLinked(s *Store) error {
	for connectorID, users := range b.linked {
		var pushes bool
		if err := b.tx.Stmt(s.hot.pushes).QueryRow(connectorID).Scan(&pushes); err != nil {
			return fmt.Errorf("look for groups of connector %s: %w", connectorID, err)
		}
		if !pushes {
			continue
		}
		args := append([]any{connectorID, b.at.Add(2 * groupWait).UnixMicro()}, users...)
		if _, err := b.tx.Exec(touchLinkedQuery(len(users)), args...); err != nil {
			return fmt.Errorf("touch groups of users at connector %s: %w", connectorID, err)
		}
	}
	return nil
}

// usersFirst parts claimed accounts into those of users and those of groups.
func usersFirst(tasks []provisioning.Task) (users, groups []provisioning.Task) {
	if !slices.ContainsFunc(tasks, func(t provisioning.Task) bool { return t.GroupID != "" }) {
		return tasks, nil
	}
	slices.SortStableFunc(tasks, func(a, b provisioning.Task) int { return len(a.GroupID) - len(b.GroupID) })
	n := slices.IndexFunc(tasks, func(t provisioning.Task) bool { return t.GroupID != "" })
	return tasks[:n], tasks[n:]
}

func groupFactsQuery(n int) string {
	return `SELECT ` + groupColumns + `, EXISTS (SELECT 1 FROM pushed_groups h WHERE h.connector_id = $1 AND h.group_id = g.id)
		FROM user_groups g WHERE g.id IN (` + placeholders(2, n) + `)`
}

// readGroups reads the facts about claimed groups.
func (s *Store) readGroups(tx *sql.Tx, connectorID string, p directory.Provisioner, tasks []provisioning.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	args, at := []any{connectorID}, map[string]int{}
	for i := range tasks {
		t := &tasks[i]
		t.Provisioner, t.Deleted = p, true
		t.Group = directory.Group{ID: t.GroupID, DisplayName: t.Label}
		args, at[t.GroupID] = append(args, t.GroupID), i
	}
	rows, err := tx.Query(groupFactsQuery(len(tasks)), args...)
	if err != nil {
		return fmt.Errorf("read groups: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var byHand bool
		g, err := scanGroupAnd(rows, &byHand)
		if err != nil {
			return err
		}
		t := &tasks[at[g.ID]]
		t.Group, t.Deleted, t.ByHand = g, false, byHand
	}
	return rows.Err()
}

// scanGroupAnd scans a group and what the query says about it besides.
func scanGroupAnd(row scanner, besides ...any) (directory.Group, error) {
	var g directory.Group
	var created, updated sql.NullInt64
	err := row.Scan(append([]any{&g.ID, &g.DisplayName, &g.Members, &g.Version, &created, &updated}, besides...)...)
	g.CreatedAt, g.UpdatedAt = timeOf(created), timeOf(updated)
	return g, err
}
