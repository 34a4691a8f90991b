package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"usher/directory"
)

// writeValues writes the index by which SCIM filters find the user, who has none yet.
func writeValues(ctx context.Context, tx *sql.Tx, u directory.User) error {
	return insertValues(ctx, tx, u.ID, valuesOf(u.Profile))
}

// updateValues writes those values of a user that are different now.
func updateValues(ctx context.Context, tx *sql.Tx, u directory.User) error {
	old, err := list(ctx, tx, scanValue, `SELECT attr, seq, key FROM user_values WHERE user_id = $1`, u.ID)
	if err != nil {
		return fmt.Errorf("read values of user %s: %w", u.ID, err)
	}
	before := make(map[valueRow]bool, len(old))
	for _, r := range old {
		before[r] = true
	}
	var added valueRows
	for _, r := range valuesOf(u.Profile) {
		short := valueRow{attr: r.attr, seq: r.seq, key: r.key}
		if before[short] {
			delete(before, short)
		} else {
			added = append(added, r)
		}
	}
	for some := range slices.Chunk(slices.DeleteFunc(old, func(r valueRow) bool { return !before[r] }), setSize) {
		if err := deleteValues(ctx, tx, u.ID, some); err != nil {
			return err
		}
	}
	return insertValues(ctx, tx, u.ID, added)
}

func scanValue(row scanner) (valueRow, error) {
	var r valueRow
	err := row.Scan(&r.attr, &r.seq, &r.key)
	return r, err
}

func insertValues(ctx context.Context, tx *sql.Tx, userID string, rows valueRows) error {
	for some := range slices.Chunk(rows, setSize) {
		args := append(make([]any, 0, 1+3*len(some)), userID)
		for _, r := range some {
			args = append(args, r.attr, r.seq, r.key)
		}
		if _, err := tx.ExecContext(ctx, insertValuesQuery(len(some)), args...); err != nil {
			return fmt.Errorf("write values of user %s: %w", userID, err)
		}
	}
	for _, r := range rows {
		if r.whole == "" {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO user_long_values (user_id, attr, seq, value) VALUES ($1, $2, $3, $4)`, userID, r.attr, r.seq, r.whole)
		if err != nil {
			return fmt.Errorf("write values of user %s: %w", userID, err)
		}
	}
	return nil
}

func insertValuesQuery(n int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO user_values (user_id, attr, seq, key) VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($1, $%d, $%d, $%d)", 3*i+2, 3*i+3, 3*i+4)
	}
	return b.String()
}

func deleteValues(ctx context.Context, tx *sql.Tx, userID string, rows []valueRow) error {
	var places strings.Builder
	args := []any{userID}
	for i, r := range rows {
		if i > 0 {
			places.WriteString(", ")
		}
		fmt.Fprintf(&places, "(CAST($%d AS BIGINT), CAST($%d AS BIGINT))", len(args)+1, len(args)+2)
		args = append(args, r.attr, r.seq)
	}
	for _, table := range []string{"user_values", "user_long_values"} {
		_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE user_id = $1 AND (attr, seq) IN (VALUES `+places.String()+`)`, args...)
		if err != nil {
			return fmt.Errorf("delete values of user %s: %w", userID, err)
		}
	}
	return nil
}

// dropValues forgets how a user who is gone was found.
func dropValues(ctx context.Context, tx *sql.Tx, userID string) error {
	for _, table := range []string{"user_values", "user_long_values"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE user_id = $1`, userID); err != nil {
			return fmt.Errorf("delete values of user %s: %w", userID, err)
		}
	}
	return dropClientIDs(ctx, tx, "user", userID)
}
