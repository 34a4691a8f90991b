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
	tok, secret, err := s.CreateToken(t.Context(), a.Actor(), " HR system ", []auth.Scope{auth.ScopeSCIM})
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
	if list, _ := store.ListTokens(t.Context()); !list[0].LastUsedAt.Equal(first) {
		t.Errorf("touched within a minute: %v", list[0].LastUsedAt)
	}
	if err := s.RevokeToken(t.Context(), a.Actor(), tok.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.CheckToken(t.Context(), secret.Reveal(), auth.ScopeSCIM); ok {
		t.Error("a revoked token passed")
	}
	for field, err := range map[string]error{
		"name":   second(s.CreateToken(t.Context(), cli, "", []auth.Scope{auth.ScopeSCIM})),
		"scopes": second(s.CreateToken(t.Context(), cli, "x", []auth.Scope{"everything"})),
	} {
		if e, ok := errors.AsType[*directory.Error](err); !ok || e.Fields[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func second(_ auth.Token, _ directory.Secret, err error) error { return err }
