package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"usher/connectors"
	"usher/provisioning"
)

const pauseColumns = `k.quarantine_class, k.quarantine_since, k.quarantine_until, k.quarantine_step,
	k.quarantine_reason, k.quarantine_remedy, k.quarantine_kind, k.pace, k.limited`

// endPauses ends all of them: the connector is different now.
const endPauses = endQuarantine + `, pace = '', limited = ''`

const endQuarantine = `quarantine_class = '', quarantine_since = NULL, quarantine_until = NULL, quarantine_step = 0,
	quarantine_reason = '', quarantine_remedy = '', quarantine_kind = ''`

type pauseRow struct {
	provisioning.Quarantine
	since, until sql.NullInt64
	step         int64
	pace, limit  string
}

func (r *pauseRow) dest() []any {
	return []any{&r.Class, &r.since, &r.until, &r.step, &r.Reason, &r.Remedy, &r.Quarantine.Kind, &r.pace, &r.limit}
}

func (r *pauseRow) finish() (p provisioning.Pauses, err error) {
	p.Quarantine = r.Quarantine
	p.Quarantine.Since, p.Quarantine.Until, p.Quarantine.Step = timeOf(r.since), timeOf(r.until), time.Duration(r.step)*time.Microsecond
	if p.Pace, err = pauseOf(provisioning.Paced, r.pace); err != nil {
		return p, err
	}
	p.Limit, err = pauseOf(provisioning.CreatesOnly, r.limit)
	return p, err
}

func pausesOf(t *provisioning.Target, r pauseRow) error {
	p, err := r.finish()
	t.Quarantine, t.Pace, t.Limit = p.Quarantine, p.Pace, p.Limit
	if err != nil {
		return fmt.Errorf("connector %s: %w", t.ID, err)
	}
	return nil
}

// pauseJSON is how a pause that runs beside the quarantine is kept. Stored: never rename.
type pauseJSON struct {
	Since  int64           `json:"since"` // microseconds
	Until  int64           `json:"until"`
	Step   int64           `json:"step"`
	Asked  bool            `json:"asked,omitempty"`
	Reason string          `json:"reason"`
	Remedy string          `json:"remedy"`
	Kind   connectors.Kind `json:"kind"`
}

func pauseOf(c provisioning.Class, text string) (q provisioning.Quarantine, err error) {
	if text == "" {
		return q, nil
	}
	var j pauseJSON
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return q, fmt.Errorf("read a pause of class %s: %w", c, err)
	}
	return provisioning.Quarantine{Class: c, Since: time.UnixMicro(j.Since).UTC(), Until: time.UnixMicro(j.Until).UTC(), Step: time.Duration(j.Step) * time.Microsecond,
		Asked: j.Asked, Reason: j.Reason, Remedy: j.Remedy, Kind: j.Kind}, nil
}

// beside are the columns of the pauses that run beside the quarantine.
var beside = map[provisioning.Class]string{provisioning.Paced: "pace", provisioning.CreatesOnly: "limited"}

// Quarantine implements provisioning.Store.
func (s *Store) Quarantine(ctx context.Context, connectorID string, q provisioning.Quarantine, now time.Time) error {
	if !q.On() {
		return s.release(ctx, connectorID, now)
	}
	var err error
	if column, ok := beside[q.Class]; ok {
		var b []byte
		b, err = json.Marshal(pauseJSON{q.Since.UnixMicro(), q.Until.UnixMicro(), q.Step.Microseconds(), q.Asked, clean(q.Reason), clean(q.Remedy), q.Kind})
		if err == nil {
			_, err = s.w.ExecContext(ctx, `UPDATE connectors SET `+column+` = $1 WHERE id = $2`, string(b), connectorID)
		}
	} else {
		_, err = s.w.ExecContext(ctx, `UPDATE connectors SET quarantine_class = $1, quarantine_since = $2, quarantine_until = $3, quarantine_step = $4,
				quarantine_reason = $5, quarantine_remedy = $6, quarantine_kind = $7 WHERE id = $8 AND CAST($9 AS BIGINT) IN (0, revision)`,
			string(q.Class), micros(q.Since), q.Until.UnixMicro(), q.Step.Microseconds(), clean(q.Reason), clean(q.Remedy), string(q.Kind), connectorID, q.Revision)
	}
	if err != nil {
		return fmt.Errorf("pause connector %s: %w", connectorID, err)
	}
	if q.Class == provisioning.CreatesOnly && !q.Holds(now) {
		return s.makeLimitedDue(ctx, connectorID, now)
	}
	return nil
}

// makeLimitedDue makes those due for whom there was no room.
func (s *Store) makeLimitedDue(ctx context.Context, connectorID string, now time.Time) error {
	_, err := s.w.ExecContext(ctx, `UPDATE accounts SET due_at = $1
		WHERE connector_id = $2 AND `+isDue+` AND priority IN (0, 1, 2) AND due_at > $1 AND lease_until IS NULL AND error_kind = $3`,
		now.UnixMicro(), connectorID, string(connectors.Limit))
	if err != nil {
		return fmt.Errorf("make limited accounts of connector %s due: %w", connectorID, err)
	}
	return nil
}

func (s *Store) release(ctx context.Context, connectorID string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		// Who was refused while everybody was is tried again.
		_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+counted+`, dead_at = NULL, attempts = 0, due_at = $1
			WHERE connector_id = $2 AND dead_at IS NOT NULL AND error_kind = $3
				AND EXISTS (SELECT 1 FROM connectors WHERE id = $2 AND quarantine_kind = $3)`, now.UnixMicro(), connectorID, string(connectors.Refused))
		if err != nil {
			return fmt.Errorf("revive refused accounts of connector %s: %w", connectorID, err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE connectors SET `+endQuarantine+` WHERE id = $1`, connectorID); err != nil {
			return fmt.Errorf("release connector %s: %w", connectorID, err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE accounts SET due_at = $1
			WHERE connector_id = $2 AND `+isDue+` AND priority IN (0, 1, 2) AND due_at > $1 AND lease IS NULL`, now.UnixMicro(), connectorID)
		if err != nil {
			return fmt.Errorf("release accounts of connector %s: %w", connectorID, err)
		}
		return nil
	})
}

// Resume implements provisioning.Store.
func (s *Store) Resume(ctx context.Context, connectorID string, c provisioning.Class, now time.Time) error {
	if _, err := s.w.ExecContext(ctx, `UPDATE connectors SET `+beside[c]+` = '' WHERE id = $1`, connectorID); err != nil {
		return fmt.Errorf("end the pause %s of connector %s: %w", c, connectorID, err)
	}
	if c == provisioning.CreatesOnly {
		return s.makeLimitedDue(ctx, connectorID, now)
	}
	return nil
}
