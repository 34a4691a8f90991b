package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/auth"
	"usher/directory"
)

const adminColumns = `id, user_name, password_hash, created_at, password_at, signed_in_at`

func scanAdmin(row scanner) (auth.Admin, error) {
	var a auth.Admin
	var created, chosen, signedIn sql.NullInt64
	err := row.Scan(&a.ID, &a.UserName, &a.PasswordHash, &created, &chosen, &signedIn)
	a.CreatedAt, a.PasswordAt, a.SignedInAt = timeOf(created), timeOf(chosen), timeOf(signedIn)
	return a, err
}

// maybe turns a missing row into ok = false.
func maybe[T any](v T, err error, what string) (T, bool, error) {
	if missing(err) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("%s: %w", what, err)
	}
	return v, true, nil
}

// AdminByName implements auth.Admins.
func (s *Store) AdminByName(ctx context.Context, key string) (auth.Admin, bool, error) {
	a, err := scanAdmin(s.r.QueryRowContext(ctx, `SELECT `+adminColumns+` FROM admins WHERE user_name_key = $1`, key))
	return maybe(a, err, "read administrator")
}

// AdminByID implements auth.Admins.
func (s *Store) AdminByID(ctx context.Context, id string) (auth.Admin, bool, error) {
	a, err := scanAdmin(s.r.QueryRowContext(ctx, `SELECT `+adminColumns+` FROM admins WHERE id = $1`, id))
	return maybe(a, err, "read administrator")
}

// ListAdmins implements auth.Admins; IDs sort by age.
func (s *Store) ListAdmins(ctx context.Context) ([]auth.Admin, error) {
	found, err := list(ctx, s.r, scanAdmin, `SELECT `+adminColumns+` FROM admins ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list administrators: %w", err)
	}
	return found, nil
}

// CreateAdmin implements auth.Admins. It also ends the set-up.
func (s *Store) CreateAdmin(ctx context.Context, a auth.Admin, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockAdmins, false); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE name = $1`, settingSetupToken); err != nil {
			return fmt.Errorf("create administrator: %w", err)
		}
		return insertAdmin(ctx, tx, a, c)
	})
}

func insertAdmin(ctx context.Context, tx *sql.Tx, a auth.Admin, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO admins (id, user_name, user_name_key, password_hash, created_at, password_at, signed_in_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a.ID, a.UserName, directory.NameKey(a.UserName), a.PasswordHash,
		orNow(a.CreatedAt, c), orNow(a.PasswordAt, c), micros(a.SignedInAt))
	if violation(err) == notUnique {
		const message = "An administrator with this name already exists."
		return &directory.Error{Code: directory.Conflict, Message: message, Fields: map[string]string{"user_name": message}}
	}
	if err != nil {
		return fmt.Errorf("create administrator: %w", err)
	}
	return recordChange(ctx, tx, c)
}

// orNow is a time that was given, or else that of the change.
func orNow(t time.Time, c directory.Change) int64 {
	if t.IsZero() {
		return c.At.UnixMicro()
	}
	return t.UnixMicro()
}

// SetAdminPassword implements auth.Admins.
func (s *Store) SetAdminPassword(ctx context.Context, id, hash, keepSession string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE admins SET password_hash = $1, password_at = $2 WHERE id = $3`, hash, c.At.UnixMicro(), id)
		if err != nil {
			return fmt.Errorf("set administrator's password: %w", err)
		}
		if n == 0 {
			return &directory.Error{Code: directory.NotFound, Message: "There is no such administrator."}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE admin_id = $1 AND hash <> $2`, id, keepSession); err != nil {
			return fmt.Errorf("end administrator's sessions: %w", err)
		}
		if err := forgetBrowsers(ctx, tx, auth.Owner{AdminID: id}); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// RehashAdminPassword implements auth.Admins.
func (s *Store) RehashAdminPassword(ctx context.Context, id, old, hash string) error {
	return s.do(ctx, "rehash administrator's password", `UPDATE admins SET password_hash = $1 WHERE id = $2 AND password_hash = $3`, hash, id, old)
}

// AdminSignedIn implements auth.Admins.
func (s *Store) AdminSignedIn(ctx context.Context, id string, at time.Time) error {
	if _, err := s.w.ExecContext(ctx, `UPDATE admins SET signed_in_at = $1 WHERE id = $2`, at.UnixMicro(), id); err != nil {
		return fmt.Errorf("note sign-in: %w", err)
	}
	return nil
}

// HasAdmin implements auth.Setup.
func (s *Store) HasAdmin(ctx context.Context) (bool, error) { return hasAdmin(ctx, s.r) }

func hasAdmin(ctx context.Context, q runner) (bool, error) {
	var has bool
	if err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM admins)`).Scan(&has); err != nil {
		return false, fmt.Errorf("look for administrators: %w", err)
	}
	return has, nil
}

// setUp runs f in a transaction that is alone with the administrators, and only while there is none.
func (s *Store) setUp(ctx context.Context, f func(*sql.Tx) error) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockAdmins, false); err != nil {
			return err
		}
		has, err := hasAdmin(ctx, tx)
		if err != nil {
			return err
		}
		if has {
			return auth.ErrSetupOver
		}
		return f(tx)
	})
}

// SaveSetupToken implements auth.Setup.
func (s *Store) SaveSetupToken(ctx context.Context, hash string) error {
	return s.setUp(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, settingSetupToken, hash)
		if err != nil {
			return fmt.Errorf("save set-up token: %w", err)
		}
		return nil
	})
}

// SetupTokenHash implements auth.Setup.
func (s *Store) SetupTokenHash(ctx context.Context) (string, error) {
	hash, err := s.setting(ctx, s.r, settingSetupToken)
	if err != nil {
		return "", fmt.Errorf("read set-up token: %w", err)
	}
	return hash, nil
}

// CreateFirstAdmin implements auth.Setup.
func (s *Store) CreateFirstAdmin(ctx context.Context, a auth.Admin, tokenHash string, c directory.Change) error {
	return s.setUp(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `DELETE FROM settings WHERE name = $1 AND value = $2`, settingSetupToken, tokenHash)
		if err != nil {
			return fmt.Errorf("use set-up token: %w", err)
		}
		if n == 0 {
			return auth.ErrSetupOver
		}
		return insertAdmin(ctx, tx, a, c)
	})
}

var _ auth.Store = (*Store)(nil)
