package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"usher/auth/signup"
	"usher/directory"
	"usher/views"
)

func (s *Server) showRegister(w http.ResponseWriter, r *http.Request) error {
	if visitOf(r).user.ID != "" {
		return s.redirect(w, r, accountURL)
	}
	return s.renderRegister(w, r, http.StatusOK, views.RegisterView{})
}

func (s *Server) renderRegister(w http.ResponseWriter, r *http.Request, status int, v views.RegisterView) (err error) {
	if v.Settings, err = s.SignUp.Settings(r.Context()); err != nil {
		return err
	}
	if !v.Settings.On {
		return signup.Off()
	}
	if v.Brand, err = s.brandView(r, "Register"); err != nil {
		return err
	}
	return s.render(w, r, status, views.Register(v))
}

func readRegistration(f url.Values) signup.Form {
	out := signup.Form{UserName: f.Get("user_name"), Email: f.Get("email"), Agreed: f.Get("terms") != ""}
	for _, a := range signup.Attributes() {
		out.Set(a, f.Get(string(a)))
	}
	return out
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	settings, err := s.SignUp.Settings(r.Context())
	if err != nil {
		return err
	}
	typed, browser := readRegistration(f), signup.NewBrowser()
	done, err := s.SignUp.Register(r.Context(), typed, f.Get("password"), browser)
	if e, status, ok := formError(err); ok {
		v := views.RegisterView{Form: typed, Errors: e.Fields, Refused: e.Code == directory.Rejected}
		if len(e.Fields) == 0 {
			v.Problem = e.Message
		}
		return s.renderRegister(w, r, status, v)
	}
	if err != nil {
		return err
	}
	s.rememberBrowser(w, browser, settings)
	return s.answerRegistered(w, r, settings, typed, done)
}

func (s *Server) answerRegistered(w http.ResponseWriter, r *http.Request, settings signup.Settings, typed signup.Form, done signup.Registered) error {
	made := done.User.ID != ""
	if made && settings.AutoLogin {
		return s.signInUser(w, r, done.User)
	}
	if made && !done.Mailed {
		return s.redirect(w, r, "/login?registered")
	}
	v := views.RegisterSentView{Email: strings.TrimSpace(typed.Email), Active: !typed.Waits(settings)}
	var err error
	if v.Brand, err = s.brandView(r, "Check your mail"); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.RegisterSent(v))
}

// browserCookie lets the browser that registered confirm by a click alone.
func (s *Server) browserCookie(value string, life time.Duration) *http.Cookie {
	return &http.Cookie{Name: s.ownCookieName("__Host-", "usher_signup"), Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: s.https(), SameSite: http.SameSiteLaxMode}
}

func (s *Server) rememberBrowser(w http.ResponseWriter, browser string, v signup.Settings) {
	http.SetCookie(w, s.browserCookie(browser, time.Duration(v.LinkMinutes)*time.Minute))
}

func (s *Server) browserOf(r *http.Request) string {
	c, err := r.Cookie(s.browserCookie("", 0).Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// typable reports whether a name can be stored at all; what cannot is nobody's.
func typable(name string) bool {
	return utf8.ValidString(name) && len(name) <= 4*254 && !strings.ContainsFunc(name, unicode.IsControl)
}
