package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/auth"
)

func isLocked(err error) bool {
	_, locked := errors.AsType[*auth.LockedError](err)
	return locked
}

func from(address string) auth.Origin { return auth.Origin{Address: address} }

// A stranger who keeps trying locks out their own address, for as long as they like, and nobody else.
func TestStrangerLocksOnlyThemselvesOut(t *testing.T) {
	s, _, c, u := withUser(t)
	if _, err := s.CreateAdmin(t.Context(), cli, "ada", good); err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		_, _ = s.SignInUser(t.Context(), from("198.51.100.7"), "grace", "wrong")
		_, _ = s.SignIn(t.Context(), from("198.51.100.7"), "ada", "wrong")
		if n < 5 {
			continue
		}
		if n != 5 && n != 199 {
			c.Add(15 * time.Minute)
			continue
		}
		if got, err := s.SignInUser(t.Context(), from("203.0.113.1"), "grace@example.com", good); err != nil || got.ID != u.ID {
			t.Fatalf("after %d tries of a stranger the owner is refused: %v", n, err)
		}
		if _, err := s.SignIn(t.Context(), from("203.0.113.1"), "ada", good); err != nil {
			t.Fatalf("after %d tries of a stranger the administrator is refused: %v", n, err)
		}
	}
	for range 5 {
		_, _ = s.SignInUser(t.Context(), from("198.51.100.7"), "grace", "wrong")
	}
	if _, err := s.SignInUser(t.Context(), from("198.51.100.7"), "grace", good); !isLocked(err) {
		t.Errorf("the stranger is not locked: %v", err)
	}
}

// A guesser with many addresses is limited altogether; a browser that the owner signed in with before is not.
func TestManyAddressesAreLimitedTogether(t *testing.T) {
	s, store, c, u := withUser(t)
	browser, err := s.RememberBrowser(t.Context(), auth.Owner{UserID: u.ID}, "")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for n := range 300 {
		if _, err := s.SignInUser(t.Context(), from(fmt.Sprint("198.51.100.", n)), "grace", "wrong"); !isLocked(err) {
			looked++
		}
	}
	if looked != 40 {
		t.Errorf("%d guesses were looked at", looked)
	}
	if _, err := s.SignInUser(t.Context(), from("203.0.113.1"), "grace", good); !isLocked(err) {
		t.Errorf("guessing goes on from one more address: %v", err)
	}
	if f, _ := store.SignInFailures(t.Context(), "user:"+u.ID+" from 203.0.113.1"); f.Count != 0 {
		t.Error("a try that was not looked at counts against its address")
	}
	known := auth.Origin{Address: "198.51.100.1", Browser: browser}
	if _, err := s.SignInUser(t.Context(), known, "grace", good); err != nil {
		t.Errorf("the owner's browser is refused: %v", err)
	}
	if _, err := s.SignInUser(t.Context(), auth.Origin{Browser: strings.Repeat("x", 43)}, "grace", good); !isLocked(err) {
		t.Errorf("a browser that nobody knows is let in: %v", err)
	}
	c.Add(3 * time.Minute) // one is forgotten, and the owner is looked at
	if _, err := s.SignInUser(t.Context(), from("203.0.113.1"), "grace", good); err != nil {
		t.Errorf("still refused: %v", err)
	}
}

// A browser is known for its own people only, and has its own few tries.
func TestKnownBrowserHasFewTries(t *testing.T) {
	s, store, _, u := withUser(t)
	browser, err := s.RememberBrowser(t.Context(), auth.Owner{UserID: u.ID}, "forged")
	if err != nil || browser == "forged" {
		t.Fatal(browser, err)
	}
	if again, err := s.RememberBrowser(t.Context(), auth.Owner{UserID: "another"}, browser); err != nil || again != browser {
		t.Fatalf("a second person gets another cookie: %v", err)
	}
	known := auth.Origin{Browser: browser}
	for range 5 {
		if _, err := s.SignInUser(t.Context(), known, "grace", "wrong"); isLocked(err) {
			t.Fatal("locked too soon")
		}
	}
	if _, err := s.SignInUser(t.Context(), known, "grace", good); !isLocked(err) {
		t.Errorf("a browser that was taken may guess on: %v", err)
	}
	if f, _ := store.SignInFailures(t.Context(), "user:"+u.ID); f.Count != 0 {
		t.Errorf("%d of the browser's failures count against everybody", f.Count)
	}
}
