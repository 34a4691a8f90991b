package auth

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"usher/directory"
)

const maxAdminName = 100

// checkAdmin says what is wrong with a new administrator, by the fields user_name and password.
func checkAdmin(name, password string) directory.FieldErrors {
	f := directory.FieldErrors{}
	if utf8.RuneCountInString(name) > maxAdminName {
		f.Add("user_name", fmt.Sprintf("A user name has at most %d characters.", maxAdminName))
	} else if _, words := directory.PrepareName(name); words != "" {
		f.Add("user_name", words)
	}
	if msg := CheckPassword(password, name); msg != "" {
		f.Add("password", msg)
	}
	return f
}

func (s *Service) newAdmin(ctx context.Context, name, password string) (Admin, error) {
	name = strings.TrimSpace(name)
	if err := checkAdmin(name, password).Err(); err != nil {
		return Admin{}, err
	}
	name, _ = directory.PrepareName(name)
	hash, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return Admin{}, err
	}
	now := s.now()
	return Admin{ID: newID(), UserName: name, PasswordHash: hash, CreatedAt: now, PasswordAt: now}, nil
}

// CreateAdmin adds an administrator. Invalid and Conflict name the fields user_name and password.
func (s *Service) CreateAdmin(ctx context.Context, by directory.Actor, name, password string) (Admin, error) {
	a, err := s.newAdmin(ctx, name, password)
	if err != nil {
		return Admin{}, err
	}
	if err := s.store.CreateAdmin(ctx, a, s.change(by, ActionAdminCreate, a.ID, a.UserName)); err != nil {
		return Admin{}, fmt.Errorf("create administrator %q: %w", a.UserName, err)
	}
	return a, nil
}

// Admin is the administrator with the ID, if there is one.
func (s *Service) Admin(ctx context.Context, id string) (Admin, bool, error) {
	a, ok, err := s.store.AdminByID(ctx, id)
	if err != nil {
		return Admin{}, false, fmt.Errorf("load administrator %s: %w", id, err)
	}
	return a, ok, nil
}

// Admins lists the administrators, oldest first.
func (s *Service) Admins(ctx context.Context) ([]Admin, error) {
	list, err := s.store.ListAdmins(ctx)
	if err != nil {
		return nil, fmt.Errorf("list administrators: %w", err)
	}
	return list, nil
}

// Actor is how an administrator's acts in the console are signed.
func (a Admin) Actor() directory.Actor {
	return directory.Actor{Kind: directory.ByAdmin, ID: a.ID, Name: a.UserName}
}

// ChangePassword replaces the password of a signed-in administrator and ends their other sessions; keepSession is
// the hash of the one that asks. Wrong tries of the current password count as failed sign-ins, because a stolen
// session must not be a way to guess it. Invalid names the fields current_password and new_password.
func (s *Service) ChangePassword(ctx context.Context, from Origin, a Admin, current, next, keepSession string) error {
	f := directory.FieldErrors{}
	if current == "" {
		f.Add("current_password", "Enter your current password.")
	}
	if msg := CheckPassword(next, a.UserName); msg != "" {
		f.Add("new_password", msg)
	} else if current == next {
		f.Add("new_password", "This is your current password. Choose another one.")
	}
	if err := f.Err(); err != nil {
		return err
	}
	failures, err := s.countTry(ctx, directory.NameKey(a.UserName), ofAdmin(a.ID), from)
	if err != nil {
		return err
	}
	ok, _, err := s.Passwords.Verify(ctx, a.PasswordHash, current)
	if err != nil {
		return err
	}
	if !ok {
		f.Add("current_password", "This is not your current password.")
		return f.Err()
	}
	hash, err := s.Passwords.Hash(ctx, next)
	if err != nil {
		return err
	}
	c := s.change(a.Actor(), ActionAdminPassword, a.ID, a.UserName)
	if err := s.store.SetAdminPassword(ctx, a.ID, hash, keepSession, c); err != nil {
		return fmt.Errorf("change the password of %s: %w", a.ID, err)
	}
	return s.clearFailures(ctx, failures)
}
