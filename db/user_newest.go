package db

import (
	"context"
	"fmt"

	"usher/directory"
)

// newestUser walks an index of the users who are there.
const newestUser = `SELECT ` + userColumns + ` FROM users WHERE ` + isLive + ` ORDER BY id DESC LIMIT 1`

// NewestUser is the live user who was made last; ok is false when there is none. IDs are in the order of time.
func (s *Store) NewestUser(ctx context.Context) (u directory.User, ok bool, err error) {
	u, err = scanUser(s.r.QueryRowContext(ctx, newestUser))
	if missing(err) {
		return u, false, nil
	}
	if err != nil {
		return u, false, fmt.Errorf("find the newest user: %w", err)
	}
	return u, true, nil
}
