package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"usher/connectors"
	"usher/provisioning"
)

const leftColumns = `connector_id, kind, resource_id, target, remote_id, name, origin, reason, left_at`

func scanLeft(row scanner) (l provisioning.LeftAccount, err error) {
	var at sql.NullInt64
	err = row.Scan(&l.ConnectorID, &l.Kind, &l.ResourceID, &l.Target, &l.RemoteID, &l.Name, &l.Origin, &l.Reason, &at)
	l.At = timeOf(at)
	return l, err
}

// Left implements provisioning.Store. Only what is at the connector's present target counts.
func (s *Store) Left(ctx context.Context, t provisioning.Task, remoteID, externalID string) (l provisioning.LeftAccount, ok bool, err error) {
	kind, _ := accountKey(t.Account)
	l, err = scanLeft(s.r.QueryRowContext(ctx, `SELECT `+leftColumns+` FROM left_accounts
		WHERE connector_id = $1 AND kind = $2 AND target = '' AND (resource_id = $3 OR remote_id = $4)
		ORDER BY CASE WHEN resource_id = $3 THEN 0 ELSE 1 END, left_at DESC LIMIT 1`, t.ConnectorID, kind, connectors.OurID(externalID), remoteID))
	if missing(err) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("look for account %s among those that were left at connector %s: %w", remoteID, t.ConnectorID, err)
	}
	return l, true, nil
}

// LeftAccounts lists what a connector left at its target, and at targets that it pointed to before, newest first.
func (s *Store) LeftAccounts(ctx context.Context, connectorID, after string, limit int) (provisioning.LeftPage, error) {
	n := pageSize(limit)
	q := where(`SELECT ` + leftColumns + ` FROM left_accounts`)
	q.add(`connector_id = %s`, connectorID)
	if at, id, ok := strings.Cut(after, "."); ok {
		if micros, err := strconv.ParseInt(at, 10, 64); err == nil {
			q.add(`(left_at, resource_id) < (%s, %s)`, micros, clean(id))
		}
	}
	found, err := list(ctx, s.r, scanLeft, q.end(` ORDER BY left_at DESC, resource_id DESC LIMIT %s`, n+1), q.args...)
	if err != nil && !missing(err) {
		return provisioning.LeftPage{}, fmt.Errorf("list accounts left at connector %s: %w", connectorID, err)
	}
	p := provisioning.LeftPage{Accounts: found}
	if len(found) > n {
		last := found[n-1]
		p.Accounts, p.Next = found[:n], strconv.FormatInt(last.At.UnixMicro(), 10)+"."+last.ResourceID
	}
	return p, nil
}

const leftQuery = `INSERT INTO left_accounts (connector_id, kind, resource_id, target, remote_id, name, origin, reason, left_at, change_id)
	VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8, $9)
	ON CONFLICT (connector_id, kind, resource_id, target) DO UPDATE SET remote_id = excluded.remote_id, name = excluded.name,
		origin = excluded.origin, reason = excluded.reason, left_at = excluded.left_at, change_id = excluded.change_id`

// leave keeps what is known of an account that stays at the target when its row here goes.
func (b *batch) leave(s *Store, r *provisioning.Result) error {
	if r.RemoteID == "" || r.Task.GroupID != "" {
		return nil
	}
	reason := provisioning.LeftKept
	if r.Disabled() {
		reason = provisioning.LeftDisabled
	}
	_, err := b.tx.Stmt(s.prepared.left).Exec(r.Task.ConnectorID, userKind, cmp.Or(r.Bears, r.Task.UserID), r.RemoteID, r.Task.User.UserName, string(r.Origin), string(reason), b.now, r.Task.ChangeID)
	return err
}

// getBack forgets that an account was left: it is somebody's again.
func (b *batch) getBack(s *Store, r *provisioning.Result) error {
	if r.RemoteID == "" || r.ReturnedFrom == "" || r.Task.ReturnedFrom == r.ReturnedFrom && r.Operation == provisioning.OpNone {
		return nil
	}
	_, err := b.tx.Stmt(s.prepared.gotBack).Exec(r.Task.ConnectorID, r.ReturnedFrom)
	return err
}

const gotBackQuery = `DELETE FROM left_accounts WHERE connector_id = $1 AND kind = 'user' AND resource_id = $2 AND target = ''`
