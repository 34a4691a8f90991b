package oidc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"usher/directory"
)

// endUser is a person for whom the provider vouches.
type endUser struct {
	signIn   SignIn
	identity directory.Identity
	claims   Claims
}

func (who endUser) actor(u directory.User) directory.Actor {
	return directory.Actor{Kind: directory.ByUser, ID: u.ID, Name: u.UserName}
}

// linkOrCreate finds the user of the person who signs in, links one, or creates one.
func (s *Service) linkOrCreate(ctx context.Context, in SignIn, c Claims) (directory.User, error) {
	who := endUser{signIn: in, claims: in.Settings.trusting(c), identity: directory.Identity{ConnectionID: in.ConnectionID, Issuer: in.Issuer, Subject: c.Text("sub")}}
	u, found, err := s.linked(ctx, who)
	if err != nil || found {
		return s.linkAndSync(ctx, who, u, err)
	}
	if u, found, err = s.byEmail(ctx, who); err != nil || found {
		u.Arrival.Identity = who.identity
		return s.linkAndSync(ctx, who, u, err)
	}
	if !in.Settings.JIT || in.Settings.NoAccount == RefuseSignIn {
		return u, &Failure{Kind: Refused, Title: "You have no account here",
			Text: in.Connection + " knows who you are, but there is no account for you here, and none is created at sign-in.",
			Next: "Ask your administrator for an account."}
	}
	return s.create(ctx, who)
}

// linked finds the user who is linked to the identity.
func (s *Service) linked(ctx context.Context, who endUser) (directory.User, bool, error) {
	u, err := s.Store.UserByIdentity(ctx, who.identity)
	if directory.CodeOf(err) == directory.NotFound {
		return u, false, nil
	}
	if err != nil {
		return u, false, fmt.Errorf("find the user of an identity: %w", err)
	}
	return u, true, nil
}

// byEmail finds the one user whom the verified address belongs to. An address that nobody has checked on either side
// proves nothing: whoever may write it could take over the account.
func (s *Service) byEmail(ctx context.Context, who endUser) (directory.User, bool, error) {
	address := who.claims.verifiedEmail()
	if !who.signIn.Settings.LinkByEmail || address == "" {
		return directory.User{}, false, nil
	}
	owners, err := s.Directory.Store.AddressOwners(ctx, address, 2)
	if err != nil {
		return directory.User{}, false, fmt.Errorf("find users by e-mail: %w", err)
	}
	if len(owners) != 1 {
		return directory.User{}, false, nil
	}
	return owners[0], true, nil
}

// trusting takes the provider's word for an address of which it does not say whether it has verified it.
func (s Settings) trusting(c Claims) Claims {
	if _, said := c["email_verified"]; said || !s.TrustEmail {
		return c
	}
	c = maps.Clone(c)
	c["email_verified"] = true
	return c
}

// anotherSubject: the provider has two people with one address, or gave the address of one to another.
func (who endUser) anotherSubject() *Failure {
	return &Failure{Kind: Clash, Title: "Your e-mail address belongs to another account",
		Text: fmt.Sprintf("An account here has the address that %s says is yours, and signs in with %[1]s as somebody else. The two were not connected, because an address can pass from one person to another.", who.signIn.Connection),
		Next: "If that account is yours, too, ask your administrator to unlink its earlier sign-in."}
}

// linkAndSync lets a user in to whom the identity belongs, or shall belong to, and brings their attributes up to date.
func (s *Service) linkAndSync(ctx context.Context, who endUser, u directory.User, err error) (directory.User, error) {
	switch {
	case err != nil:
		return u, err
	case u.State == directory.Staged:
		return u, &Failure{Kind: Clash, Title: "Your account is being set up", Text: "Another sign-in of yours is creating it at this moment.",
			Next: "Wait a few seconds, then try again."}
	case !u.Active:
		return u, &Failure{Kind: Refused, Title: "Your account is disabled", Text: "An administrator has disabled it, so you cannot sign in.", Next: "Ask your administrator."}
	}
	link := u.Arrival.Identity
	for try := 1; ; try++ {
		fresh, err := s.refresh(who, u)
		if err != nil {
			return u, err
		}
		if link == (directory.Identity{}) && fresh.VerifiedEmail == u.VerifiedEmail && reflect.DeepEqual(fresh.Profile, u.Profile) {
			return u, nil
		}
		_, err = s.Directory.UpdateUser(ctx, fresh, who.actor(u))
		if errors.Is(err, directory.ErrIssuerLinked) {
			return u, who.anotherSubject()
		}
		if directory.CodeOf(err) != directory.Conflict || try == 3 {
			return fresh, who.refused(err)
		}
		if u, err = s.Directory.Store.User(ctx, u.ID); err != nil { // somebody else changed the user meanwhile
			return u, who.refused(err)
		}
		u.Arrival.Identity = link
	}
}

// refresh is the user as attribute sync wants them.
func (s *Service) refresh(who endUser, u directory.User) (directory.User, error) {
	set := who.signIn.Settings
	if !set.JIT || set.Sync == NoSync {
		return u, nil
	}
	m, err := s.mapped(who)
	if err != nil {
		return u, err
	}
	return set.Sync.apply(u, m, who.claims), nil
}

func (s *Service) mapped(who endUser) (Mapped, error) {
	mapping, err := s.known.entry(who.signIn, s.client).mapping()
	if err != nil {
		return nil, who.unusable(err)
	}
	m, wrong := mapping.Map(who.claims)
	if err := wrong.Err(); err != nil {
		return nil, who.unusable(err)
	}
	return m, nil
}

// create makes a user of the person. Somebody who came twice at once is one user: the second finds what the first made.
func (s *Service) create(ctx context.Context, who endUser) (directory.User, error) {
	m, err := s.mapped(who)
	if err != nil {
		return directory.User{}, err
	}
	u := newUser(m, who.claims)
	u.Arrival.Identity = who.identity
	u.Arrival.Groups = who.signIn.Settings.Groups
	made, outcomes, err := s.Directory.CreateUser(ctx, u, who.actor(u))
	if directory.CodeOf(err) == directory.Rejected {
		return made, &Failure{Kind: Refused, Title: "Your account could not be set up", Text: directory.RefusalWords(outcomes),
			Next: "Tell your administrator what this page says.", Err: err}
	}
	if directory.CodeOf(err) != directory.Conflict {
		return made, who.refused(err)
	}
	twin, found, findErr := s.linked(ctx, who)
	if findErr != nil || found {
		return s.linkAndSync(ctx, who, twin, findErr)
	}
	return u, &Failure{Kind: Clash, Title: "Your user name is taken",
		Text: fmt.Sprintf("%s calls you “%s”, and another account here has that user name, one that looks like it, or that e-mail address. The two were not connected, because nothing shows that both are yours.", who.signIn.Connection, u.UserName),
		Next: "If that account is yours, sign in to it in your usual way, or ask your administrator.", Err: err}
}

// refused turns what the directory says into a page; anything that is not for people stays what it is.
func (who endUser) refused(err error) error {
	switch directory.CodeOf(err) {
	case directory.Invalid:
		return who.unusable(err)
	case directory.Conflict, directory.NotFound:
		return &Failure{Kind: Clash, Title: "Your account changed during the sign-in", Text: "Somebody changed or removed it at this moment.", Next: again, Err: err}
	}
	return err
}

// unusable says which attributes keep somebody out.
func (who endUser) unusable(err error) error {
	e := directoryError(err)
	if e == nil {
		return err
	}
	var what []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		words, _, _ := strings.Cut(e.Fields[field], "\n") // the place in an expression is for whoever wrote it
		what = append(what, fieldLabel(field)+": "+words)
	}
	return &Failure{Kind: Clash, Title: "Your account could not be set up",
		Text: "What " + who.signIn.Connection + " says about you cannot be used. " + strings.Join(what, " "), Next: "Tell your administrator what this page says.", Err: err}
}
