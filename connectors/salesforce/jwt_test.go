package salesforce

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"usher/connectors/fakekit"
)

// The signature is checked by hand: the fake reads it with the same library.
func TestAssertion(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	text, err := assertion(fakekit.Key(), "consumer", "admin@example.com", "https://login.salesforce.com", now)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	decode := func(part string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for i, want := range []map[string]any{
		{"alg": "RS256", "typ": "JWT"},
		{"iss": "consumer", "sub": "admin@example.com", "aud": "https://login.salesforce.com", "exp": 1_800_000_180.0},
	} {
		got := map[string]any{}
		if err := json.Unmarshal(decode(parts[i]), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("part %d is %v, %v", i, got, err)
		}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&fakekit.Key().PublicKey, crypto.SHA256, sum[:], decode(parts[2])); err != nil {
		t.Error(err)
	}
}
