package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
)

func TestTokens(t *testing.T) {
	s, store, c, a := withAdmin(t)
	tok, secret, err := s.CreateToken(t.Context(), a.Actor(), " HR system ", []auth.Scope{auth.ScopeSCIM}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if v := secret.Reveal(); !strings.HasPrefix(v, "usher_") || len(v) != 49 || tok.Hash != auth.HashToken(v) || tok.Name != "HR system" {
		t.Errorf("token %q is stored as %+v", v, tok)
	}
	if _, ok, err := s.CheckToken(t.Context(), secret.Reveal(), auth.ScopeSCIM); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, bad := range []string{"", tok.Hash, secret.Reveal() + "x", auth.NewToken().Reveal()} {
		if _, ok, _ := s.CheckToken(t.Context(), bad, auth.ScopeSCIM); ok {
			t.Errorf("token %q passed", bad)
		}
	}
	if _, ok, _ := s.CheckToken(t.Context(), secret.Reveal(), "other"); ok {
		t.Error("a scope that the token lacks passed")
	}
	first := c.Now()
	c.Add(30 * time.Second)
	_, _, _ = s.CheckToken(t.Context(), secret.Reveal(), auth.ScopeSCIM)
	if list, _ := store.ListTokens(t.Context(), auth.TokenFilter{Limit: 1}); !list[0].LastUsedAt.Equal(first) {
		t.Errorf("touched within a minute: %v", list[0].LastUsedAt)
	}
	if err := s.RevokeToken(t.Context(), a.Actor(), tok.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.CheckToken(t.Context(), secret.Reveal(), auth.ScopeSCIM); ok {
		t.Error("a revoked token passed")
	}
	past := c.Now().Add(-time.Second)
	for field, err := range map[string]error{
		"name":    second(s.CreateToken(t.Context(), cli, "", []auth.Scope{auth.ScopeSCIM}, time.Time{})),
		"scopes":  second(s.CreateToken(t.Context(), cli, "x", []auth.Scope{"everything"}, time.Time{})),
		"expires": second(s.CreateToken(t.Context(), cli, "x", []auth.Scope{auth.ScopeSCIM}, past)),
	} {
		if e, ok := errors.AsType[*directory.Error](err); !ok || e.Fields[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func second(_ auth.Token, _ directory.Secret, err error) error { return err }

func TestTokenExpires(t *testing.T) {
	s, _, c, a := withAdmin(t)
	_, secret, err := s.CreateToken(t.Context(), a.Actor(), "HR", []auth.Scope{auth.ScopeSCIM}, c.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		wait time.Duration
		want bool
	}{{time.Hour - time.Second, true}, {time.Second, false}, {time.Hour, false}} {
		c.Add(step.wait)
		if _, ok, err := s.CheckToken(t.Context(), secret.Reveal(), auth.ScopeSCIM); ok != step.want || err != nil {
			t.Errorf("after %v more: %v, %v", step.wait, ok, err)
		}
	}
}

func TestPersonalTokens(t *testing.T) {
	s, store, c, a := withAdmin(t)
	grace := directory.User{ID: directory.NewID(), UserName: "grace", State: directory.Live, Active: true}
	store.AddUser(grace)
	tok, secret, err := s.CreatePersonalToken(t.Context(), grace, "my script", c.Now().Add(time.Hour))
	if err != nil || tok.UserID != grace.ID || len(tok.Scopes) != 1 {
		t.Fatalf("%+v %v", tok, err)
	}
	works := func() bool {
		_, ok, err := s.CheckToken(t.Context(), secret.Reveal(), auth.ScopeSCIM)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !works() {
		t.Error("the token does not work")
	}
	store.ChangeUser(grace.ID, func(u *directory.User) { u.Active = false })
	if works() {
		t.Error("a disabled user's token works")
	}
	store.ChangeUser(grace.ID, func(u *directory.User) { u.Active, u.State = true, directory.Deleted })
	if works() {
		t.Error("a deleted user's token works")
	}
	store.ChangeUser(grace.ID, func(u *directory.User) { u.State = directory.Live })
	if list, _, _ := s.Tokens(t.Context(), ""); len(list) != 0 {
		t.Error("a personal token is among the applications'")
	}
	eve := directory.User{ID: directory.NewID(), UserName: "eve"}
	for who, err := range map[string]error{"eve": s.RevokePersonalToken(t.Context(), eve, tok.ID), "nobody": s.RevokePersonalToken(t.Context(), directory.User{}, tok.ID),
		"the applications' page": s.RevokeToken(t.Context(), a.Actor(), tok.ID)} {
		if directory.CodeOf(err) != directory.NotFound || !works() {
			t.Errorf("%s revokes grace's token: %v", who, err)
		}
	}
	if list, err := s.PersonalTokens(t.Context(), grace.ID); len(list) != 1 || err != nil {
		t.Errorf("%v %v", list, err)
	}
	if list, err := s.PersonalTokens(t.Context(), ""); len(list) != 0 || err != nil {
		t.Errorf("nobody's tokens: %v %v", list, err)
	}
	if err := s.RevokePersonalToken(t.Context(), grace, tok.ID); err != nil || works() {
		t.Errorf("after the revocation: %v", err)
	}
	for i := range 21 {
		_, _, err := s.CreatePersonalToken(t.Context(), grace, "script", time.Time{})
		if (err != nil) != (i == 20) {
			t.Errorf("token %d: %v", i+1, err)
		}
	}
}
