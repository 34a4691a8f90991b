package handlers

import (
	"net/http"
	"strings"

	"usher/views"
)

func (s *Server) showPasswordForgot(w http.ResponseWriter, r *http.Request) error {
	return s.renderPasswordForgot(w, r, http.StatusOK, views.PasswordForgotView{})
}

func (s *Server) renderPasswordForgot(w http.ResponseWriter, r *http.Request, status int, v views.PasswordForgotView) (err error) {
	if v.Brand, err = s.brandView(r, "Forgot your password?"); err != nil {
		return err
	}
	return s.render(w, r, status, views.PasswordForgot(v))
}

func (s *Server) forgot(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(f.Get("user_name"))
	if name == "" {
		return s.renderPasswordForgot(w, r, http.StatusUnprocessableEntity, views.PasswordForgotView{Error: "Enter your user name or your e-mail address."})
	}
	if typable(name) {
		if err := s.SignUp.Forgot(r.Context(), name); err != nil {
			return err
		}
	}
	return s.renderPasswordForgot(w, r, http.StatusOK, views.PasswordForgotView{Sent: true})
}
