package oidc

import (
	"slices"

	"usher/directory"
)

// newUser is somebody who arrives for the first time.
func newUser(m Mapped, c Claims) directory.User {
	u := directory.User{Active: true, Source: directory.JIT}
	for _, a := range Attributes() {
		if values := m[a.Key]; len(values) > 0 {
			a.set(&u, values)
		}
	}
	verify(&u, c)
	return u
}

// apply brings a user who is here already up to what the provider says. The user name stays: it is what others know
// the user by, and a provider may give it to somebody else (OpenID Connect Core §5.7).
func (s Sync) apply(u directory.User, m Mapped, c Claims) directory.User {
	if s == NoSync {
		return u
	}
	u.Emails, u.PhoneNumbers = slices.Clone(u.Emails), slices.Clone(u.PhoneNumbers)
	for _, a := range Attributes() {
		values, mapped := m[a.Key]
		if !mapped || a.Key == UserName || s == PreserveLocal && len(values) == 0 {
			continue
		}
		if s == PreserveLocal && a.List {
			values = withLocal(values, a.get(&u))
		}
		a.set(&u, values)
	}
	verify(&u, c)
	return u
}

// withLocal puts the provider's values in the place of the primary local one, which comes first, and keeps the others.
func withLocal(values, local []string) []string {
	known := slices.ContainsFunc(values, func(v string) bool { return slices.Contains(local, v) })
	if len(local) > 0 && !known {
		local = local[1:]
	}
	out := slices.Clone(values)
	for _, v := range local {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// verify remembers that the provider vouches for the user's primary address.
func verify(u *directory.User, c Claims) {
	if address := c.verifiedEmail(); address != "" && directory.SameAddress(address, u.Email()) {
		u.VerifiedEmail = u.Email()
	}
}

// verifiedEmail is the address that the provider says it has checked, "" when it does not. Some providers send the
// flag as text.
func (c Claims) verifiedEmail() string {
	switch v := c["email_verified"].(type) {
	case bool:
		if v {
			return c.Text("email")
		}
	case string:
		if v == "true" {
			return c.Text("email")
		}
	}
	return ""
}
