package auth_test

import (
	"sync"
	"testing"

	"usher/auth"
	"usher/directory"
)

func TestFirstAdmin(t *testing.T) {
	s, store, _ := service(t)
	old, needed, err := s.StartSetup(t.Context())
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	token, _, _ := s.StartSetup(t.Context())
	if h, _ := store.SetupTokenHash(t.Context()); h == token.Reveal() || h != auth.HashToken(token.Reveal()) {
		t.Error("the token is stored as it is")
	}
	for _, dead := range []string{"", old.Reveal(), "guess"} {
		if _, err := s.CreateFirstAdmin(t.Context(), dead, "ada", good); directory.CodeOf(err) != directory.NotFound {
			t.Errorf("token %q: %v", dead, err)
		}
	}
	if _, err := s.CreateFirstAdmin(t.Context(), token.Reveal(), "", "short"); directory.CodeOf(err) != directory.Invalid {
		t.Errorf("bad input: %v", err)
	}
	if _, err := s.CreateFirstAdmin(t.Context(), token.Reveal(), "ada", good); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateFirstAdmin(t.Context(), token.Reveal(), "eve", good); directory.CodeOf(err) != directory.NotFound {
		t.Errorf("the token worked twice: %v", err)
	}
	if _, needed, err := s.StartSetup(t.Context()); needed || err != nil {
		t.Errorf("set-up is needed with an administrator: %v %v", needed, err)
	}
	if c := store.Changes; len(c) != 1 || c[0].Action != auth.ActionAdminCreate {
		t.Errorf("recorded: %+v", c)
	}
}

func TestFirstAdminRace(t *testing.T) {
	s, store, _ := service(t)
	token, _, _ := s.StartSetup(t.Context())
	var wg sync.WaitGroup
	for _, name := range []string{"ada", "bob", "eve", "dan", "kim", "lee"} {
		wg.Go(func() { _, _ = s.CreateFirstAdmin(t.Context(), token.Reveal(), name, good) })
	}
	wg.Wait()
	if list, _ := store.ListAdmins(t.Context()); len(list) != 1 {
		t.Errorf("%d first administrators", len(list))
	}
}

// An admin made by the command while the link is open kills the link.
func TestSetupIsDeadOnceThereIsAnAdmin(t *testing.T) {
	s, _, _ := service(t)
	token, _, _ := s.StartSetup(t.Context())
	if _, err := s.CreateAdmin(t.Context(), cli, "ada", good); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSetup(t.Context(), token.Reveal()); directory.CodeOf(err) != directory.NotFound {
		t.Errorf("the link lives: %v", err)
	}
	if _, err := s.CreateFirstAdmin(t.Context(), token.Reveal(), "eve", good); directory.CodeOf(err) != directory.NotFound {
		t.Errorf("a second first administrator: %v", err)
	}
}
