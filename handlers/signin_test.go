package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestSignInAndOut(t *testing.T) {
	h := newMemoryConsole(t, "https://usher.example")
	h.admin(t)
	b := h.browser(t)
	if res := b.get("/settings"); res.code != http.StatusSeeOther || res.header.Get("Location") != "/signin?next=%2Fsettings" {
		t.Fatalf("%d to %s", res.code, res.header.Get("Location"))
	}
	if res := b.get("/signin?next=%2Fsettings"); res.field("next") != "/settings" {
		t.Errorf("next is %q", res.field("next"))
	}
	if len(b.cookies) != 0 {
		t.Errorf("a visitor got cookies: %v", b.cookies)
	}
	res := b.post("/signin", "user_name", "ADA", "password", good, "next", "/settings")
	if res.code != http.StatusSeeOther || res.header.Get("Location") != "/settings" {
		t.Fatalf("%d to %s", res.code, res.header.Get("Location"))
	}
	if c := res.header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-usher=") || !strings.Contains(c, "HttpOnly") ||
		!strings.Contains(c, "Secure") || !strings.Contains(c, "SameSite=Lax") {
		t.Errorf("cookie %s", c)
	}
	if res := b.get("/signin"); res.code != http.StatusSeeOther {
		t.Errorf("the sign-in page for somebody signed in: %d", res.code)
	}
	key := b.cookies["__Host-usher"]
	if res := b.post("/signout"); res.header.Get("Location") != "/signin?signed-out" || b.cookies["__Host-usher"] != "" || len(b.cookies) != 1 { // the browser stays known
		t.Errorf("to %s with %v", res.header.Get("Location"), b.cookies)
	}
	b.cookies["__Host-usher"] = key
	if res := b.get("/settings"); res.code != http.StatusSeeOther {
		t.Errorf("the old cookie still works: %d", res.code)
	}
}

func TestWrongPasswordAndUnknownNameLookTheSame(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	wrong := h.browser(t).post("/signin", "user_name", "same", "password", "x")
	unknown := strings.ReplaceAll(h.browser(t).post("/signin", "user_name", "ada", "password", "x").text, `"ada"`, `"same"`)
	if wrong.code != http.StatusUnprocessableEntity || wrong.text != unknown {
		t.Errorf("%d\n%s\n%s", wrong.code, wrong.text, unknown)
	}
	if wrong.field("user_name") != "same" || wrong.field("password") != "" {
		t.Errorf("kept %q and %q", wrong.field("user_name"), wrong.field("password"))
	}
}

func TestLockedNameIs429(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	b := h.browser(t)
	for range 5 {
		b.post("/signin", "user_name", "ada", "password", "wrong")
	}
	res := b.post("/signin", "user_name", "ada", "password", good)
	if res.code != http.StatusTooManyRequests || res.header.Get("Retry-After") != "30" && res.header.Get("Retry-After") != "31" {
		t.Errorf("%d, Retry-After %q", res.code, res.header.Get("Retry-After"))
	}
	res.says(t, "Too many sign-ins have failed")
}

func TestNextLeadsNowhereElse(t *testing.T) {
	for next, want := range map[string]string{
		"": "/", "/users?q=a&b=1": "/users?q=a&b=1", "/users#x": "/users", "users": "/", "https://evil.example": "/", "//evil.example": "/", "//evil.example/x": "/",
		"/\\evil.example": "/", "\\\\evil.example": "/", "/\t/evil.example": "/", "/%2f/evil.example": "/", "javascript:alert(1)": "/",
		" //evil.example": "/", "/a\r\nSet-Cookie: x=y": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
		h := newMemoryConsole(t, "http://usher.example")
		h.admin(t)
		res := h.browser(t).post("/signin", "user_name", "ada", "password", good, "next", next)
		u, err := url.Parse(res.header.Get("Location"))
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.EscapedPath(), "/") {
			t.Errorf("next %q leads to %q", next, res.header.Get("Location"))
		}
	}
}

func TestHtmxIsSentToSignIn(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	b := h.browser(t)
	b.header.Set("HX-Request", "true")
	if res := b.get("/settings"); res.code != 401 || res.header.Get("HX-Redirect") != "" || res.header.Get("HX-Retarget") != "#toaster" {
		t.Errorf("%v %s", res.header, res.text)
	}
}

func TestSetUp(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.browser(t).get("/signin").says(t, "Usher is not set up yet")
	token, _, err := h.Auth.StartSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link := "/setup?token=" + token.Reveal()
	b := h.browser(t)
	if res := b.get("/setup?token=guess"); res.code != http.StatusNotFound {
		t.Errorf("a guessed token: %d", res.code)
	}
	if res := b.get(link); res.code != 200 || res.field("token") != token.Reveal() {
		t.Fatalf("%d", res.code)
	}
	for _, bad := range [][2]string{{"short", "short"}, {good, next}} {
		res := b.post("/setup", "token", token.Reveal(), "user_name", "Ada", "password", bad[0], "password_again", bad[1])
		if res.code != http.StatusUnprocessableEntity || res.field("user_name") != "Ada" || res.field("token") != token.Reveal() {
			t.Errorf("%v: %d keeps %q", bad, res.code, res.field("user_name"))
		}
		if strings.Contains(res.text, bad[0]) {
			t.Errorf("the page shows the password %q", bad[0])
		}
		if res.doc.Find("[aria-invalid=true]").Length() == 0 {
			t.Errorf("%v: no field is marked", bad)
		}
	}
	res := b.post("/setup", "token", token.Reveal(), "user_name", "Ada", "password", good, "password_again", good)
	if res.code != http.StatusSeeOther || len(b.cookies) != 1 {
		t.Fatalf("%d: %s", res.code, res.text)
	}
	b.get("/settings").says(t, "Usher is set up")
	other := h.browser(t)
	if res := other.get(link); res.code != http.StatusNotFound {
		t.Errorf("the link works twice: %d", res.code)
	}
	if res := other.post("/setup", "token", token.Reveal(), "user_name", "eve", "password", good, "password_again", good); res.code != http.StatusNotFound {
		t.Errorf("the form works twice: %d", res.code)
	}
	if list, _ := h.store.ListAdmins(t.Context()); len(list) != 1 {
		t.Errorf("%d administrators", len(list))
	}
}
