package oidc_test

import (
	"sync"
	"testing"

	"usher/auth/oidc"
	"usher/db"
	"usher/db/dbtest"
	"usher/demo/idp"
	"usher/directory"
)

// local makes a user who was here before.
func (w *fixture) local(name string, source directory.Source, change func(*directory.User)) directory.User {
	w.t.Helper()
	u := directory.User{UserName: name, Source: source, Active: true}
	u.SetEmail("ada@example.com")
	if change != nil {
		change(&u)
	}
	u, _, err := w.Directory.CreateUser(w.t.Context(), u, admin)
	w.must(err)
	return u
}

func TestNoLocalAccount(t *testing.T) {
	for name, set := range map[string]func(*oidc.Settings){
		"refuse":  func(s *oidc.Settings) { s.NoAccount = oidc.RefuseSignIn },
		"JIT off": func(s *oidc.Settings) { s.JIT = false },
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			u := w.mustArrive(ada)
			w.settings(set)
			if again := w.mustArrive(ada); again.ID != u.ID {
				t.Error("the linked user is not recognised")
			}
			_, err := w.arrive(idp.Person{Subject: "s-eve", UserName: "eve"})
			failed(t, err, oidc.Refused)
			if w.users() != 1 {
				t.Error("a user was made")
			}
		})
	}
}

// A name that is taken is somebody else's, however alike the two are.
func TestUserNameTaken(t *testing.T) {
	w := newFixture(t)
	old := w.local("ADA", directory.Console, nil)
	_, err := w.arrive(ada)
	failed(t, err, oidc.Clash)
	links, err := w.db.Identities(t.Context(), old.ID)
	w.must(err)
	if len(links) != 0 || w.users() != 1 {
		t.Errorf("%d links, %d users", len(links), w.users())
	}
}

func TestLinkByEmail(t *testing.T) {
	verified := func(u *directory.User) { u.VerifiedEmail = "Ada@Example.com" }
	for name, c := range map[string]struct {
		off    bool
		source directory.Source
		local  func(*directory.User)
		who    func(*idp.Person)
		twin   bool
		links  bool
	}{
		"written by an administrator":             {source: directory.Console, links: true},
		"written by a SCIM client":                {source: directory.SCIM, links: true},
		"imported":                                {source: directory.Import, links: true},
		"signed up and verified":                  {source: directory.SignUp, local: verified, links: true},
		"signed up, not verified":                 {source: directory.SignUp},
		"came by another provider, not verified":  {source: directory.JIT},
		"came by another provider, verified":      {source: directory.JIT, local: verified, links: true},
		"the provider did not verify it":          {source: directory.Console, who: func(p *idp.Person) { p.Verified = false }},
		"two users have it":                       {source: directory.Console, twin: true},
		"switched off":                            {source: directory.Console, off: true},
		"another address is the verified one":     {source: directory.SignUp, local: func(u *directory.User) { u.VerifiedEmail = "other@example.com" }},
		"the provider writes it in other letters": {source: directory.Console, who: func(p *idp.Person) { p.Email = "ADA@example.COM" }, links: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			w.settings(func(s *oidc.Settings) { s.LinkByEmail = !c.off })
			old := w.local("lovelace", c.source, c.local)
			if c.twin {
				w.local("twin", c.source, nil)
			}
			who := ada
			if c.who != nil {
				c.who(&who)
			}
			got := w.mustArrive(who)
			if (got.ID == old.ID) != c.links {
				t.Errorf("signed in as %s", got.UserName)
			}
			if again := w.mustArrive(who); again.ID != got.ID {
				t.Error("the second sign-in is another user's")
			}
			if got.ID == old.ID && got.UserName != "lovelace" {
				t.Errorf("linking renamed the user to %s", got.UserName)
			}
		})
	}
}

func TestDisabledUser(t *testing.T) {
	w := newFixture(t)
	u := w.mustArrive(ada)
	_, err := w.Directory.SetActive(t.Context(), u.ID, false, admin)
	w.must(err)
	_, err = w.arrive(ada)
	failed(t, err, oidc.Refused)
	if got, err := w.db.User(t.Context(), u.ID); err != nil || got.Active {
		t.Errorf("the sign-in enabled the user: %v", err)
	}
}

func TestDisabledUserIsNotLinked(t *testing.T) {
	w := newFixture(t)
	w.settings(func(s *oidc.Settings) { s.LinkByEmail = true })
	u := w.local("lovelace", directory.Console, func(u *directory.User) { u.Active = false })
	_, err := w.arrive(ada)
	failed(t, err, oidc.Refused)
	if links, _ := w.db.Identities(t.Context(), u.ID); len(links) != 0 {
		t.Error("linked all the same")
	}
}

// A user who is deleted here comes back as a new one.
func TestDeletedUserArrivesAgain(t *testing.T) {
	w := newFixture(t)
	u := w.mustArrive(ada)
	_, err := w.Directory.DeleteUser(t.Context(), u.ID, admin)
	w.must(err)
	if again := w.mustArrive(ada); again.ID == u.ID {
		t.Error("the deleted user came back")
	}
}

func TestUnlinkedUserIsNotRecognised(t *testing.T) {
	w := newFixture(t)
	u := w.mustArrive(ada)
	links, err := w.db.Identities(t.Context(), u.ID)
	w.must(err)
	w.must(w.Unlink(t.Context(), u.ID, links[0].Identity, admin))
	_, err = w.arrive(ada) // the name is there, and nothing shows that it is theirs
	failed(t, err, oidc.Clash)
}

func TestSync(t *testing.T) {
	for sync, want := range map[oidc.Sync]string{
		oidc.OverrideAll:   "Ada King//ada@new.example/",
		oidc.NoSync:        "Ada Lovelace/Countess/ada@example.com,home@example.com/Local",
		oidc.PreserveLocal: "Ada King/Countess/ada@new.example,home@example.com/Local",
	} {
		t.Run(string(sync), func(t *testing.T) {
			w := newFixture(t)
			w.settings(func(s *oidc.Settings) { s.Sync = sync })
			u := w.mustArrive(ada)
			u.Organization, u.Emails = "Local", append(u.Emails, directory.Email{Value: "home@example.com", Type: "home"})
			_, err := w.Directory.UpdateUser(t.Context(), u, admin)
			w.must(err)
			now := ada
			now.FamilyName, now.UserName, now.Email, now.Title, now.Verified = "King", "ada.king", "ada@new.example", "", false
			got := w.mustArrive(now)
			if s := summary(got); s != want {
				t.Errorf("got %s, want %s", s, want)
			}
			if got.UserName != "ada" || got.VerifiedEmail != "ada@example.com" {
				t.Errorf("user name %s, verified %s", got.UserName, got.VerifiedEmail)
			}
			if again := w.mustArrive(now); again.Version != got.Version {
				t.Error("a sign-in that says nothing new wrote the user")
			}
		})
	}
}

func summary(u directory.User) string {
	s := u.DisplayName + "/" + u.Title + "/"
	for i, e := range u.Emails {
		if i > 0 {
			s += ","
		}
		s += e.Value
	}
	return s + "/" + u.Organization
}

func TestDefaultGroups(t *testing.T) {
	w := newFixture(t)
	g, err := w.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: "Everybody"}, nil, admin)
	w.must(err)
	gone, err := w.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: "Gone"}, nil, admin)
	w.must(err)
	w.settings(func(s *oidc.Settings) { s.Groups = []string{g.ID, gone.ID} })
	w.must(w.Directory.DeleteGroup(t.Context(), gone.ID, admin))
	u := w.mustArrive(ada)
	in, err := w.db.GroupsOf(t.Context(), []string{u.ID})
	w.must(err)
	if len(in[u.ID]) != 1 || in[u.ID][0].DisplayName != "Everybody" {
		t.Errorf("joined %v", in[u.ID])
	}
}

// TestRejected: a blocking target that refuses ends the sign-in, and no user stays behind.
func TestRejected(t *testing.T) {
	w := newFixture(t)
	w.blocking(directory.Reject)
	w.engine.refuse = "The licence is used up."
	for status, want := range map[string]string{"failed": "Warehouse did not accept it: The licence is used up.",
		"paused": "Warehouse could not be reached. Try again in a few minutes."} { // what ails a connection is not for strangers
		w.engine.status = status
		_, err := w.arrive(ada)
		f := failed(t, err, oidc.Refused)
		if w.users() != 0 {
			t.Error("a user stayed behind")
		}
		if f.Text != want {
			t.Errorf("%s: the page says %q", status, f.Text)
		}
	}
	w.engine.refuse = ""
	w.mustArrive(ada)
}

func (w *fixture) blocking(f directory.OnFailure) {
	w.t.Helper()
	n, err := w.Directory.CreateConnection(w.t.Context(), directory.Connection{Name: "Warehouse"}, admin)
	w.must(err)
	k, err := w.Directory.CreateConnector(w.t.Context(), directory.Connector{ConnectionID: n.ID, Kind: "scim2", Enabled: true}, admin)
	w.must(err)
	_, err = w.Directory.CreateProvisioner(w.t.Context(), directory.Provisioner{ConnectorID: k.ID, Blocking: true, OnFailure: f, JITOutbound: true}, admin)
	w.must(err)
}

// TestRace: callbacks of one new subject that arrive together make one user.
func TestRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		w := fixtureOn(t, s)
		const n = 8
		answers, got := make([]oidc.Answer, n), make([]string, n)
		for i := range answers {
			answers[i] = w.answer(w.start(), ada)
		}
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				u, err := w.Finish(t.Context(), w.signIn.ConnectionID, answers[i])
				if err != nil {
					t.Error(err)
				}
				got[i] = u.ID
			})
		}
		all.Wait()
		for _, id := range got {
			if id != got[0] {
				t.Errorf("one person became %v", got)
				break
			}
		}
		if w.users() != 1 {
			t.Errorf("%d users", w.users())
		}
	})
}

func TestClaimsThatCannotBeUsed(t *testing.T) {
	w := newFixture(t)
	bad := ada
	bad.Email = "not an address"
	_, err := w.arrive(bad)
	failed(t, err, oidc.Clash)
	w.settings(func(s *oidc.Settings) {
		s.Mapping = map[string]string{"title": "claims.missing", "userName": "claims.sub"}
	})
	if u := w.mustArrive(ada); u.Title != "" || u.UserName != ada.Subject {
		t.Errorf("arrived as %+v", u)
	}
	if w.users() != 1 {
		t.Error("the first try left a user")
	}
}
