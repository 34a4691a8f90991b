package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/provisioning"
)

const targetColumns = connectorColumns + `, ` + provisionerColumns + `, ` + pauseColumns

func (s *Store) scanTarget(row scanner) (t provisioning.Target, err error) {
	var k connectorRow
	var p provisionerRow
	var q pauseRow
	if err := row.Scan(append(append(k.dest(), p.dest()...), q.dest()...)...); err != nil {
		return t, err
	}
	t.Provisioner = p.finish()
	if t.Connector, err = s.finish(k); err != nil {
		return t, err
	}
	return t, pausesOf(&t, q)
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
	var q pauseRow
	err = s.r.QueryRowContext(ctx, `SELECT `+connectorColumns+`, `+pauseColumns+fromConnectors+`WHERE k.id = $1`, connectorID).
		Scan(append(k.dest(), q.dest()...)...)
	if missing(err) {
		return t, noConnector()
	}
	if err != nil {
		return t, fmt.Errorf("read target %s: %w", connectorID, err)
	}
	if t.Connector, err = s.finish(k); err != nil {
		return t, err
	}
	if err := pausesOf(&t, q); err != nil {
		return t, err
	}
	t.Provisioner, _, err = s.ProvisionerOf(ctx, connectorID)
	return t, err
}

// firstDue finds when the first account of a priority comes due. It reads one index entry.
const firstDue = `(SELECT min(due_at) FROM accounts a WHERE a.connector_id = k.id AND a.priority = %d AND ` + isDue + ` AND a.lease_until IS NULL)`

// firstKnown is firstDue without accounts that have to be made.
const firstKnown = `(SELECT min(due_at) FROM accounts a WHERE a.connector_id = k.id AND a.priority = %d AND ` + isDue + isKnown + ` AND a.lease_until IS NULL)`

func nextDueQuery() string {
	return `SELECT ` + pauseColumns + `, ` +
		fmt.Sprintf(firstDue, provisioning.Leavers) + `, ` + fmt.Sprintf(firstDue, provisioning.People) + `, ` + fmt.Sprintf(firstDue, provisioning.Bulk) + `, ` +
		fmt.Sprintf(firstKnown, provisioning.People) + `, ` + fmt.Sprintf(firstKnown, provisioning.Bulk) + `
	FROM connectors k JOIN provisioners p ON p.connector_id = k.id WHERE k.enabled`
}

// NextDue implements provisioning.Store.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	all, err := list(ctx, s.r, func(row scanner) (time.Time, error) {
		var paused pauseRow
		var leavers, people, bulk, knownPeople, knownBulk sql.NullInt64
		if err := row.Scan(append(paused.dest(), &leavers, &people, &bulk, &knownPeople, &knownBulk)...); err != nil {
			return time.Time{}, err
		}
		p, err := paused.finish()
		var next time.Time
		switch check := p.Quarantine.Until; p.Quarantine.Class {
		case provisioning.AllOperations:
			next = check
		case provisioning.WritesOnly:
			next = earliest(check, timeOf(leavers))
		default:
			others := earliest(timeOf(people), timeOf(bulk))
			if !others.IsZero() && others.Before(p.Limit.Until) {
				others = earliest(timeOf(knownPeople), timeOf(knownBulk), p.Limit.Until)
			}
			next = earliest(timeOf(leavers), others)
		}
		if !next.IsZero() && next.Before(p.Pace.Until) {
			next = p.Pace.Until
		}
		return next, err
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
