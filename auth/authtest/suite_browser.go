package authtest

import (
	"fmt"
	"testing"
	"time"

	"usher/auth"
)

func browsers(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := newAdmin(t, s, "ada")
	ada, user := auth.Owner{AdminID: a.ID}, auth.Owner{UserID: a.ID}
	knows := func(what string, of auth.Owner, hash string, since time.Time, want bool) {
		t.Helper()
		got, err := s.KnowsBrowser(ctx, of, hash, since)
		must(t, err)
		same(t, what, got, want)
	}
	must(t, s.SaveBrowser(ctx, ada, "h1", base))
	must(t, s.SaveBrowser(ctx, ada, "h1", base.Add(time.Hour)))
	knows("saved twice", ada, "h1", base, true)
	knows("too long ago", ada, "h1", base.Add(time.Hour), false)
	knows("another kind of owner", user, "h1", base, false)
	knows("another browser", ada, "h2", base, false)
	for i := range auth.MostBrowsers {
		must(t, s.SaveBrowser(ctx, ada, fmt.Sprint("n", i), base.Add(time.Duration(2+i)*time.Hour)))
	}
	knows("the oldest of too many", ada, "h1", base, false)
	knows("the newest", ada, fmt.Sprint("n", auth.MostBrowsers-1), base, true)
	must(t, s.DeleteBrowsers(ctx, base.Add(3*time.Hour)))
	knows("deleted by age", ada, "n0", base, false)
	knows("not that old", ada, "n1", base, true)
	must(t, s.SetAdminPassword(ctx, a.ID, "$new", "", change(auth.ActionAdminPassword, a.ID)))
	knows("after a new password", ada, "n1", base, false)
}
