package db_test

import (
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
)

func (w *fixture) session(u directory.User, hash string) {
	w.t.Helper()
	w.must(w.CreateSession(ctx, auth.SessionRow{Hash: hash, Owner: auth.Owner{UserID: u.ID}, Values: "{}", CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(time.Hour)}))
}

func (w *fixture) open(hash string) bool {
	w.t.Helper()
	_, ok, err := w.LoadSession(ctx, hash)
	w.must(err)
	return ok
}

func TestUserSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u, bob := w.user("grace"), w.user("bob")
		w.session(bob, "bobs")
		ends := func(what string, act func() error, kept string) {
			t.Helper()
			w.session(u, "one")
			w.session(u, "two")
			w.must(act())
			for _, h := range []string{"one", "two"} {
				same(t, h+" after "+what, w.open(h), h == kept)
			}
			w.must(w.DeleteSessions(ctx, auth.Owner{UserID: u.ID}, ""))
		}
		edit := func(f func(*directory.User)) func() error {
			return func() error {
				now, err := w.User(ctx, u.ID)
				f(&now)
				if err == nil {
					_, err = w.UpdateUser(ctx, now, change(at.Add(time.Minute)))
				}
				return err
			}
		}
		ends("a password of their own", func() error { return w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$2"}, "two", change(at)) }, "two")
		ends("a password by the API", edit(func(u *directory.User) { u.PasswordHash = "$3" }), "")
		ends("being disabled", edit(func(u *directory.User) { u.Active = false }), "")
		w.must(edit(func(u *directory.User) { u.Active = true })())
		w.session(u, "edited")
		w.must(edit(func(u *directory.User) { u.Title = "Admiral" })())
		same(t, "a session after an edit", w.open("edited"), true)
		w.must(w.DeleteSession(ctx, "edited"))
		ends("being deleted", func() error { return w.DeleteUser(ctx, u.ID, change(at)) }, "")
		same(t, "somebody else's session", w.open("bobs"), true)
	})
}

func TestUserSessionsAreListed(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u, bob := w.user("grace"), w.user("bob")
		w.session(u, "one")
		w.session(u, "two")
		w.session(bob, "bobs")
		w.must(w.TouchSession(ctx, "one", at.Add(time.Minute)))
		list, err := w.ListSessions(ctx, auth.Owner{UserID: u.ID}, at.Add(-time.Hour), at, 10)
		w.must(err)
		if len(list) != 2 || list[0].Hash != "one" || list[0].Owner.UserID != u.ID {
			t.Errorf("listed: %+v", list)
		}
		n, err := w.CountSessions(ctx, auth.Owner{UserID: u.ID}, at, at)
		w.must(err)
		same(t, "used since", n, 1)
	})
}

func TestUserForSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("Grace")
		find := func(key string) string {
			t.Helper()
			u, _, err := w.UserForSignIn(ctx, key)
			w.must(err)
			return u.ID
		}
		same(t, "by name", find("grace"), u.ID)
		same(t, "by address", find("grace@example.com"), u.ID)
		same(t, "by another's address in other accents", find("gràce@example.com"), "")
		staged := person("staged")
		w.must(w.CreateUser(ctx, staged, change(at), at.Add(time.Minute)))
		same(t, "staged, by name", find("staged"), "")
		same(t, "staged, by address", find("staged@example.com"), "")
		twin := person("twin")
		twin.SetEmail("GRACE@example.com")
		w.must(w.CreateUser(ctx, twin, change(at), time.Time{}))
		same(t, "by an address that two have", find("grace@example.com"), "")
		same(t, "by name all the same", find("grace"), u.ID)
		w.must(w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$2", Verified: "Grace@example.com"}, "", change(at)))
		w.must(w.RehashUserPassword(ctx, u.ID, "$1", "$lost"))
		w.must(w.RehashUserPassword(ctx, u.ID, "$2", "$3"))
		got, ok, err := w.UserByID(ctx, u.ID)
		w.must(err)
		same(t, "found", ok, true)
		same(t, "hash", got.PasswordHash, "$3")
		same(t, "verified", got.VerifiedEmail, "Grace@example.com")
		wantCode(t, w.SetUserPassword(ctx, staged.ID, auth.NewPassword{Hash: "$"}, "", change(at)), directory.NotFound)
		w.must(w.DeleteUser(ctx, u.ID, change(at)))
		if _, ok, _ := w.UserByID(ctx, u.ID); ok {
			t.Error("a deleted user is found")
		}
	})
}
