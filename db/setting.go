package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

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

// unsaved is the revision of a setting that was never saved.
const unsaved = 1

// RevisedSetting is a value that was saved under a name, "" when there is none, with its revision: 1 while nothing is
// saved, else one that each save raises.
func (s *Store) RevisedSetting(ctx context.Context, name string) (value string, revision int64, err error) {
	err = s.r.QueryRowContext(ctx, `SELECT value, revision FROM settings WHERE name = $1`, name).Scan(&value, &revision)
	if err != nil && !missing(err) {
		return "", 0, fmt.Errorf("read setting %s: %w", name, err)
	}
	return value, unsaved + revision, nil
}

// SwapSetting keeps a value under a name if its revision is still the one that RevisedSetting gave, else it is a
// Conflict; revision 0 skips the check.
func (s *Store) SwapSetting(ctx context.Context, name, value string, revision int64, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := swapSetting(ctx, tx, name, value, revision, c.At); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// swapSetting begins to count with the time: what was removed and is set again must not be what somebody saw before.
func swapSetting(ctx context.Context, tx *sql.Tx, name, value string, revision int64, now time.Time) error {
	var n int64
	var err error
	switch {
	case revision == 0:
		return putSetting(ctx, tx, name, value)
	case revision == unsaved && value == "":
		return nil
	case revision == unsaved:
		n, err = exec(ctx, tx, `INSERT INTO settings (name, value, revision) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`, name, value, now.UnixMicro())
	case value == "":
		n, err = exec(ctx, tx, `DELETE FROM settings WHERE name = $1 AND revision = $2`, name, revision-1)
	default:
		n, err = exec(ctx, tx, `UPDATE settings SET value = $1, revision = revision + 1 WHERE name = $2 AND revision = $3`, value, name, revision-1)
	}
	if err != nil {
		return fmt.Errorf("save setting %s: %w", name, err)
	}
	if n == 0 {
		return changedMeanwhile("page")
	}
	return nil
}

func settingPlace(name string) place { return place{"settings", name, "value"} }

func putSetting(ctx context.Context, q runner, name, value string) error {
	var err error
	if value == "" {
		_, err = q.ExecContext(ctx, `DELETE FROM settings WHERE name = $1`, name)
	} else {
		_, err = q.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, revision = settings.revision + 1`, name, value)
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
