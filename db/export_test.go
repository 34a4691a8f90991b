package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/directory"
)

func Writer(s *Store) *sql.DB    { return s.w }
func ClaimQuery(s *Store) string { return s.claimQuery() }

// Fill makes n live users in one transaction, without accounts.
func Fill(s *Store, n int, at time.Time) error {
	ctx := context.Background()
	return s.tx(ctx, func(tx *sql.Tx) error {
		for i := range n {
			u := directory.User{ID: directory.NewID(), UserName: fmt.Sprintf("user%07d", i)}
			u.SetEmail(u.UserName + "@example.com")
			_, err := tx.Exec(`INSERT INTO users (id, user_name, user_name_key, state, active, source, external_id, attributes, password_hash, version, created_at, updated_at)
				VALUES ($1, $2, $2, 'live', TRUE, 'console', '', '{"name":{"givenName":"Given","familyName":"Family"},"emails":[{"value":"a@example.com","primary":true}]}', '', 1, $3, $3)`,
				u.ID, u.UserName, at.UnixMicro())
			if err != nil {
				return err
			}
			if err := writeTerms(ctx, tx, u); err != nil {
				return err
			}
		}
		return nil
	})
}
