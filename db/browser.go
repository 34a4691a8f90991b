package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/auth"
)

// browsersOf is the owner as known_browsers writes it. Stored: never rename.
func browsersOf(o auth.Owner) string {
	if o.AdminID != "" {
		return "admin:" + o.AdminID
	}
	return "user:" + o.UserID
}

// KnowsBrowser implements auth.Browsers.
func (s *Store) KnowsBrowser(ctx context.Context, of auth.Owner, hash string, since time.Time) (bool, error) {
	var known bool
	err := s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM known_browsers WHERE owner = $1 AND hash = $2 AND seen_at > $3)`,
		browsersOf(of), hash, since.UnixMicro()).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for a browser: %w", err)
	}
	return known, nil
}

// SaveBrowser implements auth.Browsers.
func (s *Store) SaveBrowser(ctx context.Context, of auth.Owner, hash string, at time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO known_browsers (owner, hash, seen_at) VALUES ($1, $2, $3)
			ON CONFLICT (owner, hash) DO UPDATE SET seen_at = excluded.seen_at`, browsersOf(of), hash, at.UnixMicro())
		if err != nil {
			return fmt.Errorf("save a browser: %w", err)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM known_browsers WHERE owner = $1 AND hash NOT IN
			(SELECT hash FROM known_browsers WHERE owner = $1 ORDER BY seen_at DESC, hash LIMIT $2)`, browsersOf(of), auth.MostBrowsers)
		if err != nil {
			return fmt.Errorf("forget the oldest browsers: %w", err)
		}
		return nil
	})
}

// DeleteBrowsers implements auth.Browsers.
func (s *Store) DeleteBrowsers(ctx context.Context, before time.Time) error {
	return s.do(ctx, "delete old browsers", `DELETE FROM known_browsers WHERE seen_at < $1`, before.UnixMicro())
}

// forgetBrowsers is for a password that was changed, and an owner who is gone.
func forgetBrowsers(ctx context.Context, tx *sql.Tx, of auth.Owner) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM known_browsers WHERE owner = $1`, browsersOf(of)); err != nil {
		return fmt.Errorf("forget browsers: %w", err)
	}
	return nil
}
