package handlers

import (
	"strings"
	"testing"

	"usher/auth/signup"
	"usher/directory"
)

// Strangers cannot call themselves what looks like the name of somebody who is here.
func TestLookAlikesAtTheSignUpDoor(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.Verify, s.ActivateNow = false, true })
	f.user(t, "admin")
	for name, says := range map[string]string{"ADMIN": "cannot be made", "admin\u200b": "U+200B ZERO WIDTH SPACE", "\u202eadmin": "U+202E RIGHT-TO-LEFT OVERRIDE",
		"\u00adadmin": "U+00AD SOFT HYPHEN", "\uff41dmin": "cannot be made", "\u0430dmin": "Cyrillic and Latin", "adrnin": "cannot be made", "\u0430\u0501\u043c\u0456\u043f": ""} {
		a := registerAs(f.visitor(t), "user_name", name, "email", "x@example.org")
		if says == "" {
			continue // another word, all in one script
		}
		a.status(t, 422).says(t, says)
	}
	if _, ok := f.find(t, "adrnin"); ok {
		t.Error("a look-alike was made")
	}
}

func TestLookAlikesAreMarkedInTheList(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.user(t, "admin")
	f.user(t, "adrnin") // an administrator may
	f.user(t, "grace")
	f.user(t, "ivаn") // the third letter is Cyrillic
	page := f.get("/users").ok(t)
	if n := page.doc.Find(`[data-mark="name"]`).Length(); n != 3 {
		t.Errorf("%d names are marked: %s", n, words(page))
	}
	page.says(t, "Looks like another user name")
	page.says(t, "Mixes Latin and Cyrillic letters")
}

// Whoever's account bears an address as its name, or has it unverified, does not stand in its owner's way.
func TestAddressBelongsToItsOwner(t *testing.T) {
	f := newSignUpConsole(t, nil)
	const address = "victim@corp.test"
	squatter := directory.User{UserName: address, Source: directory.JIT, Active: true} // made when that was possible
	squatter.SetEmail("stranger@evil.example")
	_, _, err := f.Directory.CreateUser(t.Context(), squatter, clerk)
	must(t, err)
	said := directory.User{UserName: "said", Source: directory.SignUp, Active: true}
	said.SetEmail(address)
	_, _, err = f.Directory.CreateUser(t.Context(), said, clerk)
	must(t, err)

	f.visitor(t).post("/forgot", "user_name", address).ok(t)
	if n := len(f.mails(t, "stranger@evil.example")); n != 0 {
		t.Fatalf("%d mails for the owner went to a stranger", n)
	}
	if n := len(f.mails(t, address)); n != 1 {
		t.Fatalf("%d mails reached the address", n)
	}
	registerAs(f.visitor(t), "email", address, "user_name", "vic").ok(t)
	f.visitor(t).post("/register/resend", "email", address).ok(t)
	b := f.visitor(t)
	link := f.link(t, address, 3)
	send(b, link, "password", good).goes(t, "/login?confirmed")
	owner, ok := f.find(t, "vic")
	if !ok || owner.VerifiedEmail != address {
		t.Fatalf("the owner is %+v", owner)
	}
	f.visitor(t).post("/login", "user_name", address, "password", good).goes(t, "/account")
	f.visitor(t).post("/forgot", "user_name", address).ok(t)
	if o, err := f.SignUp.Open(t.Context(), tokenOfLink(f.link(t, address, 4)), signup.ToReset); err != nil || o.User.ID != owner.ID {
		t.Errorf("the mail is about %s: %v", o.User.UserName, err)
	}
}

func tokenOfLink(link string) string {
	_, token, _ := strings.Cut(link, "?token=")
	return token
}

// With addresses as user names an account comes into being when its address is shown to be theirs.
func TestAddressAsUserNameIsVerifiedFirst(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.EmailAsUserName, s.ActivateNow = true, true })
	registerAs(f.visitor(t)).ok(t)
	if _, ok := f.find(t, joan); ok {
		t.Error("an account bears an address that nobody has verified")
	}
	send(f.visitor(t), f.link(t, joan, 1), "password", good).goes(t, "/login?confirmed")
	if u, ok := f.find(t, joan); !ok || u.VerifiedEmail != joan {
		t.Errorf("made %v: %+v", ok, u)
	}
}
