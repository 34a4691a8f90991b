package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"usher/directory"
)

// StartSetup makes the one-time token of the set-up link when there is no administrator; an earlier token is dead
// from then on. needed is false, and the token empty, when there is an administrator.
func (s *Service) StartSetup(ctx context.Context) (token directory.Secret, needed bool, err error) {
	t := base62(tokenChars)
	switch err := s.store.SaveSetupToken(ctx, HashToken(t)); {
	case errors.Is(err, ErrSetupOver):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("save the set-up token: %w", err)
	}
	return directory.Secret(t), true, nil
}

// SetupNeeded reports whether there is no administrator yet.
func (s *Service) SetupNeeded(ctx context.Context) (bool, error) {
	has, err := s.store.HasAdmin(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an administrator: %w", err)
	}
	return !has, nil
}

// CheckSetup answers nil when the token would let its holder create the first administrator, and NotFound when not.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	needed, err := s.SetupNeeded(ctx)
	if err != nil {
		return err
	}
	want, err := s.store.SetupTokenHash(ctx)
	if err != nil {
		return fmt.Errorf("load the set-up token: %w", err)
	}
	if !needed || want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(HashToken(token))) != 1 {
		return setupOver()
	}
	return nil
}

// CreateFirstAdmin uses up the token. NotFound when it does not hold; Invalid names the fields user_name and password.
func (s *Service) CreateFirstAdmin(ctx context.Context, token, name, password string) (Admin, error) {
	if err := s.CheckSetup(ctx, token); err != nil { // before the expensive hash
		return Admin{}, err
	}
	a, err := s.newAdmin(ctx, name, password)
	if err != nil {
		return Admin{}, err
	}
	c := s.change(a.Actor(), ActionAdminCreate, a.ID, a.UserName)
	err = s.store.CreateFirstAdmin(ctx, a, HashToken(token), c)
	if errors.Is(err, ErrSetupOver) {
		return Admin{}, setupOver()
	}
	if err != nil {
		return Admin{}, fmt.Errorf("create the first administrator: %w", err)
	}
	return a, nil
}

func setupOver() error {
	return &directory.Error{Code: directory.NotFound,
		Message: "This set-up link does not work: it was used, or a newer one was made. If there is an administrator, sign in; " +
			"if not, start Usher again and open the link that it prints."}
}
