package scim2

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

const (
	testToken  = "tok-9f8e7d6c5b4a"
	department = scim.EnterpriseURN + ":department"
)

// target adapts the fake to the contract's tests.
type target struct {
	*scim2fake.Server
	url string
	t   testing.TB
}

func newTarget(t testing.TB, q scim2fake.Quirks) target {
	fake := scim2fake.New(scim2fake.Options{Token: testToken, Journal: 10_000, Quirks: q})
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	t.Cleanup(func() {
		if o := fake.Overlaps(); len(o) > 0 {
			t.Errorf("writes of one user overlapped: %v", o)
		}
	})
	return target{fake, srv.URL, t}
}

func (g target) Settings() map[string]string {
	return map[string]string{"base_url": g.url + scim2fake.Prefix, "auth_mode": "bearer", "token": testToken, "allow_private_network": "true"}
}

func (g target) Accounts() []connectortest.Remote {
	var out []connectortest.Remote
	for _, u := range g.Snapshot() {
		out = append(out, connectortest.Remote{ID: u.ID, ExternalID: u.ExternalID, Disabled: !u.Active, Values: values(u)})
	}
	return out
}

func values(u scim2fake.User) map[string]any {
	out := map[string]any{}
	for _, a := range service.Attributes() {
		if v := wire.Document(u.Attributes).Get(a.Key); v != nil {
			out[a.Key] = v
		}
	}
	return out
}

func (g target) Seed(p connectors.Profile, externalID string, admin bool) string {
	d := newUser(p)
	delete(d, "externalId")
	if externalID != "" {
		d["externalId"] = externalID
	}
	if admin {
		d["roles"] = []any{map[string]any{"value": "Administrator"}}
	}
	id, err := g.Put(d)
	if err != nil {
		g.t.Fatal(err)
	}
	return id
}

func (g target) Edit(id, key string, value any) {
	u, _ := g.User(id)
	d := wire.Document(u.Attributes)
	d.Set(key, value)
	if err := g.Server.Edit(id, d); err != nil {
		g.t.Fatal(err)
	}
}

func (g target) Meet(trouble connectortest.Trouble) {
	echo := fmt.Sprintf(`{"detail":"no luck with Bearer %s","status":"0"}`, testToken)
	switch trouble {
	case connectors.Throttled:
		g.AddFault(fakekit.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}}, Body: echo})
	case connectors.Revoked:
		g.AddFault(fakekit.Fault{Status: http.StatusUnauthorized, Body: echo})
	case connectors.Down:
		g.AddFault(fakekit.Fault{Status: http.StatusServiceUnavailable, Body: echo})
	case connectortest.LostAnswer:
		g.AddFault(fakekit.Fault{Method: http.MethodPost, Phase: fakekit.After, Drop: fakekit.Reset})
	}
}

func profile(n int) connectors.Profile {
	name := fmt.Sprintf("user%03d", n)
	return connectors.Profile{ResourceID: fmt.Sprintf("0198f000-0000-7000-8000-%012d", n), Values: map[string]any{
		service.AttrUserName: name + "@example.com", "name.givenName": "Ada", "name.familyName": "Lovelace", "displayName": "Ada " + name, "title": "Analyst",
		"emails":       []any{map[string]any{"value": name + "@example.com", "type": "work", "primary": true}},
		"phoneNumbers": []any{map[string]any{"value": "+44 20 1234", "type": "work"}},
		department:     "Engines", service.AttrActive: true,
	}}
}

func named(n int, name string) connectors.Profile {
	p := profile(n)
	p.Values[service.AttrUserName] = name
	return p
}

func harness(q scim2fake.Quirks) connectortest.Harness {
	return connectortest.Harness{
		Definition: Definition(),
		New:        func(t testing.TB) connectortest.Target { return newTarget(t, q) },
		Profile:    profile,
		Change:     connectortest.Setting{Key: department, Value: "Numbers"},
		Foreign:    connectortest.Setting{Key: "name.givenName", Value: "Augusta"},
		Clear:      "title",
		Rename: func(p, q connectors.Profile) connectors.Profile {
			return connectors.Profile{ResourceID: p.ResourceID, Values: q.Values}
		},
	}
}

func TestContract(t *testing.T) { connectortest.Run(t, harness(scim2fake.Quirks{})) }

// The contract holds at services with peculiarities, too.
func TestContractWithQuirks(t *testing.T) {
	for name, q := range map[string]scim2fake.Quirks{
		"put only":         {NoPatch: http.StatusMethodNotAllowed},
		"no filters":       {FilterStatus: http.StatusNotImplemented, PageCap: 3},
		"filters ignored":  {FilterIgnored: true, PageCap: 2},
		"awkward IDs":      {AwkwardIDs: true},
		"numeric IDs":      {NumericIDs: true},
		"other case":       {OtherCase: true},
		"silent":           {CreateEmpty: true, PatchNoBody: true, NoneIs404: true},
		"cursors":          {FilterStatus: http.StatusBadRequest, Cursor: true, PageCap: 2},
		"slow and capped":  {WriteDelay: time.Millisecond, PageCap: 1},
		"duplicate is 400": {TakenStatus: http.StatusBadRequest, TakenBody: `{"detail":"userName is not unique"}`},
	} {
		t.Run(name, func(t *testing.T) { connectortest.Run(t, harness(q)) })
	}
}

// fixture is a target with an open connector.
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

func newFixture(t *testing.T, q scim2fake.Quirks, settings ...string) fixture {
	t.Helper()
	return fixtureOf(t, newTarget(t, q), settings...)
}

func fixtureOf(t *testing.T, g target, settings ...string) fixture {
	t.Helper()
	input := g.Settings()
	for i := 0; i < len(settings); i += 2 {
		input[settings[i]] = settings[i+1]
	}
	return fixture{g, connectortest.Open(t, Definition(), input).(*connector), t}
}

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

func (r fixture) put(attributes map[string]any) string {
	r.t.Helper()
	id, err := r.Server.Put(attributes)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func want(t *testing.T, err error, kind connectors.Kind) *connectors.Error {
	t.Helper()
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("error is %v (%q), want kind %q", err, connectors.KindOf(err), kind)
	}
	return e
}

// methods is the journal in short: "POST /Users, PATCH /Users/…".
func (r fixture) methods() string {
	var out []string
	for _, q := range r.Journal() {
		out = append(out, q.Method)
	}
	return strings.Join(out, " ")
}
