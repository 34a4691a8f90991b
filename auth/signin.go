package auth

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/directory"
)

// SignIn answers the administrator whose name and password these are. A wrong password and an unknown name get the
// same answer after the same work; after several failures for one name from one place the answer is a *LockedError inside a
// *directory.Error, whether there is such a name or not.
func (s *Service) SignIn(ctx context.Context, from Origin, name, password string) (Admin, error) {
	key := directory.NameKey(name)
	if !utf8.ValidString(name) || utf8.RuneCountInString(key) > maxAdminName || strings.ContainsFunc(name, unicode.IsControl) {
		if _, _, err := s.Passwords.Verify(ctx, "", password); err != nil {
			return Admin{}, err
		}
		return Admin{}, wrongCredentials()
	}
	a, err := s.adminNamed(ctx, name)
	if err != nil {
		return Admin{}, err
	}
	failures, err := s.countTry(ctx, key, ofAdmin(a.ID), from)
	if err != nil {
		return Admin{}, err
	}
	ok, weak, err := s.Passwords.Verify(ctx, a.PasswordHash, password)
	if err != nil {
		return Admin{}, err
	}
	if !ok {
		return Admin{}, wrongCredentials()
	}
	if weak {
		if err := s.rehash(ctx, a, password); err != nil {
			return Admin{}, err
		}
	}
	if err := s.store.AdminSignedIn(ctx, a.ID, s.now()); err != nil {
		return Admin{}, fmt.Errorf("record the sign-in of %s: %w", a.ID, err)
	}
	return a, s.clearFailures(ctx, failures)
}

// adminNamed is the zero Admin when there is none.
func (s *Service) adminNamed(ctx context.Context, name string) (Admin, error) {
	for _, key := range directory.NameKeys(name) {
		a, ok, err := s.store.AdminByName(ctx, key)
		if err != nil {
			return Admin{}, fmt.Errorf("load administrator by name: %w", err)
		}
		if ok {
			return a, nil
		}
	}
	return Admin{}, nil
}

func (s *Service) rehash(ctx context.Context, a Admin, password string) error {
	hash, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := s.store.RehashAdminPassword(ctx, a.ID, a.PasswordHash, hash); err != nil {
		return fmt.Errorf("rehash the password of %s: %w", a.ID, err)
	}
	return nil
}

func wrongCredentials() error {
	return &directory.Error{Code: directory.Invalid, Message: "The user name or the password is not right. Check both and try again."}
}
