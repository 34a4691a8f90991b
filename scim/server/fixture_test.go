package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/scim/server"
)

// fixture is the API over a real database, without targets.
type fixture struct {
	t     *testing.T
	api   *server.Server
	store *db.Store
	dir   *directory.Directory
	web   *httptest.Server
	log   *bytes.Buffer
	token string // what is presented
}

// The tokens that there are.
const (
	application = "usher_application"
	another     = "usher_another"
	personal    = "usher_personal" // of the user who is named at start
)

type fakeTokens map[string]auth.Token

func (f fakeTokens) CheckToken(_ context.Context, presented string, scope auth.Scope) (auth.Token, bool, error) {
	if presented == "usher_broken" {
		return auth.Token{}, false, fmt.Errorf("the database is at lunch")
	}
	t, ok := f[presented]
	return t, ok && scope == auth.ScopeSCIM, nil
}

type noTargets struct{}

func (noTargets) Wake() {}
func (noTargets) ProvisionNow(context.Context, string, []directory.Provisioner) []directory.Outcome {
	return nil
}

func start(t *testing.T, change ...func(*fixture)) *fixture {
	t.Helper()
	return startOn(t, dbtest.New(t), change...)
}

func startOn(t *testing.T, store *db.Store, change ...func(*fixture)) *fixture {
	t.Helper()
	s := &fixture{t: t, store: store, token: application, log: &bytes.Buffer{}}
	s.dir = &directory.Directory{Store: store, Engine: noTargets{}, Now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }}
	s.api = &server.Server{Store: store, Directory: s.dir, Rate: 1e6, Burst: 1e6, Log: slog.New(slog.NewTextHandler(s.log, nil)),
		Tokens:       fakeTokens{application: {ID: "t1", Name: "entra"}, another: {ID: "t2", Name: "okta"}},
		HashPassword: func(_ context.Context, p string) (string, error) { return "hash of " + p, nil }}
	base, _ := url.Parse("https://usher.example.com")
	s.api.BaseURL = base
	for _, f := range change {
		f(s)
	}
	s.web = httptest.NewServer(s.api.Handler())
	t.Cleanup(s.web.Close)
	return s
}

// got is an answer.
type got struct {
	t      *testing.T
	status int
	header http.Header
	text   string
	body   map[string]any
}

// do sends a request to a path below /scim2, or to an address that an answer gave. Headers are name, value, …
func (s *fixture) do(method, path string, body any, headers ...string) got {
	s.t.Helper()
	path = strings.TrimPrefix(path, "https://usher.example.com/scim2")
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.web.URL+server.Prefix+path, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := s.web.Client().Do(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	g := got{t: s.t, status: answer.StatusCode, header: answer.Header, text: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &g.body); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
		if ct := answer.Header.Get("Content-Type"); ct != "application/scim+json" {
			s.t.Errorf("%s %s: Content-Type %q", method, path, ct)
		}
	}
	return g
}

func (s *fixture) as(token string) *fixture {
	other := *s
	other.token = token
	return &other
}

// must is do, and the status must be this one.
func (s *fixture) must(status int, method, path string, body any, headers ...string) got {
	s.t.Helper()
	g := s.do(method, path, body, headers...)
	if g.status != status {
		s.t.Fatalf("%s %s: %d, want %d: %s", method, path, g.status, status, g.text)
	}
	return g
}

// refused is do, and the answer must be a SCIM error of this kind.
func (s *fixture) refused(status int, scimType, method, path string, body any, headers ...string) got {
	s.t.Helper()
	g := s.must(status, method, path, body, headers...)
	g.isError(status, scimType)
	return g
}

func (g got) isError(status int, scimType string) {
	g.t.Helper()
	if g.text == "" {
		g.t.Fatal("an error without a body")
	}
	if s, _ := g.at("schemas.0").(string); s != "urn:ietf:params:scim:api:messages:2.0:Error" {
		g.t.Errorf("not a SCIM error: %s", g.text)
	}
	if g.at("status") != fmt.Sprint(status) {
		g.t.Errorf("status in the body: %v, want %q as text", g.at("status"), fmt.Sprint(status))
	}
	if kind, _ := g.at("scimType").(string); kind != scimType {
		g.t.Errorf("scimType %q, want %q: %s", kind, scimType, g.text)
	}
	if d, _ := g.at("detail").(string); d == "" {
		g.t.Errorf("no detail: %s", g.text)
	}
}

// at walks into the body: "emails.0.value"; a URN is one step, written in angle brackets.
func (g got) at(path string) any {
	var v any = g.body
	for path != "" {
		var step string
		if rest, ok := strings.CutPrefix(path, "<"); ok {
			step, path, _ = strings.Cut(rest, ">")
			path = strings.TrimPrefix(path, ".")
		} else {
			step, path, _ = strings.Cut(path, ".")
		}
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if _, err := fmt.Sscanf(step, "%d", &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (g got) text1(path string) string { s, _ := g.at(path).(string); return s }

// want compares values by their paths: path, value, path, value, …; nil means that there must be none.
func (g got) want(pairs ...any) got {
	g.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		path := pairs[i].(string)
		if have, want := fmt.Sprint(g.at(path)), fmt.Sprint(pairs[i+1]); have != want {
			g.t.Errorf("%s is %s, want %s in %s", path, have, want, g.text)
		}
	}
	return g
}

func (g got) list(path string) []any { l, _ := g.at(path).([]any); return l }

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

type obj = map[string]any

func user(name string, more ...any) obj {
	o := obj{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": name}
	for i := 0; i+1 < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}

func group(name string, members ...string) obj {
	list := []obj{}
	for _, id := range members {
		list = append(list, obj{"value": id})
	}
	return obj{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": name, "members": list}
}

func patchOf(ops ...obj) obj {
	return obj{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": ops}
}

// add makes a user and says their ID.
func (s *fixture) add(name string, more ...any) string {
	s.t.Helper()
	return s.must(201, "POST", "/Users", user(name, more...)).text1("id")
}

func (s *fixture) addGroup(name string, members ...string) string {
	s.t.Helper()
	return s.must(201, "POST", "/Groups", group(name, members...)).text1("id")
}
