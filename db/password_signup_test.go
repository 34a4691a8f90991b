package db_test

import (
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

func TestPasswordOfASignUp(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		sealed := func(token string) (text string) {
			t.Helper()
			w.must(writer(w).QueryRow(`SELECT password_sealed FROM registrations WHERE token_hash = $1`, token).Scan(&text))
			return text
		}
		save := func(token string) signUp {
			t.Helper()
			r := registration(token, token+"@example.com")
			r.Password = clear
			w.must(w.SaveRegistration(ctx, r, mailTo(r.Form.Email)))
			got, _, err := w.Registration(ctx, token, at)
			w.must(err)
			return signUp{got.Password, sealed(token)}
		}
		same(t, "kept when nobody would be sent it", save("t1"), signUp{})
		w.sends(connectors.PasswordSend)
		kept := save("t2")
		same(t, "password", kept.clear, clear)
		if strings.Contains(kept.sealed, clear.Reveal()) || !strings.HasPrefix(kept.sealed, "v1:") {
			t.Errorf("not sealed: %q", kept.sealed)
		}
		w.sends(connectors.PasswordNone)
		same(t, "kept when nobody would be sent it any more", sealed("t2"), "")
		w.sends(connectors.PasswordSend)
		save("t3")
		n, err := w.WipePasswords(ctx, at.Add(time.Second))
		w.must(err)
		same(t, "wiped", n, 1)
		same(t, "kept when it is too old", sealed("t3"), "")
	})
}

// signUp is what a registration keeps of its password.
type signUp struct {
	clear  directory.Secret
	sealed string
}
