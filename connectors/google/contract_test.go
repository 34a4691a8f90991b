package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

const (
	admin = "admin@example.com"
	api   = "^/admin/"
	label = "idp-id"
)

// newKey makes one key for all tests, for that takes long.
var newKey = sync.OnceValues(func() (googlefake.ServiceAccount, string) {
	account, file, err := googlefake.NewKey()
	if err != nil {
		panic(err)
	}
	return account, file
})

// clock is the fake's, which can be put forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// target adapts the fake to the contract's tests.
type target struct {
	*googlefake.Server
	url  string
	t    testing.TB
	time *clock
}

func newTarget(t testing.TB, o googlefake.Options) target {
	c := &clock{}
	o.Account, _ = newKey()
	o.Journal, o.Now, o.OrgUnits = 10_000, c.Now, []string{"/Staff", "/Left"}
	o.Domains = []string{"example.com", "example.org"}
	fake := googlefake.New(o)
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	return target{fake, srv.URL, t, c}
}

func (g target) Settings() map[string]string {
	_, file := newKey()
	return map[string]string{keyDomains: "example.com, example.org", keySubject: admin, keyCredentials: file,
		keyAllowPrivate: "true", keyEndpoint: g.url, keyTokenURL: g.url + googlefake.TokenPath}
}

func (g target) Accounts() []connectortest.Remote {
	var out []connectortest.Remote
	for _, u := range g.Snapshot() {
		out = append(out, connectortest.Remote{ID: u.ID, ExternalID: externalID(u), Disabled: u.Suspended || u.Archived, Values: values(u)})
	}
	return out
}

func externalID(u googlefake.User) string {
	for _, m := range entries(u.Document["externalIds"]) {
		if m["type"] == "custom" && m["customType"] == label {
			return m["value"].(string)
		}
	}
	return ""
}

func values(u googlefake.User) map[string]any {
	out := map[string]any{attrEmail: u.PrimaryEmail, attrSuspended: u.Suspended}
	if n, ok := u.Document["name"].(map[string]any); ok {
		for key, v := range n {
			out["name."+key] = v
		}
	}
	for _, m := range entries(u.Document["organizations"]) {
		for _, key := range []string{attrTitle, attrDepartment} {
			if v, ok := m[key]; ok {
				out[key] = v
			}
		}
	}
	return out
}

func (g target) Seed(p connectors.Profile, externalID string, isAdmin bool) string {
	return g.seed(p, externalID, googlefake.Seed{Admin: isAdmin, Age: 365 * 24 * time.Hour})
}

func (g target) seed(p connectors.Profile, externalID string, o googlefake.Seed) string {
	doc := map[string]any{"primaryEmail": p.Text(attrEmail), "name": map[string]any{"givenName": p.Text(attrGiven), "familyName": p.Text(attrFamily)},
		"organizations": []any{map[string]any{"primary": true, "title": p.Text(attrTitle), "costCenter": "C1"}}}
	if externalID != "" {
		doc["externalIds"] = []any{map[string]any{"type": "custom", "customType": label, "value": externalID}}
	}
	return g.Put(doc, o)
}

func (g target) Edit(id, key string, value any) {
	if part, ok := strings.CutPrefix(key, "name."); ok {
		u, _ := g.User(id)
		name := map[string]any{}
		for k, v := range u.Document["name"].(map[string]any) {
			name[k] = v
		}
		name[part] = value
		key, value = "name", name
	}
	if err := g.Server.Edit(id, map[string]any{key: value}); err != nil {
		g.t.Fatal(err)
	}
}

func (g target) Meet(trouble connectors.Trouble) {
	switch trouble {
	case connectors.Throttled:
		g.AddFault(fakekit.Fault{PathRe: api, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}},
			Body: googlefake.ErrorBody(429, "rateLimitExceeded", "Request quota exceeded.")})
	case connectors.Revoked:
		g.Revoke()
		g.AddFault(fakekit.Fault{PathRe: googlefake.TokenPath, Status: http.StatusUnauthorized, Body: fakekit.TokenError("unauthorized_client", "Client is unauthorized.")})
	case connectors.Down:
		g.AddFault(fakekit.Fault{PathRe: api, Status: http.StatusServiceUnavailable, Body: googlefake.ErrorBody(503, "backendError", "Backend Error")})
	case connectortest.LostAnswer:
		g.AddFault(fakekit.Fault{Method: http.MethodPost, PathRe: api, Phase: fakekit.After, Drop: fakekit.Reset})
	}
}

func profile(n int) connectors.Profile {
	name := fmt.Sprintf("user%03d", n)
	return connectors.Profile{ResourceID: fmt.Sprintf("0198f000-0000-7000-8000-%012d", n), Values: map[string]any{
		attrEmail: name + "@example.com", attrGiven: "Ada", attrFamily: "Lovelace", attrDisplay: "Ada " + name, attrTitle: "Analyst",
		attrDepartment: "Engines", attrSuspended: false, attrPhones: []any{map[string]any{"value": "+44 20 1234", "type": "work"}},
	}}
}

func with(p connectors.Profile, key string, v any) connectors.Profile {
	p.Values[key] = v
	return p
}

func harness(q googlefake.Quirks) connectortest.Harness {
	return connectortest.Harness{
		Definition: Definition(),
		New:        func(t testing.TB) connectortest.Target { return newTarget(t, googlefake.Options{Quirks: q}) },
		Profile:    profile,
		Change:     connectortest.Setting{Key: attrDepartment, Value: "Numbers"},
		Foreign:    connectortest.Setting{Key: attrGiven, Value: "Augusta"},
		Clear:      attrTitle,
		Rename: func(p, q connectors.Profile) connectors.Profile {
			return connectors.Profile{ResourceID: p.ResourceID, Values: q.Values}
		},
	}
}

func TestContract(t *testing.T) { connectortest.Run(t, harness(googlefake.Quirks{})) }

// The contract holds when Google is peculiar, too.
func TestContractWithQuirks(t *testing.T) {
	for name, q := range map[string]googlefake.Quirks{
		"new errors":         {NewErrors: true},
		"late index":         {IndexLag: time.Hour},
		"short pages":        {PageCap: 1},
		"slow":               {WriteDelay: time.Millisecond},
		"addresses are kept": {KeepAddress: true},
	} {
		t.Run(name, func(t *testing.T) { connectortest.Run(t, harness(q)) })
	}
}

// fixture is a target with an open connector, whose journal must be free of violations in the end.
type fixture struct {
	target
	*connector
	t *testing.T
}

// Update and UpdateGroup are the connector's without what the answer shows.
func (r fixture) Update(ctx context.Context, id string, c connectors.Changes) error {
	_, err := r.connector.Update(ctx, id, c)
	return err
}

func (r fixture) UpdateGroup(ctx context.Context, id string, g connectors.GroupProfile) error {
	_, err := r.connector.UpdateGroup(ctx, id, g)
	return err
}

func newFixture(t *testing.T, o googlefake.Options, settings ...string) fixture {
	t.Helper()
	g := newTarget(t, o)
	t.Cleanup(func() {
		for _, v := range g.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	input := g.Settings()
	for i := 0; i < len(settings); i += 2 {
		input[settings[i]] = settings[i+1]
	}
	return fixture{g, connectortest.Open(t, Definition(), input).(*connector), t}
}

func quirks(q googlefake.Quirks) googlefake.Options { return googlefake.Options{Quirks: q} }

func (r fixture) create(p connectors.Profile) connectors.Account {
	r.t.Helper()
	a, err := r.Create(r.t.Context(), p)
	if err != nil {
		r.t.Fatalf("create: %v", err)
	}
	return a
}

func (r fixture) find(p connectors.Profile) connectors.Account {
	r.t.Helper()
	a, err := r.Find(r.t.Context(), p)
	if err != nil {
		r.t.Fatalf("find: %v", err)
	}
	return a
}

func (r fixture) user(id string) googlefake.User {
	r.t.Helper()
	u, ok := r.User(id)
	if !ok {
		r.t.Fatalf("there is no user %s", id)
	}
	return u
}

func want(t *testing.T, err error, kind connectors.Kind) *connectors.Error {
	t.Helper()
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("error is %v (%q), want kind %q", err, connectors.KindOf(err), kind)
	}
	if e.Op == "" || e.Message == "" || (e.Remedy == "" && kind != connectors.NotFound) {
		t.Fatalf("error without operation, words or remedy: %+v", e)
	}
	return e
}

// calls is the journal in short, tokens included: "POST token, POST users, GET users/…".
func (r fixture) calls() string {
	var out []string
	for _, q := range r.Journal() {
		path := strings.TrimPrefix(strings.TrimPrefix(q.Path, googlefake.Prefix), "/")
		if i := strings.IndexByte(path, '/'); i > 0 && !strings.HasSuffix(path, "/undelete") {
			path = path[:i] + "/…"
		}
		out = append(out, q.Method+" "+path)
	}
	return strings.Join(out, ", ")
}

// sent is the body of the latest request with the method.
func (r fixture) sent(method string) string {
	body := ""
	for _, q := range r.Journal() {
		if q.Method == method && q.Path != googlefake.TokenPath {
			body = strings.TrimSpace(q.Body)
		}
	}
	return body
}
