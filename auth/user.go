package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/directory"
)

// maxUserKey is the longest e-mail address (RFC 5321 §4.5.3.1.3); user names are shorter.
const maxUserKey = 254

// ErrDisabled is what SignInUser wraps for a user whose password is right and whom an administrator has disabled.
var ErrDisabled = errors.New("the user is disabled")

// SignInUser answers the live user whose name, or e-mail address that no other user has, and password these are. A
// wrong password, an unknown name and a user without a password get the same answer after the same work; after several
// failures from one place the answer is a *LockedError inside a *directory.Error. A disabled user is told so, after the password, by
// a *directory.Error that wraps ErrDisabled.
func (s *Service) SignInUser(ctx context.Context, from Origin, name, password string) (directory.User, error) {
	key := directory.NameKey(name)
	if !utf8.ValidString(name) || utf8.RuneCountInString(key) > maxUserKey || strings.ContainsFunc(name, unicode.IsControl) {
		if _, _, err := s.Passwords.Verify(ctx, "", password); err != nil {
			return directory.User{}, err
		}
		return directory.User{}, wrongUserCredentials()
	}
	u, _, err := s.store.UserForSignIn(ctx, name)
	if err != nil {
		return directory.User{}, fmt.Errorf("load user for sign-in: %w", err)
	}
	limit := userLimit(u, key)
	failures, err := s.countTry(ctx, limit, ofUser(u.ID), from)
	if err != nil {
		return directory.User{}, err
	}
	ok, weak, err := s.Passwords.Verify(ctx, u.PasswordHash, password)
	if err != nil {
		return directory.User{}, err
	}
	if !ok {
		return directory.User{}, wrongUserCredentials()
	}
	if weak {
		if err := s.rehashUser(ctx, u, password); err != nil {
			return directory.User{}, err
		}
	}
	if err := s.clearFailures(ctx, failures); err != nil {
		return directory.User{}, err
	}
	return u, CheckActive(u)
}

// CheckActive is the failure of a disabled user's sign-in, or nil.
func CheckActive(u directory.User) error {
	if u.Active {
		return nil
	}
	return &directory.Error{Code: directory.Invalid, Err: ErrDisabled,
		Message: "Your account is disabled, so you cannot sign in. Ask an administrator of your organisation to enable it."}
}

// userLimit names whose failures are counted: one user has one count, by whatever name they sign in. The prefix
// keeps users apart from administrators of the same name.
func userLimit(u directory.User, key string) string {
	if u.ID != "" {
		return "user:" + u.ID
	}
	return "user:" + key
}

func (s *Service) rehashUser(ctx context.Context, u directory.User, password string) error {
	hash, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := s.store.RehashUserPassword(ctx, u.ID, u.PasswordHash, hash); err != nil {
		return fmt.Errorf("rehash the password of %s: %w", u.ID, err)
	}
	return nil
}

// User is the live user with the ID, if there is one.
func (s *Service) User(ctx context.Context, id string) (directory.User, bool, error) {
	u, ok, err := s.store.UserByID(ctx, id)
	if err != nil {
		return directory.User{}, false, fmt.Errorf("load user %s: %w", id, err)
	}
	return u, ok, nil
}

// UserActor is how a user's own acts are signed.
func UserActor(u directory.User) directory.Actor {
	return directory.Actor{Kind: directory.ByUser, ID: u.ID, Name: u.UserName}
}

// CheckUserPassword says in a sentence what is wrong with a user's new password, or "".
func CheckUserPassword(password string, u directory.User) string {
	return CheckPassword(password, u.UserName, u.Name.GivenName, u.Name.FamilyName, u.Email())
}

// ChangeUserPassword replaces the password of a signed-in user and ends their other sessions; keepSession is the hash
// of the one that asks. It is throttled like ChangePassword. Invalid names the fields current_password and new_password.
func (s *Service) ChangeUserPassword(ctx context.Context, from Origin, u directory.User, current, next, keepSession string) error {
	f := directory.FieldErrors{}
	if current == "" && u.PasswordHash != "" {
		f.Add("current_password", "Enter your current password.")
	}
	if msg := CheckUserPassword(next, u); msg != "" {
		f.Add("new_password", msg)
	} else if current == next {
		f.Add("new_password", "This is your current password. Choose another one.")
	}
	if err := f.Err(); err != nil {
		return err
	}
	failures, err := s.countTry(ctx, userLimit(u, ""), ofUser(u.ID), from)
	if err != nil {
		return err
	}
	ok, _, err := s.Passwords.Verify(ctx, u.PasswordHash, current)
	if err != nil {
		return err
	}
	if !ok {
		f.Add("current_password", "This is not your current password.")
		return f.Err()
	}
	if err := s.SetUserPassword(ctx, u, next, "", keepSession, UserActor(u)); err != nil {
		return err
	}
	return s.clearFailures(ctx, failures)
}

// SetUserPassword gives a user a new password, which was checked, and ends their sessions but the one with the hash
// keepSession ("" for none, and then their tokens too). verified, when set, is the address that the user has shown to be theirs by this.
func (s *Service) SetUserPassword(ctx context.Context, u directory.User, password, verified, keepSession string, by directory.Actor) error {
	hash, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	c := s.change(by, ActionUserPassword, u.ID, u.UserName)
	p := NewPassword{Hash: hash, Clear: directory.Secret(password), Verified: verified}
	if err := s.store.SetUserPassword(ctx, u.ID, p, keepSession, c); err != nil {
		return fmt.Errorf("set the password of %s: %w", u.ID, err)
	}
	return nil
}

// VerifyThrottled compares a password with a hash, and counts failures under the limit's name as SignIn does under the
// user name's: the same waits apply.
func (s *Service) VerifyThrottled(ctx context.Context, limit, hash, password string) (bool, error) {
	if err := s.count(ctx, ofOne, limit); err != nil {
		return false, err
	}
	ok, _, err := s.Passwords.Verify(ctx, hash, password)
	if err != nil || !ok {
		return false, err
	}
	return true, s.clearFailures(ctx, []string{limit})
}

func wrongUserCredentials() error {
	return &directory.Error{Code: directory.Invalid, Message: "The user name or the password is not right. Check both and try again."}
}
