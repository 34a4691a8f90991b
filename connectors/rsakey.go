package connectors

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
)

// Errors of ParseRSAKey that have a cause of their own. Any other means that the key cannot be read.
var (
	ErrNotPEM = errors.New("the text is no PEM block, or more than one")
	ErrNotRSA = errors.New("the key is no RSA key")
)

// ParseRSAKey reads a private key that signs sign-ins: one PEM block in PKCS #1 (RFC 8017) or PKCS #8 (RFC 5958) that is not
// encrypted. No error holds a part of the key.
func ParseRSAKey(text string) (*rsa.PrivateKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, ErrNotPEM
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the key is damaged or encrypted")
	}
	if rsaKey, ok := key.(*rsa.PrivateKey); ok {
		return rsaKey, nil
	}
	return nil, ErrNotRSA
}
