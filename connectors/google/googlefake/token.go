package googlefake

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
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

func badGrant(description string) reply {
	return fakekit.TokenRefused(http.StatusBadRequest, "invalid_grant", description)
}

// claims are what a signed assertion says (RFC 7523 §3, with Google's scope and sub).
type claims struct {
	Iss   string `json:"iss"`
	Sub   string `json:"sub"`
	Scope string `json:"scope"`
	Aud   string `json:"aud"`
	Iat   int64  `json:"iat"`
	Exp   int64  `json:"exp"`
}

// token is POST /token.
func (s *Server) token(r request) reply {
	form, ok := fakekit.TokenForm(r.Call)
	switch {
	case r.Method != http.MethodPost:
		return reply{Status: http.StatusMethodNotAllowed}
	case !ok:
		return fakekit.TokenRefused(http.StatusBadRequest, "invalid_request", "The request is no form.")
	case form.Get("grant_type") != fakekit.JWTBearer:
		return fakekit.TokenRefused(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+form.Get("grant_type"))
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
			return fakekit.TokenRefused(http.StatusUnauthorized, "unauthorized_client",
				"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
		}
	}
	if len(scopes) == 0 {
		return fakekit.TokenRefused(http.StatusBadRequest, "invalid_scope", "Empty or missing scope not allowed.")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users[s.addresses[fold(c.Sub)]]
	switch {
	case !strings.Contains(c.Sub, "@"):
		return badGrant("Not a valid email")
	case u == nil && s.wasDeleted(c.Sub):
		return badGrant("The account has been deleted")
	case u == nil || u.suspended():
		return badGrant("Invalid email or User ID")
	}
	token := s.tokens.Issue("ya29.", grant{u.id, scopes, now.Add(tokenLife)})
	return fakekit.Answer(http.StatusOK, map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer"})
}

// verify checks the signature and gives the claims, or says what is wrong.
func (s *Server) verify(assertion string) (c claims, why string) {
	signed, ok := fakekit.ReadAssertion(assertion, &c)
	if !ok {
		return c, "Invalid JWT: the header or the claims cannot be read."
	}
	a, _ := s.key()
	switch {
	case c.Iss != a.Email || a.Public == nil || (signed.KeyID != "" && signed.KeyID != a.KeyID):
		return c, "Invalid JWT: No valid verifier found for issuer."
	case !signed.SignedBy(a.Public):
		return c, "Invalid JWT Signature."
	}
	return c, ""
}

// authorize finds the grant of a request's token.
func (s *Server) authorize(r request) (grant, *refusal) {
	token := fakekit.Bearer(r.Request)
	if token == "" {
		return grant{}, refuse(http.StatusUnauthorized, "required", "Login Required")
	}
	g, ok := s.tokens.Of(token)
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
func (s *Server) Revoke() { s.tokens.Revoke() }

// troubled is what a server in trouble says, in the words of the endpoint that was asked. Tokens that are refused are not
// forgotten: they are good again when the trouble ends.
func (s *Server) troubled(t connectors.Trouble, c fakekit.Call) (out reply, ok bool) {
	onToken, q := c.URL.Path == TokenPath, s.quirks.Load()
	switch t {
	case connectors.Down:
		if onToken {
			return fakekit.TokenRefused(http.StatusServiceUnavailable, "internal_failure", "Backend Error"), true
		}
		return refuse(http.StatusServiceUnavailable, "backendError", "Service unavailable. Please try again").reply(q), true
	case connectors.Throttled:
		if onToken {
			return fakekit.TokenRefused(http.StatusTooManyRequests, "rate_limit_exceeded", "Too many requests. Try again later."), true
		}
		return refuse(http.StatusTooManyRequests, "rateLimitExceeded", "Request quota exceeded for the Workspace account. Try again later.").reply(q), true
	case connectors.Revoked:
		if onToken {
			return badGrant("Invalid JWT: No valid verifier found for issuer."), true
		}
		return refuse(http.StatusUnauthorized, "authError", "Invalid Credentials").reply(q), true
	}
	return reply{}, false
}
