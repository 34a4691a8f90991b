package wire

import (
	"net/http/httptest"
	"testing"
	"time"

	"usher/connectors/fakekit"
)

func TestC37TokenLifetime(t *testing.T) {
	for expires, life := range map[int]time.Duration{0: 15 * time.Minute, 3600: 59 * time.Minute, 60: 30 * time.Second} {
		tokens := &fakekit.TokenServer{ClientID: "usher", ClientSecret: "s3cret", ExpiresIn: expires}
		srv := httptest.NewServer(tokens)
		defer srv.Close()
		c := newClient(t, map[string]string{KeyBaseURL: srv.URL, keyAuthMode: authOAuth2, keyTokenURL: srv.URL, keyClientID: "usher", keyClientSecret: "s3cret", keyAllowPrivate: "true"})
		now := time.Now()
		c.tokens.now = func() time.Time { return now }
		step := func(d time.Duration, issued int) {
			t.Helper()
			now = now.Add(d)
			if err := c.EnsureToken(t.Context()); err != nil || tokens.Issued() != issued {
				t.Errorf("expires_in %d, after %v: %v, %d tokens, want %d", expires, d, err, tokens.Issued(), issued)
			}
		}
		step(0, 1)
		step(life-2*time.Second, 1)
		step(4*time.Second, 2)
	}
}
