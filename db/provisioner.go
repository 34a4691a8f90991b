package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/directory"
)

const provisionerColumns = `p.id, p.connector_id, n.name, k.kind, p.blocking, p.on_failure, p.deadline, p.jit_outbound, p.revision, p.created_at, p.updated_at`

const fromProvisioners = ` FROM provisioners p JOIN connectors k ON k.id = p.connector_id JOIN connections n ON n.id = k.connection_id `

// provisionerRow is what a query reads.
type provisionerRow struct {
	directory.Provisioner
	deadline         int64
	created, updated sql.NullInt64
}

func (r *provisionerRow) dest() []any {
	return []any{&r.ID, &r.ConnectorID, &r.Connection, &r.Kind, &r.Blocking, &r.OnFailure, &r.deadline, &r.JITOutbound, &r.Revision, &r.created, &r.updated}
}

func (r *provisionerRow) finish() directory.Provisioner {
	p := r.Provisioner
	p.Deadline = time.Duration(r.deadline) * time.Microsecond
	p.CreatedAt, p.UpdatedAt = timeOf(r.created), timeOf(r.updated)
	return p
}

func scanProvisioner(row scanner) (directory.Provisioner, error) {
	var r provisionerRow
	err := row.Scan(r.dest()...)
	return r.finish(), err
}

func noProvisioner() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such provisioner. It may have been deleted."}
}

// Provisioners lists them by connection and kind.
func (s *Store) Provisioners(ctx context.Context) ([]directory.Provisioner, error) {
	found, err := list(ctx, s.r, scanProvisioner, `SELECT `+provisionerColumns+fromProvisioners+`ORDER BY n.name_key, k.kind`)
	if err != nil {
		return nil, fmt.Errorf("list provisioners: %w", err)
	}
	return found, nil
}

// Provisioner finds a provisioner; NotFound when there is none.
func (s *Store) Provisioner(ctx context.Context, id string) (directory.Provisioner, error) {
	p, err := scanProvisioner(s.r.QueryRowContext(ctx, `SELECT `+provisionerColumns+fromProvisioners+`WHERE p.id = $1`, id))
	if missing(err) {
		return p, noProvisioner()
	}
	if err != nil {
		return p, fmt.Errorf("read provisioner: %w", err)
	}
	return p, nil
}

// ProvisionerOf finds the provisioner that sends users to a connector; ok is false when none does.
func (s *Store) ProvisionerOf(ctx context.Context, connectorID string) (p directory.Provisioner, ok bool, err error) {
	p, err = scanProvisioner(s.r.QueryRowContext(ctx, `SELECT `+provisionerColumns+fromProvisioners+`WHERE p.connector_id = $1`, connectorID))
	if missing(err) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("read provisioner: %w", err)
	}
	return p, true, nil
}

// BlockingProvisioners implements directory.Store.
func (s *Store) BlockingProvisioners(ctx context.Context, source directory.Source) ([]directory.Provisioner, error) {
	found, err := list(ctx, s.r, scanProvisioner, `SELECT `+provisionerColumns+fromProvisioners+`WHERE `+
		blockingFor+` ORDER BY n.name_key, k.kind`, string(source))
	if err != nil {
		return nil, fmt.Errorf("list blocking provisioners: %w", err)
	}
	return found, nil
}

// CreateProvisioner implements directory.Store.
func (s *Store) CreateProvisioner(ctx context.Context, p directory.Provisioner, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO provisioners (id, connector_id, blocking, on_failure, deadline, jit_outbound, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
			p.ID, p.ConnectorID, p.Blocking, string(p.OnFailure), p.Deadline.Microseconds(), p.JITOutbound, c.At.UnixMicro())
		switch violation(err) {
		case notUnique:
			const message = "A provisioner for this connector already exists. Change that one instead."
			return &directory.Error{Code: directory.Conflict, Message: message, Fields: map[string]string{"connector": message}}
		case notLinked:
			return noConnector()
		}
		if err != nil {
			return fmt.Errorf("create provisioner %s: %w", p.ID, err)
		}
		if err := backfill(ctx, tx, p.ConnectorID, c); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// UpdateProvisioner implements directory.Store; the connector stays. p.Revision 0 skips the check
// for a newer one. A changed JIT Outbound makes the accounts of
// users who came by sign-in due, because whether they are wanted follows from it.
func (s *Store) UpdateProvisioner(ctx context.Context, p directory.Provisioner, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := s.unrevised(ctx, tx, revisedProvisioners, p.ID, p.Revision); err != nil {
			return err
		}
		var connectorID string
		var jit bool
		err := tx.QueryRowContext(ctx, `SELECT connector_id, jit_outbound FROM provisioners WHERE id = $1`, p.ID).Scan(&connectorID, &jit)
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE provisioners SET blocking = $1, on_failure = $2, deadline = $3, jit_outbound = $4, revision = revision + 1, updated_at = $5 WHERE id = $6`,
				p.Blocking, string(p.OnFailure), p.Deadline.Microseconds(), p.JITOutbound, c.At.UnixMicro(), p.ID)
		}
		if err != nil {
			return fmt.Errorf("update provisioner %s: %w", p.ID, err)
		}
		if jit != p.JITOutbound {
			if err := touchSignedIn(ctx, tx, connectorID, c); err != nil {
				return err
			}
		}
		return recordChange(ctx, tx, c)
	})
}

func touchSignedIn(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+afresh+`, priority = 2, change_id = $2
		WHERE connector_id = $3 AND kind = 'user' AND resource_id IN (SELECT id FROM users WHERE source = 'jit' AND `+isLive+`)`,
		c.At.UnixMicro(), c.ID, connectorID)
	if err != nil {
		return fmt.Errorf("mark accounts of connector %s: %w", connectorID, err)
	}
	if err := markPushedDue(ctx, tx, connectorID, c); err != nil {
		return err
	}
	return backfill(ctx, tx, connectorID, c)
}

// DeleteProvisioner implements directory.Store.
func (s *Store) DeleteProvisioner(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		var connectorID string
		err := tx.QueryRowContext(ctx, `DELETE FROM provisioners WHERE id = $1 RETURNING connector_id`, id).Scan(&connectorID)
		if missing(err) {
			return noProvisioner()
		}
		if err != nil {
			return fmt.Errorf("delete provisioner %s: %w", id, err)
		}
		if err := dropPasswordsFor(ctx, tx, connectorID); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}
