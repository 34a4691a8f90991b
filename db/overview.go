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

// Progress counts a connector's accounts by status, from indexes alone.
func (s *Store) Progress(ctx context.Context, connectorID string) (provisioning.Progress, error) {
	t, err := s.Target(ctx, connectorID)
	if err != nil {
		return provisioning.Progress{}, err
	}
	p, err := s.progress(ctx, connectorID, t.Pauses(), time.Now())
	if !t.Enabled && t.Provisioner.ID != "" {
		p = off(p)
	}
	return p, err
}

// countAccounts counts all accounts of users, those that are held and dead, and of the unsettled ones all, what is being tried
// at $2, and what waits for another try. The index of those has no kind, so the groups among them, who are few, are
// counted by their key and taken off.
// One statement sees one moment.
const countAccounts = `SELECT
		(SELECT count(*) FROM accounts WHERE connector_id = $1 AND kind = 'user'),
		(SELECT count(*) FROM accounts WHERE connector_id = $1 AND held_at IS NOT NULL AND kind = 'user'),
		(SELECT count(*) FROM accounts WHERE connector_id = $1 AND dead_at IS NOT NULL AND kind = 'user'),
		d.due - pushed.due, d.running - pushed.running, d.retrying - pushed.retrying
	FROM (SELECT count(*) AS due,
			coalesce(sum(CASE WHEN lease_until > $2 THEN 1 ELSE 0 END), 0) AS running,
			coalesce(sum(CASE WHEN attempts > 0 AND (lease_until IS NULL OR lease_until <= $2) THEN 1 ELSE 0 END), 0) AS retrying
		FROM accounts WHERE connector_id = $1 AND priority IN (0, 1, 2) AND ` + isDue + `) AS d,
		(SELECT count(*) AS due,
			coalesce(sum(CASE WHEN lease_until > $2 THEN 1 ELSE 0 END), 0) AS running,
			coalesce(sum(CASE WHEN attempts > 0 AND (lease_until IS NULL OR lease_until <= $2) THEN 1 ELSE 0 END), 0) AS retrying
		FROM accounts WHERE connector_id = $1 AND kind = 'group' AND observed_gen + 0 < desired_gen AND dead_at IS NULL AND held_at IS NULL) AS pushed`

func (s *Store) progress(ctx context.Context, connectorID string, pauses provisioning.Pauses, now time.Time) (provisioning.Progress, error) {
	var total, held, dead, due, running, retrying int
	err := s.r.QueryRowContext(ctx, countAccounts, connectorID, now.UnixMicro()).Scan(&total, &held, &dead, &due, &running, &retrying)
	if err != nil {
		return provisioning.Progress{}, fmt.Errorf("count accounts of connector %s: %w", connectorID, err)
	}
	p := provisioning.Progress{Total: total, Counts: map[provisioning.Status]int{}}
	add := func(status provisioning.Status, n int) {
		if n > 0 {
			p.Counts[status] += n
		}
	}
	add(provisioning.StatusHeld, held)
	add(provisioning.StatusFailed, dead)
	add(provisioning.StatusSynced, total-held-dead-due)
	add(provisioning.StatusRunning, running)
	paused, pausedRetrying := due-running, retrying
	if pauses.Quarantine.Class != provisioning.AllOperations {
		if paused, pausedRetrying, err = s.countPaused(ctx, connectorID, pauses, now); err != nil {
			return p, err
		}
	}
	add(provisioning.StatusPaused, paused)
	add(provisioning.StatusRetrying, retrying-pausedRetrying)
	add(provisioning.StatusPending, due-running-retrying-(paused-pausedRetrying))
	return p, nil
}

// countPaused counts the users' accounts that wait because of a pause which lets some of them go, and those of them that
// were tried already.
func (s *Store) countPaused(ctx context.Context, connectorID string, pauses provisioning.Pauses, now time.Time) (n, retrying int, err error) {
	only := provisioning.Everybody
	switch {
	case pauses.Quarantine.Class == provisioning.WritesOnly:
	case pauses.Limit.On():
		only = provisioning.Newcomers
	default:
		return 0, 0, nil
	}
	err = s.r.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0) FROM accounts
		WHERE connector_id = $1 AND priority IN (1, 2) AND `+isDue+` AND (lease_until IS NULL OR lease_until <= $2) AND kind = 'user'`+ofSort(only),
		connectorID, now.UnixMicro()).Scan(&n, &retrying)
	if err != nil {
		err = fmt.Errorf("count paused accounts of connector %s: %w", connectorID, err)
	}
	return n, retrying, err
}

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
	err := s.r.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM users WHERE `+isLive+`), (SELECT count(*) FROM users WHERE `+isLive+` AND NOT active),
		(SELECT count(*) FROM connections)`).Scan(&o.Users, &o.Disabled, &o.Connections)
	if err != nil {
		return o, fmt.Errorf("count users: %w", err)
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

// countLines counts an hour of the log from indexes alone: all lines, those that failed, and those that
// wait for a person's decision and are neither.
const countLines = `SELECT (SELECT count(*) FROM attempts WHERE id >= $1 AND id < $2),
	(SELECT count(*) FROM attempts WHERE outcome IN ('retry', 'failed') AND outcome <> 'succeeded' AND id >= $1 AND id < $2),
	(SELECT count(*) FROM attempts WHERE outcome = 'held' AND outcome <> 'succeeded' AND id >= $1 AND id < $2)`

// lastHours counts the log by hour of the clock; the last hour is the running one.
func (s *Store) lastHours(ctx context.Context, now time.Time) ([]provisioning.Hour, error) {
	all := make([]provisioning.Hour, hours)
	start := now.UTC().Truncate(time.Hour).Add(-(hours - 1) * time.Hour)
	for i := range all {
		h := &all[i]
		h.Start = start.Add(time.Duration(i) * time.Hour)
		var lines, held int
		err := s.r.QueryRowContext(ctx, countLines, boundID(h.Start).String(), boundID(h.Start.Add(time.Hour)).String()).Scan(&lines, &h.Failed, &held)
		if err != nil {
			return nil, fmt.Errorf("count the provisioning log: %w", err)
		}
		h.Succeeded = lines - h.Failed - held
	}
	return all, nil
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
