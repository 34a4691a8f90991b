package googlefake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Scopes of the Directory API.
const (
	UserScope      = "https://www.googleapis.com/auth/admin.directory.user"
	GroupReadScope = "https://www.googleapis.com/auth/admin.directory.group.readonly"
	GroupScope     = "https://www.googleapis.com/auth/admin.directory.group"
	OrgUnitScope   = "https://www.googleapis.com/auth/admin.directory.orgunit.readonly"
	MemberScope    = "https://www.googleapis.com/auth/admin.directory.group.member"
)

const (
	tokenLife = 3599 * time.Second
	maxSkew   = 10 * time.Minute
)

// grant is what an access token is good for.
type grant struct {
	subject string
	scopes  []string
	until   time.Time
}

func (g grant) has(scope string) bool { return slices.Contains(g.scopes, scope) }

// TokenError is the body of a refusal by the token endpoint, for faults.
func TokenError(code, description string) string {
	return string(encode(map[string]string{"error": code, "error_description": description}))
}

func tokenRefused(status int, code, description string) reply {
	return reply{status: status, body: []byte(TokenError(code, description))}
}

func badGrant(description string) reply {
	return tokenRefused(http.StatusBadRequest, "invalid_grant", description)
}

// claims are what a signed assertion says (RFC 7523 §3, with Google's scope and sub).
type claims struct {
	Iss, Sub, Scope, Aud string
	Iat, Exp             int64
}

// token is POST /token.
func (s *Server) token(r request) reply {
	form, err := url.ParseQuery(string(r.body))
	switch {
	case r.Method != http.MethodPost:
		return reply{status: http.StatusMethodNotAllowed}
	case err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
		return tokenRefused(http.StatusBadRequest, "invalid_request", "The request is no form.")
	case form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
		return tokenRefused(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+form.Get("grant_type"))
	}
	c, why := s.verify(form.Get("assertion"))
	if why != "" {
		return badGrant(why)
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	now := s.options.Now()
	_, told := s.audiences.Load(c.Aud)
	switch iat, exp := time.Unix(c.Iat, 0), time.Unix(c.Exp, 0); {
	case c.Aud != scheme+r.Host+TokenPath && !told:
		return badGrant("Invalid JWT: Failed audience check.")
	case exp.Before(now), iat.After(now.Add(maxSkew)), exp.Sub(iat) > time.Hour, !exp.After(iat):
		return badGrant("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	}
	return s.grant(c, now)
}

func (s *Server) grant(c claims, now time.Time) reply {
	scopes := strings.Fields(c.Scope)
	for _, scope := range scopes {
		if !slices.Contains(s.options.Scopes, scope) {
			return tokenRefused(http.StatusUnauthorized, "unauthorized_client",
				"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
		}
	}
	if len(scopes) == 0 {
		return tokenRefused(http.StatusBadRequest, "invalid_scope", "Empty or missing scope not allowed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[s.addresses[fold(c.Sub)]]
	switch {
	case !strings.Contains(c.Sub, "@"):
		return badGrant("Not a valid email")
	case u == nil && s.wasDeleted(c.Sub):
		return badGrant("The account has been deleted")
	case u == nil || u.suspended():
		return badGrant("Invalid email or User ID")
	}
	token := "ya29." + rand.Text()
	s.tokens[token] = grant{u.id, scopes, now.Add(tokenLife)}
	return reply{status: http.StatusOK, body: encode(map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer"})}
}

// verify checks the signature (RFC 7515, RS256) and gives the claims, or says what is wrong.
func (s *Server) verify(assertion string) (c claims, why string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return c, "Bad Request"
	}
	var header struct{ Alg, Typ, Kid string }
	if !decodePart(parts[0], &header) || !decodePart(parts[1], &c) || header.Alg != "RS256" {
		return c, "Invalid JWT: the header or the claims cannot be read."
	}
	a, _ := s.key()
	if c.Iss != a.Email || a.Public == nil || (header.Kid != "" && header.Kid != a.KeyID) {
		return c, "Invalid JWT: No valid verifier found for issuer."
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(a.Public, crypto.SHA256, sum[:], signature) != nil {
		return c, "Invalid JWT Signature."
	}
	return c, ""
}

func decodePart(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, into) == nil
}

// authorize finds the grant of a request's token.
func (s *Server) authorize(r request) (grant, *refusal) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || scheme != "Bearer" {
		return grant{}, refuse(http.StatusUnauthorized, "required", "Login Required")
	}
	s.mu.RLock()
	g, ok := s.tokens[token]
	s.mu.RUnlock()
	if !ok || !s.options.Now().Before(g.until) {
		return grant{}, refuse(http.StatusUnauthorized, "authError", "Invalid Credentials")
	}
	return g, nil
}

func (s *Server) impersonated(g grant) *user {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users[g.subject]
	if u == nil || u.suspended() || !u.deletedAt.IsZero() {
		return nil
	}
	return u
}

// Revoke makes every access token worthless.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}
