package db_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
)

func admin(name string) auth.Admin {
	return auth.Admin{ID: directory.NewID(), UserName: name, PasswordHash: "h", CreatedAt: at, PasswordAt: at}
}

func TestAdmins(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a := admin("Root")
		w.must(w.CreateAdmin(ctx, a, change(at)))
		wantCode(t, w.CreateAdmin(ctx, admin("rOOT"), change(at)), directory.Conflict)
		got, ok, err := w.AdminByName(ctx, "root")
		w.must(err)
		same(t, "found", ok, true)
		same(t, "admin", got, a)
		for _, h := range []string{"kept", "ended"} {
			w.must(w.CreateSession(ctx, auth.SessionRow{Hash: h, Owner: auth.Owner{AdminID: a.ID}, Values: "{}", CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(time.Hour)}))
		}
		w.must(w.SetAdminPassword(ctx, a.ID, "h2", "kept", change(at.Add(time.Minute))))
		for h, want := range map[string]bool{"kept": true, "ended": false} {
			_, ok, err := w.LoadSession(ctx, h)
			w.must(err)
			same(t, "session "+h, ok, want)
		}
		w.must(w.RehashAdminPassword(ctx, a.ID, "h", "wrong"))
		w.must(w.RehashAdminPassword(ctx, a.ID, "h2", "h3"))
		w.must(w.AdminSignedIn(ctx, a.ID, at.Add(time.Hour)))
		got, _, err = w.AdminByID(ctx, a.ID)
		w.must(err)
		same(t, "hash", got.PasswordHash, "h3")
		same(t, "password at", got.PasswordAt, at.Add(time.Minute))
		same(t, "signed in at", got.SignedInAt, at.Add(time.Hour))
		wantCode(t, w.SetAdminPassword(ctx, "nobody", "h", "", change(at)), directory.NotFound)
	})
}

func TestSetupHappensOnce(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.must(w.SaveSetupToken(ctx, "old"))
		w.must(w.SaveSetupToken(ctx, "token"))
		if err := w.CreateFirstAdmin(ctx, admin("x"), "old", change(at)); !errors.Is(err, auth.ErrSetupOver) {
			t.Errorf("an older token: %v", err)
		}
		var made atomic.Int32
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d"} {
			wg.Go(func() {
				switch err := w.CreateFirstAdmin(ctx, admin(name), "token", change(at)); {
				case err == nil:
					made.Add(1)
				case !errors.Is(err, auth.ErrSetupOver):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		same(t, "administrators made", made.Load(), 1)
		if err := w.SaveSetupToken(ctx, "again"); !errors.Is(err, auth.ErrSetupOver) {
			t.Errorf("a token after the set-up: %v", err)
		}
		h, err := w.SetupTokenHash(ctx)
		w.must(err)
		same(t, "token", h, "")
		all, err := w.ListAdmins(ctx)
		w.must(err)
		same(t, "administrators", len(all), 1)
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		s := auth.SessionRow{Hash: "h", Values: `{"a":1}`, CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(time.Hour)}
		w.must(w.CreateSession(ctx, s))
		got, ok, err := w.LoadSession(ctx, "h")
		w.must(err)
		same(t, "found", ok, true)
		same(t, "session", got, s)
		s.Values, s.SeenAt = `{}`, at.Add(time.Minute)
		ok, err = w.UpdateSession(ctx, s)
		w.must(err)
		same(t, "updated", ok, true)
		w.must(w.TouchSession(ctx, "h", at.Add(2*time.Minute)))
		w.must(w.DeleteExpiredSessions(ctx, at.Add(2*time.Minute), at.Add(time.Hour)))
		_, ok, err = w.LoadSession(ctx, "h")
		w.must(err)
		same(t, "still there", ok, true)
		w.must(w.DeleteExpiredSessions(ctx, at, at.Add(2*time.Hour)))
		ok, err = w.UpdateSession(ctx, s)
		w.must(err)
		same(t, "an ended session came back", ok, false)

		a := admin("root")
		w.must(w.CreateAdmin(ctx, a, change(at)))
		for _, h := range []string{"1", "2", "3"} {
			s.Hash, s.Owner = h, auth.Owner{AdminID: a.ID}
			w.must(w.CreateSession(ctx, s))
		}
		w.must(w.DeleteSession(ctx, "3"))
		n, err := w.CountSessions(ctx, auth.Owner{AdminID: a.ID}, at, at)
		w.must(err)
		same(t, "sessions", n, 2)
		w.must(w.DeleteSessions(ctx, auth.Owner{AdminID: a.ID}, "2"))
		n, err = w.CountSessions(ctx, auth.Owner{AdminID: a.ID}, at, at)
		w.must(err)
		same(t, "sessions but one", n, 1)
	})
}

func TestThrottle(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		one, two := auth.Failures{Count: 1, LastAt: at}, auth.Failures{Count: 2, LastAt: at.Add(time.Second)}
		for i, c := range []struct {
			old, next auth.Failures
			want      bool
		}{{auth.Failures{}, one, true}, {auth.Failures{}, one, false}, {two, one, false}, {one, two, true}, {auth.Failures{}, auth.Failures{}, false}, {two, auth.Failures{}, true}} {
			ok, err := w.SwapSignInFailures(ctx, "k", c.old, c.next)
			w.must(err)
			if ok != c.want {
				t.Errorf("swap %d: %v", i, ok)
			}
		}
		_, err := w.SwapSignInFailures(ctx, "k", auth.Failures{}, one)
		w.must(err)
		w.must(w.DeleteSignInFailures(ctx, at))
		f, err := w.SignInFailures(ctx, "k")
		w.must(err)
		same(t, "failures", f, one)
		w.must(w.DeleteSignInFailures(ctx, at.Add(time.Second)))
		w.must(w.ClearSignInFailures(ctx, "k"))
		f, err = w.SignInFailures(ctx, "k")
		w.must(err)
		same(t, "failures", f, auth.Failures{})
	})
}

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a := auth.Token{ID: directory.NewID(), Name: "okta", Hash: "h", Scopes: []auth.Scope{auth.ScopeSCIM}, CreatedBy: "root", CreatedAt: at}
		w.must(w.CreateToken(ctx, a, change(at)))
		w.must(w.TouchToken(ctx, a.ID, at))
		got, ok, err := w.TokenByHash(ctx, "h")
		w.must(err)
		same(t, "found", ok, true)
		same(t, "scope", got.Scopes[0], auth.ScopeSCIM)
		same(t, "used", got.LastUsedAt, at)
		all, err := w.ListTokens(ctx, auth.TokenFilter{Limit: 10})
		w.must(err)
		same(t, "tokens", len(all), 1)
		w.must(w.DeleteToken(ctx, "", a.ID, change(at)))
		wantCode(t, w.DeleteToken(ctx, "", a.ID, change(at)), directory.NotFound)
		_, ok, err = w.TokenByHash(ctx, "h")
		w.must(err)
		same(t, "found after delete", ok, false)
	})
}

// What is not text is the name of nothing, on both engines: a made-up address answers 404 and not 500.
func TestWhatIsNotTextIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, id := range []string{"a\x00b", "a\xffb"} {
			wantCode(t, w.DeleteToken(ctx, "", id, change(at)), directory.NotFound)
			wantCode(t, w.RetryAccount(ctx, w.connector.ID, id, "", change(at)), directory.NotFound)
			left, err := w.Memberships(ctx, id)
			w.must(err)
			same(t, "memberships", len(left), 0)
		}
	})
}
