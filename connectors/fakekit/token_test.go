package fakekit

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
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
