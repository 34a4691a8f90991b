package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/provisioning"
)

// isLeased leads to the index accounts_leased, which holds nothing else than what is being tried.
const isLeased = `connector_id IN (SELECT id FROM connectors) AND kind IN ('user', 'group') AND lease IS NOT NULL`

const leasesQuery = `SELECT lease, lease_for FROM accounts WHERE ` + isLeased

const takeOverQuery = `UPDATE accounts SET ` + counted + `, lease = NULL, lease_until = NULL, lease_for = NULL, due_at = $1, write_until = $1 WHERE ` + isLeased + ` AND lease = $2`

// Leases implements provisioning.Store.
func (s *Store) Leases(ctx context.Context) (map[string]time.Duration, error) {
	all := map[string]time.Duration{}
	rows, err := s.r.QueryContext(ctx, leasesQuery)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var lease string
		var span sql.NullInt64
		if err := rows.Scan(&lease, &span); err != nil {
			return nil, fmt.Errorf("list leases: %w", err)
		}
		all[lease] = time.Duration(span.Int64) * time.Microsecond
	}
	return all, rows.Err()
}

// TakeOver implements provisioning.Store.
func (s *Store) TakeOver(ctx context.Context, lease string, now time.Time) (int, error) {
	n, err := exec(ctx, s.w, takeOverQuery, now.UnixMicro(), lease)
	if err != nil {
		return 0, fmt.Errorf("take over a lease: %w", err)
	}
	return int(n), nil
}

// MendTimes implements provisioning.Store.
func (s *Store) MendTimes(ctx context.Context, now time.Time, longest time.Duration) (int, error) {
	absurd := now.Add(longest)
	n, err := exec(ctx, s.w, `UPDATE accounts SET due_at = $1
		WHERE connector_id IN (SELECT id FROM connectors) AND priority IN (0, 1, 2) AND `+isDue+` AND lease_until IS NULL AND due_at > $2`, now.UnixMicro(), absurd.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("mend times that lie too far ahead: %w", err)
	}
	targets, err := s.Targets(ctx)
	if err != nil {
		return int(n), err
	}
	for _, t := range targets {
		for _, q := range []provisioning.Quarantine{t.Quarantine, t.Pace, t.Limit} {
			if q.On() && q.Until.After(absurd) {
				q.Until = now
				n++
				if err := s.Quarantine(ctx, t.ID, q, now); err != nil {
					return int(n), err
				}
			}
		}
	}
	return int(n), nil
}
