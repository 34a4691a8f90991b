package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/scim2/scim2fake"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, der := sign(t, nil, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key, block("CERTIFICATE", der)}
}

func sign(t *testing.T, by *authority, c *x509.Certificate) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := c, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// leaf is a certificate and its key in PEM.
func (a authority) leaf(t *testing.T, usage x509.ExtKeyUsage) (cert, key string) {
	t.Helper()
	k, der := sign(t, &a, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{usage}, KeyUsage: x509.KeyUsageDigitalSignature})
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", raw)
}

// secure is the fake behind TLS that asks for a certificate of the authority.
func secure(t *testing.T, a authority) string {
	t.Helper()
	cert, key := a.leaf(t, x509.ExtKeyUsageServerAuth)
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	srv := httptest.NewUnstartedServer(scim2fake.New(scim2fake.Options{}))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.URL + scim2fake.Prefix
}

// list asks for the list of users.
func list(t *testing.T, input map[string]string) error {
	t.Helper()
	c := newClient(t, input)
	a, err := c.Send(t.Context(), Call{Op: connectors.OpFind, Method: http.MethodGet, URL: c.Users})
	if err == nil && !a.OK() {
		err = c.Failure(a)
	}
	return err
}

func TestClientCertificate(t *testing.T) {
	good, other := newAuthority(t), newAuthority(t)
	base := secure(t, good)
	cert, key := good.leaf(t, x509.ExtKeyUsageClientAuth)
	input := map[string]string{KeyBaseURL: base, keyAuthMode: authMTLS, keyClientCert: cert, keyClientKey: key, keyRoots: good.pem, keyAllowPrivate: "true"}
	if err := list(t, input); err != nil {
		t.Errorf("with the right certificate: %v", err)
	}
	input[keyClientCert], input[keyClientKey] = other.leaf(t, x509.ExtKeyUsageClientAuth)
	if e := want(t, list(t, input), connectors.Denied); !strings.Contains(e.Remedy, "client certificate") {
		t.Errorf("with another's certificate: %+v", e)
	}
	want(t, list(t, map[string]string{KeyBaseURL: base, keyAuthMode: authNone, keyRoots: good.pem, keyAllowPrivate: "true"}), connectors.Denied)
	input[keyRoots] = other.pem
	want(t, list(t, input), connectors.Misconfigured)
	input[keyClientKey] = key
	_, err := NewClient(settingsOf(t, input), nil, "")
	want(t, err, connectors.Misconfigured)
}

func TestCertificatesAreCheckedAsTheyAreTyped(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.leaf(t, x509.ExtKeyUsageClientAuth)
	if checkCertificates(cert+a.pem) != "" || checkKey(key) != "" {
		t.Error("the right ones are refused")
	}
	for _, bad := range []string{"x", key, cert + "rest", cert + key, block("CERTIFICATE", []byte("no"))} {
		if checkCertificates(bad) == "" {
			t.Errorf("%.40q is taken for certificates", bad)
		}
	}
	for _, bad := range []string{"x", cert, key + key, block("ENCRYPTED PRIVATE KEY", []byte("no"))} {
		if msg := checkKey(bad); msg == "" || strings.Contains(msg, bad) {
			t.Errorf("%.40q: %q", bad, msg)
		}
	}
}
