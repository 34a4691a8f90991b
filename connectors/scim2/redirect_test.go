package scim2

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

// slashed serves the fake as frameworks do that want a slash at the end of some paths: every other one is redirected.
func slashed(t *testing.T, status int, wants func(path string) bool, settings map[string]string) (fixture, *[]string) {
	t.Helper()
	fake := scim2fake.New(scim2fake.Options{Token: testToken, Journal: 100})
	seen := &[]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.Method+" "+r.URL.Path)
		if wants(r.URL.Path) && !strings.HasSuffix(r.URL.Path, "/") {
			u := *r.URL
			u.Path += "/"
			w.Header().Set("Location", u.RequestURI())
			w.WriteHeader(status)
			return
		}
		r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	g := target{fake, srv.URL, t}
	input := g.Settings()
	for k, v := range settings {
		input[k] = strings.ReplaceAll(v, "SELF", srv.URL+scim2fake.Prefix)
	}
	return fixture{g, connectortest.Open(t, Definition(), input).(*connector), t}, seen
}

func live(r fixture) {
	r.t.Helper()
	a := r.create(profile(1))
	r.find(profile(1))
	if err := r.Update(r.t.Context(), a.ID, setTitle("Countess")); err != nil {
		r.t.Errorf("update: %v", err)
	}
	g := r.group()
	r.change(g, connectors.MemberChanges{Add: []string{a.ID}})
	if err := r.DeleteGroup(r.t.Context(), g); err != nil {
		r.t.Errorf("delete the group: %v", err)
	}
	if err := r.Deprovision(r.t.Context(), a.ID, connectors.Delete); err != nil {
		r.t.Errorf("deprovision: %v", err)
	}
	if n := len(r.Accounts()); n != 0 {
		r.t.Errorf("%d accounts are left", n)
	}
}

// A slash that was entered at an endpoint's end belongs there, and not before the ID of a single resource.
func TestAnEndpointKeepsItsSlash(t *testing.T) {
	lists := func(path string) bool { return strings.HasSuffix(path, "s") }
	r, seen := slashed(t, http.StatusMovedPermanently, lists, map[string]string{"user_endpoint": "SELF/Users/", "group_endpoint": "SELF/Groups/"})
	live(r)
	for _, q := range *seen {
		if strings.HasSuffix(q, "/Users") || strings.HasSuffix(q, "/Groups") || strings.Contains(q, "//") {
			t.Errorf("asked for %s", q)
		}
	}
}

// Whoever adds the slash is followed, and asked at the right address from then on.
func TestASlashIsLearnedFromARedirect(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		r, seen := slashed(t, status, func(path string) bool { return strings.Contains(path, "/Users") || strings.Contains(path, "/Groups") }, nil)
		live(r)
		bare := map[string]int{}
		for _, q := range *seen {
			if !strings.HasSuffix(q, "/") {
				bare[q]++
			}
		}
		if len(bare) != 2 { // the first request for a list, and the first for an item
			t.Errorf("%d: redirected for %v", status, bare)
		}
	}
}

func TestCheckProposesWhereTheTargetRedirects(t *testing.T) {
	r, _ := slashed(t, 301, func(path string) bool { return strings.HasSuffix(path, "s") }, nil)
	rep, err := r.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"user_endpoint": r.wire.Base + "/Users/", "group_endpoint": r.wire.Base + "/Groups/"} {
		if got := proposed(rep, key); got != value {
			t.Errorf("%s: proposed %q", key, got)
		}
	}
}

func proposed(rep connectors.Report, key string) string {
	for _, p := range rep.Proposals {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

func TestARedirectElsewhereNamesTheSetting(t *testing.T) {
	for _, c := range []struct{ endpoint, to, remedy string }{
		{"", "/v2/Users", "/v2 as the base URL"},
		{"SELF/People", "/v2/People", "/v2/People as the Users endpoint"},
		{"SELF/People", "/login", "/login as the Users endpoint"},
		{"SELF/People", "https://login.example.com/", "Check the base URL"},
	} {
		r, _ := slashed(t, 301, func(string) bool { return false }, map[string]string{"user_endpoint": c.endpoint})
		r.AddFault(fakekit.Fault{Times: -1, Status: 301, Header: http.Header{"Location": {c.to}}})
		_, err := r.Create(t.Context(), profile(1))
		if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, c.remedy) || !strings.Contains(e.Message, "did not follow") {
			t.Errorf("%+v: %s %s", c, e.Message, e.Remedy)
		}
	}
}
