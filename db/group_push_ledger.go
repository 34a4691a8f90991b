package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"usher/provisioning"
)

// wantedUser is the condition that user u should be at a target: what Wanted in provisioning calls present. $3 says
// whether users who came by sign-in are sent.
const wantedUser = `u.state = 'live' AND u.active AND (u.source <> 'jit' OR $3)
	AND (NOT EXISTS (SELECT 1 FROM connectors k JOIN connection_groups s ON s.connection_id = k.connection_id WHERE k.id = $1)
		OR EXISTS (SELECT 1 FROM connectors k JOIN connection_groups s ON s.connection_id = k.connection_id
			JOIN group_members x ON x.group_id = s.group_id WHERE k.id = $1 AND x.user_id = u.id))`

// wantedMember is the condition that user u, whose account a is, should be a member at a target, given that the group
// is wanted there.
const wantedMember = wantedUser + ` AND a.remote_id IS NOT NULL`

const fromMembers = ` FROM group_members m JOIN users u ON u.id = m.user_id
	JOIN accounts a ON a.connector_id = $1 AND a.kind = 'user' AND a.resource_id = m.user_id `

// toRemoveQuery walks the ledger; $6 says whether the group is wanted at all.
const toRemoveQuery = `SELECT p.user_id, p.remote_id, p.refused FROM pushed_members p
	WHERE p.connector_id = $1 AND p.group_id = $2 AND p.user_id > $4
		AND NOT ($6 AND EXISTS (SELECT 1` + fromMembers + `WHERE m.group_id = $2 AND m.user_id = p.user_id AND a.remote_id = p.remote_id AND ` + wantedMember + `))
	ORDER BY p.user_id LIMIT $5`

// toAddQuery walks the members. One whose row in the ledger stands for another account waits until that one has left.
const toAddQuery = `SELECT m.user_id, a.remote_id, ''` + fromMembers + `
	LEFT JOIN pushed_members p ON p.connector_id = $1 AND p.group_id = m.group_id AND p.user_id = m.user_id
	WHERE m.group_id = $2 AND m.user_id > $4 AND ` + wantedMember + ` AND (p.user_id IS NULL OR NOT p.sure AND p.remote_id = a.remote_id)
	ORDER BY m.user_id LIMIT $5`

func unmanagedQuery(n int) string {
	return `SELECT a.remote_id FROM accounts a JOIN users u ON u.id = a.resource_id
		WHERE a.connector_id = $1 AND a.kind = 'user' AND a.remote_id IN (` + placeholders(4, n) + `) AND ` + wantedMember + `
			AND EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = $2 AND m.user_id = u.id)`
}

func scanPushed(row scanner) (m provisioning.Pushed, err error) {
	err = row.Scan(&m.UserID, &m.RemoteID, &m.Refused)
	return m, err
}

// ToRemove implements provisioning.GroupStore.
func (s *Store) ToRemove(ctx context.Context, t provisioning.Task, wanted bool, after string, n int) ([]provisioning.Pushed, error) {
	found, err := list(ctx, s.r, scanPushed, toRemoveQuery, t.ConnectorID, t.GroupID, t.Provisioner.JITOutbound, after, n, wanted)
	if err != nil {
		return nil, fmt.Errorf("list members to remove from group %s: %w", t.GroupID, err)
	}
	return found, nil
}

// ToAdd implements provisioning.GroupStore.
func (s *Store) ToAdd(ctx context.Context, t provisioning.Task, after string, n int) ([]provisioning.Pushed, error) {
	found, err := list(ctx, s.r, scanPushed, toAddQuery, t.ConnectorID, t.GroupID, t.Provisioner.JITOutbound, after, n)
	if err != nil {
		return nil, fmt.Errorf("list members to add to group %s: %w", t.GroupID, err)
	}
	return found, nil
}

// Unmanaged implements provisioning.GroupStore.
func (s *Store) Unmanaged(ctx context.Context, t provisioning.Task, remoteIDs []string) ([]string, error) {
	ids := tidySet(remoteIDs)
	known, err := list(ctx, s.r, scanText, unmanagedQuery(len(ids)), idArgs(ids, t.ConnectorID, t.GroupID, t.Provisioner.JITOutbound)...)
	if err != nil {
		return nil, fmt.Errorf("look for members of group %s: %w", t.GroupID, err)
	}
	return without(ids, tidySet(known)), nil
}

// arrivingQuery walks the group's members, not the connector's accounts.
const arrivingQuery = `SELECT EXISTS (SELECT 1 FROM group_members m CROSS JOIN users u CROSS JOIN accounts a
	WHERE m.group_id = $2 AND u.id = m.user_id AND a.connector_id = $1 AND a.kind = 'user' AND a.resource_id = m.user_id
		AND a.remote_id IS NULL AND a.observed_gen < a.desired_gen AND a.dead_at IS NULL AND a.held_at IS NULL AND ` + wantedUser + `)`

// Arriving implements provisioning.GroupStore. An account that waits for an administrator holds nothing up.
func (s *Store) Arriving(ctx context.Context, t provisioning.Task) (arriving bool, err error) {
	err = s.r.QueryRowContext(ctx, arrivingQuery, t.ConnectorID, t.GroupID, t.Provisioner.JITOutbound).Scan(&arriving)
	if err != nil {
		return false, fmt.Errorf("look for members of group %s without account: %w", t.GroupID, err)
	}
	return arriving, nil
}

// DoubtMembers implements provisioning.GroupStore.
func (s *Store) DoubtMembers(ctx context.Context, t provisioning.Task, remoteIDs []string) error {
	err := s.fenced(ctx, t, func(tx *sql.Tx) error {
		for some := range slices.Chunk(remoteIDs, setSize) {
			_, err := tx.ExecContext(ctx, `UPDATE pushed_members SET sure = FALSE WHERE connector_id = $1 AND group_id = $2 AND refused = ''
				AND remote_id IN (`+placeholders(3, len(some))+`)`, idArgs(some, t.ConnectorID, t.GroupID)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("begin to remove strangers from group %s: %w", t.GroupID, err)
	}
	return nil
}

// fenced runs f in a transaction in which the group's lease is held.
func (s *Store) fenced(ctx context.Context, t provisioning.Task, f func(*sql.Tx) error) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE accounts SET lease = lease WHERE connector_id = $1 AND kind = 'group' AND resource_id = $2 AND lease = $3`,
			t.ConnectorID, t.GroupID, t.Lease)
		if err != nil {
			return err
		}
		if n == 0 {
			return provisioning.ErrLeaseLost
		}
		return f(tx)
	})
}

func writePushed(ctx context.Context, tx *sql.Tx, t provisioning.Task, ms []provisioning.Pushed, sure bool) error {
	for len(ms) > 0 {
		some := ms[:min(len(ms), setSize)]
		ms = ms[len(some):]
		var rows strings.Builder
		args := []any{t.ConnectorID, t.GroupID, sure}
		for i, m := range some {
			if i > 0 {
				rows.WriteString(", ")
			}
			n := len(args)
			fmt.Fprintf(&rows, "($1, $2, $%d, $%d, $3, $%d)", n+1, n+2, n+3)
			args = append(args, m.UserID, m.RemoteID, clean(m.Refused))
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO pushed_members (connector_id, group_id, user_id, remote_id, sure, refused) VALUES `+rows.String()+`
			ON CONFLICT (connector_id, group_id, user_id) DO UPDATE SET remote_id = excluded.remote_id, sure = excluded.sure, refused = excluded.refused`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// IntendMembers implements provisioning.GroupStore.
func (s *Store) IntendMembers(ctx context.Context, t provisioning.Task, ms []provisioning.Pushed) error {
	err := s.fenced(ctx, t, func(tx *sql.Tx) error { return writePushed(ctx, tx, t, ms, false) })
	if err != nil {
		return fmt.Errorf("begin to change members of group %s: %w", t.GroupID, err)
	}
	return nil
}

// RecordMembers implements provisioning.GroupStore.
func (s *Store) RecordMembers(ctx context.Context, t provisioning.Task, made []provisioning.Pushed, ended []string) error {
	err := s.fenced(ctx, t, func(tx *sql.Tx) error {
		if err := writePushed(ctx, tx, t, made, true); err != nil || len(ended) == 0 {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM pushed_members WHERE connector_id = $1 AND group_id = $2 AND user_id IN (`+placeholders(3, len(ended))+`)`,
			idArgs(ended, t.ConnectorID, t.GroupID)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("record members of group %s: %w", t.GroupID, err)
	}
	return nil
}

// forgetMembers ends the ledger of a group that stands for nothing at the target any more.
func forgetMembers(ctx context.Context, tx *sql.Tx, a provisioning.Account) error {
	if a.GroupID == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM pushed_members WHERE connector_id = $1 AND group_id = $2`, a.ConnectorID, a.GroupID); err != nil {
		return fmt.Errorf("forget members of group %s: %w", a.GroupID, err)
	}
	return nil
}
