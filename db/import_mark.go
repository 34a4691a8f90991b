package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"usher/directory"
)

// errRowTaken undoes a user whose row another process worked on meanwhile.
var errRowTaken = errors.New("the row of the import was worked on by somebody else")

// markImportRow ties a new user to the row of an import that they come from.
func markImportRow(ctx context.Context, tx *sql.Tx, u directory.User) error {
	r := u.Arrival.Row
	if r.ImportID == "" {
		return nil
	}
	n, err := exec(ctx, tx, `UPDATE import_rows SET user_id = $1 WHERE import_id = $2 AND n = $3 AND user_id = $4 AND verdict = 'create'`,
		u.ID, r.ImportID, r.N, r.Before)
	if err != nil {
		return fmt.Errorf("mark row %d of import %s: %w", r.N, r.ImportID, err)
	}
	if n != 1 {
		return fmt.Errorf("mark row %d of import %s: %w", r.N, r.ImportID, errRowTaken)
	}
	return nil
}
