package fakekit

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// signed is signed by hand: the library that reads it must not be the one that wrote it.
func signed(t *testing.T, key *rsa.PrivateKey, header, claims string) string {
	t.Helper()
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claims))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + enc.EncodeToString(signature)
}

func TestAssertions(t *testing.T) {
	const header = `{"alg":"RS256","kid":"k1"}`
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Iss string `json:"iss"`
	}
	a, ok := ReadAssertion(signed(t, Key(), header, `{"iss":"me"}`), &claims)
	if !ok || a.KeyID != "k1" || claims.Iss != "me" || !a.SignedBy(&Key().PublicKey) || a.SignedBy(&other.PublicKey) {
		t.Errorf("%v %+v %+v", ok, a, claims)
	}
	good := strings.Split(signed(t, Key(), header, `{"iss":"me"}`), ".")
	forged := strings.Join([]string{good[0], base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"you"}`)), good[2]}, ".")
	for _, forged := range []string{forged, good[0] + "." + good[1] + "."} {
		if a, ok := ReadAssertion(forged, &claims); !ok || a.SignedBy(&Key().PublicKey) {
			t.Errorf("%s is believed", forged)
		}
	}
	for _, bad := range []string{"", "x.y", "x.y.z", signed(t, Key(), `{"alg":"none"}`, `{}`), signed(t, Key(), `{"alg":"HS256"}`, `{}`), signed(t, Key(), header, `[]`)} {
		if _, ok := ReadAssertion(bad, &claims); ok {
			t.Errorf("%s is read", bad)
		}
	}
}

func TestTokens(t *testing.T) {
	var tokens Tokens[int]
	if _, ok := tokens.Of(""); ok {
		t.Error("no token is good")
	}
	a, b := tokens.Issue("x-", 1), tokens.Issue("x-", 2)
	if n, ok := tokens.Of(b); !ok || n != 2 || a == b || !strings.HasPrefix(a, "x-") {
		t.Errorf("%s, %s: %d, %v", a, b, n, ok)
	}
	tokens.Revoke()
	if _, ok := tokens.Of(b); ok {
		t.Error("it is good after it was revoked")
	}
	for header, want := range map[string]string{"": "", "Bearer x": "x", "bearer x": "x", "Basic x": "", "x": ""} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		if got := Bearer(r); got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
}

func TestTokenServer(t *testing.T) {
	s := &TokenServer{ClientID: "a:b", ClientSecret: "s +", Scope: "x", ExpiresIn: 60}
	ask := func(form url.Values, basic bool) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		if basic {
			r.SetBasicAuth(url.QueryEscape("a:b"), url.QueryEscape("s +"))
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	good := url.Values{"grant_type": {"client_credentials"}, "scope": {"x"}}
	body := url.Values{"grant_type": {"client_credentials"}, "scope": {"x"}, "client_id": {"a:b"}, "client_secret": {"s +"}}
	for name, c := range map[string]struct {
		form   url.Values
		basic  bool
		inBody bool
		want   string
	}{
		"header": {good, true, false, `"expires_in":60`}, "body": {body, false, true, "access_token"}, "both": {body, true, true, "invalid_request"}, "nobody": {good, false, false, "invalid_client"},
		"scope": {url.Values{"grant_type": {"client_credentials"}}, true, false, "invalid_scope"}, "grant": {url.Values{}, true, false, "unsupported_grant_type"},
	} {
		s.InBody = c.inBody
		if w := ask(c.form, c.basic); !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if s.Issued() != 2 || len(s.Headers()) != 6 {
		t.Errorf("%d tokens for %d requests", s.Issued(), len(s.Headers()))
	}
	s.Refuse(http.StatusTeapot, nil, "no")
	if w := ask(good, true); w.Code != http.StatusTeapot || w.Body.String() != "no" {
		t.Errorf("refused: %d %s", w.Code, w.Body)
	}
	s.Refuse(0, nil, "")
}
