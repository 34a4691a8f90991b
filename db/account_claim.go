package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"usher/directory"
	"usher/provisioning"
)

// lease is what a claim writes. due_at moves to the end of the lease, so that what is being tried leaves the front of
// the index that claims read. A lease that ends in "+" was given over a write_began that stood: the time alone does
// not tell, because two claims can share an instant.
const lease = `UPDATE accounts SET lease = CAST($1 AS TEXT) || CASE WHEN write_began IS NULL THEN '' ELSE '+' END, lease_until = $2, due_at = $2, attempts = attempts + 1,
	lease_for = CAST($2 AS BIGINT) - CAST($3 AS BIGINT), write_began = COALESCE(write_began, $3), write_until = COALESCE(write_until, $2) `

// claimable leaves out what is leased, also when the lease is over by the clock on the wall, which may have jumped: see
// TakeOver.
const claimable = isDue + ` AND due_at <= $3 AND lease_until IS NULL`

const leased = ` RETURNING lease, kind, resource_id, desired_gen, observed_gen, remote_id, origin, linked_at, linked_by, write_began, write_until, profile, priority,
	attempts, approved, error_kind, error, remedy, change_id, verified_at, label, suspect, returned_from, waits_for`

// claimQuery picks first and updates then: PostgreSQL may run a limited subquery of an UPDATE more than once. The rows
// are found again by their whole key alone, or PostgreSQL, without statistics of a new table, walks the connector's.
// SQLite compiles a statement again at each run when a bare value that is bound might change its plan; in a CAST it
// cannot, and a claim that finds nothing costs a fraction.
func (s *Store) claimQuery(only provisioning.Sort) string {
	return `WITH picked AS MATERIALIZED (` + s.skipLocked(`SELECT connector_id, kind, resource_id FROM accounts
			WHERE connector_id = CAST($4 AS TEXT) AND priority = CAST($5 AS BIGINT) AND `+claimable+ofSort(only)+`
			ORDER BY due_at LIMIT CAST($6 AS BIGINT)`) + `) ` + lease + `
		WHERE (connector_id, kind, resource_id) IN (SELECT connector_id, kind, resource_id FROM picked)` + leased
}

// isKnown is the rest of the condition of the index accounts_known.
const isKnown = ` AND (remote_id IS NOT NULL OR kind = 'group')`

func ofSort(only provisioning.Sort) string {
	switch only {
	case provisioning.Known:
		return isKnown
	case provisioning.Newcomers:
		return ` AND remote_id IS NULL AND kind = 'user'`
	}
	return ""
}

const claimUserQuery = lease + `WHERE connector_id = $4 AND kind = 'user' AND resource_id = $5 AND ` + claimable + leased

// provisionerOfQuery also names the connection if it sends some groups only (” when it sends all users), and says
// whether users' groups are needed.
const provisionerOfQuery = `SELECT ` + provisionerColumns + `,
		CASE WHEN EXISTS (SELECT 1 FROM connection_groups s WHERE s.connection_id = k.connection_id) THEN k.connection_id ELSE '' END, k.field_values, k.revision, ` + sendsGroupNames +
	fromProvisioners + `WHERE p.connector_id = $1 AND k.enabled`

// errUnmanaged takes a claim back: its connector was disabled, or lost its provisioner, meanwhile.
var errUnmanaged = errors.New("nothing sends users to this connector")

// Claim implements provisioning.Store.
func (s *Store) Claim(ctx context.Context, c provisioning.Claim) ([]provisioning.Task, error) {
	var tasks []provisioning.Task
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		if tasks, err = s.leaseDue(tx, c); err != nil || len(tasks) == 0 {
			return err
		}
		return s.readFacts(tx, c, tasks)
	})
	if errors.Is(err, errUnmanaged) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim accounts of connector %s: %w", c.ConnectorID, err)
	}
	return tasks, nil
}

// The statements of a claim run to their end: one that can be interrupted costs a goroutine each time. The
// transaction round them still ends with its context.

func (s *Store) leaseDue(tx *sql.Tx, c provisioning.Claim) ([]provisioning.Task, error) {
	now, until := c.Now.UnixMicro(), c.Until.UnixMicro()
	if c.UserID != "" {
		rows, err := tx.Stmt(s.prepared.claimUser).Query(c.Lease, until, now, c.ConnectorID, c.UserID)
		return scanTasks(nil, c, rows, err)
	}
	var tasks []provisioning.Task
	for p := provisioning.Leavers; p <= c.Least && len(tasks) < c.Limit; p++ {
		only := c.Only
		if p == provisioning.Leavers {
			if only == provisioning.Newcomers {
				continue
			}
			only = provisioning.Everybody
		}
		rows, err := tx.Stmt(s.prepared.claim[only]).Query(c.Lease, until, now, c.ConnectorID, int64(p), c.Limit-len(tasks))
		if tasks, err = scanTasks(tasks, c, rows, err); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

func scanTasks(tasks []provisioning.Task, c provisioning.Claim, rows *sql.Rows, err error) ([]provisioning.Task, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var r accountRow
	dest := []any{&r.lease, &r.kind, &r.resource, &r.DesiredGen, &r.ObservedGen, &r.remoteID, &r.origin, &r.linked, &r.LinkedBy, &r.began, &r.mayRun, &r.profile, &r.Priority,
		&r.Attempts, &r.Approved, &r.ErrorKind, &r.Error, &r.Remedy, &r.ChangeID, &r.verified, &r.Label,
		&r.Suspect, &r.ReturnedFrom, &r.WaitsFor}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		a, err := r.finish()
		if err != nil {
			return nil, err
		}
		a.ConnectorID, a.LeaseUntil, a.DueAt = c.ConnectorID, c.Until, c.Until
		tasks = append(tasks, provisioning.Task{Account: a, NoWriteInDoubt: a.Lease == c.Lease})
	}
	return tasks, rows.Err()
}

func (s *Store) readFacts(tx *sql.Tx, c provisioning.Claim, tasks []provisioning.Task) error {
	var scope, values string
	var revision int64
	var groupNames bool
	var row provisionerRow
	err := tx.Stmt(s.prepared.provisioner).QueryRow(c.ConnectorID).Scan(append(row.dest(), &scope, &values, &revision, &groupNames)...)
	if errors.Is(err, sql.ErrNoRows) {
		return errUnmanaged
	}
	if err != nil {
		return err
	}
	p := row.finish()
	passwords, err := sendsPasswords(values)
	if err != nil {
		return err
	}
	for i := range tasks {
		tasks[i].Provisioner, tasks[i].Revision = p, revision
	}
	tasks, groups := usersFirst(tasks)
	if err := s.readGroups(tx, c.ConnectorID, groups); err != nil {
		return err
	}
	users := make(map[string]directory.User, len(tasks))
	for rest := tasks; len(rest) > 0; {
		n := min(len(rest), batchSizes[len(batchSizes)-1])
		if err := s.readUsers(tx, rest[:n], users); err != nil {
			return err
		}
		if scope != "" {
			if err := s.readScope(tx, scope, rest[:n]); err != nil {
				return err
			}
		}
		if groupNames {
			if err := s.readGroupNames(tx, rest[:n], users); err != nil {
				return err
			}
		}
		if passwords {
			if err := s.readPasswords(tx, c.ConnectorID, rest[:n]); err != nil {
				return err
			}
		}
		rest = rest[n:]
	}
	for i := range tasks {
		u, ok := users[tasks[i].UserID]
		if !ok {
			return fmt.Errorf("user %s has an account and no row", tasks[i].UserID)
		}
		tasks[i].User = u
		tasks[i].InScope = tasks[i].InScope || scope == ""
	}
	return nil
}

// batchOf is the smallest batch size that the tasks fit in, and the arguments of its statement.
func batchOf(tasks []provisioning.Task, before ...any) (i int, args []any) {
	for batchSizes[i] < len(tasks) {
		i++
	}
	args = before
	for k := range batchSizes[i] {
		args = append(args, tasks[min(k, len(tasks)-1)].UserID)
	}
	return i, args
}

func (s *Store) readUsers(tx *sql.Tx, tasks []provisioning.Task, into map[string]directory.User) error {
	i, ids := batchOf(tasks)
	rows, err := tx.Stmt(s.prepared.users[i]).Query(ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		u, err := scanUser(rows)
		if err != nil {
			return err
		}
		into[u.ID] = u
	}
	return rows.Err()
}

// inScopeQuery finds who of n users is in a group that the connection sends.
func inScopeQuery(n int) string {
	return `SELECT u.id FROM users u WHERE u.id IN (` + placeholders(2, n) + `) AND EXISTS (SELECT 1 FROM connection_groups s
		JOIN group_members m ON m.group_id = s.group_id WHERE s.connection_id = $1 AND m.user_id = u.id)`
}

func (s *Store) readScope(tx *sql.Tx, connectionID string, tasks []provisioning.Task) error {
	i, args := batchOf(tasks, connectionID)
	rows, err := tx.Stmt(s.prepared.inScope[i]).Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	in := make(map[string]bool, len(tasks))
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		in[id] = true
	}
	for k := range tasks {
		tasks[k].InScope = in[tasks[k].UserID]
	}
	return rows.Err()
}
