package handlers

import (
	"testing"

	"usher/auth/signup"
)

// Names come before addresses at sign-in: whoever could call themselves by somebody's address would keep its owner from
// signing in with it, and would get the answer to "Forgot your password?".
func TestNobodyRegistersUnderAnothersAddress(t *testing.T) {
	for name, change := range map[string]func(*signup.Settings){"waits": nil, "at once": func(s *signup.Settings) { s.ActivateNow = true }} {
		t.Run(name, func(t *testing.T) {
			f := newSignUpConsole(t, change)
			f.member(t, "owner")
			b := f.visitor(t)
			registerAs(b, "user_name", "Owner@example.com").status(t, 422).says(t, "must be your own e-mail address")
			registerAs(b, "user_name", "JOAN@example.com").ok(t)
			f.visitor(t).post("/login", "user_name", "owner@example.com", "password", good).goes(t, "/account")
		})
	}
}

func TestNobodyConfirmsUnderAnothersAddress(t *testing.T) {
	f := newSignUpConsole(t, nil)
	b := f.visitor(t)
	registerAs(b, "user_name", "ada").ok(t)
	f.member(t, "ada")
	link := f.link(t, joan, 1)
	send(b, link, "user_name", "ada@example.com").status(t, 422).says(t, "must be your own e-mail address")
	send(b, link, "user_name", joan).goes(t, "/login?confirmed")
}
