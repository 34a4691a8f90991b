package auth

import (
	"context"
	"fmt"
	"time"

	"usher/directory"
)

// maxPersonalTokens is how many a user may have at a time.
const maxPersonalTokens = 20

// CreatePersonalToken makes a token with which a user's own programs read and change that user at the SCIM API's /Me,
// for ever when expires is zero; the secret is not kept, so show it now. Invalid names the fields name and expires.
func (s *Service) CreatePersonalToken(ctx context.Context, u directory.User, name string, expires time.Time) (Token, directory.Secret, error) {
	have, err := s.PersonalTokens(ctx, u.ID)
	if err != nil {
		return Token{}, "", err
	}
	if len(have) >= maxPersonalTokens {
		f := directory.FieldErrors{}
		f.Add("name", fmt.Sprintf("You have %d tokens, and more are not possible. Revoke one that you do not use.", maxPersonalTokens))
		return Token{}, "", f.Err()
	}
	return s.createToken(ctx, UserActor(u), Token{UserID: u.ID, Name: name, Scopes: []Scope{ScopeSCIM}, ExpiresAt: expires})
}

// PersonalTokens lists a user's tokens, newest first, expired ones included.
func (s *Service) PersonalTokens(ctx context.Context, userID string) ([]Token, error) {
	if userID == "" {
		return nil, nil // the store would answer with the applications' tokens
	}
	list, err := s.store.ListTokens(ctx, TokenFilter{UserID: userID, Limit: maxPersonalTokens})
	if err != nil {
		return nil, fmt.Errorf("list the tokens of user %s: %w", userID, err)
	}
	return list, nil
}

// RevokePersonalToken ends a user's token at once. NotFound when the user has none with the ID.
func (s *Service) RevokePersonalToken(ctx context.Context, u directory.User, id string) error {
	if u.ID == "" {
		return &directory.Error{Code: directory.NotFound, Message: "There is no such token. It may have been deleted."}
	}
	if err := s.store.DeleteToken(ctx, u.ID, id, s.change(UserActor(u), ActionTokenRevoke, id, "")); err != nil {
		return fmt.Errorf("revoke token %s of user %s: %w", id, u.ID, err)
	}
	return nil
}
