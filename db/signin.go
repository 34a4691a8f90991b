package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"usher/auth/oidc"
	"usher/directory"
)

const signInColumns = `s.connection_id, n.name, s.enabled, s.issuer, s.client_id, s.client_secret, s.scopes, s.settings, s.revision, s.created_at, s.updated_at`

const fromSignIns = ` FROM sign_ins s JOIN connections n ON n.id = s.connection_id `

func (s *Store) scanSignIn(row scanner) (oidc.SignIn, error) {
	var v oidc.SignIn
	var secret, settings string
	var created, updated sql.NullInt64
	err := row.Scan(&v.ConnectionID, &v.Connection, &v.Enabled, &v.Issuer, &v.ClientID, &secret, &v.Scopes, &settings, &v.Revision, &created, &updated)
	if err != nil {
		return v, err
	}
	v.CreatedAt, v.UpdatedAt = timeOf(created), timeOf(updated)
	if err := json.Unmarshal([]byte(settings), &v.Settings); err != nil {
		return v, fmt.Errorf("settings of sign-in %s: %w", v.ConnectionID, err)
	}
	if secret == "" {
		return v, nil
	}
	plain, err := s.ring.open(clientSecretPlace(v.ConnectionID), secret)
	v.ClientSecret = directory.Secret(plain)
	return v, err
}

func clientSecretPlace(connectionID string) place {
	return place{"sign_ins", connectionID, "client_secret"}
}

func (s *Store) sealClientSecret(v oidc.SignIn) string {
	if v.ClientSecret == "" {
		return ""
	}
	return s.ring.seal(clientSecretPlace(v.ConnectionID), []byte(v.ClientSecret.Reveal()))
}

func noSignIn() error {
	return &directory.Error{Code: directory.NotFound, Message: "Nobody can sign in through this connection. It may have been deleted."}
}

func (s *Store) oneSignIn(row *sql.Row) (oidc.SignIn, error) {
	v, err := s.scanSignIn(row)
	if missing(err) {
		return v, noSignIn()
	}
	if err != nil {
		return v, fmt.Errorf("read sign-in: %w", err)
	}
	return v, nil
}

// SignIn implements oidc.Store.
func (s *Store) SignIn(ctx context.Context, connectionID string) (oidc.SignIn, error) {
	return s.oneSignIn(s.r.QueryRowContext(ctx, `SELECT `+signInColumns+fromSignIns+`WHERE s.connection_id = $1`, connectionID))
}

// EnabledSignIns implements oidc.Store.
func (s *Store) EnabledSignIns(ctx context.Context) ([]oidc.SignIn, error) {
	found, err := list(ctx, s.r, s.scanSignIn, `SELECT `+signInColumns+fromSignIns+`WHERE s.enabled ORDER BY n.name_key LIMIT `+largestList)
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	return found, nil
}

// CreateSignIn implements oidc.Store.
func (s *Store) CreateSignIn(ctx context.Context, n directory.Connection, v oidc.SignIn, c directory.Change) error {
	settings, err := json.Marshal(v.Settings)
	if err != nil {
		return fmt.Errorf("create sign-in %s: %w", v.ConnectionID, err)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := insertConnection(ctx, tx, n, c); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sign_ins (connection_id, enabled, issuer, client_id, client_secret, scopes, settings, revision, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)`,
			v.ConnectionID, v.Enabled, v.Issuer, v.ClientID, s.sealClientSecret(v), v.Scopes, string(settings), c.At.UnixMicro())
		if err != nil {
			return fmt.Errorf("create sign-in %s: %w", v.ConnectionID, err)
		}
		return recordChange(ctx, tx, c)
	})
}

// UpdateSignIn implements oidc.Store.
func (s *Store) UpdateSignIn(ctx context.Context, v oidc.SignIn, c directory.Change) error {
	settings, err := json.Marshal(v.Settings)
	if err != nil {
		return fmt.Errorf("update sign-in %s: %w", v.ConnectionID, err)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.unrevised(ctx, tx, revisedSignIns, v.ConnectionID, v.Revision); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE sign_ins SET enabled = $1, issuer = $2, client_id = $3, client_secret = $4, scopes = $5, settings = $6,
			revision = revision + 1, updated_at = $7 WHERE connection_id = $8`,
			v.Enabled, v.Issuer, v.ClientID, s.sealClientSecret(v), v.Scopes, string(settings), c.At.UnixMicro(), v.ConnectionID)
		if err != nil {
			return fmt.Errorf("update sign-in %s: %w", v.ConnectionID, err)
		}
		return recordChange(ctx, tx, c)
	})
}

func statePlace(connectionID string) place { return place{"sign_ins", connectionID, "state"} }

// SealState implements oidc.Store.
func (s *Store) SealState(connectionID string, plain []byte) string {
	return s.ring.seal(statePlace(connectionID), plain)
}

// OpenState implements oidc.Store.
func (s *Store) OpenState(connectionID, sealed string) ([]byte, error) {
	return s.ring.open(statePlace(connectionID), sealed)
}
