package connectors

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

func TestParseRSAKey(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	pkcs8 := func(key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return block("PRIVATE KEY", der)
	}
	pkcs1 := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	for name, good := range map[string]string{"PKCS #1": pkcs1, "PKCS #8": pkcs8(key), "space around": "\n" + strings.TrimSpace(pkcs1) + " \n"} {
		if got, err := ParseRSAKey(good); err != nil || !got.Equal(key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty": {"", ErrNotPEM}, "words": {"hello", ErrNotPEM}, "two keys": {pkcs1 + pkcs1, ErrNotPEM}, "words behind": {pkcs1 + "hello", ErrNotPEM},
		"another kind": {pkcs8(other), ErrNotRSA}, "damaged": {strings.Replace(pkcs1, "MII", "AAA", 1), nil}, "encrypted": {block("ENCRYPTED PRIVATE KEY", []byte("x")), nil},
	} {
		got, err := ParseRSAKey(c.text)
		if got != nil || err == nil || c.want != nil && !errors.Is(err, c.want) || strings.Contains(err.Error(), "MII") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
