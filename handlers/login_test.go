package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/signup"
	"usher/directory"
)

// member makes a user with the password good.
func (f *signUpConsole) member(t *testing.T, name string) directory.User {
	t.Helper()
	u := f.user(t, name)
	must(t, f.Server.Auth.SetUserPassword(t.Context(), u, good, "", "", clerk))
	u, _ = f.find(t, name)
	return u
}

// in is a browser whose visitor is signed in as the user.
func (f *signUpConsole) in(t *testing.T, name string) *browser {
	t.Helper()
	b := f.visitor(t)
	b.post("/login", "user_name", name, "password", good).goes(t, "/account")
	return b
}

func TestLogin(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	b := f.visitor(t)
	page := b.get("/login").ok(t)
	for _, href := range []string{"/register", "/forgot"} {
		if page.doc.Find(`a[href="`+href+`"]`).Length() != 1 {
			t.Errorf("no link to %s", href)
		}
	}
	wrong := b.post("/login", "user_name", "grace", "password", next).status(t, 422)
	unknown := b.post("/login", "user_name", "nobody", "password", next).status(t, 422)
	if strings.ReplaceAll(wrong.text, "grace", "X") != strings.ReplaceAll(unknown.text, "nobody", "X") {
		t.Error("the answer tells who exists")
	}
	wrong.silent(t, next)
	b.get("/account?tab=1").goes(t, "/login?next=%2Faccount%3Ftab%3D1")
	b.post("/login", "user_name", "GRACE@example.com", "password", good, "next", "/account?tab=1").goes(t, "/account?tab=1")
	b.get("/account").ok(t).says(t, "Signed in as grace")
	b.get("/login").goes(t, "/account")
	b.get("/register").goes(t, "/account")
	b.post("/logout").goes(t, "/login?signed-out")
	b.get("/account").goes(t, "/login")
	b.post("/login", "user_name", "grace", "password", good, "next", "//evil.example").goes(t, "/account")
}

// A user is no administrator, and an administrator no user.
func TestTwoKindsOfSessions(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	b := f.in(t, "grace")
	b.get("/").goes(t, "/signin")
	b.post("/users/"+u.ID+"/disable").goes(t, "/signin")
	f.get("/account").goes(t, "/login")
	b.cookies["usher"] = b.cookies["usher_account"]
	b.get("/users").goes(t, "/signin?next=%2Fusers")
	f.browser.post("/login", "user_name", "Ada", "password", good).status(t, 422)
}

func TestDisabledUser(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	b := f.in(t, "grace")
	f.post("/users/"+u.ID+"/disable").status(t, 303)
	b.get("/account").goes(t, "/login")
	b.post("/login", "user_name", "grace", "password", good).status(t, 403).says(t, "Your account is disabled")
	b.get("/account").goes(t, "/login")
	b.post("/forgot", "user_name", "grace").ok(t)
	if len(f.mails(t, "grace@example.com")) != 0 {
		t.Error("a disabled user gets a link")
	}
}

func TestLoginIsThrottled(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	b := f.visitor(t)
	for range 5 {
		b.post("/login", "user_name", "grace", "password", "wrong")
	}
	a := b.post("/login", "user_name", "grace@example.com", "password", good).status(t, 429)
	if a.header.Get("Retry-After") == "" || b.cookies["usher_account"] != "" {
		t.Error("no Retry-After, or a session")
	}
}

func TestCrossSiteLoginIsRefused(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	b := f.visitor(t)
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.post("/login", "user_name", "grace", "password", good).status(t, 403)
	registerAs(b).status(t, 403)
}

func TestForgottenPassword(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	other := f.in(t, "grace")
	b := f.visitor(t)
	b.post("/forgot", "user_name", "  ").status(t, 422)
	want := b.post("/forgot", "user_name", "nobody").ok(t).text
	if got := b.post("/forgot", "user_name", "Grace@example.com").ok(t).text; got != want {
		t.Error("the answer tells who exists")
	}
	b.post("/forgot", "user_name", "gra\x00ce").ok(t)
	link := f.link(t, "grace@example.com", 1)
	b.get(link).ok(t).says(t, "Choose a new password")
	send(b, link, "new_password", next, "new_password_again", good).status(t, 422).says(t, "differ")
	send(b, link, "new_password", "short", "new_password_again", "short").status(t, 422)
	send(b, link, "new_password", next, "new_password_again", next).goes(t, "/login?new-password")
	other.get("/account").goes(t, "/login")
	send(b, link, "new_password", good, "new_password_again", good).status(t, 404)
	b.post("/login", "user_name", "grace", "password", good).status(t, 422)
	b.post("/login", "user_name", "grace", "password", next).goes(t, "/account")
	if u, _ := f.find(t, "grace"); u.VerifiedEmail != "grace@example.com" {
		t.Error("the address is not verified")
	}
	b.post("/forgot", "user_name", "grace")
	link = f.link(t, "grace@example.com", 2)
	f.clock = time.Hour + time.Second
	b.get(link).status(t, 404).says(t, "This link does not work")
}

// A link for one purpose does nothing for another.
func TestLinksKeepTheirPurpose(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	must(t, f.SignUp.Forgot(t.Context(), "grace"))
	reset := f.link(t, "grace@example.com", 1)
	must(t, f.SignUp.SendVerification(t.Context(), u, u.Email(), signup.ToVerify))
	verify := f.link(t, "grace@example.com", 2)
	b := f.visitor(t)
	_, resetToken, _ := strings.Cut(reset, "?token=")
	_, verifyToken, _ := strings.Cut(verify, "?token=")
	b.post("/verify", "token", resetToken).status(t, 404)
	b.post("/reset", "token", verifyToken, "new_password", next, "new_password_again", next).status(t, 404)
	send(b, reset, "new_password", next, "new_password_again", next).goes(t, "/login?new-password")
	send(b, verify).goes(t, "/login?confirmed")
}

func TestInvite(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.user(t, "grace")
	page := f.get("/users/" + u.ID).ok(t)
	if page.doc.Find(`form[action="/users/`+u.ID+`/invite"]`).Length() != 1 {
		t.Fatal("no button to invite")
	}
	f.led(t, f.post("/users/"+u.ID+"/invite"), "/users/"+u.ID).says(t, "An invitation is on its way")
	f.clock = 6 * 24 * time.Hour
	b := f.visitor(t)
	link := f.link(t, "grace@example.com", 1)
	b.get(link).ok(t).says(t, "Choose your password")
	send(b, link, "new_password", good, "new_password_again", good).goes(t, "/login?new-password")
	b.post("/login", "user_name", "grace", "password", good).goes(t, "/account")
	f.browser = f.signedIn(t)
	f.get("/users/"+u.ID).ok(t).silent(t, "Send invitation")
	bare := directory.User{UserName: "bare", Active: true, Source: directory.Console}
	bare, _, err := f.Directory.CreateUser(t.Context(), bare, clerk)
	must(t, err)
	f.led(t, f.post("/users/"+bare.ID+"/invite"), "/users/"+bare.ID).says(t, "no e-mail address")
	f.visitor(t).post("/users/"+u.ID+"/invite").goes(t, "/signin")
}

func TestPersonalCookieOverHTTPS(t *testing.T) {
	s := auth.New(newSignUpConsole(t, nil).console.store, auth.Options{Secure: true})
	if got := s.UserSessions.CookieName(); got != "__Host-usher_account" {
		t.Errorf("the cookie is %s", got)
	}
}

// Disabling ends the sessions, and a disabled user's password is refused. Both have a second lock behind them.
func TestSecondLocksForDisabledUsers(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	u := directory.User{ID: directory.NewID(), UserName: "grace", State: directory.Live, Active: true}
	h.store.AddUser(u)
	begin := func(u directory.User) (*httptest.ResponseRecorder, error) {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "POST", "/login", nil)
		var err error
		h.loadUserVisit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { err = h.signInUser(w, r, u) })).ServeHTTP(w, r)
		return w, err
	}
	w, err := begin(u)
	must(t, err)
	who := func() (id string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/account", nil)
		for _, c := range w.Result().Cookies() {
			r.AddCookie(c)
		}
		h.loadUserVisit(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { id = visitOf(r).user.ID })).ServeHTTP(httptest.NewRecorder(), r)
		return id
	}
	if who() != u.ID {
		t.Fatal("the session is nobody's")
	}
	h.store.ChangeUser(u.ID, func(u *directory.User) { u.Active = false })
	if who() != "" {
		t.Error("a session that was left over opens a disabled user's pages")
	}
	u.Active = false
	w, err = begin(u)
	if statusOf(err) != http.StatusForbidden || len(w.Result().Cookies()) != 0 {
		t.Errorf("a disabled user got a session: %v", err)
	}
}

// Five wrong passwords from elsewhere lock nobody out, and a browser that was signed in stays open whatever happens.
func TestStrangerLocksNobodyOut(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.TrustedProxies = []string{"192.0.2.0/24"}
	f.mux = f.Router()
	f.member(t, "grace")
	from := func(b *browser, ip string) *browser {
		b.header = b.header.Clone()
		b.header.Set("X-Forwarded-For", ip)
		return b
	}
	known := from(f.visitor(t), "203.0.113.1")
	known.post("/login", "user_name", "grace", "password", good).goes(t, "/account")
	known.post("/logout").goes(t, "/login?signed-out")
	stranger := from(f.visitor(t), "198.51.100.7")
	for range 5 {
		stranger.post("/login", "user_name", "grace", "password", next).status(t, 422)
	}
	stranger.post("/login", "user_name", "grace", "password", good).status(t, 429)
	from(f.visitor(t), "203.0.113.9").post("/login", "user_name", "grace", "password", good).goes(t, "/account")
	from(known, "198.51.100.7").post("/login", "user_name", "grace", "password", good).goes(t, "/account") // behind the stranger's address
}
