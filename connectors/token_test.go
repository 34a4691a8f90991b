package connectors

import (
	"testing"

	"usher/directory"
)

// TestTokensAsTheyAreCopied: with the words that stand before them in a header. A password may begin with them.
func TestTokensAsTheyAreCopied(t *testing.T) {
	fields := []Field{{Key: "token", Type: Password}, {Key: "password", Type: Password}}
	for typed, want := range map[string]string{"t0ken": "t0ken", "Bearer t0ken": "t0ken", " bearer  t0ken ": "t0ken", "Authorization: Bearer t0ken": "t0ken", "Bearer": "Bearer", "bearer-1": "bearer-1"} {
		s, _ := Read(fields, map[string]string{"token": typed, "password": "Bearer x"}, directory.Settings{})
		if got := s.Secrets["token"].Reveal(); got != want {
			t.Errorf("%q is kept as %q", typed, got)
		}
		if got := s.Secrets["password"].Reveal(); got != "Bearer x" {
			t.Errorf("the password is kept as %q", got)
		}
	}
}
