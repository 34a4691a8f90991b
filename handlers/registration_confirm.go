package handlers

import (
	"net/http"
	"strings"

	"usher/auth/signup"
	"usher/directory"
	"usher/views"
)

func (s *Server) showRegisterConfirm(w http.ResponseWriter, r *http.Request) error {
	return s.renderRegisterConfirm(w, r, http.StatusOK, views.RegisterConfirmView{Token: r.URL.Query().Get("token")})
}

func (s *Server) renderRegisterConfirm(w http.ResponseWriter, r *http.Request, status int, v views.RegisterConfirmView) (err error) {
	if v.Pending, err = s.SignUp.Pending(r.Context(), v.Token, s.browserOf(r)); err != nil {
		return err
	}
	if v.Brand, err = s.brandView(r, "Confirm your account"); err != nil {
		return err
	}
	return s.render(w, r, status, views.RegisterConfirm(v))
}

func (s *Server) confirmRegistration(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	c := signup.Confirmation{Token: f.Get("token"), Browser: s.browserOf(r), Password: f.Get("password"), UserName: strings.TrimSpace(f.Get("user_name"))}
	done, err := s.SignUp.Confirm(r.Context(), c)
	if e, status, ok := formError(err); ok {
		setRetryAfter(w, err)
		v := views.RegisterConfirmView{Token: c.Token, UserName: c.UserName, Errors: e.Fields}
		switch {
		case e.Code == directory.Rejected:
			v.Refused = e.Message
		case len(e.Fields) == 0:
			return err
		}
		return s.renderRegisterConfirm(w, r, status, v)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, s.browserCookie("", -1))
	if done.AutoLogin {
		return s.signInUser(w, r, done.User)
	}
	return s.redirect(w, r, "/login?confirmed")
}

func (s *Server) showRegisterResend(w http.ResponseWriter, r *http.Request) error {
	return s.renderRegisterResend(w, r, http.StatusOK, views.RegisterResendView{})
}

func (s *Server) renderRegisterResend(w http.ResponseWriter, r *http.Request, status int, v views.RegisterResendView) (err error) {
	if v.Brand, err = s.brandView(r, "Send the mail again"); err != nil {
		return err
	}
	return s.render(w, r, status, views.RegisterResend(v))
}

func (s *Server) resendRegistration(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(f.Get("email"))
	if words := directory.AddressWords(email); words != "" {
		return s.renderRegisterResend(w, r, http.StatusUnprocessableEntity, views.RegisterResendView{Email: email, Error: words})
	}
	if err := s.SignUp.Resend(r.Context(), email); err != nil {
		return err
	}
	return s.renderRegisterResend(w, r, http.StatusOK, views.RegisterResendView{Sent: true})
}
