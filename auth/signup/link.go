package signup

import (
	"context"
	"slices"
	"time"

	"usher/auth"
	"usher/directory"
	"usher/mail"
)

// How long mailed links to users work.
const (
	resetLife  = time.Hour
	inviteLife = 7 * 24 * time.Hour
	verifyLife = 24 * time.Hour
)

// Forgot mails a link for a new password to the user with the name or address, if there is such a user. The answer is
// the same in any case, and takes as long.
func (s *Service) Forgot(ctx context.Context, typed string) error {
	found, err := s.forgetful(ctx, typed)
	if err != nil {
		return err
	}
	org, err := s.organisation(ctx)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return s.Store.SkipMail(ctx, typed, s.Now())
	}
	for _, u := range found {
		token, l := s.newLink(u, ToReset, u.Email(), resetLife)
		if err := s.Store.SaveUserLink(ctx, l, resetMail(org, u, s.link("reset", token), resetLife)); err != nil {
			return err
		}
	}
	return nil
}

// forgetful are the users whom somebody means who forgot a password. Where nobody can tell whose an address is, all who
// are reached at it are meant: the mails come to the one who reads them there.
func (s *Service) forgetful(ctx context.Context, typed string) ([]directory.User, error) {
	u, ok, err := s.Store.UserForSignIn(ctx, typed)
	if err != nil {
		return nil, err
	}
	found := []directory.User{u}
	if !ok || !u.Reachable(typed) {
		if found, err = s.Store.UsersByEmail(ctx, typed, mostAsked); err != nil {
			return nil, err
		}
		if owners := owning(slices.Clone(found), typed); len(owners) > 0 {
			found = owners
		}
		found = slices.DeleteFunc(found, func(u directory.User) bool { return !directory.SameAddress(u.Email(), typed) })
	}
	return slices.DeleteFunc(found, func(u directory.User) bool { return !u.Active || !mail.IsAddress(u.Email()) }), nil
}

// Invite mails a link with which the user chooses the first password. Invalid when there is nowhere to mail it to.
func (s *Service) Invite(ctx context.Context, u directory.User) error {
	switch {
	case !mail.IsAddress(u.Email()):
		return &directory.Error{Code: directory.Invalid, Message: "The user has no e-mail address to which an invitation could be sent. Add one, then try again."}
	case !u.Active:
		return &directory.Error{Code: directory.Invalid, Message: "The user is disabled. Enable the user, then send the invitation."}
	}
	org, err := s.organisation(ctx)
	if err != nil {
		return err
	}
	token, l := s.newLink(u, ToInvite, u.Email(), inviteLife)
	return s.Store.SaveUserLink(ctx, l, inviteMail(org, u, s.link("reset", token), inviteLife))
}

// SendVerification mails a link by which the user shows that the address is theirs (ToVerify), or makes it theirs (ToEmail).
func (s *Service) SendVerification(ctx context.Context, u directory.User, email string, p Purpose) error {
	org, err := s.organisation(ctx)
	if err != nil {
		return err
	}
	token, l := s.newLink(u, p, email, verifyLife)
	return s.Store.SaveUserLink(ctx, l, verifyMail(org, u, email, s.link("verify", token), verifyLife))
}

// ChangeEmail mails a link to a new address, which becomes the user's when the link is confirmed. Invalid names the field email.
func (s *Service) ChangeEmail(ctx context.Context, u directory.User, email string) error {
	f := directory.FieldErrors{}
	switch {
	case directory.AddressWords(email) != "":
		f.Add("email", directory.AddressWords(email))
	case directory.SameAddress(email, u.Email()) && directory.SameAddress(email, u.VerifiedEmail):
		f.Add("email", "This is your address already.")
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.SendVerification(ctx, u, email, ToEmail)
}

func (s *Service) newLink(u directory.User, p Purpose, email string, life time.Duration) (token string, l Link) {
	token, hash := newToken()
	now := s.Now()
	return token, Link{TokenHash: hash, UserID: u.ID, Purpose: p, Email: email, CreatedAt: now, ExpiresAt: now.Add(life)}
}

// Opened is what a mailed link is about.
type Opened struct {
	Link
	User directory.User
}

// Open looks at a link of one of the purposes and changes nothing. NotFound when it does not hold.
func (s *Service) Open(ctx context.Context, token string, purposes ...Purpose) (Opened, error) {
	l, ok, err := s.Store.UserLink(ctx, auth.HashToken(token), s.Now())
	return s.opened(ctx, l, ok, err, purposes)
}

func (s *Service) take(ctx context.Context, token string, purposes ...Purpose) (Opened, error) {
	if _, err := s.Open(ctx, token, purposes...); err != nil {
		return Opened{}, err // a link for something else is not used up
	}
	l, ok, err := s.Store.TakeUserLink(ctx, auth.HashToken(token), s.Now())
	return s.opened(ctx, l, ok, err, purposes)
}

// reaches reports whether the link was mailed to where the user can be reached. One that chooses a password went to the
// address of then: when that was wrong, or lost, whoever reads it must not get the account.
func (l Link) reaches(u directory.User) bool {
	return l.Purpose != ToReset && l.Purpose != ToInvite || directory.SameAddress(l.Email, u.Email())
}

func (s *Service) opened(ctx context.Context, l Link, ok bool, err error, purposes []Purpose) (Opened, error) {
	if err != nil {
		return Opened{}, err
	}
	for _, p := range purposes {
		if ok && l.Purpose == p {
			u, live, err := s.Auth.User(ctx, l.UserID)
			if err != nil {
				return Opened{}, err
			}
			if live && u.Active && l.reaches(u) {
				return Opened{Link: l, User: u}, nil
			}
		}
	}
	return Opened{}, linkOver("Ask for a new one.")
}

// ResetPassword uses a link of Forgot or Invite: the password is the new one, every session of the user ends, and the
// address that the link was mailed to is verified. Invalid names the field new_password, and the link still works then.
func (s *Service) ResetPassword(ctx context.Context, token, password string) (directory.User, error) {
	o, err := s.Open(ctx, token, ToReset, ToInvite)
	if err != nil {
		return directory.User{}, err
	}
	if message := auth.CheckUserPassword(password, o.User); message != "" {
		f := directory.FieldErrors{}
		f.Add("new_password", message)
		return directory.User{}, f.Err()
	}
	if o, err = s.take(ctx, token, ToReset, ToInvite); err != nil {
		return directory.User{}, err
	}
	return o.User, s.Auth.SetUserPassword(ctx, o.User, password, o.Email, "", auth.UserActor(o.User))
}

// ConfirmEmail uses a link of SendVerification or ChangeEmail.
func (s *Service) ConfirmEmail(ctx context.Context, token string) (directory.User, error) {
	o, err := s.take(ctx, token, ToVerify, ToEmail)
	if err != nil {
		return directory.User{}, err
	}
	u, old := o.User, o.User.Email()
	if o.Purpose == ToVerify && !directory.SameAddress(old, o.Email) {
		return u, linkOver("Your account has another e-mail address now.")
	}
	owners, err := s.Directory.Store.AddressOwners(ctx, o.Email, 2)
	if err != nil {
		return u, err
	}
	if slices.ContainsFunc(owners, func(owner directory.User) bool { return owner.ID != u.ID }) {
		return u, &directory.Error{Code: directory.Conflict, Message: "Another account has this e-mail address now. Use another address, or ask an administrator."}
	}
	if o.Purpose == ToEmail {
		u.SetEmail(o.Email)
	}
	u.VerifiedEmail = o.Email
	if _, err := s.Directory.UpdateUser(ctx, u, auth.UserActor(u)); err != nil {
		return u, err
	}
	if old == "" || directory.SameAddress(old, o.Email) || !mail.IsAddress(old) {
		return u, nil
	}
	org, err := s.organisation(ctx)
	if err != nil {
		return u, err
	}
	return u, s.Store.SendMail(ctx, changedMail(org, u, old), s.Now())
}
