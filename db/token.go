package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"usher/auth"
	"usher/directory"
)

const tokenColumns = `id, name, hash, scopes, created_by, created_at, last_used_at, user_id, expires_at, skip_unknown_members`

func scanToken(row scanner) (auth.Token, error) {
	var t auth.Token
	var scopes string
	var created, used, expires sql.NullInt64
	var user sql.NullString
	err := row.Scan(&t.ID, &t.Name, &t.Hash, &scopes, &t.CreatedBy, &created, &used, &user, &expires, &t.SkipUnknownMembers)
	for _, v := range strings.Fields(scopes) {
		t.Scopes = append(t.Scopes, auth.Scope(v))
	}
	t.UserID, t.CreatedAt, t.LastUsedAt, t.ExpiresAt = user.String, timeOf(created), timeOf(used), timeOf(expires)
	return t, err
}

// CreateToken implements auth.Tokens.
func (s *Store) CreateToken(ctx context.Context, t auth.Token, c directory.Change) error {
	scopes := make([]string, len(t.Scopes))
	for i, v := range t.Scopes {
		scopes[i] = string(v)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO api_tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			t.ID, t.Name, t.Hash, strings.Join(scopes, " "), t.CreatedBy, orNow(t.CreatedAt, c), micros(t.LastUsedAt), nullable(t.UserID), micros(t.ExpiresAt), t.SkipUnknownMembers)
		if violation(err) == notLinked {
			return noUser()
		}
		if err != nil {
			return fmt.Errorf("create token: %w", err)
		}
		return recordChange(ctx, tx, c)
	})
}

// TokenByHash implements auth.Tokens.
func (s *Store) TokenByHash(ctx context.Context, hash string) (auth.Token, bool, error) {
	t, err := scanToken(s.r.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM api_tokens WHERE hash = $1`, hash))
	return maybe(t, err, "read token")
}

// ListTokens implements auth.Tokens; IDs sort by age.
func (s *Store) ListTokens(ctx context.Context, f auth.TokenFilter) ([]auth.Token, error) {
	text, args := tokenQuery(f)
	found, err := list(ctx, s.r, scanToken, text, args...)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return found, nil
}

func tokenQuery(f auth.TokenFilter) (string, []any) {
	q := where(`SELECT ` + tokenColumns + ` FROM api_tokens`)
	if f.UserID == "" {
		q.add(`user_id IS NULL`)
	} else {
		q.add(`user_id = %s`, clean(f.UserID))
	}
	q.addIf(f.Before != "", `id < %s`, clean(f.Before))
	text := q.end(` ORDER BY id DESC LIMIT %s`, f.Limit)
	return text, q.args
}

// DeleteToken implements auth.Tokens.
func (s *Store) DeleteToken(ctx context.Context, userID, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `DELETE FROM api_tokens WHERE id = $1 AND COALESCE(user_id, '') = $2`, id, userID)
		if err != nil && !missing(err) {
			return fmt.Errorf("delete token: %w", err)
		}
		if n == 0 {
			return &directory.Error{Code: directory.NotFound, Message: "There is no such token. It may have been deleted."}
		}
		return recordChange(ctx, tx, c)
	})
}

// TouchToken implements auth.Tokens.
func (s *Store) TouchToken(ctx context.Context, id string, at time.Time) error {
	return s.do(ctx, "mark due token", `UPDATE api_tokens SET last_used_at = $1 WHERE id = $2`, at.UnixMicro(), id)
}
