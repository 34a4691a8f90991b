package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/auth/oidc"
	"usher/directory"
)

// writeIdentity links the user to who they are at an identity provider, and reports whether the link is new.
func writeIdentity(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) (bool, error) {
	i := u.Arrival.Identity
	if i == (directory.Identity{}) {
		return false, nil
	}
	if err := oneSubject(ctx, tx, u.ID, i); err != nil {
		return false, err
	}
	n, err := exec(ctx, tx, `INSERT INTO identities (connection_id, issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (connection_id, issuer, subject) DO NOTHING`, i.ConnectionID, i.Issuer, i.Subject, u.ID, c.At.UnixMicro())
	switch {
	case violation(err) == notLinked:
		return false, noConnection()
	case err != nil:
		return false, fmt.Errorf("link an identity of user %s: %w", u.ID, err)
	case n > 0:
		return true, nil
	}
	var owner string
	err = tx.QueryRowContext(ctx, `SELECT user_id FROM identities WHERE connection_id = $1 AND issuer = $2 AND subject = $3`,
		i.ConnectionID, i.Issuer, i.Subject).Scan(&owner)
	if err != nil && !missing(err) {
		return false, fmt.Errorf("link an identity of user %s: %w", u.ID, err)
	}
	if owner != u.ID {
		return false, &directory.Error{Code: directory.Conflict, Message: "This sign-in belongs to another user already."}
	}
	return false, nil
}

// oneSubject keeps a user to one subject of an issuer: two are two people there, whatever their addresses.
func oneSubject(ctx context.Context, tx *sql.Tx, userID string, i directory.Identity) error {
	var others int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM identities WHERE user_id = $1 AND issuer = $2 AND subject <> $3`, userID, i.Issuer, i.Subject).Scan(&others)
	if err != nil {
		return fmt.Errorf("link an identity of user %s: %w", userID, err)
	}
	if others > 0 {
		return &directory.Error{Code: directory.Conflict, Err: directory.ErrIssuerLinked, Message: "The user signs in there as somebody else already."}
	}
	return nil
}

func dropIdentities(ctx context.Context, tx *sql.Tx, userID string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM identities WHERE user_id = $1`, userID); err != nil {
		return fmt.Errorf("drop identities of user %s: %w", userID, err)
	}
	return nil
}

// UserByIdentity implements oidc.Store.
func (s *Store) UserByIdentity(ctx context.Context, i directory.Identity) (directory.User, error) {
	return oneUser(s.r.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE state IN ('staged', 'live') AND id =
		(SELECT user_id FROM identities WHERE connection_id = $1 AND issuer = $2 AND subject = $3)`, i.ConnectionID, i.Issuer, i.Subject))
}

// Identities implements oidc.Store.
func (s *Store) Identities(ctx context.Context, userID string) ([]oidc.Link, error) {
	found, err := list(ctx, s.r, scanIdentity, `SELECT i.connection_id, i.issuer, i.subject, n.name, i.linked_at
		FROM identities i JOIN connections n ON n.id = i.connection_id WHERE i.user_id = $1 ORDER BY n.name_key, i.issuer, i.subject LIMIT `+largestList, userID)
	if err != nil {
		return nil, fmt.Errorf("list identities of user %s: %w", userID, err)
	}
	return found, nil
}

// largestList bounds lists that have no pages.
const largestList = `200`

func scanIdentity(row scanner) (oidc.Link, error) {
	var l oidc.Link
	var linked sql.NullInt64
	err := row.Scan(&l.ConnectionID, &l.Issuer, &l.Subject, &l.Connection, &linked)
	l.LinkedAt = timeOf(linked)
	return l, err
}

// Unlink implements oidc.Store.
func (s *Store) Unlink(ctx context.Context, userID string, i directory.Identity, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `DELETE FROM identities WHERE user_id = $1 AND connection_id = $2 AND issuer = $3 AND subject = $4`,
			userID, i.ConnectionID, i.Issuer, i.Subject)
		if err != nil {
			return fmt.Errorf("unlink an identity of user %s: %w", userID, err)
		}
		if n == 0 {
			return &directory.Error{Code: directory.NotFound, Message: "The user does not sign in this way. The link may have been removed already."}
		}
		return recordChange(ctx, tx, c)
	})
}
