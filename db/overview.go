package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"usher/directory"
	"usher/provisioning"
)

const membershipColumns = accountColumns + `, n.id, n.name, k.kind, k.enabled, p.id, p.blocking,
	NOT EXISTS (SELECT 1 FROM connection_groups s WHERE s.connection_id = k.connection_id) OR EXISTS (SELECT 1 FROM connection_groups s
		JOIN group_members m ON m.group_id = s.group_id WHERE s.connection_id = k.connection_id AND m.user_id = a.resource_id)`

const fromMemberships = ` FROM accounts a JOIN connectors k ON k.id = a.connector_id JOIN connections n ON n.id = k.connection_id
	LEFT JOIN provisioners p ON p.connector_id = k.id `

func scanMembership(row scanner) (m provisioning.Membership, err error) {
	var r accountRow
	var provisioner sql.NullString
	var blocking sql.NullBool
	if err := row.Scan(append(r.dest(), &m.ConnectionID, &m.Connection, &m.Kind, &m.Enabled, &provisioner, &blocking, &m.InScope)...); err != nil {
		return m, err
	}
	m.Provisioner, m.Blocking = provisioner.String, blocking.Bool
	m.Account, err = r.finish()
	return m, err
}

const membershipsQuery = `SELECT ` + membershipColumns + fromMemberships + `WHERE a.resource_id = $1 AND a.kind = 'user'`

// Memberships are a user's accounts with where they are, by connection; also those of a deleted user on the way out.
func (s *Store) Memberships(ctx context.Context, userID string) ([]provisioning.Membership, error) {
	found, err := list(ctx, s.r, scanMembership, membershipsQuery, userID)
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list accounts of user %s: %w", userID, err)
	}
	slices.SortFunc(found, func(a, b provisioning.Membership) int {
		return cmp.Or(cmp.Compare(directory.Key(a.Connection), directory.Key(b.Connection)), cmp.Compare(a.Kind, b.Kind))
	})
	return found, nil
}

const (
	mostTrouble = 10
	hours       = 24
)

// Overview is what the first page says.
func (s *Store) Overview(ctx context.Context, now time.Time) (provisioning.Overview, error) {
	var o provisioning.Overview
	live, disabled, err := s.countUsers(ctx)
	if err != nil {
		return o, err
	}
	o.Users, o.Disabled = int(live), int(disabled)
	if err := s.r.QueryRowContext(ctx, `SELECT count(*) FROM connections`).Scan(&o.Connections); err != nil {
		return o, fmt.Errorf("count connections: %w", err)
	}
	if o.Targets, err = s.Targets(ctx); err != nil {
		return o, err
	}
	if o.Off, err = s.offTargets(ctx); err != nil {
		return o, err
	}
	if err := s.countAll(ctx, &o, now); err != nil {
		return o, err
	}
	if o.Hours, err = s.lastHours(ctx, now); err != nil {
		return o, err
	}
	if err := s.trouble(ctx, &o); err != nil {
		return o, err
	}
	o.GroupTrouble, err = s.groupTrouble(ctx, o.Targets)
	return o, err
}

// countAll counts the accounts of every target.
func (s *Store) countAll(ctx context.Context, o *provisioning.Overview, now time.Time) error {
	o.Progress.Counts = map[provisioning.Status]int{}
	for i, t := range slices.Concat(o.Targets, o.Off) {
		p, err := s.progress(ctx, t.ID, t.Pauses(), now)
		if err != nil {
			return err
		}
		if i < len(o.Targets) {
			o.Targets[i].Settings.Secrets = nil
		} else {
			p = off(p)
		}
		o.Progress.Total += p.Total
		for status, n := range p.Counts {
			o.Progress.Counts[status] += n
		}
	}
	return nil
}

const (
	newestHeld = `SELECT ` + membershipColumns + fromMemberships + `WHERE a.connector_id = $1 AND a.held_at IS NOT NULL AND a.kind = 'user' ORDER BY a.held_at DESC LIMIT $2`
	newestDead = `SELECT ` + membershipColumns + fromMemberships + `WHERE a.connector_id = $1 AND a.dead_at IS NOT NULL AND a.kind = 'user' ORDER BY a.dead_at DESC LIMIT $2`
)

// trouble finds the accounts that wait for somebody, newest first.
func (s *Store) trouble(ctx context.Context, o *provisioning.Overview) error {
	for _, t := range o.Targets {
		for _, query := range []string{newestHeld, newestDead} {
			found, err := list(ctx, s.r, scanMembership, query, t.ID, mostTrouble)
			if err != nil {
				return fmt.Errorf("list trouble at connector %s: %w", t.ID, err)
			}
			o.Trouble = append(o.Trouble, found...)
		}
	}
	slices.SortFunc(o.Trouble, func(a, b provisioning.Membership) int { return since(b.Account).Compare(since(a.Account)) })
	met := o.Trouble[:min(len(o.Trouble), mostTrouble)]
	o.Trouble = nil
	for _, m := range met {
		u, err := scanUser(s.r.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE id = $1`, m.UserID))
		if errors.Is(err, sql.ErrNoRows) {
			continue // gone since
		}
		if err != nil {
			return fmt.Errorf("read user %s: %w", m.UserID, err)
		}
		u.PasswordHash = ""
		o.Trouble, o.TroubleUsers = append(o.Trouble, m), append(o.TroubleUsers, u)
	}
	return nil
}

func since(a provisioning.Account) time.Time {
	if a.HeldAt.IsZero() {
		return a.DeadAt
	}
	return a.HeldAt
}
