package directory

import (
	"context"
	"slices"
	"strings"
)

// ByOrganisation reports whether the user was written by the organisation, and not by themselves.
func (u User) ByOrganisation() bool {
	return u.Source == Console || u.Source == Import || u.Source == SCIM
}

// Owns reports whether an address of the user's is theirs for certain: shown to be theirs, or written by the
// organisation. Whatever else stands there somebody has only said, and proves nothing against anybody.
func (u User) Owns(address string) bool {
	if !slices.ContainsFunc(u.Emails, func(e Email) bool { return SameAddress(e.Value, address) }) {
		return false
	}
	return SameAddress(u.VerifiedEmail, address) || u.ByOrganisation() && !u.SelfAddressed
}

// selfAddressed keeps SelfAddressed: the organisation's writing ends it, an unverified address of the person's own
// begins it.
func selfAddressed(was, u User, by Actor) bool {
	if slices.Equal(was.Emails, u.Emails) {
		return was.SelfAddressed
	}
	if by.Kind != ByUser {
		return false
	}
	return was.SelfAddressed || slices.ContainsFunc(u.Emails, func(e Email) bool {
		known := slices.ContainsFunc(was.Emails, func(o Email) bool { return SameAddress(o.Value, e.Value) })
		return !known && !SameAddress(u.VerifiedEmail, e.Value)
	})
}

// ClaimWords says, without looking at anybody else, why somebody may not call themselves so; own are addresses that are
// theirs. "" when they may.
func ClaimWords(name string, own ...string) string {
	name = NameKey(name) // an at sign may have been written wide
	if strings.Contains(name, "@") && !slices.ContainsFunc(own, func(a string) bool { return SameAddress(a, name) }) {
		return "A user name with an @ must be your own e-mail address."
	}
	if scripts := MixedScripts(name); scripts != "" {
		return "Letters of " + scripts + " look alike, so they cannot stand together in one user name. Choose another one."
	}
	return ""
}

// likeEnough is how many users of one look are looked at: one who is not the user themselves decides.
const likeEnough = 2

// CheckClaim decides whether a person may take the user name for themselves. Every door through which people name
// themselves leads here, because CreateUser and UpdateUser ask it whenever the actor is ByUser: people sign in by name or
// address, and what looks like another's name or is another's address would take their place, here and at targets.
// Invalid and Conflict name the field user_name.
func (d *Directory) CheckClaim(ctx context.Context, u User) error {
	own := []string{u.VerifiedEmail}
	if u.Arrival.Unchecked {
		own = append(own, u.Email())
	}
	if words := ClaimWords(u.UserName, own...); words != "" {
		if SameAddress(u.UserName, u.Email()) {
			words = "This user name is an e-mail address, and nobody has verified that it is yours."
		}
		return &Error{Code: Invalid, Message: "Please correct the marked fields.", Fields: map[string]string{"user_name": words}}
	}
	others, err := d.Store.UsersLike(ctx, u.UserName, likeEnough)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.ID != u.ID {
			return nameConflict(o, u)
		}
	}
	if !strings.Contains(NameKey(u.UserName), "@") {
		return nil
	}
	owners, err := d.Store.AddressOwners(ctx, u.UserName, likeEnough)
	if err != nil {
		return err
	}
	for _, o := range owners {
		if o.ID != u.ID {
			return claimed("This user name is the e-mail address of another user.")
		}
	}
	return nil
}

func nameConflict(o, u User) error {
	if NameKey(o.UserName) == NameKey(u.UserName) {
		return claimed("A user with this name already exists.")
	}
	return claimed("This user name looks like that of another user. Choose another one.")
}

func claimed(words string) error {
	return &Error{Code: Conflict, Message: words, Fields: map[string]string{"user_name": words}}
}

// Meant is who is meant by what was typed at a sign-in, or to get a new password: the user who is called so (isNamed),
// else the one of those who have the address. A name that is an address goes to the address's owner, if it is not the
// organisation that gave it. having are those who own the address or, when nobody does, those who have it.
func Meant(typed string, named User, isNamed bool, having []User) (User, bool) {
	others := slices.DeleteFunc(slices.Clone(having), func(u User) bool { return u.ID == named.ID || !u.Owns(typed) })
	if isNamed && (named.ByOrganisation() || named.Owns(typed) || len(others) == 0) {
		return named, true
	}
	if len(having) > 1 {
		having = slices.DeleteFunc(slices.Clone(having), func(u User) bool { return u.PasswordHash == "" })
	}
	if len(having) != 1 {
		return User{}, false
	}
	return having[0], true
}

// Reachable reports whether a mail about the user may answer somebody who typed this: an address is answered at that
// address, or where its owner is reached.
func (u User) Reachable(typed string) bool {
	switch {
	case !strings.Contains(NameKey(typed), "@"), SameAddress(typed, u.Email()), u.Owns(typed):
		return true
	}
	return u.ByOrganisation() && NameKey(u.UserName) == NameKey(typed)
}
