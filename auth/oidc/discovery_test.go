package oidc_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/connectors"
	"usher/demo/idp"
)

func TestProviderDown(t *testing.T) {
	w := newFixture(t)
	w.provider.set(func() { w.provider.down = true })
	for range 3 {
		_, _, err := w.Start(t.Context(), w.signIn.ConnectionID)
		failed(t, err, oidc.Unreachable)
	}
	if n := w.provider.count("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("a provider that is down was asked %d times within a moment", n)
	}
	w.provider.set(func() { w.provider.down = false })
	w.clock = time.Minute
	w.mustArrive(ada)
}

// The last good discovery is kept for as long as the provider does not give another.
func TestLastGoodDiscovery(t *testing.T) {
	w := newFixture(t)
	w.mustArrive(ada)
	w.provider.set(func() { w.provider.down = true })
	w.clock = 3 * time.Hour
	for range 5 {
		w.start()
	}
	_, err := w.arrive(ada) // the way there is known; the provider is down all the same
	failed(t, err, oidc.Unreachable)
	w.provider.set(func() { w.provider.down = false })
	w.clock = 4 * time.Hour
	w.start() // renews beside
	w.provider.claims = func(c map[string]any) {
		c["iat"], c["exp"] = time.Now().Add(w.clock).Unix(), time.Now().Add(5*time.Hour).Unix()
	}
	w.mustArrive(ada)
}

func TestProviderHangs(t *testing.T) {
	w := newFixture(t)
	w.Timeout = 200 * time.Millisecond
	hang := make(chan struct{})
	w.provider.set(func() { w.provider.hung = hang })
	defer close(hang)
	var all sync.WaitGroup
	began := time.Now()
	for range 20 {
		all.Go(func() {
			_, _, err := w.Start(t.Context(), w.signIn.ConnectionID)
			if f, ok := errors.AsType[*oidc.Failure](err); !ok || f.Kind != oidc.Unreachable {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("twenty sign-ins hung for %s", took)
	}
}

func TestProviderHangsLater(t *testing.T) {
	for _, path := range []string{"/token", "/keys", "/userinfo"} {
		t.Run(path, func(t *testing.T) {
			w := newFixture(t)
			w.Timeout = 300 * time.Millisecond
			a := w.answer(w.start(), ada)
			hang := make(chan struct{})
			defer close(hang)
			w.provider.set(func() {
				w.provider.other = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if r.URL.Path == path {
						<-hang
						return
					}
					w.provider.Provider.ServeHTTP(rw, r)
				})
			})
			began := time.Now()
			_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
			failed(t, err, oidc.Unreachable)
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestRotatedKeys(t *testing.T) {
	w := newFixture(t)
	w.mustArrive(ada)
	a := w.start()
	fresh := idp.New(w.provider.URL, []idp.Person{ada}) // the same provider with other keys
	fresh.Register(idp.Client{ID: "usher", Secret: "s3cret+/ %", RedirectURI: w.RedirectURL(w.signIn.ConnectionID)})
	w.provider.set(func() { w.provider.other = fresh })
	answer := w.answer(a, ada)
	answer.Query.Set("code", fresh.Grant(ada, a.query))
	u, err := w.Finish(t.Context(), w.signIn.ConnectionID, answer)
	w.must(err)
	if u.UserName != "ada" || w.provider.count("/keys") != 2 {
		t.Errorf("%s arrived after %d reads of the keys", u.UserName, w.provider.count("/keys"))
	}
}

func TestDocumentsThatAreRefused(t *testing.T) {
	for name, lie := range map[string]func(map[string]any){
		"another issuer":           func(m map[string]any) { m["issuer"] = "https://attacker.example" },
		"no token endpoint":        func(m map[string]any) { delete(m, "token_endpoint") },
		"plain http outside":       func(m map[string]any) { m["token_endpoint"] = "http://login.example.com/token" },
		"a script":                 func(m map[string]any) { m["authorization_endpoint"] = "javascript:alert(1)" },
		"only forgeable":           func(m map[string]any) { m["id_token_signing_alg_values_supported"] = []string{"none", "HS256"} },
		"another kind of document": func(m map[string]any) { clear(m) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			w.provider.document = lie
			_, _, err := w.Start(t.Context(), w.signIn.ConnectionID)
			if f := failed(t, err, oidc.Untrusted); !strings.Contains(f.Text, "Usher cannot work with Company login: ") {
				t.Errorf("the page says %s", f.Text)
			}
		})
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	w := newFixture(t)
	w.settings(func(s *oidc.Settings) { s.AllowPrivate = false })
	_, _, err := w.Start(t.Context(), w.signIn.ConnectionID)
	failed(t, err, oidc.Unreachable)
	if !errors.Is(err, connectors.ErrPrivateAddress) {
		t.Errorf("got %v", err)
	}
	if n := w.provider.count("/.well-known/openid-configuration"); n != 0 {
		t.Error("it was called all the same")
	}
}

func explain(err error) (string, string) { return err.Error(), "" }

func TestTest(t *testing.T) {
	w := newFixture(t)
	in, err := w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
	w.must(err)
	state := func() (all string) {
		for _, s := range w.Test(t.Context(), in, explain) {
			all += s.Name + ": " + string(s.State) + " " + s.Detail + " " + s.Remedy + "\n"
		}
		return all
	}
	if got := state(); strings.Contains(got, "failed") || strings.Contains(got, "warning") || !strings.Contains(got, "RS256") || !strings.Contains(got, w.provider.URL+"/token") {
		t.Errorf("a good provider:\n%s", got)
	}
	for want, lie := range map[string]func(map[string]any){
		"exactly like that":             func(m map[string]any) { m["issuer"] = w.provider.URL + "/" },
		"does not list S256":            func(m map[string]any) { delete(m, "code_challenge_methods_supported") },
		"takes only private":            func(m map[string]any) { m["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"} },
		"does not list profile, email":  func(m map[string]any) { m["scopes_supported"] = []string{"openid"} },
		"Read the signing keys: failed": func(m map[string]any) { m["jwks_uri"] = w.provider.URL + "/nothing" },
	} {
		w.provider.document = lie
		if got := state(); !strings.Contains(got, want) {
			t.Errorf("want %q:\n%s", want, got)
		}
	}
	w.provider.down = true
	if got := state(); !strings.Contains(got, "Read the discovery document: failed") || !strings.Contains(got, "/.well-known/openid-configuration must answer") {
		t.Errorf("a provider that is down:\n%s", got)
	}
}

// Keys that were read once are of use while the server of the keys is down, a renewed discovery notwithstanding.
func TestKeysOutliveTheirServer(t *testing.T) {
	w := newFixture(t)
	w.mustArrive(ada)
	w.clock = 2 * time.Hour
	w.provider.claims = func(c map[string]any) {
		c["iat"], c["exp"] = time.Now().Add(w.clock).Unix(), time.Now().Add(5*time.Hour).Unix()
	}
	w.start() // renews beside
	const document = "/.well-known/openid-configuration"
	for end := time.Now().Add(5 * time.Second); w.provider.count(document) < 2 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // the answer is on its way back
	w.provider.set(func() {
		w.provider.other = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/keys" {
				http.Error(rw, "down", http.StatusServiceUnavailable)
				return
			}
			w.provider.Provider.ServeHTTP(rw, r)
		})
	})
	w.mustArrive(ada)
	if n := w.provider.count(document); n != 2 {
		t.Errorf("the discovery document was read %d times", n)
	}
}
