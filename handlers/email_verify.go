package handlers

import (
	"net/http"

	"usher/auth/signup"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showEmailVerify(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	o, err := s.SignUp.Open(r.Context(), token, signup.ToVerify, signup.ToEmail)
	if err != nil {
		return err
	}
	v := views.EmailVerifyView{Token: token, Email: o.Email, Label: o.User.Label()}
	if v.Brand, err = s.brandView(r, "Confirm your e-mail address"); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.EmailVerify(v))
}

func (s *Server) verifyEmail(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	u, err := s.SignUp.ConfirmEmail(r.Context(), f.Get("token"))
	if err != nil {
		return err
	}
	if visitOf(r).user.ID == u.ID {
		flash(r, ui.Flash{Title: "Your e-mail address is confirmed", Text: u.Email()})
		return s.redirect(w, r, accountURL)
	}
	return s.redirect(w, r, "/login?confirmed")
}
