package scim2

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"usher/connectors"
)

// authenticate prepares what every request to the API bears. None of it goes to the token URL.
func (k *connector) authenticate(c connectors.Config) error {
	switch k.authMode {
	case authBearer:
		k.credential = [2]string{"Authorization", "Bearer " + c.Secret(KeyToken)}
	case authBasic:
		pair := c.Text(KeyUsername) + ":" + c.Secret(KeyPassword)
		k.credential = [2]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
	case authAPIKey:
		name := http.CanonicalHeaderKey(c.Text(KeyAPIKeyHeader))
		if wrong := checkKeyHeader(name); wrong != "" {
			return cannotOpen(wrong, "Correct the header name in the connector's configuration.")
		}
		k.credential = [2]string{name, c.Secret(KeyAPIKey)}
	case authOAuth2:
		k.tokens = newTokens(c, k.client)
	case authMTLS:
		if _, err := keyPair(c); err != nil {
			return cannotOpen("The client certificate and its private key do not fit together, or cannot be read.", "Enter both again in the connector's configuration.")
		}
	}
	var err error
	if k.headers, err = parseHeaders(c.Secret(KeyHeaders)); err != nil {
		return cannotOpen("The extra headers cannot be used: "+err.Error(), "Correct them in the connector's configuration.")
	}
	k.keepSecret(c)
	return nil
}

// keepSecret notes what must not come back in an error, the longest first: one may be a part of another.
func (k *connector) keepSecret(c connectors.Config) {
	if _, v, ok := strings.Cut(k.credential[1], " "); ok && k.authMode != authAPIKey {
		k.secrets = append(k.secrets, v)
	}
	for _, s := range c.Secrets {
		k.secrets = append(k.secrets, s.Reveal())
	}
	for _, values := range k.headers {
		k.secrets = append(k.secrets, values...)
	}
	k.secrets = slices.DeleteFunc(k.secrets, func(s string) bool { return len(s) <= 3 })
	slices.SortFunc(k.secrets, func(a, b string) int { return len(b) - len(a) })
}

// scrub takes the connector's secrets, and others that go with one request, out of foreign words.
func (k *connector) scrub(s string, others ...string) string {
	for _, secret := range slices.Concat(others, k.secrets) {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[secret]")
		}
	}
	return s
}
