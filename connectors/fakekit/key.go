package fakekit

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"
)

// Key is the key that clients of fakes sign their assertions with: one for the whole process, made when it is first asked
// for, because that takes longer than most tests.
func Key() *rsa.PrivateKey { return key() }

var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the random source never fails
	}
	return k
})

// PEM is a private key as people paste it: PKCS #8 (RFC 5958).
func PEM(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err) // every RSA key can be written
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
