package salesforcefake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func tokenRefused(code, description string) reply {
	return reply{status: http.StatusBadRequest, body: []byte(TokenError(code, description))}
}

// token is POST /services/oauth2/token.
func (s *Server) token(r request) reply {
	form, err := url.ParseQuery(string(r.body))
	if r.Method != http.MethodPost || err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return tokenRefused("invalid_request", "the request is no form")
	}
	grant := form.Get("grant_type")
	if grant != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		switch {
		case form.Get("client_id") != s.options.ClientID:
			return tokenRefused("invalid_client_id", "client identifier invalid")
		case form.Get("client_secret") != s.options.Secret:
			return tokenRefused("invalid_client", "invalid client credentials")
		}
	}
	why := ""
	switch {
	case grant == "client_credentials":
	case grant == "password" && s.options.Password != "":
		if form.Get("username") != s.Administrator() || form.Get("password") != s.options.Password {
			why = "authentication failure"
		}
	case strings.HasSuffix(grant, ":jwt-bearer") && s.options.Public != nil:
		why = s.verify(form.Get("assertion"), "http://"+r.Host)
	default:
		return tokenRefused("unsupported_grant_type", "grant type not supported")
	}
	if why != "" {
		return tokenRefused("invalid_grant", why)
	}
	return s.grant(r)
}

func (s *Server) grant(r request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.org[:15] + "!" + rand.Text()
	s.sessions[token] = s.admin
	instance := s.options.Instance
	if instance == "" {
		instance = "http://" + r.Host
		if r.TLS != nil {
			instance = "https://" + r.Host
		}
	}
	return answer(http.StatusOK, map[string]any{"access_token": token, "signature": "c2lnbmF0dXJl", "scope": "api", "instance_url": instance,
		"id": "https://login.salesforce.com/id/" + s.org + "/" + s.admin, "token_type": "Bearer", "issued_at": strconv.FormatInt(s.options.Now().UnixMilli(), 10)})
}

// verify checks an assertion (RFC 7523, RS256), or says what is wrong.
func (s *Server) verify(assertion, host string) string {
	parts := strings.Split(assertion, ".")
	var header struct{ Alg string }
	var claims struct {
		Iss, Sub, Aud string
		Exp           int64
	}
	if len(parts) != 3 || !decodePart(parts[0], &header) || !decodePart(parts[1], &claims) || header.Alg != "RS256" {
		return "invalid assertion"
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	left := time.Unix(claims.Exp, 0).Sub(s.options.Now())
	switch {
	case err != nil || rsa.VerifyPKCS1v15(s.options.Public, crypto.SHA256, sum[:], signature) != nil:
		return "invalid assertion"
	case claims.Aud != "https://login.salesforce.com" && claims.Aud != "https://test.salesforce.com" && claims.Aud != host:
		return "audience is invalid"
	case claims.Iss != s.options.ClientID:
		return "invalid client identifier"
	case left <= 0 || left > 5*time.Minute:
		return "expired authorization code"
	case claims.Sub != s.Administrator():
		return "user hasn't approved this consumer"
	}
	return ""
}

func decodePart(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, into) == nil
}

func (s *Server) authorize(r request) *refusal {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		return refuse(http.StatusUnauthorized, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.sessions[token] == "" {
		return refuse(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
	}
	return nil
}

// Revoke ends every session.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}
