package oidc_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/demo/idp"
	"usher/directory"
)

var admin = directory.Actor{Kind: directory.ByAdmin, Name: "root"}

// sharedKey is made once for the test binary.
var sharedKey = idp.NewKey()

// fixture is a relying party over a real database, and a provider that can be made to lie.
type fixture struct {
	*oidc.Service
	t        *testing.T
	db       *db.Store
	clock    time.Duration // added to the time
	engine   *engine
	provider *liar
	signIn   oidc.SignIn
}

// engine stands in for the engine: it says what a blocking target said.
type engine struct{ refuse, status string }

func (s *engine) Wake() {}
func (s *engine) ProvisionNow(_ context.Context, _ string, ps []directory.Provisioner) []directory.Outcome {
	out := make([]directory.Outcome, len(ps))
	for i, p := range ps {
		out[i] = directory.Outcome{Connection: p.Connection, OK: s.refuse == "", Reason: s.refuse, Status: s.status}
	}
	return out
}

// liar is the demo's provider with a hand on what it answers.
type liar struct {
	*idp.Provider
	*httptest.Server
	mu       sync.Mutex
	down     bool
	hung     chan struct{}              // answers wait for it when it is set
	document func(map[string]any)       // changes the discovery document
	claims   func(map[string]any)       // changes the ID token before it is signed
	token    func(signed string) string // changes the signed ID token
	info     func(map[string]any)       // changes UserInfo
	asked    map[string]int             // requests by path
	other    http.Handler               // answers instead, for keys that were rotated
}

var ada = idp.Person{Subject: "s-ada", UserName: "ada", GivenName: "Ada", FamilyName: "Lovelace", Email: "ada@example.com", Verified: true,
	Title: "Countess", Department: "Analysis", Phone: "+44 20 7946 0000"}

func newLiar(t *testing.T) *liar { return liarWith(t, sharedKey) }

func liarWith(t *testing.T, key idp.Key) *liar {
	t.Helper()
	l := &liar{asked: map[string]int{}}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Server.Close)
	l.Provider = idp.NewWithKey(l.URL, []idp.Person{ada}, key)
	return l
}

func (l *liar) count(path string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[path]
}

func (l *liar) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.asked[r.URL.Path]++
	down, hung, h := l.down, l.hung, http.Handler(l.Provider)
	if l.other != nil {
		h = l.other
	}
	l.mu.Unlock()
	if hung != nil {
		select {
		case <-hung:
		case <-r.Context().Done():
		}
	}
	if down {
		http.Error(w, "down for repairs", http.StatusServiceUnavailable)
		return
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	body := l.change(r.URL.Path, rec.Body.Bytes())
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

// change lies about one answer.
func (l *liar) change(path string, body []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	switch {
	case strings.HasPrefix(path, "/.well-known") && l.document != nil:
		l.document(m)
	case path == "/userinfo" && l.info != nil:
		l.info(m)
	case path == "/token" && m["id_token"] != nil:
		m["id_token"] = l.lie(m["id_token"].(string))
	}
	out, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return out
}

func (l *liar) lie(signed string) string {
	if l.claims != nil {
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(signed, ".")[1])
		if err != nil {
			panic(err)
		}
		var c map[string]any
		if err := json.Unmarshal(payload, &c); err != nil {
			panic(err)
		}
		l.claims(c)
		if signed, err = l.Provider.Sign(c); err != nil {
			panic(err)
		}
	}
	if l.token != nil {
		signed = l.token(signed)
	}
	return signed
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	return fixtureOn(t, dbtest.New(t))
}

func fixtureOn(t *testing.T, s *db.Store) *fixture {
	t.Helper()
	w := &fixture{t: t, db: s, engine: &engine{}, provider: newLiar(t)}
	base, err := url.Parse("http://usher.example")
	w.must(err)
	now := func() time.Time { return time.Now().Add(w.clock).UTC().Truncate(time.Microsecond) }
	w.Service = &oidc.Service{Store: s, BaseURL: base, Now: now, Timeout: 2 * time.Second,
		Directory: &directory.Directory{Store: s, Engine: w.engine, Now: now},
		Client: func(private, plain bool) *http.Client {
			return connectors.NewClient(connectors.ClientOptions{AllowPrivate: private, AllowHTTP: plain}, nil)
		}}
	w.signIn = w.connect(t, w.provider, "Company login")
	return w
}

// connect makes a connection to a provider, and registers it there.
func (w *fixture) connect(t *testing.T, l *liar, name string) oidc.SignIn {
	t.Helper()
	set := oidc.NewSettings()
	set.AllowPrivate = true
	id := directory.NewID()
	in, err := w.Create(t.Context(), directory.Connection{ID: id, Name: name}, oidc.SignIn{Issuer: l.URL, ClientID: "usher", ClientSecret: "s3cret+/ %", Settings: set}, admin)
	w.must(err)
	l.Register(idp.Client{ID: "usher", Secret: "s3cret+/ %", RedirectURI: w.RedirectURL(id)})
	return in
}

func (w *fixture) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// settings changes the Just-in-Time Provisioning tab.
func (w *fixture) settings(f func(*oidc.Settings)) {
	w.t.Helper()
	in, err := w.Store.SignIn(w.t.Context(), w.signIn.ConnectionID)
	w.must(err)
	f(&in.Settings)
	w.must(w.UpdateJIT(w.t.Context(), in, admin))
}

// begun is a browser at the provider.
type begun struct {
	sealed string
	query  url.Values // of the authorization request
}

func (w *fixture) start() begun {
	w.t.Helper()
	to, sealed, err := w.Start(w.t.Context(), w.signIn.ConnectionID)
	w.must(err)
	u, err := url.Parse(to)
	w.must(err)
	return begun{sealed: sealed, query: u.Query()}
}

// answer is what the provider sends the browser back with when the person signs in.
func (w *fixture) answer(b begun, who idp.Person) oidc.Answer {
	return oidc.Answer{Sealed: b.sealed, Query: url.Values{"code": {w.provider.Grant(who, b.query)}, "state": {b.query.Get("state")}, "iss": {w.provider.URL}}}
}

// arrive is a whole sign-in.
func (w *fixture) arrive(who idp.Person) (directory.User, error) {
	w.t.Helper()
	return w.Finish(w.t.Context(), w.signIn.ConnectionID, w.answer(w.start(), who))
}

func (w *fixture) mustArrive(who idp.Person) directory.User {
	w.t.Helper()
	u, err := w.arrive(who)
	w.must(err)
	stored, err := w.db.User(w.t.Context(), u.ID)
	w.must(err)
	return stored
}

// users counts the live users.
func (w *fixture) users() int {
	w.t.Helper()
	p, err := w.db.Users(w.t.Context(), directory.UserFilter{})
	w.must(err)
	return len(p.Users)
}

// failed wants a failure of the kind, whose words have no secret in them.
func failed(t *testing.T, err error, kind oidc.Kind) *oidc.Failure {
	t.Helper()
	f, ok := errors.AsType[*oidc.Failure](err)
	if !ok || f.Kind != kind {
		t.Fatalf("got %v, want a failure of kind %s", err, kind)
	}
	if bytes.Contains([]byte(f.Error()), []byte("s3cret")) {
		t.Errorf("the failure has a secret in it: %s", f.Error())
	}
	return f
}
