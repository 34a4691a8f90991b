package wire

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"usher/connectors"
)

// authenticate prepares what every request to the API bears. None of it goes to the token URL.
func (c *Client) authenticate(settings connectors.Config) error {
	switch c.authMode {
	case authBearer:
		c.credential = [2]string{"Authorization", "Bearer " + settings.Secret(keyToken)}
	case authBasic:
		pair := settings.Text(keyUsername) + ":" + settings.Secret(keyPassword)
		c.credential = [2]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
	case authAPIKey:
		name := http.CanonicalHeaderKey(settings.Text(keyAPIKeyHeader))
		if wrong := checkKeyHeader(name); wrong != "" {
			return cannotOpen(wrong, "Correct the header name in the connector's configuration.")
		}
		c.credential = [2]string{name, settings.Secret(keyAPIKey)}
	case authOAuth2:
		c.tokens = newTokens(settings, c.http)
	case authMTLS:
		if _, err := keyPair(settings); err != nil {
			return cannotOpen("The client certificate and its private key do not fit together, or cannot be read.", "Enter both again in the connector's configuration.")
		}
	}
	var err error
	if c.headers, err = parseHeaders(settings.Secret(keyHeaders)); err != nil {
		return cannotOpen("The extra headers cannot be used: "+err.Error(), "Correct them in the connector's configuration.")
	}
	c.keepSecret(settings)
	return nil
}

// signInRemedy is for credentials that are refused.
func (c *Client) signInRemedy() string {
	switch c.authMode {
	case authBasic:
		return "The target refused the user name and password. Enter them again in the connector's configuration."
	case authAPIKey:
		return "The target refused the API key. Enter a new one, and check the header's name, in the connector's configuration."
	case authNone:
		return "The target wants credentials. Choose how to authenticate in the connector's configuration."
	}
	return "The target refused the token; it may have expired. Make a new one at the target and enter it in the connector's configuration."
}

// TokenEnd is when the bearer token ends, as it says itself (RFC 7519 §4.1.4). It is read, not verified; ok is false for
// another way to sign in, and for a token that does not say.
func (c *Client) TokenEnd() (end time.Time, ok bool) {
	_, token, _ := strings.Cut(c.credential[1], " ")
	parts := strings.Split(token, ".")
	if c.authMode != authBearer || len(parts) != 3 {
		return end, false
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 {
		return end, false
	}
	return time.Unix(int64(claims.Exp), 0).UTC(), true
}
