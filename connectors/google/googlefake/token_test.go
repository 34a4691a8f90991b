package googlefake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/connectors/fakekit"
)

func sign(t *testing.T, key *rsa.PrivateKey, header, claims map[string]any) string {
	t.Helper()
	part := func(v any) string { return base64.RawURLEncoding.EncodeToString(fakekit.JSON(v)) }
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func askToken(s *Server, assertion string) *httptest.ResponseRecorder {
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	r := httptest.NewRequest("POST", TokenPath, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// assertion is a good one with one part changed.
type assertion struct {
	part, name string
	value      any
	want       string // of the answer
}

func assertions(now int64) []assertion {
	return []assertion{
		{"", "", "", "access_token"},
		{"claim", "scope", UserScope + " " + GroupReadScope, "access_token"},
		{"claim", "iss", "other@x", "No valid verifier"},
		{"header", "kid", "k2", "No valid verifier"},
		{"header", "alg", "none", "Invalid JWT"},
		{"key", "", "", "Invalid JWT Signature"},
		{"claim", "aud", "https://oauth2.googleapis.com/token", "audience"},
		{"claim", "exp", now - 1, "short-lived"},
		{"claim", "exp", now + 7200, "short-lived"},
		{"claim", "iat", now + 700, "short-lived"},
		{"claim", "sub", "nobody@example.com", "Invalid email or User ID"},
		{"claim", "sub", "off@example.com", "Invalid email or User ID"},
		{"claim", "sub", "gone@example.com", "has been deleted"},
		{"claim", "sub", "admin", "Not a valid email"},
		{"claim", "scope", "", "invalid_scope"},
		{"claim", "scope", UserScope + " https://www.googleapis.com/auth/drive", "unauthorized_client"},
	}
}

func TestAssertionsAreVerified(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Account: ServiceAccount{Email: "sa@x", KeyID: "k1", Public: &key.PublicKey}, Journal: 100, Scopes: []string{UserScope, GroupReadScope}})
	gone := s.Put(map[string]any{"primaryEmail": "gone@example.com"}, Seed{})
	if err := s.Drop(gone); err != nil {
		t.Fatal(err)
	}
	s.Put(map[string]any{"primaryEmail": "off@example.com", "suspended": true}, Seed{})
	now := time.Now().Unix()
	for _, c := range assertions(now) {
		header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": "k1"}
		claim := map[string]any{"iss": "sa@x", "sub": "admin@example.com", "scope": UserScope, "aud": "http://example.com/token", "iat": now, "exp": now + 3600}
		signer := key
		switch c.part {
		case "header":
			header[c.name] = c.value
		case "claim":
			claim[c.name] = c.value
		case "key":
			signer = other
		}
		w := askToken(s, sign(t, signer, header, claim))
		if !strings.Contains(w.Body.String(), c.want) || (w.Code == 200) != (c.want == "access_token") {
			t.Errorf("%s %s %v: status %d: %s", c.part, c.name, c.value, w.Code, w.Body)
		}
	}
	if w := askToken(s, "x.y"); w.Code != 400 {
		t.Errorf("status %d", w.Code)
	}
	for _, q := range s.Journal() {
		if q.Body != fakekit.Blanked {
			t.Errorf("an assertion is kept: %s", q.Body)
		}
	}
}
