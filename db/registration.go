package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"usher/auth/signup"
	"usher/directory"
)

// SaveRegistration implements signup.Registrations.
func (s *Store) SaveRegistration(ctx context.Context, r signup.Registration, l signup.Mail) error {
	details, err := json.Marshal(r.Form)
	if err != nil {
		return fmt.Errorf("save registration: %w", err)
	}
	return s.withMail(ctx, l, r.CreatedAt, func(tx *sql.Tx) (bool, error) {
		// A writer that ends the sending of passwords wipes them, and must not miss this one.
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return false, err
		}
		sealed, err := s.sealRegistration(ctx, tx, r.ID, r.Password)
		if err != nil {
			return false, fmt.Errorf("save registration: %w", err)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO registrations (id, token_hash, browser_hash, email_key, details, password_hash, password_sealed, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, r.ID, r.TokenHash, r.BrowserHash, directory.AddressKey(r.Form.Email), string(details), r.PasswordHash, sealed,
			r.CreatedAt.UnixMicro(), r.ExpiresAt.UnixMicro())
		if err != nil {
			return false, fmt.Errorf("save registration: %w", err)
		}
		return true, nil
	})
}

// RenewRegistration implements signup.Registrations.
func (s *Store) RenewRegistration(ctx context.Context, emailKey, tokenHash string, now, expires time.Time, l signup.Mail) error {
	return s.withMail(ctx, l, now, func(tx *sql.Tx) (bool, error) {
		n, err := exec(ctx, tx, `UPDATE registrations SET token_hash = $1, expires_at = $2 WHERE user_id IS NULL AND id =
			(SELECT id FROM registrations WHERE email_key = $3 AND expires_at > $4 ORDER BY id DESC LIMIT 1)`,
			tokenHash, expires.UnixMicro(), emailKey, now.UnixMicro())
		if err != nil {
			return false, fmt.Errorf("renew registration: %w", err)
		}
		return n == 1, nil
	})
}

// RegistrationWaits implements signup.Registrations.
func (s *Store) RegistrationWaits(ctx context.Context, emailKey string, now time.Time) (bool, error) {
	var waits bool
	err := s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM registrations WHERE email_key = $1 AND expires_at > $2 AND user_id IS NULL)`,
		emailKey, now.UnixMicro()).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("look for a registration: %w", err)
	}
	return waits, nil
}

// Registration implements signup.Registrations.
func (s *Store) Registration(ctx context.Context, tokenHash string, now time.Time) (signup.Registration, bool, error) {
	var r signup.Registration
	var details, sealed string
	var created, expires sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT id, token_hash, browser_hash, details, password_hash, password_sealed, created_at, expires_at
		FROM registrations WHERE token_hash = $1 AND expires_at > $2`, tokenHash, now.UnixMicro()).
		Scan(&r.ID, &r.TokenHash, &r.BrowserHash, &details, &r.PasswordHash, &sealed, &created, &expires)
	r.CreatedAt, r.ExpiresAt = timeOf(created), timeOf(expires)
	r, ok, err := maybe(r, err, "read registration")
	if !ok {
		return r, false, err
	}
	if err := json.Unmarshal([]byte(details), &r.Form); err != nil {
		return r, false, fmt.Errorf("registration %s: %w", r.ID, err)
	}
	r.Password = s.openRegistration(r.ID, sealed)
	return r, true, nil
}

// PendingRegistrations implements signup.Registrations.
func (s *Store) PendingRegistrations(ctx context.Context, now time.Time) (int, error) {
	var n int
	if err := s.r.QueryRowContext(ctx, `SELECT count(*) FROM registrations WHERE expires_at > $1`, now.UnixMicro()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count registrations: %w", err)
	}
	return n, nil
}

// DeleteExpired implements signup.Registrations. A registration that is being confirmed stays until that is decided.
func (s *Store) DeleteExpired(ctx context.Context, now time.Time) error {
	if err := s.do(ctx, "delete expired registrations", `DELETE FROM registrations WHERE expires_at <= $1 AND user_id IS NULL`, now.UnixMicro()); err != nil {
		return err
	}
	if err := s.do(ctx, "delete expired links", `DELETE FROM user_links WHERE expires_at <= $1`, now.UnixMicro()); err != nil {
		return err
	}
	return s.do(ctx, "delete mail limits", `DELETE FROM mail_limits WHERE since <= $1`, now.Add(-signup.MailsSpan).UnixMicro())
}

// useRegistration uses up, in the transaction that makes a user, the registration that they come from. While the
// user is staged it is only reserved: if a target refuses, the person may try again.
func useRegistration(ctx context.Context, tx *sql.Tx, u directory.User) error {
	id := u.Arrival.Registration
	if id == "" {
		return nil
	}
	n, err := exec(ctx, tx, `UPDATE registrations SET user_id = $1 WHERE id = $2 AND user_id IS NULL`, u.ID, id)
	if err != nil {
		return fmt.Errorf("use registration %s: %w", id, err)
	}
	if n == 0 {
		return &directory.Error{Code: directory.Conflict, Message: "This registration is being confirmed already, or was. Wait a moment, then sign in."}
	}
	if u.State == directory.Staged {
		return nil
	}
	return dropRegistrations(ctx, tx, u.ID)
}

// dropRegistrations forgets the registration of a user who is live now, and every other one of the same address.
func dropRegistrations(ctx context.Context, tx *sql.Tx, userID string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM registrations WHERE (user_id = $1 OR user_id IS NULL)
		AND email_key IN (SELECT email_key FROM registrations WHERE user_id = $1)`, userID)
	if err != nil {
		return fmt.Errorf("drop registrations of user %s: %w", userID, err)
	}
	return nil
}

// freeRegistration lets the registration of a user who was taken back be confirmed again.
func freeRegistration(ctx context.Context, tx *sql.Tx, userID string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE registrations SET user_id = NULL WHERE user_id = $1`, userID); err != nil {
		return fmt.Errorf("free registration of user %s: %w", userID, err)
	}
	return nil
}

var _ signup.Store = (*Store)(nil)
