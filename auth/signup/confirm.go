package signup

import (
	"context"
	"crypto/subtle"
	"slices"

	"usher/auth"
	"usher/directory"
)

// Pending is a registration as its confirmation page shows it.
type Pending struct {
	UserName      string
	Email         string
	NeedsPassword bool // another browser opened the link
	NeedsName     bool // somebody else has the user name now, or nobody can have it any more
}

// Pending finds what a mailed link would confirm; nothing is changed, since programs that check mails open links.
// NotFound when the link does not hold, in words for the person.
func (s *Service) Pending(ctx context.Context, token, browser string) (Pending, error) {
	_, r, err := s.registration(ctx, token)
	if err != nil {
		return Pending{}, err
	}
	needs, err := s.needsName(ctx, r)
	return Pending{UserName: r.Form.UserName, Email: r.Form.Email, NeedsPassword: !r.knows(browser), NeedsName: needs}, err
}

// needsName reports whether the user cannot be called as the registration says: another is by now, or the rules changed.
func (s *Service) needsName(ctx context.Context, r Registration) (bool, error) {
	u := r.Form.user()
	u.VerifiedEmail = r.Form.Email
	err := u.Check().Err()
	if err == nil {
		err = s.Directory.CheckClaim(ctx, u)
	}
	switch directory.CodeOf(err) {
	case directory.Invalid, directory.Conflict:
		return true, nil
	}
	return false, err
}

func (s *Service) registration(ctx context.Context, token string) (Settings, Registration, error) {
	v, err := s.Settings(ctx)
	if err != nil {
		return v, Registration{}, err
	}
	r, ok, err := s.Store.Registration(ctx, auth.HashToken(token), s.Now())
	switch {
	case err != nil:
		return v, r, err
	case !v.On:
		return v, r, Off()
	case !ok:
		return v, r, linkOver("If you have confirmed already, sign in. If not, register again.")
	}
	return v, r, nil
}

func linkOver(next string) error {
	return &directory.Error{Code: directory.NotFound, Err: ErrLink, Message: "This link does not work: it was used, it is too old, or a newer one was sent. " + next}
}

func hashBrowser(browser string) string {
	if browser == "" {
		return ""
	}
	return auth.HashToken(browser)
}

// knows reports whether it is the browser that registered. Without this, somebody could register a stranger's address
// with a password of their own, and the stranger's click would give them an account that both can use.
func (r Registration) knows(browser string) bool {
	return r.BrowserHash != "" && subtle.ConstantTimeCompare([]byte(r.BrowserHash), []byte(hashBrowser(browser))) == 1
}

// Confirmation is what the confirmation page sends.
type Confirmation struct {
	Token    string
	Browser  string
	Password string // from another browser
	UserName string // instead of one that is taken; "" keeps it
}

// Confirmed is a user who has come into being.
type Confirmed struct {
	User      directory.User
	AutoLogin bool
}

// Confirm makes the user of a registration, once. Invalid, and Conflict, name the fields user_name and password; after
// Rejected the link still works.
func (s *Service) Confirm(ctx context.Context, c Confirmation) (Confirmed, error) {
	v, r, err := s.registration(ctx, c.Token)
	if err != nil {
		return Confirmed{}, err
	}
	if err := s.checkBrowser(ctx, r, c); err != nil {
		return Confirmed{}, err
	}
	owners, err := s.Directory.Store.AddressOwners(ctx, r.Form.Email, 1)
	if err != nil {
		return Confirmed{}, err
	}
	if len(owners) > 0 {
		return Confirmed{}, linkOver("There is an account with this e-mail address already: sign in, or choose a new password if you forgot it.")
	}
	if c.UserName != "" {
		r.Form.UserName = c.UserName
	}
	u := r.Form.user()
	u.PasswordHash, u.VerifiedEmail, u.Arrival.Password = r.PasswordHash, r.Form.Email, r.Password
	u, err = s.create(ctx, v, u, r.ID)
	return Confirmed{User: u, AutoLogin: v.AutoLogin}, err
}

func (s *Service) checkBrowser(ctx context.Context, r Registration, c Confirmation) error {
	if r.knows(c.Browser) {
		return nil
	}
	ok, err := s.Auth.VerifyThrottled(ctx, "registration:"+r.ID, r.PasswordHash, c.Password)
	if err != nil {
		return err
	}
	if ok {
		return nil
	}
	f := directory.FieldErrors{}
	f.Add("password", "This is not the password that was chosen when registering. Try again, or register again.")
	return f.Err()
}

// Resend sends another link to an address that has a registration or an unconfirmed account. Nothing tells whether it has.
func (s *Service) Resend(ctx context.Context, email string) error {
	v, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	key := directory.AddressKey(email)
	waits, err := s.Store.RegistrationWaits(ctx, key, s.Now())
	if err != nil {
		return err
	}
	having, err := s.Store.UsersByEmail(ctx, email, mostAsked)
	if err != nil {
		return err
	}
	if waits = waits && v.On; waits {
		having = owning(having, email) // an account that somebody else made with the address does not stop its owner
	}
	for _, u := range having {
		if u.Active && directory.SameAddress(u.Email(), email) && !directory.SameAddress(u.VerifiedEmail, email) {
			return s.SendVerification(ctx, u, u.Email(), ToVerify)
		}
	}
	if len(having) > 0 || !waits {
		return s.Store.SkipMail(ctx, email, s.Now())
	}
	org, err := s.organisation(ctx)
	if err != nil {
		return err
	}
	token, tokenHash := newToken()
	l := confirmMail(org, Form{Email: email}, s.link("register/confirm", token), v.linkLife())
	return s.Store.RenewRegistration(ctx, key, tokenHash, s.Now(), s.Now().Add(v.linkLife()), l)
}

// mostAsked is how many users with one address are looked at when somebody asks for a mail.
const mostAsked = 5

func owning(us []directory.User, address string) []directory.User {
	return slices.DeleteFunc(us, func(u directory.User) bool { return !u.Owns(address) })
}
