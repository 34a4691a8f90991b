package db

import (
	"context"
	"database/sql"

	"usher/directory"
)

func joinGroups(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) error { return nil }

func leaveGroups(ctx context.Context, tx *sql.Tx, userID string, c directory.Change) error { return nil }
