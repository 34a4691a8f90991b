package handlers

import (
	"net/http"

	"usher/auth/signup"
	"usher/views"
)

func (s *Server) showPasswordReset(w http.ResponseWriter, r *http.Request) error {
	return s.renderPasswordReset(w, r, http.StatusOK, r.URL.Query().Get("token"), nil)
}

func (s *Server) renderPasswordReset(w http.ResponseWriter, r *http.Request, status int, token string, wrong map[string]string) error {
	o, err := s.SignUp.Open(r.Context(), token, signup.ToReset, signup.ToInvite)
	if err != nil {
		return err
	}
	v := views.PasswordResetView{Token: token, UserName: o.User.UserName, First: o.User.PasswordHash == "", Errors: wrong}
	if v.Brand, err = s.brandView(r, "Choose a password"); err != nil {
		return err
	}
	return s.render(w, r, status, views.PasswordReset(v))
}

// resetPassword ends every session, and leads to the sign-in page: whoever has only the link must show the password.
func (s *Server) resetPassword(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	err = differs("new_password_again")
	if f.Get("new_password") == f.Get("new_password_again") {
		_, err = s.SignUp.ResetPassword(r.Context(), f.Get("token"), f.Get("new_password"))
	}
	if e, status, ok := formError(err); ok {
		return s.renderPasswordReset(w, r, status, f.Get("token"), e.Fields)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, "/login?new-password")
}
