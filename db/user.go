package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"usher/directory"
	"usher/provisioning"
)

const userColumns = `id, user_name, external_id, attributes, active, source, state, version, created_at, updated_at, deleted_at, password_hash, verified_email, self_addressed`

func scanUser(row scanner) (directory.User, error) {
	var u directory.User
	var attributes string
	var created, updated, deleted sql.NullInt64
	err := row.Scan(&u.ID, &u.UserName, &u.ExternalID, &attributes, &u.Active, &u.Source, &u.State, &u.Version,
		&created, &updated, &deleted, &u.PasswordHash, &u.VerifiedEmail, &u.SelfAddressed)
	if err != nil {
		return u, err
	}
	u.CreatedAt, u.UpdatedAt, u.DeletedAt = timeOf(created), timeOf(updated), timeOf(deleted)
	if err := json.Unmarshal([]byte(attributes), &u.Profile); err != nil {
		return u, fmt.Errorf("attributes of user %s: %w", u.ID, err)
	}
	return u, nil
}

func noUser() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such user. They may have been deleted."}
}

func userNameTaken(err error) error {
	if violation(err) != notUnique {
		return err
	}
	const message = "A user with this name already exists."
	return &directory.Error{Code: directory.Conflict, Message: message, Fields: map[string]string{"user_name": message}}
}

func oneUser(row *sql.Row) (directory.User, error) {
	u, err := scanUser(row)
	if missing(err) {
		return u, noUser()
	}
	if err != nil {
		return u, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

// User is a live user.
func (s *Store) User(ctx context.Context, id string) (directory.User, error) {
	return oneUser(s.r.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE id = $1 AND state = 'live'`, id))
}

// urgency puts users who lose access first, and new users from a file behind what people do one by one.
func urgency(u directory.User) provisioning.Priority {
	if u.Arrival.Row.ImportID != "" {
		return provisioning.Bulk
	}
	if u.State == directory.Live && !u.Active {
		return provisioning.Leavers
	}
	return provisioning.People
}

// CreateUser implements directory.Store.
func (s *Store) CreateUser(ctx context.Context, u directory.User, c directory.Change, stagedUntil time.Time) error {
	u.State = directory.Live
	if !stagedUntil.IsZero() {
		u.State = directory.Staged
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		err := s.insertUser(ctx, tx, u, c, stagedUntil)
		switch {
		case err != nil:
			return err
		case u.State == directory.Staged:
			err = addBlockingAccounts(ctx, tx, u, c)
		default:
			err = addAccounts(ctx, tx, u.ID, urgency(u), c.ID, c.At)
		}
		if err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// insertUser writes the user and what came with them; accounts and the change are left to the caller.
func (s *Store) insertUser(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change, stagedUntil time.Time) error {
	attributes, err := json.Marshal(u.Profile)
	if err != nil {
		return fmt.Errorf("create user: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO users (id, user_name, user_name_key, name_skeleton, state, active, source, external_id, attributes,
			password_hash, verified_email, self_addressed, version, staged_until, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, $14)`,
		u.ID, u.UserName, clean(directory.NameKey(u.UserName)), clean(directory.NameSkeleton(u.UserName)), string(u.State), u.Active, string(u.Source),
		u.ExternalID, string(attributes), u.PasswordHash, u.VerifiedEmail, u.SelfAddressed, micros(stagedUntil), c.At.UnixMicro())
	if err != nil {
		return fmt.Errorf("create user %s: %w", u.ID, userNameTaken(err))
	}
	if err := writeTerms(ctx, tx, u); err != nil {
		return fmt.Errorf("create user %s: %w", u.ID, err)
	}
	if err := s.arrive(ctx, tx, u, c); err != nil {
		return fmt.Errorf("create user %s: %w", u.ID, err)
	}
	return nil
}

// UpdateUser implements directory.Store.
func (s *Store) UpdateUser(ctx context.Context, u directory.User, c directory.Change) (changed bool, err error) {
	attributes, err := json.Marshal(u.Profile)
	if err != nil {
		return false, fmt.Errorf("update user %s: %w", u.ID, err)
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		changed = false
		old, err := s.userForUpdate(ctx, tx, u)
		if err != nil {
			return err
		}
		sent, err := sameSent(old, u, attributes)
		if err != nil {
			return err
		}
		linked, err := writeLinks(ctx, tx, u, c)
		repassword := old.PasswordHash != u.PasswordHash
		if err != nil || sent && !linked && !repassword && old.VerifiedEmail == u.VerifiedEmail && old.SelfAddressed == u.SelfAddressed {
			return err
		}
		if err := writeUser(ctx, tx, u, attributes, c); err != nil {
			return err
		}
		changed = true
		if err := endRefusedSessions(ctx, tx, old, u); err != nil {
			return err
		}
		if err := recordChange(ctx, tx, c); err != nil {
			return err
		}
		if repassword {
			if err := s.replacePassword(ctx, tx, u.ID, u.Arrival.Password, c); err != nil {
				return err
			}
		}
		if sent {
			return nil // no target is told who else knows the user by what name
		}
		if old.Active != u.Active {
			if err := markGroupsOfDue(ctx, tx, []string{u.ID}, nil, urgency(u), c); err != nil {
				return err
			}
		}
		return s.spread(ctx, tx, u, c)
	})
	return changed && err == nil, err
}

// writeUser leaves the key of a name that stays: one from before may be stored by other rules.
func writeUser(ctx context.Context, tx *sql.Tx, u directory.User, attributes []byte, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `UPDATE users SET user_name = $1, user_name_key = CASE WHEN user_name = $1 THEN user_name_key ELSE CAST($2 AS TEXT) END,
			name_skeleton = $3, active = $4, external_id = $5, attributes = $6, password_hash = $7, verified_email = $8, self_addressed = $9,
			version = version + 1, updated_at = $10 WHERE id = $11`,
		u.UserName, clean(directory.NameKey(u.UserName)), clean(directory.NameSkeleton(u.UserName)), u.Active, u.ExternalID, string(attributes),
		u.PasswordHash, u.VerifiedEmail, u.SelfAddressed, c.At.UnixMicro(), u.ID)
	if err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, userNameTaken(err))
	}
	return nil
}

// spread tells the search and the targets that the user is different now.
func (s *Store) spread(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) error {
	u.State = directory.Live
	if err := dropTerms(ctx, tx, u.ID); err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	if err := writeTerms(ctx, tx, u); err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	if err := updateValues(ctx, tx, u); err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	if err := markDue(ctx, tx, u.ID, urgency(u), c.ID, c.At); err != nil {
		return err
	}
	return addAccounts(ctx, tx, u.ID, urgency(u), c.ID, c.At)
}

func (s *Store) userForUpdate(ctx context.Context, tx *sql.Tx, u directory.User) (directory.User, error) {
	if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
		return directory.User{}, err
	}
	old, err := oneUser(tx.QueryRowContext(ctx, s.forUpdate(`SELECT `+userColumns+` FROM users WHERE id = $1 AND state = 'live'`), u.ID))
	if err != nil {
		return old, err
	}
	if u.Version != 0 && u.Version != old.Version {
		return old, &directory.Error{Code: directory.Conflict,
			Message: "Somebody else changed this user meanwhile. Look at the new values and make your change again."}
	}
	return old, nil
}

// forUpdate locks the rows that a transaction will write; a writing transaction of SQLite is alone anyway.
func (s *Store) forUpdate(query string) string {
	if s.postgres {
		return query + " FOR UPDATE"
	}
	return query
}

// sameSent reports whether a target could not tell the two apart.
func sameSent(old, u directory.User, attributes []byte) (bool, error) {
	before, err := json.Marshal(old.Profile)
	if err != nil {
		return false, fmt.Errorf("update user %s: %w", u.ID, err)
	}
	return old.UserName == u.UserName && old.ExternalID == u.ExternalID && old.Active == u.Active && string(before) == string(attributes), nil
}

// DeleteUser implements directory.Store.
func (s *Store) DeleteUser(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE users SET state = 'deleted', password_hash = '', version = version + 1, updated_at = $1, deleted_at = $1
			WHERE id = $2 AND state = 'live'`, c.At.UnixMicro(), id)
		if err != nil {
			return fmt.Errorf("delete user %s: %w", id, err)
		}
		if n == 0 {
			return noUser()
		}
		return leave(ctx, tx, id, c)
	})
}

// leave ends what a user has here; the user's row goes with the last account.
func leave(ctx context.Context, tx *sql.Tx, id string, c directory.Change) error {
	if err := dropTerms(ctx, tx, id); err != nil {
		return fmt.Errorf("delete user %s: %w", id, err)
	}
	if err := depart(ctx, tx, id, c); err != nil {
		return fmt.Errorf("delete user %s: %w", id, err)
	}
	if err := markDue(ctx, tx, id, provisioning.Leavers, c.ID, c.At); err != nil {
		return err
	}
	if err := recordChange(ctx, tx, c); err != nil {
		return err
	}
	return purge(ctx, tx, id)
}
