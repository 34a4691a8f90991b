package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

const accountColumns = `a.connector_id, a.kind, a.resource_id, a.desired_gen, a.observed_gen, a.remote_id, a.origin, a.linked_at, a.linked_by,
	a.write_began, a.write_until, a.profile, a.priority, a.due_at, a.attempts, a.lease, a.lease_until, a.held_at, a.held_reason, a.held_remote_id,
	a.held_shown, a.approved, a.dead_at, a.error_kind, a.error, a.remedy, a.change_id, a.verified_at, a.label,
	a.suspect, a.returned_from, a.waits_for, a.adoptable, ` + pauseColumns

const fromAccounts = ` FROM accounts a JOIN connectors k ON k.id = a.connector_id `

// The kinds of accounts. Stored: never rename.
const (
	userKind  = "user"
	groupKind = "group"
)

// accountKey is the part of an account's key that tells whose it is.
func accountKey(a provisioning.Account) (kind, resourceID string) {
	if a.GroupID != "" {
		return groupKind, a.GroupID
	}
	return userKind, a.UserID
}

type accountRow struct {
	provisioning.Account
	kind, resource                                               string
	remoteID, origin, profile, lease, shown                      sql.NullString
	linked, began, due, leaseUntil, held, dead, verified, mayRun sql.NullInt64
	pauses                                                       pauseRow
}

func (r *accountRow) dest() []any {
	return append([]any{&r.ConnectorID, &r.kind, &r.resource, &r.DesiredGen, &r.ObservedGen, &r.remoteID, &r.origin, &r.linked, &r.LinkedBy,
		&r.began, &r.mayRun, &r.profile, &r.Priority, &r.due, &r.Attempts, &r.lease, &r.leaseUntil, &r.held, &r.HeldReason, &r.HeldRemoteID,
		&r.shown, &r.Approved, &r.dead, &r.ErrorKind, &r.Error, &r.Remedy, &r.ChangeID, &r.verified, &r.Label,
		&r.Suspect, &r.ReturnedFrom, &r.WaitsFor, &r.Adoptable}, r.pauses.dest()...)
}

func (r *accountRow) finish() (provisioning.Account, error) {
	a := r.Account
	a.Error, a.More = parted(a.Error)
	a.UserID, a.GroupID = r.resource, ""
	if r.kind == groupKind {
		a.UserID, a.GroupID = "", r.resource
	}
	a.RemoteID, a.Origin, a.Lease = r.remoteID.String, provisioning.Origin(r.origin.String), r.lease.String
	a.LinkedAt, a.WriteBegan, a.DueAt, a.LeaseUntil = timeOf(r.linked), timeOf(r.began), timeOf(r.due), timeOf(r.leaseUntil)
	a.HeldAt, a.DeadAt, a.VerifiedAt = timeOf(r.held), timeOf(r.dead), timeOf(r.verified)
	a.WriteUntil = timeOf(r.mayRun)
	var err error
	if a.Pauses, err = r.pauses.finish(); err != nil {
		return a, err
	}
	if a.Profile, err = objectOf(r.profile); err != nil {
		return a, fmt.Errorf("profile of %s %s at connector %s: %w", r.kind, r.resource, a.ConnectorID, err)
	}
	if a.HeldShown, err = objectOf(r.shown); err != nil {
		return a, fmt.Errorf("held account of %s %s at connector %s: %w", r.kind, r.resource, a.ConnectorID, err)
	}
	return a, nil
}

func scanAccount(row scanner) (provisioning.Account, error) {
	var r accountRow
	if err := row.Scan(r.dest()...); err != nil {
		return r.Account, err
	}
	return r.finish()
}

// Account implements provisioning.Store.
func (s *Store) Account(ctx context.Context, connectorID, userID string) (a provisioning.Account, ok bool, err error) {
	a, err = scanAccount(s.r.QueryRowContext(ctx, `SELECT `+accountColumns+fromAccounts+
		`WHERE a.connector_id = $1 AND a.kind = 'user' AND a.resource_id = $2`, connectorID, userID))
	if missing(err) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("read account of user %s at connector %s: %w", userID, connectorID, err)
	}
	return a, true, nil
}

// AccountsOf has the accounts of several users, by user ID.
func (s *Store) AccountsOf(ctx context.Context, userIDs []string) (map[string][]provisioning.Account, error) {
	of := make(map[string][]provisioning.Account, len(userIDs))
	if len(userIDs) == 0 {
		return of, nil
	}
	args := make([]any, len(userIDs))
	for i, id := range userIDs {
		args[i] = id
	}
	found, err := list(ctx, s.r, scanAccount, accountsOfQuery(len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	for _, a := range found {
		of[a.UserID] = append(of[a.UserID], a)
	}
	return of, nil
}

func accountsOfQuery(n int) string {
	return `SELECT ` + accountColumns + fromAccounts + `WHERE a.kind = 'user' AND a.resource_id IN (` + placeholders(1, n) + `)`
}

// Begin implements provisioning.Store.
func (s *Store) Begin(ctx context.Context, t provisioning.Task, now time.Time) error {
	kind, id := accountKey(t.Account)
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE accounts SET `+counted+`, write_began = $1, write_until = lease_until, remote_id = NULL, origin = NULL, linked_at = NULL, linked_by = '', profile = NULL, returned_from = ''
			WHERE connector_id = $2 AND kind = $3 AND resource_id = $4 AND lease = $5`, now.UnixMicro(), t.ConnectorID, kind, id, t.Lease)
		if err != nil {
			return fmt.Errorf("begin create for %s %s: %w", kind, id, err)
		}
		if n == 0 {
			return provisioning.ErrLeaseLost
		}
		return forgetMembers(ctx, tx, t.Account)
	})
}

// Link implements provisioning.Store. Memberships of another group than the one that is linked are nobody's any more.
func (s *Store) Link(ctx context.Context, t provisioning.Task, l provisioning.Link, now time.Time) error {
	kind, id := accountKey(t.Account)
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if t.GroupID != "" && t.RemoteID != l.RemoteID {
			if err := forgetMembers(ctx, tx, t.Account); err != nil {
				return err
			}
		}
		// That a group may be adopted is no yes to whatever is asked about it later.
		n, err := exec(ctx, tx, `UPDATE accounts SET `+counted+`, remote_id = $1, origin = $2, linked_at = $3, linked_by = change_id, returned_from = $8,
				approved = CASE WHEN kind = 'group' THEN '' ELSE approved END
			WHERE connector_id = $4 AND kind = $5 AND resource_id = $6 AND lease = $7`,
			l.RemoteID, string(l.Origin), now.UnixMicro(), t.ConnectorID, kind, id, t.Lease, l.ReturnedFrom)
		if err == nil && n == 0 {
			return provisioning.ErrLeaseLost
		}
		if err == nil && t.UserID != "" && t.RemoteID != l.RemoteID { // the result may be lost; the groups must hear of it
			_, err = tx.ExecContext(ctx, markLinkedDueQuery(1), append(newsArgs(t.ConnectorID, now), t.UserID)...)
		}
		return err
	})
	switch {
	case violation(err) == notUnique:
		return provisioning.ErrLinked
	case err != nil:
		return fmt.Errorf("link %s %s: %w", kind, id, err)
	}
	return nil
}

// RetryAccount makes an account due now, whatever stood in its way. approve, when not "", is the remote ID that may be adopted.
func (s *Store) RetryAccount(ctx context.Context, connectorID, userID, approve string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE accounts SET `+afresh+`, priority = 1, change_id = $2,
				approved = CASE WHEN adoptable AND CAST($3 AS TEXT) <> '' THEN CAST($3 AS TEXT) ELSE approved END
			WHERE connector_id = $4 AND kind = 'user' AND resource_id = $5`, c.At.UnixMicro(), c.ID, clean(approve), connectorID, userID)
		if err != nil && !missing(err) {
			return fmt.Errorf("retry user %s at connector %s: %w", userID, connectorID, err)
		}
		if n == 0 {
			return &directory.Error{Code: directory.NotFound, Message: "The user has no account there. It may be gone already."}
		}
		return recordChange(ctx, tx, c)
	})
}

// RelocateAccount implements directory.Store.
func (s *Store) RelocateAccount(ctx context.Context, connectorID, id, remoteID string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE accounts SET `+afresh+`, priority = 1, change_id = $2, remote_id = NULL, origin = NULL, linked_at = NULL, linked_by = '',
				profile = NULL, returned_from = '', suspect = 'elsewhere'
			WHERE connector_id = $3 AND resource_id = $4 AND remote_id = $5 AND held_at IS NOT NULL AND held_remote_id = remote_id`,
			c.At.UnixMicro(), c.ID, connectorID, id, clean(remoteID))
		if err != nil && !missing(err) {
			return fmt.Errorf("forget account %s at connector %s: %w", remoteID, connectorID, err)
		}
		if n == 0 {
			return &directory.Error{Code: directory.Conflict, Message: "The account is not held for that decision now: somebody else has decided, or the target has changed."}
		}
		if _, err = tx.ExecContext(ctx, `DELETE FROM pushed_members WHERE connector_id = $1 AND group_id = $2`, connectorID, id); err != nil { // they were the other group's
			return fmt.Errorf("forget the members of group %s at connector %s: %w", id, connectorID, err)
		}
		return recordChange(ctx, tx, c)
	})
}

// Resync makes every account of a connector due, behind everything more urgent, and says how many.
func (s *Store) Resync(ctx context.Context, connectorID string, c directory.Change) (int, error) {
	var n int64
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		// What is due already keeps its place: a leaver must not fall behind.
		n, err = exec(ctx, tx, `UPDATE accounts SET `+afresh+`, change_id = $2, priority = CASE WHEN `+isDue+` THEN priority ELSE 2 END
			WHERE connector_id = $3 AND kind = 'user'`, c.At.UnixMicro(), c.ID, connectorID)
		if err != nil {
			return fmt.Errorf("resync connector %s: %w", connectorID, err)
		}
		return recordChange(ctx, tx, c)
	})
	return int(n), err
}

// errorColumns are what an account and a log line keep of an error. The text is its line and, from the first line break
// on, what was said besides: parted undoes it.
func errorColumns(kind connectors.Kind, err error) (k, text, remedy string) {
	if err == nil {
		return "", "", ""
	}
	if kind == "" {
		kind = connectors.KindOf(err)
	}
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		remedy = clean(e.Remedy)
	}
	text = strings.ReplaceAll(clean(err.Error()), "\n", " ")
	if e, ok := errors.AsType[*connectors.Error](err); ok && e.More != "" {
		text += "\n" + clean(e.More)
	}
	return string(kind), text, remedy
}

func parted(text string) (line, more string) {
	line, more, _ = strings.Cut(text, "\n")
	return line, more
}
