package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"usher/connectors"
	"usher/directory"
)

const connectorColumns = `k.id, k.connection_id, n.name, k.kind, k.enabled, k.field_values, k.secrets, k.mapping, k.revision, k.created_at, k.updated_at`

const fromConnectors = ` FROM connectors k JOIN connections n ON n.id = k.connection_id `

// connectorRow is what a query reads before secrets are opened.
type connectorRow struct {
	directory.Connector
	values, secrets  string
	mapping          string
	created, updated sql.NullInt64
}

func (r *connectorRow) dest() []any {
	return []any{&r.ID, &r.ConnectionID, &r.Connection, &r.Kind, &r.Enabled, &r.values, &r.secrets, &r.mapping, &r.Revision, &r.created, &r.updated}
}

func (s *Store) finish(r connectorRow) (directory.Connector, error) {
	n := r.Connector
	n.CreatedAt, n.UpdatedAt = timeOf(r.created), timeOf(r.updated)
	if err := json.Unmarshal([]byte(r.values), &n.Settings.Values); err != nil {
		return n, fmt.Errorf("values of connector %s: %w", n.ID, err)
	}
	if err := json.Unmarshal([]byte(r.mapping), &n.Mapping); err != nil {
		return n, fmt.Errorf("mapping of connector %s: %w", n.ID, err)
	}
	var err error
	n.Settings.Secrets, err = s.openSecrets(n.ID, r.secrets)
	return n, err
}

func (s *Store) scanConnector(row scanner) (directory.Connector, error) {
	var r connectorRow
	if err := row.Scan(r.dest()...); err != nil {
		return r.Connector, err
	}
	return s.finish(r)
}

func secretsPlace(connectorID string) place { return place{"connectors", connectorID, "secrets"} }

// sealSecrets seals all secrets of a connector as one JSON object; "" when there are none.
func (s *Store) sealSecrets(connectorID string, secrets map[string]directory.Secret) (string, error) {
	if len(secrets) == 0 {
		return "", nil
	}
	plain := make(map[string]string, len(secrets))
	for k, v := range secrets {
		plain[k] = v.Reveal()
	}
	b, err := json.Marshal(plain)
	if err != nil {
		return "", errors.New("seal secrets: a secret is not text")
	}
	return s.ring.seal(secretsPlace(connectorID), b), nil
}

func (s *Store) openSecrets(connectorID, sealed string) (map[string]directory.Secret, error) {
	secrets := map[string]directory.Secret{}
	if sealed == "" {
		return secrets, nil
	}
	b, err := s.ring.open(secretsPlace(connectorID), sealed)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &secrets); err != nil {
		return nil, fmt.Errorf("secrets of connector %s are damaged", connectorID)
	}
	return secrets, nil
}

func noConnector() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such connector. It may have been deleted."}
}

func (s *Store) oneConnector(row *sql.Row) (directory.Connector, error) {
	n, err := s.scanConnector(row)
	if missing(err) {
		return n, noConnector()
	}
	if err != nil {
		return n, fmt.Errorf("read connector: %w", err)
	}
	return n, nil
}

// Connector finds a connector, secrets opened; NotFound when there is none.
func (s *Store) Connector(ctx context.Context, id string) (directory.Connector, error) {
	return s.oneConnector(s.r.QueryRowContext(ctx, `SELECT `+connectorColumns+fromConnectors+`WHERE k.id = $1`, id))
}

// Connectors lists a connection's connectors by kind; "" lists those of all connections, by connection.
func (s *Store) Connectors(ctx context.Context, connectionID string) ([]directory.Connector, error) {
	query, args := `SELECT `+connectorColumns+fromConnectors+`WHERE k.connection_id = $1 ORDER BY k.kind`, []any{connectionID}
	if connectionID == "" {
		query, args = `SELECT `+connectorColumns+fromConnectors+`ORDER BY n.name_key, k.kind`, nil
	}
	found, err := list(ctx, s.r, s.scanConnector, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list connectors: %w", err)
	}
	return found, nil
}

func (s *Store) settings(n directory.Connector) (values, secrets string, err error) {
	if n.Settings.Values == nil {
		n.Settings.Values = map[string]string{}
	}
	b, err := json.Marshal(n.Settings.Values)
	if err != nil {
		return "", "", fmt.Errorf("values of connector %s: %w", n.ID, err)
	}
	secrets, err = s.sealSecrets(n.ID, n.Settings.Secrets)
	return string(b), secrets, err
}

// CreateConnector implements directory.Store.
func (s *Store) CreateConnector(ctx context.Context, n directory.Connector, c directory.Change) error {
	values, secrets, err := s.settings(n)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO connectors (id, connection_id, kind, enabled, field_values, secrets, revision, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)`, n.ID, n.ConnectionID, n.Kind, n.Enabled, values, secrets, c.At.UnixMicro())
		switch violation(err) {
		case notUnique:
			const message = "This connection already has a connector of this kind. Change that one, or make another connection."
			return &directory.Error{Code: directory.Conflict, Message: message, Fields: map[string]string{"kind": message}}
		case notLinked:
			return noConnection()
		}
		if err != nil {
			return fmt.Errorf("create connector %s: %w", n.ID, err)
		}
		return recordChange(ctx, tx, c)
	})
}

// UpdateConnector implements directory.Store. n.Revision 0 skips the check for a newer one.
func (s *Store) UpdateConnector(ctx context.Context, n directory.Connector, was string, c directory.Change) error {
	values, secrets, err := s.settings(n)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := s.unrevised(ctx, tx, revisedConnectors, n.ID, n.Revision); err != nil {
			return err
		}
		old, err := s.oneConnector(tx.QueryRowContext(ctx, `SELECT `+connectorColumns+fromConnectors+`WHERE k.id = $1`, n.ID))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE connectors SET enabled = $1, field_values = $2, secrets = $3, revision = revision + 1, updated_at = $4, `+
			endPauses+` WHERE id = $5`, n.Enabled, values, secrets, c.At.UnixMicro(), n.ID)
		if err != nil {
			return fmt.Errorf("update connector %s: %w", n.ID, err)
		}
		if err := retarget(ctx, tx, n, was, c); err != nil {
			return err
		}
		if err := revive(ctx, tx, n.ID, c); err != nil {
			return err
		}
		if sends, err := sendsPasswords(values); err != nil {
			return err
		} else if !sends {
			if err := dropPasswordsFor(ctx, tx, n.ID); err != nil {
				return err
			}
		}
		if differsAboutGroups(old, n) {
			if err := markPushedDue(ctx, tx, n.ID, c); err != nil {
				return err
			}
			if err := backfillGroups(ctx, tx, n.ID, c); err != nil {
				return err
			}
		}
		if err := retryAllRefused(ctx, tx, n.ID, c); err != nil {
			return err
		}
		if n.Enabled && !old.Enabled {
			if err := backfillProvisioned(ctx, tx, n.ID, c); err != nil {
				return err
			}
		}
		return recordChange(ctx, tx, c)
	})
}

// differsAboutGroups reports whether what is done about groups may be different with the new settings.
func differsAboutGroups(old, n directory.Connector) bool {
	for _, key := range []string{connectors.PushGroups, connectors.GroupMode, connectors.GroupRule, connectors.Authoritative, connectors.OnGroupGone} {
		if old.Settings.Values[key] != n.Settings.Values[key] {
			return true
		}
	}
	return false
}

// revive gives every account that failed or waits another try at once, because the connector is different now.
func revive(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	for _, statement := range []string{
		`UPDATE accounts SET ` + counted + `, dead_at = NULL, attempts = 0, due_at = ` + dueNow + ` WHERE connector_id = $2 AND dead_at IS NOT NULL`,
		`UPDATE accounts SET ` + counted + `, attempts = 0, due_at = $1 WHERE connector_id = $2 AND ` + isDue + ` AND priority IN (0, 1, 2) AND due_at > $1 AND lease IS NULL`,
	} {
		if _, err := tx.ExecContext(ctx, statement, c.At.UnixMicro(), connectorID); err != nil {
			return fmt.Errorf("revive accounts of connector %s: %w", connectorID, err)
		}
	}
	return nil
}

// backfillProvisioned adds the users that came while the connector was disabled, if it sends users at all.
func backfillProvisioned(ctx context.Context, tx *sql.Tx, connectorID string, c directory.Change) error {
	var n int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM provisioners WHERE connector_id = $1`, connectorID).Scan(&n); err != nil {
		return fmt.Errorf("look for the provisioner of connector %s: %w", connectorID, err)
	}
	if n == 0 {
		return nil
	}
	return backfill(ctx, tx, connectorID, c)
}

// DeleteConnector implements directory.Store.
func (s *Store) DeleteConnector(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := unused(ctx, tx, `k.id = $1`, id, "connector"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM accounts WHERE connector_id = $1`, id); err != nil {
			return fmt.Errorf("delete connector %s: %w", id, err)
		}
		found, err := exec(ctx, tx, `DELETE FROM connectors WHERE id = $1`, id)
		if err != nil {
			return fmt.Errorf("delete connector %s: %w", id, err)
		}
		if found == 0 {
			return noConnector()
		}
		if err := purgeAll(ctx, tx); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}
