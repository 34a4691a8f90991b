package salesforce

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// assertionLife is how long an assertion may be used; Salesforce takes no more than a few minutes.
const assertionLife = 3 * time.Minute

// assertion is a signed JWT (RFC 7523 §3, RS256) that asks for a session of the user.
func assertion(key *rsa.PrivateKey, issuer, user, audience string, now time.Time) (string, error) {
	claims, err := json.Marshal(map[string]any{"iss": issuer, "sub": user, "aud": audience, "exp": now.Add(assertionLife).Unix()})
	if err != nil {
		return "", fmt.Errorf("write the assertion: %w", err)
	}
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	return text + "." + enc.EncodeToString(signature), nil
}

// parseKey reads an RSA key, or says in words what is wrong with it; the words never hold a part of it.
func parseKey(text string) (*rsa.PrivateKey, string) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, "This is not a private key. Paste the whole PEM file, from -----BEGIN to -----END."
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, ""
	}
	any8, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, "The private key cannot be read. Paste an RSA key that is not encrypted."
	}
	key, ok := any8.(*rsa.PrivateKey)
	if !ok {
		return nil, "Salesforce takes RSA keys only. Make an RSA key and upload its certificate."
	}
	return key, ""
}

func checkKey(v string) string {
	_, wrong := parseKey(v)
	return wrong
}
