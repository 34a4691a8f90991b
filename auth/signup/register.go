package signup

import (
	"context"
	"errors"
	"fmt"

	"usher/auth"
	"usher/directory"
)

// Registered is what came of a registration.
type Registered struct {
	User   directory.User // with an ID when the user came into being at once
	Mailed bool           // the person was told to look at their mail; true whether or not there was an account before
}

// What failures of people who sign up wrap, so that a page can name them.
var (
	ErrOff  = errors.New("self registration is switched off")
	ErrLink = errors.New("the mailed link does not hold")
)

// Off is the failure of somebody who may not register.
func Off() error {
	return &directory.Error{Code: directory.NotFound, Err: ErrOff,
		Message: "Nobody can register here: self registration is switched off. Ask an administrator of your organisation for an account."}
}

// Register takes a registration. browser is the secret by which the same browser is known again when the mailed link is
// opened. Unless the settings say otherwise, the answer and the work do not tell whether the name or the address was
// known before. Invalid, and Conflict, name the fields of the form and password; Rejected is a blocking target's answer,
// in words for the person.
func (s *Service) Register(ctx context.Context, f Form, password, browser string) (Registered, error) {
	v, err := s.Settings(ctx)
	if err != nil {
		return Registered{}, err
	}
	if !v.On {
		return Registered{}, Off()
	}
	if err := f.tidy(v, password); err != nil {
		return Registered{}, err
	}
	hash, err := s.Auth.Passwords.Hash(ctx, password) // whether it is needed or not: it takes the time that can be measured
	if err != nil {
		return Registered{}, err
	}
	p := auth.NewPassword{Hash: hash, Clear: directory.Secret(password)}
	taken, err := s.taken(ctx, v, f)
	if err != nil {
		return Registered{}, err
	}
	switch {
	case v.Reveal && taken.any():
		return Registered{}, taken.reveal(v)
	case (f.Waits(v) || taken.unsure) && !taken.email:
		return Registered{Mailed: true}, s.wait(ctx, v, f, p, browser)
	case !taken.any():
		return s.createNow(ctx, v, f, p, browser)
	default:
		return s.answerTaken(ctx, v, f, p, browser, taken)
	}
}

// taken says what of a form belongs to a user already. unsure: somebody has the address, and the mail will show whether
// it is theirs.
type taken struct{ name, email, unsure bool }

func (t taken) any() bool { return t.name || t.email }

func (s *Service) taken(ctx context.Context, v Settings, f Form) (t taken, err error) {
	u := f.user()
	u.VerifiedEmail = f.Email // as far as the name goes: where addresses are verified, it comes into being after that
	if t.name, err = s.nameTaken(ctx, u); err != nil {
		return t, err
	}
	owners, err := s.Directory.Store.AddressOwners(ctx, f.Email, 1)
	if err != nil {
		return t, err
	}
	having, err := s.Store.UsersByEmail(ctx, f.Email, 1)
	t.unsure = v.Verify && len(having) > 0
	t.email = len(owners) > 0 || len(having) > 0 && !v.Verify // nothing will show whose it is: the first keeps it
	return t, err
}

// nameTaken reports whether another has the name, one that looks like it, or the address that it is.
func (s *Service) nameTaken(ctx context.Context, u directory.User) (bool, error) {
	err := s.Directory.CheckClaim(ctx, u)
	if directory.CodeOf(err) == directory.Conflict {
		return true, nil
	}
	return false, err
}

func (t taken) reveal(v Settings) error {
	fields := map[string]string{}
	if t.name && !v.EmailAsUserName {
		fields["user_name"] = "This user name is taken. Choose another one."
	}
	if t.email || v.EmailAsUserName {
		fields["email"] = "There is an account with this e-mail address. Sign in, or choose a new password if you forgot it."
	}
	return &directory.Error{Code: directory.Conflict, Message: "Please correct the marked fields.", Fields: fields}
}

// wait keeps the registration until the mail is answered. A name that is taken is told then, to the address's owner only.
func (s *Service) wait(ctx context.Context, v Settings, f Form, p auth.NewPassword, browser string) error {
	org, err := s.organisation(ctx)
	if err != nil {
		return err
	}
	token, tokenHash := newToken()
	now := s.Now()
	r := Registration{ID: directory.NewID(), TokenHash: tokenHash, BrowserHash: hashBrowser(browser), Form: f, PasswordHash: p.Hash, Password: p.Clear,
		CreatedAt: now, ExpiresAt: now.Add(v.linkLife())}
	return s.Store.SaveRegistration(ctx, r, confirmMail(org, f, s.link("register/confirm", token), v.linkLife()))
}

// answerTaken answers as if nothing were taken, as far as there is a mail to say it in.
func (s *Service) answerTaken(ctx context.Context, v Settings, f Form, p auth.NewPassword, browser string, t taken) (Registered, error) {
	switch {
	case !v.Verify:
		return Registered{}, &directory.Error{Code: directory.Conflict, Message: "An account with this user name or e-mail address cannot be made. " +
			"Choose another user name, or sign in if you have an account already."}
	case !t.email:
		return Registered{Mailed: true}, s.wait(ctx, v, f, p, browser)
	}
	org, err := s.organisation(ctx)
	if err != nil {
		return Registered{}, err
	}
	return Registered{Mailed: true}, s.Store.SendMail(ctx, existsMail(org, f.Email, s.page("login"), s.page("forgot")), s.Now())
}

// createNow makes the user before the mail is answered, or without one.
func (s *Service) createNow(ctx context.Context, v Settings, f Form, p auth.NewPassword, browser string) (Registered, error) {
	u := f.user()
	u.PasswordHash, u.Arrival.Password, u.Arrival.Unchecked = p.Hash, p.Clear, !v.Verify
	u, err := s.create(ctx, v, u, "")
	if directory.CodeOf(err) == directory.Conflict && !v.Reveal { // somebody was quicker
		return s.answerTaken(ctx, v, f, p, browser, taken{name: true})
	}
	if err != nil || !v.Verify {
		return Registered{User: u}, err
	}
	return Registered{User: u, Mailed: true}, s.SendVerification(ctx, u, u.Email(), ToVerify)
}

// create makes the user by the directory's act, which waits for blocking targets. registration is the ID of the one that
// the user settles; "" for none.
func (s *Service) create(ctx context.Context, v Settings, u directory.User, registration string) (directory.User, error) {
	u.Arrival.Groups, u.Arrival.Registration = v.Groups, registration
	made, outcomes, err := s.Directory.CreateUser(ctx, u, directory.Actor{Kind: directory.ByUser, Name: u.UserName})
	if directory.CodeOf(err) == directory.Rejected {
		return made, refused(outcomes, err)
	}
	if err != nil {
		return made, fmt.Errorf("sign up: %w", err)
	}
	return made, nil
}
