package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/authtest"
)

// request asks with a session cookie, if there is one.
func request(t *testing.T, s *auth.Service, key string) *http.Request {
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	if key != "" {
		r.AddCookie(&http.Cookie{Name: s.Sessions.CookieName(), Value: key})
	}
	return r
}

// start signs an administrator in, with the session of an earlier cookie, and gives the new cookie.
func start(t *testing.T, s *auth.Service, earlier, adminID string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if err := s.Sessions.Start(request(t, s, earlier), w, adminID); err != nil {
		t.Fatal(err)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("cookies: %v", cookies)
	}
	return cookies[0]
}

// whose tells whose session the cookie's key opens; "" for nobody's.
func whose(t *testing.T, s *auth.Service, key string) string {
	t.Helper()
	ss, err := s.Sessions.Current(request(t, s, key))
	if err != nil {
		t.Fatal(err)
	}
	return auth.AdminID(ss)
}

func TestCookieFlags(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := auth.New(authtest.NewMemory(), auth.Options{Cost: cheap, Secure: secure})
		c := start(t, s, "", "ada")
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure {
			t.Errorf("secure %v: %+v", secure, c)
		}
		if want := map[bool]string{false: "usher", true: "__Host-usher"}[secure]; c.Name != want {
			t.Errorf("secure %v: name %s", secure, c.Name)
		}
		if len(c.Value) < 43 || c.MaxAge != int(auth.SessionAbsolute.Seconds()) {
			t.Errorf("key %q, max age %d", c.Value, c.MaxAge)
		}
	}
}

func TestCookieKeyIsNotStored(t *testing.T) {
	s, store, _ := service(t)
	c := start(t, s, "", "ada")
	if _, ok, _ := store.LoadSession(t.Context(), c.Value); ok {
		t.Error("the row is stored under the cookie's key itself")
	}
	if _, ok, _ := store.LoadSession(t.Context(), auth.SessionHash(c.Value)); !ok {
		t.Error("there is no row under the key's hash")
	}
}

func TestSignInRotatesTheKey(t *testing.T) {
	s, _, _ := service(t)
	planted := strings.Repeat("A", 43)
	if c := start(t, s, planted, "ada"); c.Value == planted {
		t.Error("a key that the browser brought was taken over")
	}
	first := start(t, s, "", "ada")
	second := start(t, s, first.Value, "ada")
	if first.Value == second.Value || whose(t, s, first.Value) != "" || whose(t, s, second.Value) != "ada" {
		t.Error("the key before the sign-in still opens a session")
	}
}

func TestIdleEnd(t *testing.T) {
	s, _, c := service(t)
	key := start(t, s, "", "ada").Value
	for range 3 {
		c.Add(auth.SessionIdle - time.Minute)
		if whose(t, s, key) != "ada" {
			t.Fatal("a session in use ended")
		}
	}
	c.Add(auth.SessionIdle)
	if whose(t, s, key) != "" {
		t.Error("an idle session lives")
	}
}

func TestAbsoluteEnd(t *testing.T) {
	s, _, c := service(t)
	key := start(t, s, "", "ada").Value
	for range 12 {
		c.Add(auth.SessionAbsolute/12 - time.Second)
		r := request(t, s, key)
		ss, _ := s.Sessions.Current(r)
		if auth.AdminID(ss) != "ada" {
			t.Fatal("ended too early")
		}
		ss.Values["seen"] = true
		if err := ss.Save(r, httptest.NewRecorder()); err != nil {
			t.Fatal(err)
		}
	}
	c.Add(12 * time.Second)
	if whose(t, s, key) != "" {
		t.Error("a session in use outlived its absolute end")
	}
}

func TestTouchAtMostOnceAMinute(t *testing.T) {
	s, store, c := service(t)
	key := start(t, s, "", "ada").Value
	seen := func() time.Time {
		row, _, _ := store.LoadSession(t.Context(), auth.SessionHash(key))
		return row.SeenAt
	}
	began := seen()
	c.Add(59 * time.Second)
	whose(t, s, key)
	if !seen().Equal(began) {
		t.Error("written within a minute")
	}
	c.Add(time.Second)
	whose(t, s, key)
	if !seen().Equal(c.Now()) {
		t.Error("not written after a minute")
	}
}

func TestValuesComeBack(t *testing.T) {
	s, _, _ := service(t)
	key := start(t, s, "", "ada").Value
	r := request(t, s, key)
	ss, _ := s.Sessions.Current(r)
	ss.Values["flash"] = "Saved."
	w := httptest.NewRecorder()
	if err := ss.Save(r, w); err != nil {
		t.Fatal(err)
	}
	if len(w.Result().Cookies()) != 0 {
		t.Error("an update sets the cookie again")
	}
	ss, _ = s.Sessions.Current(request(t, s, key))
	if ss.Values["flash"] != "Saved." || auth.AdminID(ss) != "ada" {
		t.Errorf("values %v", ss.Values)
	}
	ss.Values[7] = "x"
	if err := ss.Save(request(t, s, key), w); err == nil {
		t.Error("a value with a key that is no string was dropped without a word")
	}
}

func TestEnd(t *testing.T) {
	s, _, _ := service(t)
	key := start(t, s, "", "ada").Value
	w := httptest.NewRecorder()
	if err := s.Sessions.End(request(t, s, key), w); err != nil {
		t.Fatal(err)
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("cookies %v", c)
	}
	if whose(t, s, key) != "" {
		t.Error("the session lives on the server")
	}
}

// A request that was under way when the session ended must not bring it back.
func TestEndedSessionStaysEnded(t *testing.T) {
	s, _, _ := service(t)
	key := start(t, s, "", "ada").Value
	r := request(t, s, key)
	ss, _ := s.Sessions.Current(r)
	if err := s.Sessions.EndAll(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	ss.Values["flash"] = "Saved."
	w := httptest.NewRecorder()
	if err := ss.Save(r, w); err != nil {
		t.Fatal(err)
	}
	if whose(t, s, key) != "" {
		t.Error("the session came back")
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the dead cookie stays: %v", c)
	}
}

func TestSignOutEverywhere(t *testing.T) {
	s, _, c := service(t)
	one, two, other := start(t, s, "", "ada").Value, start(t, s, "", "ada").Value, start(t, s, "", "bob").Value
	if n, err := s.Sessions.Count(t.Context(), "ada"); n != 2 || err != nil {
		t.Errorf("%d sessions, %v", n, err)
	}
	if err := s.Sessions.EndAll(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if whose(t, s, one) != "" || whose(t, s, two) != "" {
		t.Error("a session survived")
	}
	if whose(t, s, other) != "bob" {
		t.Error("somebody else's session ended")
	}
	c.Add(auth.SessionAbsolute)
	if n, _ := s.Sessions.Count(t.Context(), "bob"); n != 0 {
		t.Error("an ended session counts")
	}
}

func TestPasswordChangeEndsOtherSessions(t *testing.T) {
	s, _, _, a := withAdmin(t)
	mine, other := start(t, s, "", a.ID).Value, start(t, s, "", a.ID).Value
	if err := s.ChangePassword(t.Context(), auth.Origin{}, a, good, "purple elephants read slowly", auth.SessionHash(mine)); err != nil {
		t.Fatal(err)
	}
	if whose(t, s, mine) != a.ID || whose(t, s, other) != "" {
		t.Error("the wrong sessions ended")
	}
}

func TestTidy(t *testing.T) {
	s, store, c := service(t)
	key := start(t, s, "", "ada").Value
	c.Add(auth.SessionIdle + time.Second)
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := store.LoadSession(t.Context(), auth.SessionHash(key)); ok {
		t.Error("an idle session's row is left")
	}
}

func TestNoCookieNoRow(t *testing.T) {
	s, store, _ := service(t)
	for _, key := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 5000)} {
		if whose(t, s, key) != "" {
			t.Errorf("key %q opens a session", key)
		}
	}
	if n, _ := store.CountSessions(t.Context(), auth.Owner{}, time.Time{}, time.Time{}); n != 0 {
		t.Error("a visitor made a row")
	}
}
