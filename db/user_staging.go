package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"usher/directory"
	"usher/provisioning"
)

// GoLive implements directory.Store.
func (s *Store) GoLive(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, true); err != nil {
			return err
		}
		var u directory.User
		err := tx.QueryRowContext(ctx, `UPDATE users SET state = 'live', staged_until = NULL, updated_at = $1
			WHERE id = $2 AND state = 'staged' RETURNING active`, c.At.UnixMicro(), id).Scan(&u.Active)
		if errors.Is(err, sql.ErrNoRows) {
			return &directory.Error{Code: directory.Conflict, Message: "The new user was taken back meanwhile. Create the user again."}
		}
		if err != nil {
			return fmt.Errorf("go live with user %s: %w", id, err)
		}
		u.State = directory.Live
		if err := dropRegistrations(ctx, tx, id); err != nil {
			return err
		}
		if err := countMemberships(ctx, tx, id, c); err != nil {
			return err
		}
		if err := addAccounts(ctx, tx, id, urgency(u), c.ID, c.At); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// TakeBack implements directory.Store. Taking back what was taken back already changes nothing.
func (s *Store) TakeBack(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := takeBack(ctx, tx, id, c)
		if err != nil || n > 0 {
			return err
		}
		var state directory.State
		err = tx.QueryRowContext(ctx, `SELECT state FROM users WHERE id = $1`, id).Scan(&state)
		switch {
		case errors.Is(err, sql.ErrNoRows), err == nil && state == directory.TakenBack:
			return nil
		case err != nil:
			return fmt.Errorf("take back user %s: %w", id, err)
		}
		return &directory.Error{Code: directory.Conflict, Message: "The user is no longer waiting for a target, so it was not taken back."}
	})
}

func takeBack(ctx context.Context, tx *sql.Tx, id string, c directory.Change) (int64, error) {
	n, err := exec(ctx, tx, `UPDATE users SET state = 'rejected', password_hash = '', staged_until = NULL, version = version + 1,
			updated_at = $1, deleted_at = $1
		WHERE id = $2 AND state = 'staged'`, c.At.UnixMicro(), id)
	if err != nil {
		return 0, fmt.Errorf("take back user %s: %w", id, err)
	}
	if n == 0 {
		return 0, nil
	}
	return n, leave(ctx, tx, id, c)
}

// TakeBackStaged implements provisioning.Store.
func (s *Store) TakeBackStaged(ctx context.Context, now time.Time) (int, error) {
	left, err := list(ctx, s.r, scanText, `SELECT id FROM users WHERE state = 'staged' AND staged_until < $1`, now.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("list staged users: %w", err)
	}
	var taken int
	for _, id := range left {
		var n int64
		err := s.tx(ctx, func(tx *sql.Tx) (err error) {
			n, err = takeBack(ctx, tx, id, directory.Change{ID: directory.NewID(), At: now,
				Actor: directory.Actor{Kind: directory.BySystem}, Action: directory.ActionUserTakeBack, Target: id})
			return err
		})
		if err != nil {
			return taken, err
		}
		taken += int(n)
	}
	return taken, nil
}

func scanText(row scanner) (string, error) {
	var v string
	err := row.Scan(&v)
	return v, err
}

// blockingFor selects, of provisioners p and connectors k, those that a new user of source $1 waits for.
const blockingFor = `k.enabled AND p.blocking AND (p.jit_outbound OR CAST($1 AS TEXT) <> 'jit')`

var _ interface {
	directory.Store
	provisioning.Store
} = (*Store)(nil)
