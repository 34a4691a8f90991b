package salesforcefake

import (
	"net/http"
	"strconv"
	"time"

	"usher/connectors/fakekit"
)

func tokenRefused(code, description string) reply {
	return fakekit.TokenRefused(http.StatusBadRequest, code, description)
}

// token is POST /services/oauth2/token.
func (s *Server) token(r request) reply {
	form, ok := fakekit.TokenForm(r.Call)
	if !ok {
		return tokenRefused("invalid_request", "the request is no form")
	}
	grant := form.Get("grant_type")
	if grant != fakekit.JWTBearer {
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
	case grant == fakekit.JWTBearer && s.options.Public != nil:
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
	token := s.sessions.Issue(s.org[:15]+"!", s.admin)
	instance := s.options.Instance
	if instance == "" {
		instance = "http://" + r.Host
		if r.TLS != nil {
			instance = "https://" + r.Host
		}
	}
	return fakekit.Answer(http.StatusOK, map[string]any{"access_token": token, "signature": "c2lnbmF0dXJl", "scope": "api", "instance_url": instance,
		"id": "https://login.salesforce.com/id/" + s.org + "/" + s.admin, "token_type": "Bearer", "issued_at": strconv.FormatInt(s.options.Now().UnixMilli(), 10)})
}

// verify checks an assertion (RFC 7523), or says what is wrong.
func (s *Server) verify(assertion, host string) string {
	var claims struct {
		Iss string `json:"iss"`
		Sub string `json:"sub"`
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
	}
	signed, ok := fakekit.ReadAssertion(assertion, &claims)
	left := time.Unix(claims.Exp, 0).Sub(s.options.Now())
	switch {
	case !ok || !signed.SignedBy(s.options.Public):
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

func (s *Server) authorize(r request) *refusal {
	token := fakekit.Bearer(r.Request)
	if token == "" {
		return refuse(http.StatusUnauthorized, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
	}
	if _, ok := s.sessions.Of(token); !ok {
		return refuse(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
	}
	return nil
}

// Revoke ends every session.
func (s *Server) Revoke() { s.sessions.Revoke() }
