package db

import (
	"context"
	"database/sql"
	"fmt"
)

// valuesVersion says what user_values holds; a database with another one is filled again when it is opened. Raise it
// with every change of what valuesOf makes.
const valuesVersion = "1"

// Stored: never rename.
const valuesSetting = "user_values"

// fillBatch is how many users one transaction fills, so that other writers wait briefly.
const fillBatch = 500

// fillValues writes the values of users who were there before the table was, or whose values were made otherwise.
// Starting again after a crash, or beside another process, does no harm.
func (s *Store) fillValues(ctx context.Context) error {
	have, err := s.setting(ctx, s.r, valuesSetting)
	if err != nil || have == valuesVersion {
		return err
	}
	for after, more := "", true; more; {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			last, err := s.fillSome(ctx, tx, after)
			if err == nil {
				more, after = last != "", last
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("fill values of users: %w", err)
		}
	}
	return putSetting(ctx, s.w, valuesSetting, valuesVersion)
}

func (s *Store) fillSome(ctx context.Context, tx *sql.Tx, after string) (last string, err error) {
	users, err := list(ctx, tx, scanUser, s.forUpdate(`SELECT `+userColumns+` FROM users
		WHERE state IN ('staged', 'live') AND id > $1 ORDER BY id LIMIT $2`), after, fillBatch)
	if err != nil {
		return "", err
	}
	for _, u := range users {
		if err := updateValues(ctx, tx, u); err != nil {
			return "", err
		}
		last = u.ID
	}
	return last, nil
}
