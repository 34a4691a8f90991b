package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// SetMapping implements directory.Store.
func (s *Store) SetMapping(ctx context.Context, connectorID string, revision int64, m directory.Mapping, c directory.Change) error {
	if m == nil {
		m = directory.Mapping{}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mapping of connector %s: %w", connectorID, err)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := s.unrevised(ctx, tx, revisedConnectors, connectorID, revision); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE connectors SET mapping = $1, revision = revision + 1, updated_at = $2, `+endPauses+` WHERE id = $3`,
			string(text), c.At.UnixMicro(), connectorID)
		if err != nil {
			return fmt.Errorf("update the mapping of connector %s: %w", connectorID, err)
		}
		// What is due already keeps its place: a leaver must not fall behind.
		_, err = tx.ExecContext(ctx, `UPDATE accounts SET `+afresh+`, change_id = $2, priority = CASE WHEN `+isDue+` THEN priority ELSE 2 END
			WHERE connector_id = $3 AND kind = 'user'`, c.At.UnixMicro(), c.ID, connectorID)
		if err != nil {
			return fmt.Errorf("mark accounts of connector %s: %w", connectorID, err)
		}
		return recordChange(ctx, tx, c)
	})
}

// SaveCheck keeps what a check of a connector's target found, in place of the one before. What the connector found out
// while it worked with the settings in force stays, for a check writes nothing. A connector that is gone has none.
func (s *Store) SaveCheck(ctx context.Context, connectorID string, k provisioning.LastCheck) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		old, _, err := lastCheck(ctx, tx, connectorID)
		if err != nil {
			return err
		}
		var revision int64
		if err := tx.QueryRowContext(ctx, `SELECT revision FROM connectors WHERE id = $1`, connectorID).Scan(&revision); err != nil && !missing(err) {
			return fmt.Errorf("revision of connector %s: %w", connectorID, err)
		}
		k.Report = provisioning.WithNotes(k.Report, old.Report, revision)
		return keepCheck(ctx, tx, connectorID, k)
	})
}

// Learn implements provisioning.CardStore.
func (s *Store) Learn(ctx context.Context, connectorID string, revision int64, r connectors.Report, at time.Time) error {
	for i := range r.Capabilities {
		r.Capabilities[i].Learned = revision
	}
	for i := range r.Proposals {
		r.Proposals[i].Learned = revision
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		k, found, err := lastCheck(ctx, tx, connectorID)
		if err != nil {
			return err
		}
		if !found {
			k.At = at
		}
		k.Report = provisioning.WithNotes(k.Report, r, revision)
		return keepCheck(ctx, tx, connectorID, k)
	})
}

func keepCheck(ctx context.Context, tx *sql.Tx, connectorID string, k provisioning.LastCheck) error {
	report, err := json.Marshal(k.Report)
	if err != nil {
		return fmt.Errorf("report about connector %s: %w", connectorID, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO connector_checks (connector_id, at, report, error)
		SELECT id, CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT) FROM connectors WHERE id = $1
		ON CONFLICT (connector_id) DO UPDATE SET at = excluded.at, report = excluded.report, error = excluded.error`,
		connectorID, k.At.UnixMicro(), string(report), k.Error)
	if err != nil {
		return fmt.Errorf("keep the check of connector %s: %w", connectorID, err)
	}
	return nil
}

// LastCheck is what the newest check of a connector's target found; ok is false when there was none.
func (s *Store) LastCheck(ctx context.Context, connectorID string) (k provisioning.LastCheck, ok bool, err error) {
	return lastCheck(ctx, s.r, connectorID)
}

func lastCheck(ctx context.Context, q runner, connectorID string) (k provisioning.LastCheck, ok bool, err error) {
	var at int64
	var report string
	err = q.QueryRowContext(ctx, `SELECT at, report, error FROM connector_checks WHERE connector_id = $1`, connectorID).Scan(&at, &report, &k.Error)
	if missing(err) {
		return k, false, nil
	}
	if err != nil {
		return k, false, fmt.Errorf("read the check of connector %s: %w", connectorID, err)
	}
	k.At = time.UnixMicro(at).UTC()
	if err := json.Unmarshal([]byte(report), &k.Report); err != nil {
		return k, false, fmt.Errorf("check of connector %s: %w", connectorID, err)
	}
	return k, true, nil
}
