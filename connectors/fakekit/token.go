package fakekit

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// JWTBearer is the grant type of a signed assertion (RFC 7523 §2.1).
const JWTBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// TokenError is the body of a refusal by a token endpoint (RFC 6749 §5.2).
func TokenError(code, description string) string {
	body := map[string]string{"error": code}
	if description != "" {
		body["error_description"] = description
	}
	return string(JSON(body))
}

// TokenRefused is a refusal by a token endpoint.
func TokenRefused(status int, code, description string) Reply {
	return Reply{Status: status, Body: []byte(TokenError(code, description))}
}

// TokenForm is what is sent to a token endpoint; ok is false when it is no form that was posted.
func TokenForm(c Call) (form url.Values, ok bool) {
	media, _, _ := strings.Cut(c.Header.Get("Content-Type"), ";")
	form, err := url.ParseQuery(string(c.Content))
	return form, err == nil && c.Method == http.MethodPost && media == "application/x-www-form-urlencoded"
}

// Assertion is a signed JWT.
type Assertion struct {
	token *jwt.JSONWebToken
	KeyID string // "" when it does not say
}

// ReadAssertion reads an RS256 assertion with its claims (RFC 7515, RFC 7519); ok is false when it cannot be read. Nothing
// in it is to be believed before SignedBy.
func ReadAssertion(text string, claims any) (a Assertion, ok bool) {
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || token.UnsafeClaimsWithoutVerification(claims) != nil {
		return a, false
	}
	return Assertion{token, token.Headers[0].KeyID}, true
}

// SignedBy reports whether the key's owner signed the assertion.
func (a Assertion) SignedBy(key *rsa.PublicKey) bool { return a.token.Claims(key) == nil }

// Tokens are the access tokens that a fake gave out, with what each is good for. The zero value is ready. It is safe for
// concurrent use.
type Tokens[G any] struct {
	mu  sync.RWMutex
	all map[string]G
}

// Issue makes a token that begins so.
func (t *Tokens[G]) Issue(prefix string, good G) string {
	token := prefix + rand.Text()
	t.Put(token, good)
	return token
}

// Put makes a token good.
func (t *Tokens[G]) Put(token string, good G) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]G{}
	}
	t.all[token] = good
}

// Of is what a token is good for; ok is false for one that was not given out, or revoked.
func (t *Tokens[G]) Of(token string) (good G, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	good, ok = t.all[token]
	return good, ok
}

// Revoke makes every token worthless.
func (t *Tokens[G]) Revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.all)
}

// Bearer is the token that a request presents (RFC 6750 §2.1), "" for none.
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
