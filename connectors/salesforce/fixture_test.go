package salesforce

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

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

func newFixture(t *testing.T, o salesforcefake.Options, settings ...string) fixture {
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
	g.correlation = input[keyCorrelation]
	g.sets = input[keyGroupTarget] == targetPermissionSets
	k := connectortest.Open(t, Definition(), input).(*connector)
	k.now = g.time.Now
	return fixture{g, k, t}
}

func quirks(q salesforcefake.Quirks) salesforcefake.Options { return salesforcefake.Options{Quirks: q} }

func (r fixture) fault(method, path string, status int, body string) {
	r.AddFault(fakekit.Fault{Method: method, PathRe: path, Status: status, Body: body})
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

// update sets one attribute.
func (r fixture) update(id string, p connectors.Profile, set map[string]any) error {
	return r.Update(r.t.Context(), id, connectors.Changes{Set: set, Want: p})
}

func (r fixture) user(id string) salesforcefake.User {
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

// about says in short what a request is: "token", "describe", "query User", "POST User", "PATCH User".
func about(q fakekit.Request) string {
	if q.Path == salesforcefake.TokenPath {
		return "token"
	}
	parts := strings.Split(strings.TrimPrefix(q.Path, "/services/data/"), "/")
	switch {
	case strings.HasSuffix(q.Path, "/describe"):
		return "describe"
	case len(parts) > 2 && parts[1] == "query":
		return "query more"
	case len(parts) > 1 && parts[1] == "query":
		v, _ := url.ParseQuery(q.Query)
		_, rest, _ := strings.Cut(v.Get("q"), " FROM ")
		object, _, _ := strings.Cut(rest, " ")
		return "query " + object
	case len(parts) > 2 && parts[1] == "sobjects":
		name := parts[2]
		if strings.HasSuffix(q.Path, "/password") {
			name = "password"
		}
		return q.Method + " " + name
	}
	return q.Method + " " + strings.Join(parts[min(1, len(parts)):], "/")
}

// calls is the journal in short, logins and what is kept included.
func (r fixture) calls() string {
	var out []string
	for _, q := range r.Journal() {
		out = append(out, about(q))
	}
	return strings.Join(out, ", ")
}

// sent is the body of the latest such request.
func (r fixture) sent(what string) string {
	body := ""
	for _, q := range r.Journal() {
		if about(q) == what {
			body = q.Body
		}
	}
	return body
}
