package authtest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"usher/auth"
	"usher/directory"
)

// Run checks a store against the contract of auth.Store; open gives a new, empty one.
func Run(t *testing.T, open func(t *testing.T) auth.Store) {
	for name, check := range map[string]func(*testing.T, auth.Store){
		"admins": admins, "setup": setup, "setup race": setupRace, "sessions": sessions,
		"expired sessions": expiredSessions, "password ends sessions": passwordEndsSessions,
		"failures": failures, "failures race": failuresRace, "browsers": browsers, "tokens": tokens,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

var base = time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC)

func id() string { return uuid.Must(uuid.NewV7()).String() }

func change(action, target string) directory.Change {
	return directory.Change{ID: id(), At: base, Actor: directory.Actor{Kind: directory.ByCLI}, Action: action, Target: target}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: got %+v, want %+v", what, got, want)
	}
}

func newAdmin(t *testing.T, s auth.Store, name string) auth.Admin {
	t.Helper()
	a := auth.Admin{ID: id(), UserName: name, PasswordHash: "$one", CreatedAt: base, PasswordAt: base}
	must(t, s.CreateAdmin(t.Context(), a, change(auth.ActionAdminCreate, a.ID)))
	return a
}

func admins(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := newAdmin(t, s, "Ünal")
	got, ok, err := s.AdminByName(ctx, directory.Key("üNAL"))
	must(t, err)
	same(t, "by name", got, a)
	same(t, "found", ok, true)
	if _, ok, err := s.AdminByID(ctx, id()); ok || err != nil {
		t.Fatalf("an unknown ID was found: %v %v", ok, err)
	}
	err = s.CreateAdmin(ctx, auth.Admin{ID: id(), UserName: "ÜNAL", PasswordHash: "x", CreatedAt: base, PasswordAt: base}, change(auth.ActionAdminCreate, ""))
	e, isOurs := errors.AsType[*directory.Error](err)
	if !isOurs || e.Code != directory.Conflict || e.Fields["user_name"] == "" {
		t.Fatalf("a taken name: %v", err)
	}
	must(t, s.RehashAdminPassword(ctx, a.ID, "$other", "$lost"))
	must(t, s.RehashAdminPassword(ctx, a.ID, "$one", "$two"))
	must(t, s.AdminSignedIn(ctx, a.ID, base.Add(time.Hour)))
	a.PasswordHash, a.SignedInAt = "$two", base.Add(time.Hour)
	list, err := s.ListAdmins(ctx)
	must(t, err)
	same(t, "list", list, []auth.Admin{a})
	if err := s.SetAdminPassword(ctx, id(), "x", "", change(auth.ActionAdminPassword, "")); directory.CodeOf(err) != directory.NotFound {
		t.Fatalf("the password of nobody: %v", err)
	}
}

func setup(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := auth.Admin{ID: id(), UserName: "ada", PasswordHash: "$", CreatedAt: base, PasswordAt: base}
	c := change(auth.ActionAdminCreate, a.ID)
	if err := s.CreateFirstAdmin(ctx, a, "", c); !errors.Is(err, auth.ErrSetupOver) {
		t.Fatalf("without any token: %v", err)
	}
	must(t, s.SaveSetupToken(ctx, "first"))
	must(t, s.SaveSetupToken(ctx, "second"))
	if err := s.CreateFirstAdmin(ctx, a, "first", c); !errors.Is(err, auth.ErrSetupOver) {
		t.Fatalf("with a replaced token: %v", err)
	}
	must(t, s.CreateFirstAdmin(ctx, a, "second", c))
	has, err := s.HasAdmin(ctx)
	must(t, err)
	same(t, "has an administrator", has, true)
	h, err := s.SetupTokenHash(ctx)
	must(t, err)
	same(t, "token left", h, "")
	if err := s.SaveSetupToken(ctx, "third"); !errors.Is(err, auth.ErrSetupOver) {
		t.Fatalf("a token beside an administrator: %v", err)
	}
}

func setupRace(t *testing.T, s auth.Store) {
	must(t, s.SaveSetupToken(t.Context(), "h"))
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			a := auth.Admin{ID: id(), UserName: fmt.Sprint("a", i), PasswordHash: "$", CreatedAt: base, PasswordAt: base}
			switch err := s.CreateFirstAdmin(t.Context(), a, "h", change(auth.ActionAdminCreate, a.ID)); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, auth.ErrSetupOver):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := s.ListAdmins(t.Context())
	must(t, err)
	same(t, "winners", won.Load(), 1)
	same(t, "administrators", len(list), 1)
}

func sessions(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := newAdmin(t, s, "ada")
	row := auth.SessionRow{Hash: "h1", Owner: auth.Owner{AdminID: a.ID}, Values: `{"a":1}`, CreatedAt: base, SeenAt: base, ExpiresAt: base.Add(time.Hour)}
	must(t, s.CreateSession(ctx, row))
	next := row
	next.Values, next.SeenAt, next.ExpiresAt = `{"a":2}`, base.Add(time.Minute), base.Add(9*time.Hour)
	kept, err := s.UpdateSession(ctx, next)
	must(t, err)
	same(t, "updated", kept, true)
	next.ExpiresAt = row.ExpiresAt
	got, ok, err := s.LoadSession(ctx, "h1")
	must(t, err)
	same(t, "found", ok, true)
	same(t, "the absolute end does not move", got, next)
	must(t, s.TouchSession(ctx, "h1", base.Add(2*time.Minute)))
	n, err := s.CountSessions(ctx, auth.Owner{AdminID: a.ID}, base.Add(time.Minute), base)
	must(t, err)
	same(t, "counted", n, 1)
	must(t, s.DeleteSession(ctx, "h1"))
	kept, err = s.UpdateSession(ctx, next)
	must(t, err)
	same(t, "an ended session stays ended", kept, false)
	_, ok, err = s.LoadSession(ctx, "h1")
	must(t, err)
	same(t, "found after the end", ok, false)
}

func expiredSessions(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := newAdmin(t, s, "ada")
	for hash, ends := range map[string][2]time.Duration{"idle": {-time.Hour, time.Hour}, "over": {0, -time.Hour}, "live": {0, time.Hour}} {
		must(t, s.CreateSession(ctx, auth.SessionRow{Hash: hash, Owner: auth.Owner{AdminID: a.ID}, Values: "{}", CreatedAt: base,
			SeenAt: base.Add(ends[0]), ExpiresAt: base.Add(ends[1])}))
	}
	must(t, s.DeleteExpiredSessions(ctx, base.Add(-time.Minute), base))
	for hash, want := range map[string]bool{"idle": false, "over": false, "live": true} {
		_, ok, err := s.LoadSession(ctx, hash)
		must(t, err)
		same(t, hash, ok, want)
	}
}

func passwordEndsSessions(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a, b := newAdmin(t, s, "ada"), newAdmin(t, s, "bob")
	for hash, admin := range map[string]auth.Admin{"keep": a, "other": a, "bobs": b} {
		must(t, s.CreateSession(ctx, auth.SessionRow{Hash: hash, Owner: auth.Owner{AdminID: admin.ID}, Values: "{}", CreatedAt: base, SeenAt: base, ExpiresAt: base.Add(time.Hour)}))
	}
	must(t, s.SetAdminPassword(ctx, a.ID, "$new", "keep", change(auth.ActionAdminPassword, a.ID)))
	got, _, err := s.AdminByID(ctx, a.ID)
	must(t, err)
	same(t, "hash", got.PasswordHash, "$new")
	for hash, want := range map[string]bool{"keep": true, "other": false, "bobs": true} {
		_, ok, err := s.LoadSession(ctx, hash)
		must(t, err)
		same(t, hash, ok, want)
	}
	must(t, s.DeleteSessions(ctx, auth.Owner{AdminID: a.ID}, ""))
	_, ok, err := s.LoadSession(ctx, "keep")
	must(t, err)
	same(t, "kept after sign-out everywhere", ok, false)
}

func failures(t *testing.T, s auth.Store) {
	ctx := t.Context()
	one, two := auth.Failures{Count: 1, LastAt: base}, auth.Failures{Count: 2, LastAt: base.Add(time.Second)}
	for i, step := range []struct {
		old, next auth.Failures
		want      bool
	}{{one, two, false}, {auth.Failures{}, one, true}, {auth.Failures{}, one, false}, {one, two, true}, {one, two, false}} {
		won, err := s.SwapSignInFailures(ctx, "ada", step.old, step.next)
		must(t, err)
		same(t, fmt.Sprint("swap ", i), won, step.want)
	}
	f, err := s.SignInFailures(ctx, "ada")
	must(t, err)
	same(t, "stored", f, two)
	must(t, s.DeleteSignInFailures(ctx, base))
	f, err = s.SignInFailures(ctx, "ada")
	must(t, err)
	same(t, "still there", f, two)
	must(t, s.DeleteSignInFailures(ctx, base.Add(time.Hour)))
	f, err = s.SignInFailures(ctx, "ada")
	must(t, err)
	same(t, "forgotten", f, auth.Failures{})
	_, err = s.SwapSignInFailures(ctx, "ada", f, one)
	must(t, err)
	must(t, s.ClearSignInFailures(ctx, "ada"))
	f, err = s.SignInFailures(ctx, "ada")
	must(t, err)
	same(t, "cleared", f, auth.Failures{})
}

func failuresRace(t *testing.T, s auth.Store) {
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ok, err := s.SwapSignInFailures(t.Context(), "ada", auth.Failures{}, auth.Failures{Count: 1, LastAt: base})
			if err != nil {
				t.Error(err)
			}
			if ok {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	same(t, "winners", won.Load(), 1)
}

func tokens(t *testing.T, s auth.Store) {
	ctx := t.Context()
	older := auth.Token{ID: id(), Name: "HR", Hash: "h1", Scopes: []auth.Scope{auth.ScopeSCIM}, CreatedBy: "ada", CreatedAt: base, ExpiresAt: base.Add(24 * time.Hour),
		SkipUnknownMembers: true}
	newer := auth.Token{ID: id(), Name: "HR", Hash: "h2", Scopes: []auth.Scope{auth.ScopeSCIM}, CreatedBy: "ada", CreatedAt: base.Add(time.Second)}
	must(t, s.CreateToken(ctx, older, change(auth.ActionTokenCreate, older.ID)))
	must(t, s.CreateToken(ctx, newer, change(auth.ActionTokenCreate, newer.ID)))
	must(t, s.TouchToken(ctx, older.ID, base.Add(time.Hour)))
	older.LastUsedAt = base.Add(time.Hour)
	got, ok, err := s.TokenByHash(ctx, "h1")
	must(t, err)
	same(t, "by hash", got, older)
	same(t, "found", ok, true)
	for _, c := range []struct {
		filter auth.TokenFilter
		want   []auth.Token
	}{
		{auth.TokenFilter{Limit: 10}, []auth.Token{newer, older}}, {auth.TokenFilter{Limit: 1}, []auth.Token{newer}},
		{auth.TokenFilter{Limit: 1, Before: newer.ID}, []auth.Token{older}}, {auth.TokenFilter{Limit: 10, UserID: "somebody"}, nil},
	} {
		list, err := s.ListTokens(ctx, c.filter)
		must(t, err)
		if len(list)+len(c.want) > 0 {
			same(t, fmt.Sprintf("tokens of %+v", c.filter), list, c.want)
		}
	}
	if err := s.DeleteToken(ctx, "somebody", older.ID, change(auth.ActionTokenRevoke, older.ID)); directory.CodeOf(err) != directory.NotFound {
		t.Fatalf("somebody revokes an application's token: %v", err)
	}
	must(t, s.DeleteToken(ctx, "", older.ID, change(auth.ActionTokenRevoke, older.ID)))
	_, ok, err = s.TokenByHash(ctx, "h1")
	must(t, err)
	same(t, "after the revocation", ok, false)
	if err := s.DeleteToken(ctx, "", older.ID, change(auth.ActionTokenRevoke, older.ID)); directory.CodeOf(err) != directory.NotFound {
		t.Fatalf("a second revocation: %v", err)
	}
}
