package wire

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"usher/connectors"
)

// ClientOptions are those of the HTTP client that NewClient gets. A certificate that cannot be used is left out; NewClient
// says so.
func ClientOptions(c connectors.Config) connectors.ClientOptions {
	o := connectors.ClientOptions{AllowPrivate: c.On(keyAllowPrivate), AllowHTTP: c.On(keyAllowPrivate)}
	if text := c.Text(keyRoots); text != "" {
		o.Roots = x509.NewCertPool()
		o.Roots.AppendCertsFromPEM([]byte(text))
	}
	if c.Text(keyAuthMode) == authMTLS {
		if pair, err := keyPair(c); err == nil {
			o.Certificates = []tls.Certificate{pair}
		}
	}
	return o
}

func keyPair(c connectors.Config) (tls.Certificate, error) {
	return tls.X509KeyPair([]byte(c.Text(keyClientCert)), []byte(c.Secret(keyClientKey)))
}

// checkCertificates reads one or more certificates in PEM.
func checkCertificates(v string) string {
	const wrong = "Enter one or more certificates in PEM, from -----BEGIN CERTIFICATE----- on."
	rest, n := []byte(v), 0
	for {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type != "CERTIFICATE" {
			return fmt.Sprintf("There is a %q among the certificates. Leave it out.", strings.ToLower(b.Type))
		}
		if _, err := x509.ParseCertificate(b.Bytes); err != nil {
			return "A certificate cannot be read: " + err.Error()
		}
		n++
	}
	if n == 0 || strings.TrimSpace(string(rest)) != "" {
		return wrong
	}
	return ""
}

// checkKey says nothing about the key but that it is none.
func checkKey(v string) string {
	b, rest := pem.Decode([]byte(v))
	switch {
	case b == nil || !strings.HasSuffix(b.Type, "PRIVATE KEY") || len(strings.TrimSpace(string(rest))) > 0:
		return "Enter one private key in PEM, from -----BEGIN PRIVATE KEY----- on."
	case strings.Contains(b.Type, "ENCRYPTED") || b.Headers["DEK-Info"] != "":
		return "The private key has a pass phrase. Enter it without one; it is kept sealed."
	}
	return ""
}
