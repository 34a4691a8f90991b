package scim2

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"

	"usher/connectors"
)

// clientOptions leaves out a certificate that cannot be used; open says so.
func clientOptions(c connectors.Config) connectors.ClientOptions {
	o := connectors.ClientOptions{AllowPrivate: c.On(KeyAllowPrivate), AllowHTTP: c.On(KeyAllowPrivate)}
	if text := c.Text(KeyRoots); text != "" {
		o.Roots = x509.NewCertPool()
		o.Roots.AppendCertsFromPEM([]byte(text))
	}
	if c.Text(KeyAuthMode) == authMTLS {
		if pair, err := keyPair(c); err == nil {
			o.Certificates = []tls.Certificate{pair}
		}
	}
	return o
}

func keyPair(c connectors.Config) (tls.Certificate, error) {
	return tls.X509KeyPair([]byte(c.Text(KeyClientCert)), []byte(c.Secret(KeyClientKey)))
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

// parseHeaders reads "Name: value", one a line. Its error is in words, and names no value.
func parseHeaders(text string) (http.Header, error) {
	h := http.Header{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || value == "" || !validHeaderName(name):
			return nil, fmt.Errorf("Line %d is not a header such as X-Tenant: acme.", i+1) //nolint:staticcheck // shown to people as it is
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, fmt.Errorf("The value in line %d has characters that no header may have.", i+1) //nolint:staticcheck // shown to people as it is
		case ownHeader(name):
			return nil, fmt.Errorf("Usher sets the header %s itself. Leave line %d out.", name, i+1) //nolint:staticcheck // shown to people as it is
		}
		h.Add(name, value)
	}
	return h, nil
}

// ownHeader knows the headers that belong to one connection (RFC 9110 §7.6.1), that say who is asked for and by whom,
// and that describe the body: a wrong one would send a request somewhere else or make it another.
func ownHeader(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
		"Authorization", "Host", "Accept", "Accept-Encoding", "If-Match", "If-None-Match":
		return true
	}
	return strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "Content-")
}

// checkKeyHeader allows Authorization, which some services want with a bare key.
func checkKeyHeader(v string) string {
	name := http.CanonicalHeaderKey(v)
	switch {
	case !validHeaderName(name):
		return "Enter the name of a header, such as X-API-Key, without spaces or a colon."
	case ownHeader(name) && name != "Authorization", name == "User-Agent":
		return "Usher sets the header " + name + " itself. Enter the one in which the target wants the key."
	}
	return ""
}

func checkHeaders(v string) string {
	if _, err := parseHeaders(v); err != nil {
		return err.Error()
	}
	return ""
}
