package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/directory"
)

// Setting is a value that was saved under a name, "" when there is none.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	v, err := s.setting(ctx, s.r, name)
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, err)
	}
	return v, nil
}

// SaveSetting keeps a value under a name that is stored: never rename it. "" forgets it.
func (s *Store) SaveSetting(ctx context.Context, name, value string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := putSetting(ctx, tx, name, value); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// SecretSetting opens a secret that was saved under a name, "" when there is none.
func (s *Store) SecretSetting(ctx context.Context, name string) (directory.Secret, error) {
	return s.openSetting(ctx, s.r, name)
}

// SaveSecretSetting keeps a secret, sealed so that it opens under this name only. "" forgets it.
func (s *Store) SaveSecretSetting(ctx context.Context, name string, secret directory.Secret, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.sealSetting(ctx, tx, name, secret); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

func settingPlace(name string) place { return place{"settings", name, "value"} }

func putSetting(ctx context.Context, q runner, name, value string) error {
	var err error
	if value == "" {
		_, err = q.ExecContext(ctx, `DELETE FROM settings WHERE name = $1`, name)
	} else {
		_, err = q.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	}
	if err != nil {
		return fmt.Errorf("save setting %s: %w", name, err)
	}
	return nil
}

func (s *Store) sealSetting(ctx context.Context, q runner, name string, secret directory.Secret) error {
	sealed := ""
	if secret != "" {
		sealed = s.ring.seal(settingPlace(name), []byte(secret.Reveal()))
	}
	return putSetting(ctx, q, name, sealed)
}

func (s *Store) openSetting(ctx context.Context, q runner, name string) (directory.Secret, error) {
	sealed, err := s.setting(ctx, q, name)
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, err)
	}
	return s.openSealed(name, sealed)
}

func (s *Store) openSealed(name, sealed string) (directory.Secret, error) {
	if sealed == "" {
		return "", nil
	}
	plain, err := s.ring.open(settingPlace(name), sealed)
	return directory.Secret(plain), err
}
