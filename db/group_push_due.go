package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// groupWait is how long a group waits for more of what made it due, so that many members who arrive one after the
// other cost few calls. It also keeps groups behind the users of the same change.
const groupWait = time.Second

// newsWait is how long a group that waits for some members keeps others waiting who are known by now.
const newsWait = time.Minute

// groupAfresh is afresh for groups, with $1 the time when they become due and $3 how urgently. Who is due more urgently
// stays so: whoever must leave a group leaves even a target that takes no other writes.
const groupAfresh = afresh + `, change_id = $2, priority = CASE WHEN ` + isDue + ` AND priority < $3 THEN priority ELSE CAST($3 AS BIGINT) END`

// groupArgs are the arguments of a statement with groupAfresh.
func groupArgs(ids []string, p provisioning.Priority, c directory.Change, more ...any) []any {
	return idArgs(ids, append([]any{c.At.Add(groupWait).UnixMicro(), c.ID, int64(p)}, more...)...)
}

// markGroupsDue makes groups due wherever they have an account.
func markGroupsDue(ctx context.Context, tx *sql.Tx, groupIDs []string, p provisioning.Priority, c directory.Change) error {
	for some := range slices.Chunk(groupIDs, setSize) {
		_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+` WHERE kind = 'group' AND resource_id IN (`+placeholders(4, len(some))+`)`,
			groupArgs(some, p, c)...)
		if err != nil {
			return fmt.Errorf("mark due groups: %w", err)
		}
	}
	return nil
}

func markGroupsOfDueQuery(users, connectors int) string {
	q := `UPDATE accounts SET ` + groupAfresh + ` WHERE kind = 'group' AND resource_id IN
		(SELECT m.group_id FROM group_members m WHERE m.user_id IN (` + placeholders(4, users) + `))`
	if connectors > 0 {
		q += ` AND connector_id IN (` + placeholders(4+users, connectors) + `)`
	}
	return q
}

// markGroupsOfDue makes the groups of users due, because whether these are wanted as members may be different now; at
// some connectors, or at all when none is named.
func markGroupsOfDue(ctx context.Context, tx *sql.Tx, userIDs, connectors []string, p provisioning.Priority, c directory.Change) error {
	for some := range slices.Chunk(userIDs, setSize) {
		args := idArgs(connectors, groupArgs(some, p, c)...)
		if _, err := tx.ExecContext(ctx, markGroupsOfDueQuery(len(some), len(connectors)), args...); err != nil {
			return fmt.Errorf("mark due groups of users: %w", err)
		}
	}
	return nil
}

// markPushedDue makes every group of a connector due, because what it does about groups may be different now.
func markPushedDue(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+` WHERE connector_id = $4 AND kind = 'group'`,
		groupArgs(nil, provisioning.Bulk, c, connectorID)...)
	if err != nil {
		return fmt.Errorf("mark due groups of connector %s: %w", connectorID, err)
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
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+groupAfresh+`, label = $4 WHERE kind = 'group' AND resource_id = $5`,
		groupArgs(nil, provisioning.Leavers, c, g.DisplayName, g.ID)...)
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

// news is what a batch learned about users at one connector.
type news struct {
	linked  []any // whose account became known at the target
	written []any // whose account was written
}

// usersNews remembers what a result about a user means for the groups that they are in.
func (b *batch) usersNews(r *provisioning.Result) {
	linked := r.RemoteID != "" && r.RemoteID != r.Task.RemoteID
	written := linked || r.RemoteID != "" && r.Err == nil && r.Operation != provisioning.OpNone
	if !written {
		return
	}
	if b.news == nil {
		b.news = map[string]*news{}
	}
	n := b.news[r.Task.ConnectorID]
	if n == nil {
		n = &news{}
		b.news[r.Task.ConnectorID] = n
	}
	n.written = append(n.written, r.Task.UserID)
	if linked {
		n.linked = append(n.linked, r.Task.UserID)
	}
}

// groupNews tells groups at connector $1 that there is news. One in step is due at $2, and one that waits for members
// whom the target does not know yet by $3; what else a group waits for stays as it is.
const groupNews = `UPDATE accounts SET desired_gen = desired_gen + 1,
		due_at = CASE WHEN observed_gen = desired_gen THEN CAST($2 AS BIGINT)
			WHEN error_kind = 'pending' AND lease IS NULL AND due_at > $3 THEN CAST($3 AS BIGINT) ELSE due_at END,
		priority = CASE WHEN observed_gen = desired_gen THEN 2 ELSE priority END,
		attempts = CASE WHEN observed_gen = desired_gen THEN 0 ELSE attempts END
	WHERE connector_id = $1 AND kind = 'group' AND resource_id IN `

func markLinkedDueQuery(users int) string {
	return groupNews + `(SELECT m.group_id FROM group_members m WHERE m.user_id IN (` + placeholders(4, users) + `))`
}

// newsArgs are the first arguments of groupNews.
func newsArgs(connectorID string, at time.Time) []any {
	return []any{connectorID, at.Add(2 * groupWait).UnixMicro(), at.Add(newsWait).UnixMicro()}
}

// spreadNews makes groups due whose members can be members only now: their accounts are known, or different from those
// that the target refused. Where nothing is pushed it asks one question a batch.
func (b *batch) spreadNews(s *Store) error {
	for _, connectorID := range slices.Sorted(maps.Keys(b.news)) { // the same order for everybody who waits for the other's locks
		n := b.news[connectorID]
		var pushes bool
		if err := b.tx.Stmt(s.prepared.pushes).QueryRow(connectorID).Scan(&pushes); err != nil {
			return fmt.Errorf("look for groups of connector %s: %w", connectorID, err)
		}
		if !pushes {
			continue
		}
		if err := b.retryRefused(connectorID, n.written); err != nil {
			return err
		}
		if len(n.linked) == 0 {
			continue
		}
		if _, err := b.tx.Exec(markLinkedDueQuery(len(n.linked)), append(newsArgs(connectorID, b.at), n.linked...)...); err != nil {
			return fmt.Errorf("mark due groups of users at connector %s: %w", connectorID, err)
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
func (s *Store) readGroups(tx *sql.Tx, connectorID string, tasks []provisioning.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	args, at := []any{connectorID}, map[string]int{}
	for i := range tasks {
		t := &tasks[i]
		t.Deleted = true
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
