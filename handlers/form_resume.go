package handlers

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"usher/auth"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

const (
	typedLife    = 30 * time.Minute
	mostTyped    = 200 << 10 // bytes of one form
	mostInCookie = 3000      // bytes; browsers take 4096 with name and attributes
	typedCookie  = "usher_typed"
	typedField   = "typed" // of the sign-in form
)

// typedValue is the session value of a form that waits to be shown again. Stored: never rename.
const typedValue = "typed"

// interruptedForm is what somebody sent after their session had ended. It is shown again as a filled form after the next
// sign-in and never acted on. It travels sealed in the sign-in form, bound to the browser by a cookie, so that strangers
// cannot fill the database.
type interruptedForm struct {
	Action string     `json:"action"` // path that the form was sent to
	Page   string     `json:"page"`   // where the form stands
	Fields url.Values `json:"fields"` // no password and no secret
	Owner  string     `json:"owner"`  // whose session it was; "" when nothing is left of that
	Until  int64      `json:"until"`  // Unix seconds
}

// sessionEnded answers who is not signed in, and where they wanted to go or what they sent. signIn is the page to sign
// in at, show shows it with what was kept.
func (s *Server) sessionEnded(w http.ResponseWriter, r *http.Request, of *auth.Sessions, signIn, home string, show func(next, typed string) error) error {
	if partial(r) {
		return &refusal{http.StatusUnauthorized, "Your session has ended", "Nothing was saved, and what you typed still stands here.",
			"Press the form's own button: you sign in, and come back to it with what you typed, except secrets."}
	}
	if r.Method != http.MethodPost {
		if r.Method == http.MethodGet && r.URL.RequestURI() != home {
			signIn += "?next=" + url.QueryEscape(r.URL.RequestURI())
		}
		return s.redirect(w, r, signIn)
	}
	if r.Referer() == "" && r.Header.Get("Origin") == "" { // a program: browsers name where a form stands
		return s.redirect(w, r, signIn)
	}
	page := s.pageOf(r)
	sealed, err := s.keepTyped(w, r, of, page)
	if err != nil {
		return err
	}
	if sealed == "" {
		if page != home {
			signIn += "?next=" + url.QueryEscape(page)
		}
		return s.redirect(w, r, signIn)
	}
	return show(page, sealed)
}

// pageOf is where the form of a POST stands: the page that the browser names, else the nearest one above its action.
func (s *Server) pageOf(r *http.Request) string {
	if u, err := url.Parse(r.Referer()); err == nil && u.Host != "" && s.ownHost(u.Host) {
		if page := localPath(u.RequestURI()); s.isPage(r, page) {
			return page
		}
	}
	for path := r.URL.Path; len(path) > 1; path = path[:strings.LastIndexByte(path, '/')] {
		if s.isPage(r, path) {
			return path
		}
	}
	return "/"
}

func (s *Server) isPage(r *http.Request, page string) bool {
	path, _, _ := strings.Cut(page, "?")
	routes := chi.RouteContext(r.Context()).Routes
	return path != "/signin" && path != "/login" && routes != nil && routes.Match(chi.NewRouteContext(), http.MethodGet, path)
}

// keepTyped seals what the form said; "" when there is nothing to keep.
func (s *Server) keepTyped(w http.ResponseWriter, r *http.Request, of *auth.Sessions, page string) (string, error) {
	if r.URL.Path == views.ImportsURL { // a file, and megabytes of it
		return "", nil
	}
	f, err := form(r)
	if err != nil {
		return "", nil //nolint:nilerr // what cannot be read cannot be kept, and the person signs in all the same
	}
	t := interruptedForm{Action: r.URL.Path, Page: page, Fields: url.Values{}, Until: s.Now().Add(typedLife).Unix()}
	said := false
	for name, values := range f {
		if !s.secretName(name) {
			t.Fields[name] = values
			said = said || name != views.RevisionField && name != views.BaseField
		}
	}
	if !said {
		return "", nil
	}
	if t.Owner, err = of.OwnerOf(r); err != nil {
		return "", err
	}
	b, err := json.Marshal(t)
	if err != nil || len(b) > mostTyped {
		return "", err
	}
	browser := directory.NewToken()
	sealed := s.Store.SealForm("typed "+browser, b)
	value := browser
	if visitOf(r).public && len(sealed) <= mostInCookie { // people may sign in through a provider, where no form of ours goes
		value += "." + sealed
	}
	http.SetCookie(w, s.typedCookie(value, typedLife))
	return sealed, nil
}

func (s *Server) typedCookie(value string, life time.Duration) *http.Cookie {
	return &http.Cookie{Name: s.ownCookieName("__Host-", typedCookie), Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: s.https(), SameSite: http.SameSiteLaxMode}
}

// secretName reports whether a field of this name may hold a password or another secret.
func (s *Server) secretName(name string) bool {
	if strings.HasPrefix(name, ui.KeptPrefix) || strings.HasPrefix(name, ui.FilePrefix) {
		return true
	}
	if key, ok := strings.CutPrefix(name, views.SettingName("")); ok {
		for _, d := range s.Kinds {
			for _, f := range d.AllFields() {
				if f.Key == key && f.Secret() {
					return true
				}
			}
		}
		return false
	}
	return name != "password_mode" && (strings.Contains(name, "password") || strings.Contains(name, "secret") || name == "token")
}

// resumeTyped leaves what was kept for the page that follows the sign-in of who, and gives that page; "" when there is
// nothing for this person in this browser.
func (s *Server) resumeTyped(w http.ResponseWriter, r *http.Request, who, sealed string) string {
	c, err := r.Cookie(s.ownCookieName("__Host-", typedCookie))
	if err != nil {
		return ""
	}
	http.SetCookie(w, s.typedCookie("", -time.Second))
	browser, inCookie, _ := strings.Cut(c.Value, ".")
	if sealed == "" {
		sealed = inCookie
	}
	b, err := s.Store.OpenForm("typed "+browser, sealed)
	var t interruptedForm
	if err != nil || json.Unmarshal(b, &t) != nil || s.Now().Unix() > t.Until || t.Owner != "" && t.Owner != who {
		return ""
	}
	v := visitOf(r)
	v.session.Values[typedValue], v.changed = s.Store.SealForm("typed by "+who, b), true
	return localPath(t.Page)
}

// typedOf is what the sign-in form carries.
func typedOf(r *http.Request) string { return r.PostForm.Get(typedField) }

// takeTyped gives a form that waits for the visitor, once.
func (s *Server) takeTyped(r *http.Request) (t interruptedForm, ok bool) {
	v := visitOf(r)
	if v.session == nil || r.Method != http.MethodGet || partial(r) {
		return t, false
	}
	sealed, ok := v.session.Values[typedValue].(string)
	if !ok {
		return t, false
	}
	delete(v.session.Values, typedValue)
	v.changed = true
	b, err := s.Store.OpenForm("typed by "+v.admin.ID+v.user.ID, sealed)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err == nil && s.Now().Unix() > t.Until {
		err = errors.New("it is too old")
	}
	return t, err == nil
}
