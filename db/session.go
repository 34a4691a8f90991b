package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/auth"
)

const sessionColumns = `hash, admin_id, user_id, data, created_at, seen_at, expires_at`

func scanSession(row scanner) (auth.SessionRow, error) {
	var v auth.SessionRow
	var admin, user sql.NullString
	var created, seen, expires sql.NullInt64
	err := row.Scan(&v.Hash, &admin, &user, &v.Values, &created, &seen, &expires)
	v.Owner = auth.Owner{AdminID: admin.String, UserID: user.String}
	v.CreatedAt, v.SeenAt, v.ExpiresAt = timeOf(created), timeOf(seen), timeOf(expires)
	return v, err
}

// LoadSession implements auth.SessionRows.
func (s *Store) LoadSession(ctx context.Context, hash string) (auth.SessionRow, bool, error) {
	v, err := scanSession(s.r.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, hash))
	return maybe(v, err, "read session")
}

// CreateSession implements auth.SessionRows.
func (s *Store) CreateSession(ctx context.Context, v auth.SessionRow) error {
	return s.do(ctx, "create session", `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		v.Hash, nullable(v.Owner.AdminID), nullable(v.Owner.UserID), v.Values, v.CreatedAt.UnixMicro(), v.SeenAt.UnixMicro(), v.ExpiresAt.UnixMicro())
}

// UpdateSession implements auth.SessionRows.
func (s *Store) UpdateSession(ctx context.Context, v auth.SessionRow) (bool, error) {
	n, err := exec(ctx, s.w, `UPDATE sessions SET data = $1, seen_at = $2 WHERE hash = $3`, v.Values, v.SeenAt.UnixMicro(), v.Hash)
	if err != nil {
		return false, fmt.Errorf("update session: %w", err)
	}
	return n == 1, nil
}

// TouchSession implements auth.SessionRows.
func (s *Store) TouchSession(ctx context.Context, hash string, at time.Time) error {
	return s.do(ctx, "mark due session", `UPDATE sessions SET seen_at = $1 WHERE hash = $2`, at.UnixMicro(), hash)
}

// DeleteSession implements auth.SessionRows.
func (s *Store) DeleteSession(ctx context.Context, hash string) error {
	return s.do(ctx, "delete session", `DELETE FROM sessions WHERE hash = $1`, hash)
}

// ofOwner is the condition of somebody's sessions, whose arguments ownerArgs gives. NULL equals nothing.
const ofOwner = `(admin_id = $1 OR user_id = $2)`

func ownerArgs(of auth.Owner, more ...any) []any {
	return append([]any{nullable(of.AdminID), nullable(of.UserID)}, more...)
}

// DeleteSessions implements auth.SessionRows.
func (s *Store) DeleteSessions(ctx context.Context, of auth.Owner, except string) error {
	return s.do(ctx, "delete sessions", `DELETE FROM sessions WHERE `+ofOwner+` AND hash <> $3`, ownerArgs(of, except)...)
}

// CountSessions implements auth.SessionRows.
func (s *Store) CountSessions(ctx context.Context, of auth.Owner, idleSince, now time.Time) (int, error) {
	var n int
	err := s.r.QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE `+ofOwner+` AND seen_at > $3 AND expires_at > $4`,
		ownerArgs(of, idleSince.UnixMicro(), now.UnixMicro())...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count sessions: %w", err)
	}
	return n, nil
}

// ListSessions implements auth.SessionRows.
func (s *Store) ListSessions(ctx context.Context, of auth.Owner, idleSince, now time.Time, limit int) ([]auth.SessionRow, error) {
	found, err := list(ctx, s.r, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE `+ofOwner+` AND seen_at > $3 AND expires_at > $4
		ORDER BY seen_at DESC, hash LIMIT $5`, ownerArgs(of, idleSince.UnixMicro(), now.UnixMicro(), limit)...)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return found, nil
}

// DeleteExpiredSessions implements auth.SessionRows.
func (s *Store) DeleteExpiredSessions(ctx context.Context, idleSince, now time.Time) error {
	return s.do(ctx, "delete expired sessions", `DELETE FROM sessions WHERE seen_at < $1 OR expires_at < $2`, idleSince.UnixMicro(), now.UnixMicro())
}

// do runs one statement, whatever it finds to change.
func (s *Store) do(ctx context.Context, what, statement string, args ...any) error {
	if _, err := s.w.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// SignInFailures implements auth.Throttle.
func (s *Store) SignInFailures(ctx context.Context, key string) (auth.Failures, error) {
	var f auth.Failures
	var last sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT failures, last_at FROM throttle WHERE name_key = $1`, key).Scan(&f.Count, &last)
	f.LastAt = timeOf(last)
	f, _, err = maybe(f, err, "read sign-in failures")
	return f, err
}

// SwapSignInFailures implements auth.Throttle.
func (s *Store) SwapSignInFailures(ctx context.Context, key string, old, next auth.Failures) (bool, error) {
	var n int64
	var err error
	switch {
	case old.Count == 0 && next.Count == 0:
		now, err := s.SignInFailures(ctx, key)
		return now.Count == 0, err
	case old.Count == 0:
		n, err = exec(ctx, s.w, `INSERT INTO throttle (name_key, failures, last_at) VALUES ($1, $2, $3) ON CONFLICT (name_key) DO NOTHING`,
			key, next.Count, next.LastAt.UnixMicro())
	case next.Count == 0:
		n, err = exec(ctx, s.w, `DELETE FROM throttle WHERE name_key = $1 AND failures = $2 AND last_at = $3`, key, old.Count, old.LastAt.UnixMicro())
	default:
		n, err = exec(ctx, s.w, `UPDATE throttle SET failures = $1, last_at = $2 WHERE name_key = $3 AND failures = $4 AND last_at = $5`,
			next.Count, next.LastAt.UnixMicro(), key, old.Count, old.LastAt.UnixMicro())
	}
	if err != nil {
		return false, fmt.Errorf("write sign-in failures: %w", err)
	}
	return n == 1, nil
}

// ClearSignInFailures implements auth.Throttle.
func (s *Store) ClearSignInFailures(ctx context.Context, key string) error {
	return s.do(ctx, "clear sign-in failures", `DELETE FROM throttle WHERE name_key = $1`, key)
}

// DeleteSignInFailures implements auth.Throttle.
func (s *Store) DeleteSignInFailures(ctx context.Context, before time.Time) error {
	return s.do(ctx, "delete sign-in failures", `DELETE FROM throttle WHERE last_at < $1`, before.UnixMicro())
}
