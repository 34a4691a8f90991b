package handlers

import (
	"net/http"

	"usher/auth"
	"usher/views"
)

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"))
	if visitOf(r).admin.ID != "" {
		return s.redirect(w, r, next)
	}
	return s.renderSignIn(w, r, http.StatusOK, views.SignInView{Next: next, SignedOut: r.URL.Query().Has("signed-out")})
}

func (s *Server) renderSignIn(w http.ResponseWriter, r *http.Request, status int, v views.SignInView) error {
	needed, err := s.Auth.SetupNeeded(r.Context())
	if err != nil {
		return err
	}
	v.Shell, v.SetupNeeded = views.Shell{Title: "Sign in"}, needed
	if v.Next == "/" {
		v.Next = ""
	}
	return s.render(w, r, status, views.SignIn(v))
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	next := localPath(f.Get("next"))
	a, err := s.Auth.SignIn(r.Context(), s.origin(r), f.Get("user_name"), f.Get("password"))
	if e, status, ok := formError(err); ok {
		setRetryAfter(w, err)
		return s.renderSignIn(w, r, status, views.SignInView{UserName: f.Get("user_name"), Next: next, Problem: e.Message, Typed: f.Get(typedField)})
	}
	if err != nil {
		return err
	}
	if err := s.Auth.Sessions.Start(r, w, a.ID); err != nil {
		return err
	}
	if err := s.knowBrowser(w, r, auth.Owner{AdminID: a.ID}); err != nil {
		return err
	}
	visitOf(r).admin = a
	if page := s.resumeTyped(w, r, a.ID, f.Get(typedField)); page != "" {
		next = page
	}
	return s.redirect(w, r, next)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.Sessions.End(r, w); err != nil {
		return err
	}
	return s.redirect(w, r, "/signin?signed-out")
}
