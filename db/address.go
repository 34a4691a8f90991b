package db

import (
	"context"
	"fmt"

	"usher/directory"
)

// UsersByEmail are live users who have the address among theirs, however it is written, in the order of their IDs.
func (s *Store) UsersByEmail(ctx context.Context, email string, limit int) ([]directory.User, error) {
	return s.usersByEmail(ctx, email, "", limit)
}

func (s *Store) usersByEmail(ctx context.Context, email, after string, limit int) ([]directory.User, error) {
	emails := attrNumber(emailPath)
	args := []any{emails, after, limit}
	for _, form := range directory.AddressForms(email) {
		if key, _, _ := keyOf(form, exactKey(emails)); key != "" {
			args = append(args, key)
		}
	}
	if len(args) == 3 {
		return nil, nil
	}
	found, err := list(ctx, s.r, scanUser, usersByEmailQuery(len(args)-3), args...)
	if err != nil {
		return nil, fmt.Errorf("find users by e-mail address: %w", err)
	}
	return found, nil
}

func usersByEmailQuery(forms int) string {
	return `SELECT ` + userColumns + ` FROM users
	WHERE id IN (SELECT user_id FROM user_values WHERE attr = $1 AND key IN (` + placeholders(4, forms) + `)) AND state = 'live' AND id > $2 ORDER BY id LIMIT $3`
}

// ownersBatch is how many users with an address are looked at together. Strangers can write somebody's address into any
// number of accounts of theirs, and must not hide its owner by that.
const ownersBatch = 100

// AddressOwners implements directory.Store.
func (s *Store) AddressOwners(ctx context.Context, address string, limit int) (owners []directory.User, err error) {
	for after := ""; ; {
		some, err := s.usersByEmail(ctx, address, after, ownersBatch)
		if err != nil {
			return nil, err
		}
		for _, u := range some {
			after = u.ID
			if u.Owns(address) {
				owners = append(owners, u)
			}
			if len(owners) == limit {
				return owners, nil
			}
		}
		if len(some) < ownersBatch {
			return owners, nil
		}
	}
}
