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

// A user's password is known in clear only while it is being set. For targets that are sent it, it is sealed in the
// transaction that writes its hash, until they have it.

func passwordPlace(userID, connectorID string) place {
	return place{"passwords", userID + "/" + connectorID, "sealed"}
}

func registrationPlace(id string) place { return place{"registrations", id, "password_sealed"} }

// sendsPasswords reads a connector's stored values.
func sendsPasswords(values string) (bool, error) {
	var v map[string]string
	if err := json.Unmarshal([]byte(values), &v); err != nil {
		return false, fmt.Errorf("values of a connector: %w", err)
	}
	return connectors.PasswordMode(v[connectors.PasswordKey]) == connectors.PasswordSend, nil
}

// passwordTargets are the connectors, enabled or not, that a provisioner uses and that are sent passwords.
func passwordTargets(ctx context.Context, q runner) (ids []string, err error) {
	type target struct{ id, values string }
	all, err := list(ctx, q, func(row scanner) (t target, err error) {
		err = row.Scan(&t.id, &t.values)
		return t, err
	}, `SELECT k.id, k.field_values FROM connectors k JOIN provisioners p ON p.connector_id = k.id ORDER BY k.id`)
	if err != nil {
		return nil, fmt.Errorf("list connectors that are sent passwords: %w", err)
	}
	for _, t := range all {
		sends, err := sendsPasswords(t.values)
		if err != nil {
			return nil, fmt.Errorf("connector %s: %w", t.id, err)
		}
		if sends {
			ids = append(ids, t.id)
		}
	}
	return ids, nil
}

// keepPassword seals a user's new password for every target that is sent it, in place of an older one, and names them.
func (s *Store) keepPassword(ctx context.Context, tx *sql.Tx, userID string, clear directory.Secret, at time.Time) (targets []string, err error) {
	if clear == "" {
		return nil, nil
	}
	if targets, err = passwordTargets(ctx, tx); err != nil {
		return nil, err
	}
	for _, id := range targets {
		_, err := tx.ExecContext(ctx, `INSERT INTO passwords (user_id, connector_id, sealed, set_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (user_id, connector_id) DO UPDATE SET sealed = excluded.sealed,
				set_at = CASE WHEN excluded.set_at > passwords.set_at THEN excluded.set_at ELSE passwords.set_at + 1 END`,
			userID, id, s.ring.seal(passwordPlace(userID, id), []byte(clear.Reveal())), at.UnixMicro())
		if err != nil {
			return nil, fmt.Errorf("seal the password of user %s for connector %s: %w", userID, id, err)
		}
	}
	return targets, nil
}

// replacePassword keeps a new password and makes the user's accounts due where it is sent. With clear "" the user's
// password is another one now that nobody knows, so what waits is wiped.
func (s *Store) replacePassword(ctx context.Context, tx *sql.Tx, userID string, clear directory.Secret, c directory.Change) error {
	if clear == "" {
		return dropPasswords(ctx, tx, userID)
	}
	targets, err := s.keepPassword(ctx, tx, userID, clear, c.At)
	if err != nil {
		return err
	}
	for _, id := range targets {
		// What is due already keeps its place: a leaver must not fall behind.
		_, err := tx.ExecContext(ctx, `UPDATE accounts SET `+afresh+`, change_id = $2, priority = CASE WHEN `+isDue+` AND priority < 1 THEN priority ELSE 1 END
			WHERE connector_id = $3 AND kind = 'user' AND resource_id = $4`, c.At.UnixMicro(), c.ID, id, userID)
		if err != nil {
			return fmt.Errorf("mark due account of user %s at connector %s: %w", userID, id, err)
		}
	}
	return nil
}

// dropPasswords wipes what waits for any target of a user.
func dropPasswords(ctx context.Context, tx *sql.Tx, userID string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM passwords WHERE user_id = $1`, userID); err != nil {
		return fmt.Errorf("wipe passwords of user %s: %w", userID, err)
	}
	return nil
}

// dropPasswordsFor wipes what waits for a connector that is not sent passwords any more, or has no provisioner.
// Once no target is sent any, sign-ups keep none either.
func dropPasswordsFor(ctx context.Context, tx *sql.Tx, connectorID string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM passwords WHERE connector_id = $1`, connectorID); err != nil {
		return fmt.Errorf("wipe passwords for connector %s: %w", connectorID, err)
	}
	left, err := passwordTargets(ctx, tx)
	if err != nil || len(left) > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE registrations SET password_sealed = '' WHERE password_sealed <> ''`); err != nil {
		return fmt.Errorf("wipe passwords of registrations: %w", err)
	}
	return nil
}

// WipePasswords implements provisioning.Store.
func (s *Store) WipePasswords(ctx context.Context, before time.Time) (int, error) {
	n, err := exec(ctx, s.w, `DELETE FROM passwords WHERE set_at < $1`, before.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("wipe passwords: %w", err)
	}
	m, err := exec(ctx, s.w, `UPDATE registrations SET password_sealed = '' WHERE password_sealed <> '' AND created_at < $1`, before.UnixMicro())
	if err != nil {
		return int(n), fmt.Errorf("wipe passwords of registrations: %w", err)
	}
	return int(n + m), nil
}

// sealRegistration seals the password of a sign-up if a target would be sent it, else gives "".
func (s *Store) sealRegistration(ctx context.Context, tx *sql.Tx, id string, clear directory.Secret) (string, error) {
	if clear == "" {
		return "", nil
	}
	targets, err := passwordTargets(ctx, tx)
	if err != nil || len(targets) == 0 {
		return "", err
	}
	return s.ring.seal(registrationPlace(id), []byte(clear.Reveal())), nil
}

// openRegistration is "" when nothing was sealed, or the key that it was sealed with is gone: the sign-up works all the same.
func (s *Store) openRegistration(id, sealed string) directory.Secret {
	if sealed == "" {
		return ""
	}
	plain, err := s.ring.open(registrationPlace(id), sealed)
	if err != nil {
		return ""
	}
	return directory.Secret(plain)
}

// passwordsQuery reads what waits for n users at a connector.
func passwordsQuery(n int) string {
	return `SELECT user_id, sealed, set_at FROM passwords WHERE connector_id = $1 AND user_id IN (` + placeholders(2, n) + `)`
}

// readPasswords gives tasks the passwords that wait for them. One that does not open stays until its time is over,
// and holds no account up.
func (s *Store) readPasswords(tx *sql.Tx, connectorID string, tasks []provisioning.Task) error {
	i, args := batchOf(tasks, connectorID)
	rows, err := tx.Stmt(s.prepared.passwords[i]).Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	type waiting struct {
		clear directory.Secret
		at    time.Time
	}
	found := map[string]waiting{}
	for rows.Next() {
		var id, sealed string
		var at int64
		if err := rows.Scan(&id, &sealed, &at); err != nil {
			return err
		}
		if plain, err := s.ring.open(passwordPlace(id, connectorID), sealed); err == nil {
			found[id] = waiting{directory.Secret(plain), time.UnixMicro(at).UTC()}
		}
	}
	for k := range tasks {
		w := found[tasks[k].UserID]
		tasks[k].Password, tasks[k].PasswordAt = w.clear, w.at
	}
	return rows.Err()
}

// deliveredQuery wipes a password that a target has, or refused; a newer one stays.
const deliveredQuery = `DELETE FROM passwords WHERE user_id = $1 AND connector_id = $2 AND set_at = $3`
