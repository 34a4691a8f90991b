package db_test

import (
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
)

func TestPersonalTokenOfUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("grace")
		tok := auth.Token{ID: directory.NewID(), Name: "script", UserID: u.ID, Hash: "h", Scopes: []auth.Scope{auth.ScopeSCIM}, CreatedBy: "grace",
			CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
		w.must(w.CreateToken(ctx, tok, change(at)))
		got, _, err := w.TokenByHash(ctx, "h")
		w.must(err)
		same(t, "owner", got.UserID, u.ID)
		same(t, "expiry", got.ExpiresAt, tok.ExpiresAt)
		for filter, want := range map[auth.TokenFilter]int{{Limit: 5}: 0, {Limit: 5, UserID: u.ID}: 1, {Limit: 5, UserID: u.ID, Before: tok.ID}: 0} {
			list, err := w.ListTokens(ctx, filter)
			w.must(err)
			if len(list) != want {
				t.Errorf("%+v lists %d", filter, len(list))
			}
		}
		for _, owner := range []string{"", "somebody"} {
			wantCode(t, w.DeleteToken(ctx, owner, tok.ID, change(at)), directory.NotFound)
		}
		tok.ID, tok.Hash, tok.UserID = directory.NewID(), "h2", "nobody"
		wantCode(t, w.CreateToken(ctx, tok, change(at)), directory.NotFound)

		_, err = writer(w).Exec(`DELETE FROM accounts`)
		w.must(err)
		_, err = writer(w).Exec(`DELETE FROM users WHERE id = $1`, u.ID)
		w.must(err)
		_, ok, err := w.TokenByHash(ctx, "h")
		w.must(err)
		same(t, "token of a user who is gone", ok, false)
	})
}

// Whoever takes an account back, which keeps no session, also takes it from programs that could set its password again.
func TestRecoveryRevokesPersonalTokens(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u, bob := w.user("grace"), w.user("bob")
		for hash, owner := range map[string]string{"graces": u.ID, "bobs": bob.ID, "application": ""} {
			w.must(w.CreateToken(ctx, auth.Token{ID: directory.NewID(), Name: "script", UserID: owner, Hash: hash,
				Scopes: []auth.Scope{auth.ScopeSCIM}, CreatedBy: "x", CreatedAt: at}, change(at)))
		}
		there := func(what string, want bool) {
			t.Helper()
			for _, hash := range []string{"graces", "bobs", "application"} {
				_, ok, err := w.TokenByHash(ctx, hash)
				w.must(err)
				same(t, hash+" after "+what, ok, want || hash != "graces")
			}
		}
		w.must(w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$2"}, "kept", change(at)))
		there("a change of their own", true)
		w.must(w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$3"}, "", change(at)))
		there("a recovery", false)
	})
}
