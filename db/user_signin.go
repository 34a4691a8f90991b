package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/auth"
	"usher/directory"
)

// UserForSignIn implements auth.Users.
func (s *Store) UserForSignIn(ctx context.Context, typed string) (directory.User, bool, error) {
	named, err := s.UserByName(ctx, typed)
	isNamed := err == nil
	if err != nil && directory.CodeOf(err) != directory.NotFound {
		return named, false, err
	}
	const enough = 5 // only those with a password can be meant
	having, err := s.AddressOwners(ctx, typed, enough)
	if err == nil && len(having) == 0 {
		having, err = s.UsersByEmail(ctx, typed, enough)
	}
	if err != nil {
		return directory.User{}, false, err
	}
	u, ok := directory.Meant(typed, named, isNamed, having)
	return u, ok, nil
}

// UserByID implements auth.Users.
func (s *Store) UserByID(ctx context.Context, id string) (directory.User, bool, error) {
	u, err := s.User(ctx, id)
	if directory.CodeOf(err) == directory.NotFound {
		return directory.User{}, false, nil
	}
	return u, err == nil, err
}

// SetUserPassword implements auth.Users. The user's accounts become due where passwords are sent.
func (s *Store) SetUserPassword(ctx context.Context, id string, p auth.NewPassword, keepSession string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		n, err := exec(ctx, tx, `UPDATE users SET password_hash = $1, version = version + 1, updated_at = $2,
				verified_email = CASE WHEN CAST($3 AS TEXT) = '' THEN verified_email ELSE CAST($3 AS TEXT) END
			WHERE id = $4 AND state = 'live'`, p.Hash, c.At.UnixMicro(), p.Verified, id)
		if err != nil {
			return fmt.Errorf("set password of user %s: %w", id, err)
		}
		if n == 0 {
			return noUser()
		}
		if err := endUserSessions(ctx, tx, id, keepSession); err != nil {
			return err
		}
		if err := forgetBrowsers(ctx, tx, auth.Owner{UserID: id}); err != nil {
			return err
		}
		if err := dropPowerfulLinks(ctx, tx, id); err != nil {
			return err
		}
		if keepSession == "" {
			if _, err := tx.ExecContext(ctx, `DELETE FROM api_tokens WHERE user_id = $1`, id); err != nil {
				return fmt.Errorf("revoke tokens of user %s: %w", id, err)
			}
		}
		if err := recordChange(ctx, tx, c); err != nil {
			return err
		}
		return s.replacePassword(ctx, tx, id, p.Clear, c)
	})
}

// RehashUserPassword implements auth.Users. The password is the same one, so no target is sent it again.
func (s *Store) RehashUserPassword(ctx context.Context, id, old, hash string) error {
	return s.do(ctx, "rehash user's password", `UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3`, hash, id, old)
}

// endUserSessions ends a user's sessions but the one with the hash except.
func endUserSessions(ctx context.Context, tx *sql.Tx, userID, except string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = $1 AND hash <> $2`, userID, except); err != nil {
		return fmt.Errorf("end sessions of user %s: %w", userID, err)
	}
	return nil
}

// endRefusedSessions ends the sessions of a user whose password is another one now, or who was disabled, and takes the
// links back that give as much.
func endRefusedSessions(ctx context.Context, tx *sql.Tx, old, u directory.User) error {
	if u.Active && old.PasswordHash == u.PasswordHash {
		return nil
	}
	if err := endUserSessions(ctx, tx, u.ID, ""); err != nil {
		return err
	}
	if err := forgetBrowsers(ctx, tx, auth.Owner{UserID: u.ID}); err != nil {
		return err
	}
	return dropPowerfulLinks(ctx, tx, u.ID)
}

var _ auth.Users = (*Store)(nil)
