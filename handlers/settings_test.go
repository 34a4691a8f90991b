package handlers

import (
	"net/http"
	"strings"
	"testing"

	"usher/auth"
)

func TestSettingsPage(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	h.signedIn(t)
	res := h.signedIn(t).get("/settings")
	for _, want := range []string{"Ada", "You are signed in at 2 places", "memory", "Sign out everywhere"} {
		res.says(t, want)
	}
	if n := res.doc.Find("h1").Length(); n != 1 {
		t.Errorf("%d h1", n)
	}
}

func TestSettingsNeedAnAdmin(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	b := h.browser(t)
	for _, path := range []string{"/settings/password", "/settings/sessions/end", "/settings/tokens", "/settings/tokens/x/revoke",
		"/settings/branding", "/settings/mail", "/settings/mail/test", "/settings/mail/remove"} {
		if res := b.post(path, "name", "x", "scopes", "scim"); res.code != http.StatusSeeOther || res.header.Get("Location") != "/signin" {
			t.Errorf("%s: %d to %s", path, res.code, res.header.Get("Location"))
		}
	}
	if list, _ := h.store.ListTokens(t.Context(), auth.TokenFilter{Limit: 1}); len(list) != 0 {
		t.Error("a visitor made a token")
	}
}

func TestChangePasswordPage(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	b, other := h.signedIn(t), h.signedIn(t)
	for _, c := range []struct{ current, first, again, says string }{
		{"wrong", next, next, "This is not your current password."},
		{good, "short", "short", "at least 12 characters"},
		{good, next, next + "x", "The two passwords differ."},
	} {
		res := b.post("/settings/password", "current_password", c.current, "new_password", c.first, "new_password_again", c.again)
		if res.code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", c, res.code)
		}
		res.says(t, c.says)
		if strings.Contains(res.text, next) || strings.Contains(res.text, good) {
			t.Errorf("%v: the page shows a password", c)
		}
	}
	before := b.cookies["usher"]
	if res := b.post("/settings/password", "current_password", good, "new_password", next, "new_password_again", next); res.code != http.StatusSeeOther {
		t.Fatalf("%d: %s", res.code, res.text)
	}
	if b.cookies["usher"] == before {
		t.Error("the session's key was not changed")
	}
	b.get("/settings").says(t, "Your password was changed")
	if res := b.get("/settings"); strings.Contains(res.text, "Your password was changed") {
		t.Error("the message is shown twice")
	}
	if res := other.get("/settings"); res.code != http.StatusSeeOther {
		t.Errorf("another session lives: %d", res.code)
	}
}

func TestSignOutEverywherePage(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	b, other := h.signedIn(t), h.signedIn(t)
	b.post("/settings/sessions/end")
	for _, x := range []*browser{b, other} {
		if res := x.get("/settings"); res.code != http.StatusSeeOther {
			t.Errorf("a session lives: %d", res.code)
		}
	}
}
