package auth_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/authtest"
	"usher/directory"
)

func withUser(t *testing.T) (*auth.Service, *authtest.Memory, *clock, directory.User) {
	t.Helper()
	s, store, c := service(t)
	hash, err := s.Passwords.Hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	u := directory.User{ID: directory.NewID(), UserName: "Grace", State: directory.Live, Active: true, PasswordHash: hash}
	u.SetEmail("Grace@Example.com")
	store.AddUser(u)
	return s, store, c, u
}

func TestSignInUser(t *testing.T) {
	s, store, _, u := withUser(t)
	for _, name := range []string{" gRACE ", "grace@example.COM"} {
		if got, err := s.SignInUser(t.Context(), auth.Origin{}, name, good); err != nil || got.ID != u.ID {
			t.Fatalf("%s: got %v, %v", name, got.ID, err)
		}
	}
	staged, disabled, invited := u, u, u
	staged.ID, staged.UserName, staged.State = "s", "staged", directory.Staged
	disabled.ID, disabled.UserName, disabled.Active, disabled.Emails = "d", "disabled", false, nil
	invited.ID, invited.UserName, invited.PasswordHash, invited.Emails = "i", "invited", "", nil
	for _, other := range []directory.User{staged, disabled, invited} {
		store.AddUser(other)
	}
	_, wrong := s.SignInUser(t.Context(), auth.Origin{}, "grace", "wrong horse battery staple")
	for _, name := range []string{"staged", "invited", "nobody", "gra\x00ce", strings.Repeat("x", 5000)} {
		_, err := s.SignInUser(t.Context(), auth.Origin{}, name, good)
		if directory.CodeOf(err) != directory.Invalid || err.Error() != wrong.Error() {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := s.SignInUser(t.Context(), auth.Origin{}, "disabled", good); !errors.Is(err, auth.ErrDisabled) {
		t.Errorf("disabled: %v", err)
	}
	if _, err := s.SignInUser(t.Context(), auth.Origin{}, "disabled", "wrong"); errors.Is(err, auth.ErrDisabled) {
		t.Error("without the password, a stranger learns that a user is disabled")
	}
	second := u
	second.ID, second.UserName = "2", "other"
	store.AddUser(second)
	if _, err := s.SignInUser(t.Context(), auth.Origin{}, "grace@example.com", good); err == nil {
		t.Error("an address that two users have opens one of them")
	}
}

// A user has one count of failures by whatever name, and it is not that of an administrator of the same name.
func TestUserSignInIsThrottled(t *testing.T) {
	s, _, c, u := withUser(t)
	if _, err := s.CreateAdmin(t.Context(), cli, "Grace", good); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, _ = s.SignInUser(t.Context(), auth.Origin{}, "grace", "wrong")
		_, _ = s.SignInUser(t.Context(), auth.Origin{}, "grace@example.com", "wrong")
	}
	for _, name := range []string{"grace", "grace@example.com"} {
		_, err := s.SignInUser(t.Context(), auth.Origin{}, name, good)
		if _, locked := errors.AsType[*auth.LockedError](err); !locked {
			t.Errorf("%s is not locked: %v", name, err)
		}
	}
	if err := s.ChangeUserPassword(t.Context(), auth.Origin{}, u, good, "purple elephants read slowly", ""); err == nil {
		t.Error("a stolen session can guess the password")
	}
	if _, err := s.SignIn(t.Context(), auth.Origin{}, "grace", good); err != nil {
		t.Errorf("the administrator of this name is locked, too: %v", err)
	}
	c.Add(time.Hour)
	if _, err := s.SignInUser(t.Context(), auth.Origin{}, "grace", good); err != nil {
		t.Error(err)
	}
}

func TestUserSessionsAreNoAdministrators(t *testing.T) {
	s, _, _, u := withUser(t)
	r, w := httptest.NewRequest("POST", "/login", nil), httptest.NewRecorder()
	r.Header.Set("User-Agent", "Firefox "+strings.Repeat("x", 1000))
	if err := s.UserSessions.Start(r, w, u.ID); err != nil {
		t.Fatal(err)
	}
	cookie := w.Result().Cookies()[0]
	if cookie.Name != "usher_account" {
		t.Errorf("the cookie is %s", cookie.Name)
	}
	if whose(t, s, cookie.Value) != "" {
		t.Error("a user's key opens the console")
	}
	r = httptest.NewRequest("GET", "/account", nil)
	r.AddCookie(cookie)
	ss, err := s.UserSessions.Current(r)
	if err != nil || auth.UserID(ss) != u.ID || auth.AdminID(ss) != "" {
		t.Errorf("it is %q's and administrator %q's: %v", auth.UserID(ss), auth.AdminID(ss), err)
	}
	list, err := s.UserSessions.List(t.Context(), u.ID)
	if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].Agent(), "Firefox") || len(list[0].Agent()) > 300 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	admins := start(t, s, "", "ada")
	r = httptest.NewRequest("GET", "/account", nil)
	admins.Name = s.UserSessions.CookieName()
	r.AddCookie(admins)
	if ss, _ := s.UserSessions.Current(r); auth.UserID(ss) != "" || auth.AdminID(ss) != "" {
		t.Error("an administrator's key opens a user's page")
	}
}

func TestChangeUserPassword(t *testing.T) {
	s, store, _, u := withUser(t)
	const next = "purple elephants read slowly"
	for field, pair := range map[string][2]string{"current_password": {"wrong", next}, "new_password": {good, "short"}} {
		err := s.ChangeUserPassword(t.Context(), auth.Origin{}, u, pair[0], pair[1], "")
		e, ok := errors.AsType[*directory.Error](err)
		if !ok || e.Fields[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := s.ChangeUserPassword(t.Context(), auth.Origin{}, u, good, next, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignInUser(t.Context(), auth.Origin{}, "grace", good); err == nil {
		t.Error("the old password still works")
	}
	if _, err := s.SignInUser(t.Context(), auth.Origin{}, "grace", next); err != nil {
		t.Error(err)
	}
	if c := store.Changes[len(store.Changes)-1]; c.Action != auth.ActionUserPassword || c.Actor.Kind != directory.ByUser {
		t.Errorf("recorded: %+v", c)
	}
}
