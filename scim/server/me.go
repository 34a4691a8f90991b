package server

import (
	"net/http"
	"slices"

	"usher/directory"
)

// me answers /Me, which stands for the user to whom a personal token belongs (RFC 7644 §3.11).
func (s *Server) me(w http.ResponseWriter, r *http.Request) error {
	t := tokenOf(r.Context())
	if t.UserID == "" {
		return problem(http.StatusNotImplemented, "", "/Me is the user to whom a personal token belongs. This token belongs to an application.")
	}
	c, err := s.callOf(w, r, users, t.UserID)
	if err != nil {
		return err
	}
	c.me = true
	return s.handle(w, r, c)
}

// createMe says no: a token is somebody's already.
func (s *Server) createMe(http.ResponseWriter, *http.Request) error {
	return problem(http.StatusNotImplemented, "", "Nobody can be created by /Me. People sign up at %s/register, and applications create users at %s/Users.",
		s.BaseURL, s.base())
}

// onlyOwn keeps what people may not change about themselves: their name in other systems, and what gives them access
// there. To them it is read-only: a PUT passes over it, and a PATCH that names it is refused (RFC 7644 §3.5.1, §3.5.2).
func onlyOwn(put bool, u *directory.User, m map[string]any, p *directory.Profile) error {
	if m["userName"] == nil {
		m["userName"] = u.UserName
	}
	next := &directory.User{UserName: u.UserName, Profile: *p}
	for _, f := range []struct {
		name string
		now  any
	}{{"userName", u.UserName}, {"active", u.Active}} {
		if m[f.name] == nil || m[f.name] == f.now {
			continue
		}
		if !put {
			return notYours(f.name)
		}
		m[f.name] = f.now
	}
	for _, a := range directory.Attributes() {
		if a.Number == 0 || a.Writer != directory.OrganisationWrites || sameValues(a, u, next) {
			continue
		}
		if hasValues(a, next) && !put {
			return notYours(a.Whole())
		}
		keepValues(a, next, u)
	}
	*p = next.Profile
	return nil
}

func notYours(name string) error {
	return problem(http.StatusForbidden, "", "You cannot change %s yourself. Ask an administrator.", name)
}

func sameValues(a directory.Attribute, u, v *directory.User) bool {
	switch {
	case a.Type == directory.PlaceValue:
		return slices.Equal(*a.Places(u), *a.Places(v))
	case a.Multi:
		return slices.Equal(*a.Items(u), *a.Items(v))
	}
	return *a.Text(u) == *a.Text(v)
}

func hasValues(a directory.Attribute, u *directory.User) bool {
	return !sameValues(a, u, &directory.User{})
}

// keepValues gives u what from has of the attribute.
func keepValues(a directory.Attribute, u, from *directory.User) {
	switch {
	case a.Type == directory.PlaceValue:
		*a.Places(u) = *a.Places(from)
	case a.Multi:
		*a.Items(u) = *a.Items(from)
	default:
		*a.Text(u) = *a.Text(from)
	}
}
