package salesforce

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"usher/connectors"
)

// assertionLife is how long an assertion may be used; Salesforce takes no more than a few minutes.
const assertionLife = 3 * time.Minute

// assertion is a signed JWT (RFC 7523 §3, RS256) that asks for a session of the user. Its audience is one text and no list.
func assertion(key *rsa.PrivateKey, issuer, user, audience string, now time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	signed, err := jwt.Signed(signer).Claims(map[string]any{"iss": issuer, "sub": user, "aud": audience, "exp": now.Add(assertionLife).Unix()}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	return signed, nil
}

// parseKey reads an RSA key, or says in words what is wrong with it; the words never hold a part of it.
func parseKey(text string) (*rsa.PrivateKey, string) {
	key, err := connectors.ParseRSAKey(text)
	switch {
	case errors.Is(err, connectors.ErrNotPEM):
		return nil, "This is not a private key. Paste the whole PEM file, from -----BEGIN to -----END."
	case errors.Is(err, connectors.ErrNotRSA):
		return nil, "Salesforce takes RSA keys only. Make an RSA key and upload its certificate."
	case err != nil:
		return nil, "The private key cannot be read. Paste an RSA key that is not encrypted."
	}
	return key, ""
}

func checkKey(v string) string {
	_, wrong := parseKey(v)
	return wrong
}
