package handlers

import (
	"strconv"
	"testing"
)

func TestOwnProfile(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	b := f.in(t, "grace")
	page := b.get("/account").ok(t)
	version := page.field("revision")
	a := b.post("/account/profile", "revision", version, "given_name", "Amazing", "family_name", "Hopper", "display_name", "Grace H.", "phone", "+1 2",
		"user_name", "root", "active", "false", "email", "new@example.com", "department", "Board")
	a.goes(t, "/account")
	b.get("/account").ok(t).says(t, "Your profile was saved")
	now, _ := f.find(t, "grace")
	if now.Name.GivenName != "Amazing" || now.DisplayName != "Grace H." || now.Phone() != "+1 2" || now.Email() != u.Email() || now.Department != "" || !now.Active {
		t.Errorf("saved: %+v", now)
	}
	a = b.post("/account/profile", "revision", version, "given_name", "Late").status(t, 409)
	a.says(t, "You saved this profile after you had opened it.")
	if a.field("given_name") != "Late" {
		t.Error("what was typed is lost")
	}
	b.post("/account/profile", "revision", strconv.FormatInt(now.Version, 10), "given_name", "a\x1bb").status(t, 422)
	b.post("/account/profile", "given_name", "x").status(t, 400)
}

func TestOwnEmail(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	b := f.in(t, "grace")
	b.get("/account").ok(t).says(t, "Not confirmed")
	b.post("/account/email", "email", "nothing").status(t, 422)
	b.post("/account/email", "email", "new@example.com").goes(t, "/account")
	if now, _ := f.find(t, "grace"); now.Email() != u.Email() {
		t.Fatal("changed before it was confirmed")
	}
	link := f.link(t, "new@example.com", 1)
	b.get(link).ok(t).says(t, "new@example.com belongs to the account of")
	send(b, link).goes(t, "/account")
	now, _ := f.find(t, "grace")
	if now.Email() != "new@example.com" || now.VerifiedEmail != "new@example.com" || len(now.Emails) != 1 {
		t.Errorf("the user is %+v", now)
	}
	b.get("/account").ok(t).says(t, "Confirmed")
	if len(f.mails(t, "grace@example.com")) != 1 {
		t.Error("the earlier address was not told")
	}
	b.post("/account/email", "email", "new@example.com").status(t, 422).says(t, "This is your address already")

	f.user(t, "bob")
	b.post("/account/email", "email", "bob@example.com").goes(t, "/account")
	send(b, f.link(t, "bob@example.com", 1)).status(t, 409).says(t, "Another account has this e-mail address")
	if now, _ := f.find(t, "grace"); now.Email() != "new@example.com" {
		t.Error("somebody else's address was taken over")
	}
}

func TestOwnPasswordAndSessions(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	b, other := f.in(t, "grace"), f.in(t, "grace")
	page := b.get("/account").ok(t)
	if n := page.doc.Find("#sessions tbody tr").Length(); n != 2 {
		t.Errorf("%d sessions are listed", n)
	}
	b.post("/account/sessions/end").goes(t, "/account")
	other.get("/account").goes(t, "/login")
	b.get("/account").ok(t).silent(t, "Sign out everywhere else")
	other = f.in(t, "grace")
	change := func(current, a, again string) answer {
		return b.post("/account/password", "current_password", current, "new_password", a, "new_password_again", again)
	}
	change("wrong", next, next).status(t, 422).says(t, "This is not your current password")
	change(good, next, "else").status(t, 422).says(t, "differ")
	key := b.cookies["usher_account"]
	change(good, next, next).goes(t, "/account")
	if b.cookies["usher_account"] == key {
		t.Error("the session keeps its key")
	}
	b.get("/account").ok(t).says(t, "Your password was changed")
	other.get("/account").goes(t, "/login")
	other.post("/login", "user_name", "grace", "password", next).goes(t, "/account")
}

func TestOwnTokens(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	f.member(t, "bob")
	b, bob := f.in(t, "grace"), f.in(t, "bob")
	b.post("/account/tokens", "name", " ", "expires", "90").status(t, 422)
	b.post("/account/tokens", "name", "script", "expires", "7000").status(t, 422)
	shown := b.post("/account/tokens", "name", "script", "expires", "30").ok(t)
	secret := shown.doc.Find("#new-token").AttrOr("value", "")
	if len(secret) < 40 {
		t.Fatalf("the token is not shown: %s", words(shown))
	}
	b.get("/account").ok(t).silent(t, secret)
	list, err := f.Server.Auth.PersonalTokens(t.Context(), u.ID)
	must(t, err)
	if len(list) != 1 || list[0].ExpiresAt.IsZero() || list[0].UserID != u.ID {
		t.Fatalf("tokens: %+v", list)
	}
	bob.post("/account/tokens/"+list[0].ID+"/revoke").status(t, 404)
	b.post("/account/tokens/"+list[0].ID+"/revoke").goes(t, "/account")
	if list, _ := f.Server.Auth.PersonalTokens(t.Context(), u.ID); len(list) != 0 {
		t.Error("not revoked")
	}
}

func TestDeletedUserIsSignedOut(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	b := f.in(t, "grace")
	if _, err := f.Directory.DeleteUser(t.Context(), u.ID, clerk); err != nil {
		t.Fatal(err)
	}
	b.get("/account").goes(t, "/login")
	b.post("/login", "user_name", "grace", "password", good).status(t, 422)
}
