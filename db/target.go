package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/provisioning"
)

const quarantineColumns = `k.quarantine_class, k.quarantine_since, k.quarantine_until, k.quarantine_step,
	k.quarantine_reason, k.quarantine_remedy, k.quarantine_kind`

const endQuarantine = `quarantine_class = '', quarantine_since = NULL, quarantine_until = NULL, quarantine_step = 0,
	quarantine_reason = '', quarantine_remedy = '', quarantine_kind = ''`

type quarantineRow struct {
	provisioning.Quarantine
	since, until sql.NullInt64
	step         int64
}

func (r *quarantineRow) dest() []any {
	return []any{&r.Class, &r.since, &r.until, &r.step, &r.Reason, &r.Remedy, &r.Quarantine.Kind}
}

func (r *quarantineRow) finish() provisioning.Quarantine {
	q := r.Quarantine
	q.Since, q.Until, q.Step = timeOf(r.since), timeOf(r.until), time.Duration(r.step)*time.Microsecond
	return q
}

const targetColumns = connectorColumns + `, ` + provisionerColumns + `, ` + quarantineColumns

func (s *Store) scanTarget(row scanner) (t provisioning.Target, err error) {
	var k connectorRow
	var p provisionerRow
	var q quarantineRow
	if err := row.Scan(append(append(k.dest(), p.dest()...), q.dest()...)...); err != nil {
		return t, err
	}
	t.Provisioner, t.Quarantine = p.finish(), q.finish()
	t.Connector, err = s.finish(k)
	return t, err
}

// Targets implements provisioning.Store.
func (s *Store) Targets(ctx context.Context) ([]provisioning.Target, error) {
	found, err := list(ctx, s.r, s.scanTarget, `SELECT `+targetColumns+fromProvisioners+`WHERE k.enabled ORDER BY p.created_at, p.id`)
	if err != nil {
		return nil, fmt.Errorf("list targets: %w", err)
	}
	return found, nil
}

// Target is one connector, enabled or not, with its quarantine and, when there is one, its provisioner.
func (s *Store) Target(ctx context.Context, connectorID string) (t provisioning.Target, err error) {
	var k connectorRow
	var q quarantineRow
	err = s.r.QueryRowContext(ctx, `SELECT `+connectorColumns+`, `+quarantineColumns+fromConnectors+`WHERE k.id = $1`, connectorID).
		Scan(append(k.dest(), q.dest()...)...)
	if missing(err) {
		return t, noConnector()
	}
	if err != nil {
		return t, fmt.Errorf("read target %s: %w", connectorID, err)
	}
	t.Quarantine = q.finish()
	if t.Connector, err = s.finish(k); err != nil {
		return t, err
	}
	t.Provisioner, _, err = s.ProvisionerOf(ctx, connectorID)
	return t, err
}

// firstDue finds when the first account of a priority comes due. It reads one index entry.
const firstDue = `(SELECT min(due_at) FROM accounts a WHERE a.connector_id = k.id AND a.priority = %d AND ` + isDue + `)`

func nextDueQuery() string {
	return `SELECT k.quarantine_class, k.quarantine_until, ` +
		fmt.Sprintf(firstDue, provisioning.Leavers) + `, ` + fmt.Sprintf(firstDue, provisioning.People) + `, ` + fmt.Sprintf(firstDue, provisioning.Bulk) + `
	FROM connectors k JOIN provisioners p ON p.connector_id = k.id WHERE k.enabled`
}

// NextDue implements provisioning.Store.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	all, err := list(ctx, s.r, func(row scanner) (time.Time, error) {
		var class provisioning.Class
		var check, leavers, people, bulk sql.NullInt64
		if err := row.Scan(&class, &check, &leavers, &people, &bulk); err != nil {
			return time.Time{}, err
		}
		switch class {
		case provisioning.AllOperations:
			return timeOf(check), nil
		case provisioning.WritesOnly:
			return earliest(timeOf(check), timeOf(leavers)), nil
		}
		return earliest(timeOf(leavers), timeOf(people), timeOf(bulk)), nil
	}, nextDueQuery())
	if err != nil {
		return time.Time{}, fmt.Errorf("next due: %w", err)
	}
	return earliest(all...), nil
}

// earliest leaves zero times out.
func earliest(times ...time.Time) time.Time {
	var first time.Time
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// Quarantine implements provisioning.Store.
func (s *Store) Quarantine(ctx context.Context, connectorID string, q provisioning.Quarantine, now time.Time) error {
	if q.On() {
		_, err := s.w.ExecContext(ctx, `UPDATE connectors SET quarantine_class = $1, quarantine_since = $2, quarantine_until = $3, quarantine_step = $4,
				quarantine_reason = $5, quarantine_remedy = $6, quarantine_kind = $7 WHERE id = $8`,
			string(q.Class), micros(q.Since), q.Until.UnixMicro(), q.Step.Microseconds(), clean(q.Reason), clean(q.Remedy), string(q.Kind), connectorID)
		if err != nil {
			return fmt.Errorf("quarantine connector %s: %w", connectorID, err)
		}
		return nil
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE connectors SET `+endQuarantine+` WHERE id = $1`, connectorID); err != nil {
			return fmt.Errorf("release connector %s: %w", connectorID, err)
		}
		_, err := tx.ExecContext(ctx, `UPDATE accounts SET due_at = $1
			WHERE connector_id = $2 AND `+isDue+` AND priority IN (0, 1, 2) AND due_at > $1 AND lease IS NULL`, now.UnixMicro(), connectorID)
		if err != nil {
			return fmt.Errorf("release accounts of connector %s: %w", connectorID, err)
		}
		return nil
	})
}
