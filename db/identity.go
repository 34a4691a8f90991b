package db

import (
	"context"
	"database/sql"

	"usher/directory"
)

func writeIdentity(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) (bool, error) {
	return false, nil
}

func dropIdentities(ctx context.Context, tx *sql.Tx, userID string) error { return nil }
