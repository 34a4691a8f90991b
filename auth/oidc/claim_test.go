package oidc_test

import (
	"strings"
	"testing"

	"usher/auth/oidc"
	"usher/demo/idp"
	"usher/directory"
)

const victim = "victim@corp.test"

func (w *fixture) refusedName(who idp.Person, says string) {
	w.t.Helper()
	before := w.users()
	_, err := w.arrive(who)
	if f := failed(w.t, err, oidc.Clash); !strings.Contains(f.Text, says) {
		w.t.Errorf("%s: the page says %q", who.UserName, f.Text)
	}
	if w.users() != before {
		w.t.Errorf("a user was made of %s", who.UserName)
	}
}

// Nobody gets another's name from a provider, whatever it sends and whatever the mapping makes of it.
func TestAnothersName(t *testing.T) {
	w := newFixture(t)
	stranger := idp.Person{Subject: "s-x", Email: "stranger@evil.example", Verified: true}
	for _, name := range []string{victim, "VICTIM@corp.test", "victim\uff20corp.test"} {
		stranger.UserName = name
		w.refusedName(stranger, "must be your own e-mail address")
	}
	w.settings(func(s *oidc.Settings) { s.Mapping = map[string]string{"userName": `"victim" + "@corp.test"`} })
	w.refusedName(stranger, "must be your own e-mail address")
	w.settings(func(s *oidc.Settings) { s.Mapping = nil })

	stranger.UserName, stranger.Email, stranger.Verified = victim, victim, false
	w.refusedName(stranger, "nobody has verified that it is yours")
	stranger.UserName = "dmin\u0430"
	w.refusedName(stranger, "Latin and Cyrillic")
	w.local("admin", directory.Console, nil)
	stranger.UserName = "adrnin"
	w.refusedName(stranger, "looks like it")

	w.local("vic", directory.Console, func(u *directory.User) { u.SetEmail(victim) })
	stranger.UserName, stranger.Verified = victim, true
	w.refusedName(stranger, "or that e-mail address")
}

func TestOwnVerifiedAddressAsName(t *testing.T) {
	w := newFixture(t)
	who := ada
	who.UserName = "ADA@example.com"
	if u := w.mustArrive(who); u.UserName != who.UserName {
		t.Errorf("called %s", u.UserName)
	}
}

// An address says nothing about who is who once somebody signs in with it as another.
func TestSecondSubjectIsNotLinked(t *testing.T) {
	w := newFixture(t)
	w.settings(func(s *oidc.Settings) { s.LinkByEmail = true })
	old := w.local("lovelace", directory.Console, nil)
	if first := w.mustArrive(ada); first.ID != old.ID {
		t.Fatal("the first subject was not linked")
	}
	second := ada
	second.Subject, second.UserName = "s-another", "another"
	w.refusedName(second, "as somebody else")
	other := w.connect(t, w.provider, "The same provider again")
	w.signIn = other
	w.settings(func(s *oidc.Settings) { s.LinkByEmail = true })
	w.refusedName(second, "as somebody else")
	links, err := w.db.Identities(t.Context(), old.ID)
	w.must(err)
	if len(links) != 1 {
		t.Errorf("%d links", len(links))
	}
	u, err := w.db.User(t.Context(), old.ID) // two at once: the second is told by the database
	w.must(err)
	u.Arrival.Identity = directory.Identity{ConnectionID: other.ConnectionID, Issuer: other.Issuer, Subject: "s-third"}
	if _, err := w.Directory.UpdateUser(t.Context(), u, admin); directory.CodeOf(err) != directory.Conflict {
		t.Errorf("linked all the same: %v", err)
	}
}

// An address that somebody has only said is theirs stops nobody.
func TestUnverifiedAddressStopsNobody(t *testing.T) {
	w := newFixture(t)
	w.settings(func(s *oidc.Settings) { s.LinkByEmail = true })
	old := w.local("lovelace", directory.Console, nil)
	w.local("squatter", directory.SignUp, nil)
	if got := w.mustArrive(ada); got.ID != old.ID {
		t.Errorf("signed in as %s", got.UserName)
	}
}

// What a provider writes into a user of the organisation's is not the organisation's word.
func TestUnverifiedAddressOfAProvider(t *testing.T) {
	w := newFixture(t)
	w.settings(func(s *oidc.Settings) { s.LinkByEmail = true })
	old := w.local("lovelace", directory.Console, nil)
	w.mustArrive(ada)
	moved := ada
	moved.Email, moved.Verified = victim, false
	if u := w.mustArrive(moved); u.Email() != victim || u.Owns(victim) || u.ID != old.ID {
		t.Fatalf("owns %v: %+v", u.Owns(victim), u.Emails)
	}
	if v := w.mustArrive(idp.Person{Subject: "s-v", UserName: "vic", Email: victim, Verified: true}); v.ID == old.ID {
		t.Error("the address's owner was taken for somebody else")
	}
}

// Providers send null, or nothing in quotes, for what they do not know.
func TestEmptyClaimsAreMissing(t *testing.T) {
	m, err := oidc.CompileMapping(oidc.NewSettings())
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"sub": "1", "preferred_username": "", "email": "ada@example.com"}`:   "ada@example.com",
		`{"sub": "1", "preferred_username": null, "email": "ada@example.com"}`: "ada@example.com",
		`{"sub": "1", "preferred_username": "  ", "email": null}`:              "1",
	} {
		c, err := oidc.ReadClaims(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, wrong := m.Map(c); len(wrong) > 0 || strings.Join(got["userName"], "|") != want {
			t.Errorf("%s: %v, %v", text, got, wrong)
		}
	}
	w := newFixture(t)
	w.provider.claims = func(m map[string]any) { m["email"], m["preferred_username"] = "", nil }
	if u := w.mustArrive(ada); u.UserName != "ada" || u.Email() != "ada@example.com" || u.VerifiedEmail != "ada@example.com" {
		t.Errorf("an empty claim of the token hides what UserInfo says: %+v", u)
	}
}

// Some providers never say whether they have verified an address. The administrator may know that they have.
func TestTrustedAddresses(t *testing.T) {
	w := newFixture(t)
	silent := func(m map[string]any) { delete(m, "email_verified") }
	w.provider.claims, w.provider.info = silent, silent
	who := ada
	who.UserName = who.Email
	w.refusedName(who, "nobody has verified that it is yours")
	w.settings(func(s *oidc.Settings) { s.TrustEmail = true })
	w.provider.claims = func(m map[string]any) { m["email_verified"] = false }
	w.refusedName(who, "nobody has verified that it is yours")
	w.provider.claims = silent
	if u := w.mustArrive(who); u.UserName != who.Email || u.VerifiedEmail != who.Email {
		t.Errorf("called %s, verified %q", u.UserName, u.VerifiedEmail)
	}
}
