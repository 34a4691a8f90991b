package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/auth/signup"
	"usher/connectors/scim2/scim2fake"
	"usher/db"
	"usher/demo/idp"
	"usher/directory"
)

// doorPassword is good for everybody in these tests.
const doorPassword = "seven grey herons wade"

// doorsFixture is an organisation with every door open: a database, a target that can be down, an identity provider.
type doorsFixture struct {
	db       string // flag
	file     string
	target   *scim2fake.Server
	down     atomic.Bool // the target answers 503
	provider *idp.Provider
	people   []idp.Person
	jit      string // ID of the connection to the provider
	token    string // of the SCIM API
	store    *db.Store
	acts     *directory.Directory
}

// newDoorsFixture prepares everything but the server, which will be reached at base.
func newDoorsFixture(t *testing.T, provisioner string, people []string) *doorsFixture {
	t.Helper()
	e := &doorsFixture{file: filepath.Join(t.TempDir(), "usher.db"), target: scim2fake.New(scim2fake.Options{Token: "door-token", Journal: 10_000})}
	e.db = "--db=" + e.file
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.down.Load() {
			http.Error(w, "closed for works", http.StatusServiceUnavailable)
			return
		}
		e.target.ServeHTTP(w, r)
	}))
	t.Cleanup(site.Close)
	config := strings.Replace(killSite(site.URL), "kill-token", "door-token", 1)
	config = strings.Replace(config, "connector: scim2}", "connector: scim2, jit_outbound: true"+provisioner+"}", 1)
	must(t, config, e.db, "apply", "-f", "-")
	must(t, doorPassword, e.db, "admin", "create", "--username=root", "--password-stdin")
	e.token = must(t, "", e.db, "token", "create", "--name=HR", "--scopes=scim")
	e.acts = openDirectory(t, e.file)
	e.store = e.acts.Store.(*db.Store)
	signUp := signup.Service{Store: e.store, Directory: e.acts, Now: now}
	if err := signUp.SaveSettings(t.Context(), signup.Settings{On: true, LinkMinutes: 60}, tester); err != nil {
		t.Fatal(err)
	}
	for _, name := range people {
		e.people = append(e.people, idp.Person{Subject: "sub-" + name, UserName: name, GivenName: "Jit", FamilyName: "Person", Email: name + "@example.com", Verified: true})
	}
	return e
}

// open makes the identity provider known to the server at base.
func (e *doorsFixture) open(t *testing.T, base string) {
	t.Helper()
	if e.provider != nil {
		e.provider.Register(idp.Client{ID: "usher", Secret: "s3cret", RedirectURI: e.service(t, base).RedirectURL(e.jit)})
		return
	}
	var handler http.Handler
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(site.Close)
	e.provider = idp.New(site.URL, e.people)
	handler = e.provider
	e.jit = directory.NewID()
	settings := oidc.NewSettings()
	settings.AllowPrivate = true
	_, err := e.service(t, base).Create(t.Context(), directory.Connection{ID: e.jit, Name: "Staff"},
		oidc.SignIn{Issuer: site.URL, ClientID: "usher", ClientSecret: "s3cret", Scopes: oidc.DefaultScopes, Settings: settings}, tester)
	if err != nil {
		t.Fatal(err)
	}
	e.open(t, base)
}

func (e *doorsFixture) service(t *testing.T, base string) *oidc.Service {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return &oidc.Service{Store: e.store, Directory: e.acts, BaseURL: u, Now: now}
}

// user reports whether there is a live user with the name.
func (e *doorsFixture) user(t *testing.T, name string) (directory.User, bool) {
	t.Helper()
	u, err := e.store.UserByName(t.Context(), name)
	if directory.CodeOf(err) == directory.NotFound {
		return u, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return u, true
}

// accounts are those at the target with this name.
func (e *doorsFixture) accounts(name string) (found []scim2fake.User) {
	for _, u := range e.target.Snapshot() {
		if u.UserName == name {
			found = append(found, u)
		}
	}
	return found
}

// TestDoors goes through every door, with a target that is waited for or not, and that is up or down.
func TestDoors(t *testing.T) {
	for _, mode := range []struct{ name, provisioner string }{
		{"not blocking", ""},
		{"reject", ", blocking: true, on_failure: reject, deadline: 3s"},
		{"create anyway", ", blocking: true, on_failure: create_anyway, deadline: 3s"},
	} {
		for _, d := range doors() {
			t.Run(mode.name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				e := newDoorsFixture(t, mode.provisioner, []string{d.name + "-up", d.name + "-down"})
				// A create that was answered with 503 is in doubt for as long as an attempt may take.
				r := start(t, e.db, "serve", "--addr=127.0.0.1:0", "--attempt-timeout=5s")
				e.open(t, r.URL)
				e.goThrough(t, d, r.URL, mode.provisioner != "", mode.name == "reject")
			})
		}
	}
}

func (e *doorsFixture) goThrough(t *testing.T, d door, base string, blocking, reject bool) {
	up, down := d.name+"-up", d.name+"-down"
	in, said, err := d.arrive(e, base, up)
	if err != nil || !in {
		t.Fatalf("with the target up: %v\n%s", err, said)
	}
	if n := len(e.accounts(up)); blocking && n != 1 {
		t.Error("the door was opened before the target had the user")
	}
	eventually(t, "the user is at the target", func() bool { return len(e.accounts(up)) == 1 })
	u, there := e.user(t, up)
	if !there || u.Source != d.source || e.accounts(up)[0].ExternalID != u.ID {
		t.Errorf("%v %+v", there, u)
	}

	e.down.Store(true)
	in, said, err = d.arrive(e, base, down)
	_, there = e.user(t, down)
	e.down.Store(false)
	switch {
	case err != nil:
		t.Error(err)
	case in == reject || there == reject:
		t.Errorf("with the target down: let in %v, there %v\n%s", in, there, said)
	case reject && !strings.Contains(said, "Target"):
		t.Errorf("it is not told which target refused: %s", said)
	}
	if reject {
		e.nothingLeft(t, down)
	} else {
		eventually(t, "the user is at the target when it is up again", func() bool { return len(e.accounts(down)) == 1 })
	}

	for _, name := range []string{up, down} {
		if u, there := e.user(t, name); there {
			if _, err := e.acts.DeleteUser(t.Context(), u.ID, tester); err != nil {
				t.Fatal(err)
			}
			eventually(t, "a leaver is gone", func() bool { return len(e.accounts(name)) == 0 })
		}
	}
}

// nothingLeft waits until a refused user has left no trace, at the target or here.
func (e *doorsFixture) nothingLeft(t *testing.T, name string) {
	t.Helper()
	eventually(t, "a refused user leaves no account behind", func() bool {
		o, err := e.store.Overview(t.Context(), time.Now())
		return err == nil && o.Progress.Total == o.Progress.Counts["synced"] && len(e.accounts(name)) == 0
	})
	if _, there := e.user(t, name); there {
		t.Error("a refused user is there")
	}
}
