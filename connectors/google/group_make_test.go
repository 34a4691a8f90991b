package google

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

func TestGroupsAreMadeWithTheirAddress(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{}, keyGroupDomain, "example.org")
	id := r.createGroup(connectors.GroupProfile{ResourceID: group(1).ResourceID, Name: "Über-Team R&D"})
	const body = `{"email":"uber-team-r-d@example.org","externalIds":[{"id":"0198f000-0000-7000-9000-000000000001","namespace":"idp-id"}],"name":"Über-Team R&D"}`
	if sent := strings.ReplaceAll(r.sent("POST"), `\u0026`, "&"); sent != body {
		t.Errorf("sent %s", sent)
	}
	if err := r.UpdateGroup(t.Context(), id, connectors.GroupProfile{ResourceID: group(1).ResourceID, Name: "Engines"}); err != nil {
		t.Fatal(err)
	}
	if g := r.AllGroups()[0]; g.Name != "Engines" || g.Email != "uber-team-r-d@example.org" || len(g.Aliases) != 0 {
		t.Errorf("a new name changed the address: %+v", g)
	}
}

func TestSlugs(t *testing.T) {
	k := &connector{groupDomain: "example.com"}
	for name, want := range map[string]string{
		"Sales":                  "sales@example.com",
		" App: Čeština / Straße": "app-cestina-strasse@example.com",
		"Eng@Example.com":        "eng@example.com",
		"Ħamrun Ǿst":             "hamrun-ost@example.com",
		"a@other.net":            "a-other-net@example.com",
		"営業 A":                   "a-00000007@example.com",
		"営業":                     "00000007@example.com",
		"":                       "00000007@example.com",
		strings.Repeat("x", 300): strings.Repeat("x", 50) + "-00000007@example.com",
	} {
		if got := k.groupAddress(connectors.GroupProfile{ResourceID: "0198f000-0000-7000-9000-000000000007", Name: name}); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	if got := k.groupAddress(connectors.GroupProfile{}); got != "" {
		t.Errorf("an address of nothing: %s", got)
	}
}

// A Workspace account whose groups take no external IDs says so once; after that nobody asks again.
func TestGroupsWithoutExternalIDs(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{NoGroupIDs: true})
	r.createGroup(group(1))
	r.createGroup(group(2))
	if n := strings.Count(r.calls(), "POST groups"); n != 3 {
		t.Errorf("%d creates: %s", n, r.calls())
	}
	if a, err := r.FindGroup(t.Context(), group(2)); err != nil || a.ExternalID != "" {
		t.Errorf("%+v, %v", a, err)
	}
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "groups", Status: 400, Body: googlefake.ErrorBody(400, "invalid", "Invalid Input: email")})
	_, err := r.CreateGroup(t.Context(), group(3))
	want(t, err, connectors.Invalid)
}

func TestFindGroupPrefersOursThenTheAddressThenTheName(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{PageCap: 1})
	named := r.PutGroup(googlefake.Group{Email: "x@example.com", Name: "engines 1"})
	found := func() string {
		t.Helper()
		a, err := r.FindGroup(t.Context(), group(1))
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	if found() != named {
		t.Error("not found by its name")
	}
	r.PutGroup(googlefake.Group{Email: "y@example.com", Name: "Engines 1"})
	_, err := r.FindGroup(t.Context(), group(1))
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, named) || !strings.Contains(e.Message, "y@example.com") {
		t.Errorf("%+v", e)
	}
	addressed := r.PutGroup(googlefake.Group{Email: "engines-1@example.com", Name: "Else"})
	if found() != addressed {
		t.Error("not found by its address")
	}
	ours := r.PutGroup(googlefake.Group{Email: "z@example.com", Name: "Engines 1", ExternalIDs: map[string]string{label: group(1).ResourceID, "okta": "7"}})
	if found() != ours {
		t.Error("not found by our ID")
	}
}

func TestForbiddenOnAGroup(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id, who := r.createGroup(group(1)), r.seedUser(1)
	r.AddFault(fakekit.Fault{PathRe: "groups/", Times: -1, Status: 403, Body: googlefake.ErrorBody(403, "forbidden", "Not Authorized to access this resource/api")})
	_, err := r.change(id, []string{who}, nil)
	want(t, err, connectors.Temporary)
	want(t, r.UpdateGroup(t.Context(), id, group(2)), connectors.Temporary)
	r.connector.now = func() time.Time { return time.Now().Add(window + time.Minute) }
	_, err = r.change(id, []string{who}, nil)
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, "manage groups") {
		t.Errorf("remedy: %s", e.Remedy)
	}
	want(t, r.DeleteGroup(t.Context(), id), connectors.Misconfigured)
}

func TestUnusableGroupIDs(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	for _, id := range []string{"", ".", "..", "a@example.com"} {
		want(t, r.UpdateGroup(t.Context(), id, group(1)), connectors.Invalid)
		want(t, r.DeleteGroup(t.Context(), id), connectors.Invalid)
		_, err := r.change(id, []string{"1"}, nil)
		want(t, err, connectors.Invalid)
		for _, err := range r.Members(t.Context(), id) {
			want(t, err, connectors.Invalid)
		}
	}
	if r.calls() != "" {
		t.Errorf("calls: %s", r.calls())
	}
}

// Scopes that pushing needs are asked for only while it is on.
func TestScopesOfGroups(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	if report, err := r.Check(t.Context()); err != nil || report.Capabilities[len(report.Capabilities)-1].Can {
		t.Errorf("%v: %+v", err, report.Capabilities)
	}
	for _, q := range r.Journal() {
		if q.Scope != "" && q.Scope != userScope {
			t.Errorf("asked for %s", q.Scope)
		}
	}
	for lacking, scopes := range map[string][]string{groupScope: {userScope}} {
		r = newFixture(t, googlefake.Options{Scopes: scopes}, connectors.PushGroups, "true")
		_, err := r.Check(t.Context())
		if e := want(t, err, connectors.Denied); !strings.HasPrefix(e.Remedy, "The scope "+lacking+" is missing") {
			t.Errorf("remedy: %s", e.Remedy)
		}
	}
	r = newGroupFixture(t, googlefake.Quirks{})
	report, err := r.Check(t.Context())
	if err != nil || !report.Capabilities[len(report.Capabilities)-1].Can {
		t.Errorf("%v: %+v", err, report)
	}
	r.AddFault(fakekit.Fault{PathRe: "/groups", Status: http.StatusForbidden, Body: googlefake.ErrorBody(403, "forbidden", "Not Authorized to access this resource/api")})
	report, err = r.Check(t.Context())
	if e := want(t, err, connectors.Misconfigured); report.Steps[len(report.Steps)-1].Name != "Read groups" || !strings.Contains(e.Remedy, "manage groups") {
		t.Errorf("%+v", report.Steps)
	}
	for _, f := range Definition().Fields {
		if f.Key == keyGroupDomain && strings.HasSuffix(f.Help, ": "+groupScope) {
			return
		}
	}
	t.Error("the scopes to delegate are not shown to copy")
}
