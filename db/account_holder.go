package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// holderQuery finds an account by the remote ID that it stands for, or by its own ID, which is stamped on it. Whoever
// bears the stamp comes first: a remote ID may be remembered wrongly.
const holderQuery = `SELECT a.resource_id, a.observed_gen < a.desired_gen, a.held_at IS NOT NULL OR a.dead_at IS NOT NULL, a.waits_for,
		CASE WHEN a.lease IS NULL THEN a.due_at END
	FROM accounts a WHERE a.connector_id = $1 AND a.kind = $2 AND a.resource_id <> $3 AND (a.resource_id = $4 OR a.remote_id = $5)
	ORDER BY CASE WHEN a.resource_id = $4 THEN 0 ELSE 1 END LIMIT 1`

// Holder implements provisioning.Store.
func (s *Store) Holder(ctx context.Context, t provisioning.Task, remoteID, externalID string) (h provisioning.Holder, ok bool, err error) {
	kind, id := accountKey(t.Account)
	var due sql.NullInt64
	err = s.r.QueryRowContext(ctx, holderQuery, t.ConnectorID, kind, id, connectors.OurID(externalID), remoteID).Scan(&h.ID, &h.Unsettled, &h.Stuck, &h.WaitsFor, &due)
	h.DueAt = timeOf(due)
	if missing(err) {
		return h, false, nil
	}
	if err == nil && kind == groupKind {
		err = s.holdingGroup(ctx, t, &h)
	} else if err == nil {
		err = s.holdingUser(ctx, &h)
	}
	if missing(err) { // settled and gone since
		return h, false, nil
	}
	if err != nil {
		return h, false, fmt.Errorf("look for the holder of account %s at connector %s: %w", remoteID, t.ConnectorID, err)
	}
	return h, true, nil
}

func (s *Store) holdingUser(ctx context.Context, h *provisioning.Holder) (err error) {
	h.User, err = scanUser(s.r.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE id = $1`, h.ID))
	h.Name, h.Leaving = h.User.UserName, h.User.State == directory.Deleted || h.User.State == directory.TakenBack
	return err
}

// holdingGroup reads a group, which may be deleted here and still be at the target: then its account has its name.
func (s *Store) holdingGroup(ctx context.Context, t provisioning.Task, h *provisioning.Holder) error {
	err := s.r.QueryRowContext(ctx, `SELECT label FROM accounts WHERE connector_id = $1 AND kind = 'group' AND resource_id = $2`, t.ConnectorID, h.ID).Scan(&h.Name)
	if h.Leaving = h.Name != ""; err != nil || h.Leaving {
		return err
	}
	h.Group, err = scanGroup(s.r.QueryRowContext(ctx, `SELECT `+groupColumns+` FROM user_groups g WHERE g.id = $1`, h.ID))
	h.Name = h.Group.DisplayName
	return err
}

// Contenders implements provisioning.Store.
func (s *Store) Contenders(ctx context.Context, t provisioning.Task, n int) ([]provisioning.Account, error) {
	kind, id := accountKey(t.Account)
	scan := func(row scanner) (a provisioning.Account, err error) {
		var r accountRow
		if err := row.Scan(&r.kind, &r.resource, &r.remoteID, &r.profile, &r.WaitsFor, &r.Label); err != nil {
			return a, err
		}
		return r.finish()
	}
	found, err := list(ctx, s.r, scan, contendersQuery, t.ConnectorID, kind, id, n)
	if err != nil {
		return nil, fmt.Errorf("look for accounts that wait at connector %s: %w", t.ConnectorID, err)
	}
	return found, nil
}

const contendersQuery = `SELECT a.kind, a.resource_id, a.remote_id, CASE WHEN a.write_began IS NULL THEN a.profile END, a.waits_for, COALESCE(u.user_name, g.display_name, a.label)
	FROM accounts a LEFT JOIN users u ON a.kind = 'user' AND u.id = a.resource_id LEFT JOIN user_groups g ON a.kind = 'group' AND g.id = a.resource_id
	WHERE a.connector_id = $1 AND a.kind = $2 AND a.resource_id <> $3 AND a.observed_gen < a.desired_gen AND a.dead_at IS NULL AND a.held_at IS NULL
		AND a.error_kind <> '' AND a.remote_id IS NOT NULL ORDER BY a.due_at DESC LIMIT $4`
