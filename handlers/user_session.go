package handlers

import (
	"context"
	"errors"
	"net/http"

	"usher/auth"
	"usher/directory"
	"usher/views"
)

// accountURL is where a user's own pages begin.
const accountURL = "/account"

// loadUserVisit finds the session of one of the directory's users. It stands where loadVisit stands for administrators:
// a visit is one or the other, so that a user's session never opens the console.
func (s *Server) loadUserVisit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ss, err := s.Auth.UserSessions.Current(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v := &visit{session: ss, public: true}
		if id := auth.UserID(ss); id != "" {
			u, _, err := s.Auth.User(r.Context(), id)
			if err != nil {
				s.fail(w, r, err)
				return
			}
			if u.Active { // disabling ends the sessions; this is the second lock
				v.user = u
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// requireUser sends everybody else to the users' sign-in page, and from there back to where they wanted to go.
func (s *Server) requireUser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if visitOf(r).user.ID != "" {
			next.ServeHTTP(w, r)
			return
		}
		s.page(func(w http.ResponseWriter, r *http.Request) error {
			return s.sessionEnded(w, r, s.Auth.UserSessions, "/login", accountURL, func(next, typed string) error {
				return s.renderLogin(w, r, http.StatusUnauthorized, views.LoginView{Next: next, Typed: typed, Ended: true})
			})
		})(w, r)
	})
}

// userActor signs the acts of a signed-in user.
func userActor(r *http.Request) directory.Actor { return auth.UserActor(visitOf(r).user) }

// signInUser begins the user's session and answers with their account page. Whoever calls it knows that it is the user.
// A disabled user gets a page that says so, and no session. The route must be behind loadUserVisit.
func (s *Server) signInUser(w http.ResponseWriter, r *http.Request, u directory.User) error {
	return s.signInUserTo(w, r, u, accountURL)
}

func (s *Server) signInUserTo(w http.ResponseWriter, r *http.Request, u directory.User, to string) error {
	if err := auth.CheckActive(u); err != nil {
		return disabledPage(err)
	}
	if err := s.Auth.UserSessions.Start(r, w, u.ID); err != nil {
		return err
	}
	if err := s.knowBrowser(w, r, auth.Owner{UserID: u.ID}); err != nil {
		return err
	}
	visitOf(r).user = u
	if page := s.resumeTyped(w, r, u.ID, typedOf(r)); page != "" {
		to = page
	}
	return s.redirect(w, r, to)
}

// disabledPage makes a page of its own of a disabled user's sign-in; any other failure stays as it is.
func disabledPage(err error) error {
	if !errors.Is(err, auth.ErrDisabled) {
		return err
	}
	return &refusal{http.StatusForbidden, "Your account is disabled", "An administrator has disabled it, so you cannot sign in.",
		"Ask an administrator of your organisation to enable it, then sign in again."}
}
