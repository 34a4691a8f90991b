package handlers

import (
	"net/http"

	"usher/views"
)

func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"))
	if visitOf(r).user.ID != "" {
		return s.redirect(w, r, afterLogin(next))
	}
	return s.renderLogin(w, r, http.StatusOK, views.LoginView{Next: next, Done: doneBefore(r)})
}

// doneBefore is what led to the sign-in page: without a session there is no flash that could say it.
func doneBefore(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case q.Has("signed-out"):
		return "You are signed out."
	case q.Has("new-password"):
		return "Your password was saved. Sign in with it."
	case q.Has("registered"):
		return "Your account is ready. Sign in."
	case q.Has("confirmed"):
		return "Your e-mail address is confirmed. Sign in."
	}
	return ""
}

// afterLogin is the page asked for, or the account: "/" is the console's.
func afterLogin(next string) string {
	if next == "/" {
		return accountURL
	}
	return next
}

func (s *Server) renderLogin(w http.ResponseWriter, r *http.Request, status int, v views.LoginView) error {
	settings, err := s.SignUp.Settings(r.Context())
	if err != nil {
		return err
	}
	v.Register = settings.On
	if v.Providers, err = s.loginProviders(r.Context()); err != nil {
		return err
	}
	if v.Brand, err = s.brandView(r, "Sign in"); err != nil {
		return err
	}
	if v.Next == "/" {
		v.Next = ""
	}
	return s.render(w, r, status, views.Login(v))
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	next := localPath(f.Get("next"))
	u, err := s.Auth.SignInUser(r.Context(), s.origin(r), f.Get("user_name"), f.Get("password"))
	err = disabledPage(err)
	if e, status, ok := formError(err); ok {
		setRetryAfter(w, err)
		return s.renderLogin(w, r, status, views.LoginView{UserName: f.Get("user_name"), Next: next, Problem: e.Message, Typed: f.Get(typedField)})
	}
	if err != nil {
		return err
	}
	return s.signInUserTo(w, r, u, afterLogin(next))
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.UserSessions.End(r, w); err != nil {
		return err
	}
	return s.redirect(w, r, "/login?signed-out")
}
