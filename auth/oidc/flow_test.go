package oidc_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/demo/idp"
	"usher/directory"
)

func TestSignIn(t *testing.T) {
	w := newFixture(t)
	b := w.start()
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(b.query.Get(name)) < 20 {
			t.Errorf("the request has no %s to speak of: %v", name, b.query)
		}
		if strings.Contains(b.sealed, b.query.Get(name)) {
			t.Errorf("the sealed state shows the %s", name)
		}
	}
	if b.query.Get("code_challenge_method") != "S256" || b.query.Get("scope") != "openid profile email" || b.query.Get("redirect_uri") != w.RedirectURL(w.signIn.ConnectionID) {
		t.Errorf("the request is %v", b.query)
	}
	u, err := w.Finish(t.Context(), w.signIn.ConnectionID, w.answer(b, ada))
	w.must(err)
	if u.UserName != "ada" || u.Source != directory.JIT || !u.Active || u.VerifiedEmail != "ada@example.com" || u.Department != "Analysis" || u.Phone() != ada.Phone {
		t.Errorf("arrived as %+v", u)
	}
	if again := w.mustArrive(ada); again.ID != u.ID || again.Version != 1 {
		t.Errorf("the second sign-in made %s version %d of %s", again.ID, again.Version, u.ID)
	}
}

// A code is good for one sign-in, whoever brings it a second time.
func TestCodeReplay(t *testing.T) {
	w := newFixture(t)
	b := w.start()
	a := w.answer(b, ada)
	_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
	w.must(err)
	_, err = w.Finish(t.Context(), w.signIn.ConnectionID, a)
	failed(t, err, oidc.Expired)
}

// The code of one browser is of no use in another: its verifier and nonce are others (RFC 7636, OpenID Connect Core §15.5.2).
func TestCodeInjection(t *testing.T) {
	w := newFixture(t)
	victim, thief := w.start(), w.start()
	a := w.answer(victim, ada)
	a.Sealed = thief.sealed
	a.Query.Set("state", thief.query.Get("state"))
	_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
	failed(t, err, oidc.Expired)
	if w.users() != 0 {
		t.Error("a user was made")
	}
}

func TestState(t *testing.T) {
	w := newFixture(t)
	for name, spoil := range map[string]func(*oidc.Answer){
		"another state":    func(a *oidc.Answer) { a.Query.Set("state", w.start().query.Get("state")) },
		"no state":         func(a *oidc.Answer) { a.Query.Del("state") },
		"no cookie":        func(a *oidc.Answer) { a.Sealed = "" },
		"a made-up cookie": func(a *oidc.Answer) { a.Sealed = "v1:00000000:AAAA" },
		"another's cookie": func(a *oidc.Answer) { a.Sealed = w.start().sealed },
	} {
		t.Run(name, func(t *testing.T) {
			a := w.answer(w.start(), ada)
			spoil(&a)
			_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
			failed(t, err, oidc.Expired)
		})
	}
	if n := w.provider.count("/token"); n != 0 {
		t.Errorf("%d codes were sent to the provider all the same", n)
	}
}

func TestStateEnds(t *testing.T) {
	w := newFixture(t)
	a := w.answer(w.start(), ada)
	w.clock = oidc.StateLife + time.Second
	_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
	failed(t, err, oidc.Expired)
}

// The state of one connection does not open at the callback of another (RFC 9700 §4.4, mix-up).
func TestStateIsOfOneConnection(t *testing.T) {
	w := newFixture(t)
	other := newLiar(t)
	second := w.connect(t, other, "Other login")
	_, err := w.Finish(t.Context(), second.ConnectionID, w.answer(w.start(), ada))
	failed(t, err, oidc.Expired)
	if n := other.count("/token"); n != 0 {
		t.Error("the code of one provider was sent to the other")
	}
}

func TestIssuerOfTheAnswer(t *testing.T) {
	w := newFixture(t)
	for _, iss := range []string{"https://attacker.example", ""} {
		a := w.answer(w.start(), ada)
		a.Query.Set("iss", iss)
		_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
		failed(t, err, oidc.Untrusted)
	}
	if n := w.provider.count("/token"); n != 0 {
		t.Errorf("%d codes were sent all the same", n)
	}
}

func TestErrorAnswers(t *testing.T) {
	w := newFixture(t)
	for code, words := range map[string]string{"access_denied": "not allowed", "temporarily_unavailable": "problem of its own", "invalid_scope": "set up", "brand_new": "ended the sign-in"} {
		a := w.answer(w.start(), ada)
		a.Query.Del("code")
		a.Query.Set("error", code)
		a.Query.Set("error_description", "Ask\x00 the <b>desk</b> "+strings.Repeat("x", 500))
		_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
		f := failed(t, err, oidc.Refused)
		if !strings.Contains(f.Text, words) || !strings.Contains(f.Text, "Ask the <b>desk</b>") || len(f.Text) > 400 {
			t.Errorf("%s: %s", code, f.Text)
		}
	}
	// Somebody's link with an error in it says nothing on our pages.
	_, err := w.Finish(t.Context(), w.signIn.ConnectionID, oidc.Answer{Query: map[string][]string{"error": {"x"}, "error_description": {"Call 555"}}})
	if f := failed(t, err, oidc.Expired); strings.Contains(f.Text, "555") {
		t.Errorf("the page says %s", f.Text)
	}
}

func TestToken(t *testing.T) {
	set := func(name string, v any) func(map[string]any) {
		return func(c map[string]any) {
			if v == nil {
				delete(c, name)
			} else {
				c[name] = v
			}
		}
	}
	w := newFixture(t)
	for name, lie := range map[string]func(map[string]any){
		"another nonce":                  set("nonce", "n"),
		"no nonce":                       set("nonce", nil),
		"for another client":             set("aud", "other"),
		"for others, too, without azp":   set("aud", []string{"usher", "other"}),
		"issued to another client":       set("azp", "other"),
		"from another issuer":            set("iss", "https://attacker.example"),
		"expired":                        set("exp", time.Now().Add(-time.Minute).Unix()),
		"not yet valid":                  set("nbf", time.Now().Add(time.Hour).Unix()),
		"not valid for two minutes":      set("nbf", time.Now().Add(2*time.Minute).Unix()),
		"without an end":                 set("exp", nil),
		"without iat":                    set("iat", nil),
		"with iat null":                  func(c map[string]any) { c["iat"] = nil },
		"issued in the future":           set("iat", time.Now().Add(2*time.Minute).Unix()),
		"issued long ago":                set("iat", time.Now().Add(-oidc.StateLife-2*time.Minute).Unix()),
		"issued at the beginning":        set("iat", 0),
		"without subject":                set("sub", ""),
		"with an endless subject":        set("sub", strings.Repeat("s", 256)),
		"about somebody else than info":  set("sub", "s-eve"),
		"with another access token hash": set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
	} {
		t.Run(name, func(t *testing.T) {
			w.provider.claims = lie
			_, err := w.arrive(ada)
			failed(t, err, oidc.Untrusted)
			if w.users() != 0 {
				t.Error("a user was made")
			}
		})
	}
	t.Run("for others, too, issued to us", func(t *testing.T) {
		w.provider.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"usher", "other"}, "usher" }
		w.mustArrive(ada)
	})
}

func TestSignature(t *testing.T) {
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	stranger := liarWith(t, idp.NewKey())
	payload := func(signed string) string { return strings.Split(signed, ".")[1] }
	w := newFixture(t)
	for name, lie := range map[string]func(string) string{
		"alg none": func(s string) string { return encode(`{"alg":"none"}`) + "." + payload(s) + "." },
		"alg HS256": func(s string) string {
			return encode(`{"alg":"HS256","kid":"demo"}`) + "." + payload(s) + "." + encode("x")
		},
		"no signature":   func(s string) string { return s[:strings.LastIndex(s, ".")+1] },
		"a changed word": func(s string) string { return strings.Replace(s, payload(s), payload(s)[:20]+"A"+payload(s)[21:], 1) },
		"another's key": func(string) string {
			s, err := stranger.Sign(map[string]any{"iss": "x"})
			if err != nil {
				panic(err)
			}
			return s
		},
		"no token": func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			w.provider.token = lie
			_, err := w.arrive(ada)
			failed(t, err, oidc.Untrusted)
		})
	}
}

func TestWrongSecret(t *testing.T) {
	w := newFixture(t)
	in, err := w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
	w.must(err)
	in.ClientSecret = "s3cret-wrong"
	w.must(w.Update(t.Context(), in, admin))
	_, err = w.arrive(ada)
	f := failed(t, err, oidc.Untrusted)
	if !strings.Contains(f.Error(), "invalid_client") {
		t.Errorf("the log does not say why: %s", f.Error())
	}
	if n := w.provider.count("/token"); n != 1 {
		t.Errorf("the code was sent %d times", n)
	}
}

func TestDisabledConnection(t *testing.T) {
	w := newFixture(t)
	b := w.start()
	in, err := w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
	w.must(err)
	in.Enabled = false
	w.must(w.Update(t.Context(), in, admin))
	_, _, err = w.Start(t.Context(), in.ConnectionID)
	failed(t, err, oidc.Refused)
	_, err = w.Finish(t.Context(), in.ConnectionID, w.answer(b, ada))
	failed(t, err, oidc.Refused)
	_, _, err = w.Start(t.Context(), "nonsense")
	failed(t, err, oidc.Refused)
}
