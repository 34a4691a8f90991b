package scim2

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

// The page of a load balancer is told from the service's own answer.
func TestAnAnswerFromElsewhere(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   bool
	}{
		{404, `<html>404 page not found</html>`, true}, {404, `default backend - 404`, true}, {405, `<html>`, true},
		{404, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}`, false}, {501, `{"error":"no"}`, false}, {403, `<html>`, false},
	} {
		r := newFixture(t, scim2fake.Quirks{})
		r.AddFault(fakekit.Fault{Method: http.MethodPost, Times: -1, Status: c.status, Body: c.body})
		_, err := r.Create(t.Context(), profile(1))
		if e, _ := errors.AsType[*connectors.Error](err); e == nil || e.Elsewhere != c.want {
			t.Errorf("%d %s: %+v", c.status, c.body, err)
		}
	}
}

func TestC38Redirects(t *testing.T) {
	var followed int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed++ }))
	defer other.Close()
	for status, to := range map[int]string{301: other.URL + "/scim/v2/Users", 302: other.URL + "/login", 307: other.URL + "/v3/Users/", 308: ""} {
		r := newFixture(t, scim2fake.Quirks{})
		r.AddFault(fakekit.Fault{Times: -1, Status: status, Header: http.Header{"Location": {to}}})
		_, err := r.Create(t.Context(), profile(1))
		e := want(t, err, connectors.Misconfigured)
		if to != "" && !strings.Contains(e.Message+e.Remedy, other.URL) {
			t.Errorf("%d: does not say where to: %s %s", status, e.Message, e.Remedy)
		}
		if status == 301 && !strings.Contains(e.Remedy, "Use "+other.URL+"/scim/v2 as the base URL") {
			t.Errorf("remedy: %s", e.Remedy)
		}
	}
	if followed != 0 {
		t.Errorf("%d redirects were followed", followed)
	}
}

func TestC39StrangeAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  fakekit.Fault
		create connectors.Kind
		find   connectors.Kind
		words  string
	}{
		{"HTML 502", fakekit.Fault{Status: 502, Body: "<html><head><title>Bad &amp; sad</title></head><body>nginx</body></html>"}, connectors.Unknown, connectors.Temporary, "Bad & sad"},
		{"text 429", fakekit.Fault{Status: 429, Body: "slow\r\ndown"}, connectors.RateLimited, connectors.RateLimited, "slow down"},
		{"empty 500", fakekit.Fault{Status: 500}, connectors.Unknown, connectors.Temporary, "Internal Server Error"},
		{"truncated 200", fakekit.Fault{Status: 200, Body: `{"id":"12","userN`}, connectors.Unknown, connectors.Temporary, ""},
		{"HTML 200", fakekit.Fault{Status: 200, Body: "<!doctype html><p>Sign in"}, connectors.Unknown, connectors.Misconfigured, ""},
		{"timeout 504", fakekit.Fault{Status: 504}, connectors.Unknown, connectors.Temporary, ""},
		{"locked 423", fakekit.Fault{Status: 423}, connectors.Temporary, connectors.Temporary, ""},
		{"too large 413", fakekit.Fault{Status: 413}, connectors.Invalid, connectors.Invalid, ""},
		{"method 405", fakekit.Fault{Status: 405}, connectors.Misconfigured, connectors.Misconfigured, ""},
		{"number status", fakekit.Fault{Status: 423, Body: `{"Errors":{"description":"resource_locked","code":423}}`}, connectors.Temporary, connectors.Temporary, "resource_locked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{})
			c.fault.Times = -1
			r.AddFault(c.fault)
			_, err := r.Create(t.Context(), profile(1))
			if e := want(t, err, c.create); !strings.Contains(e.Message, c.words) {
				t.Errorf("words: %q, want %q", e.Message, c.words)
			}
			r = newFixture(t, scim2fake.Quirks{})
			r.AddFault(c.fault)
			_, err = r.Find(t.Context(), profile(1))
			want(t, err, c.find)
		})
	}
}

func TestC40MediaType(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{JSONOnly: true})
	r.create(profile(1))
	r.create(profile(2))
	var types []string
	for _, q := range r.Journal() {
		types = append(types, q.Header.Get("Content-Type"))
	}
	if got := strings.Join(types, " "); got != "application/scim+json application/json application/json" {
		t.Errorf("content types: %s", got)
	}
	r = newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Times: -1, Status: 415})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
	if len(r.Journal()) != 2 {
		t.Errorf("%d requests, want 2", len(r.Journal()))
	}
}

func TestC41ServiceProviderConfigIsStrange(t *testing.T) {
	for name, f := range map[string]fakekit.Fault{
		"401": {Status: 401}, "404": {Status: 404}, "500": {Status: 500}, "HTML": {Status: 200, Body: "<html>"}, "garbage": {Status: 200, Body: `{"patch":7,"filter":[]}`},
		"list": {Status: 200, Body: `{"Resources":[{"patch":{"supported":"true"}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{})
			f.PathRe, f.Times = "ServiceProviderConfig", -1
			r.AddFault(f)
			report, err := r.Check(t.Context())
			if err != nil {
				t.Fatalf("%v after %+v", err, report.Steps)
			}
			a := r.create(profile(1))
			if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestC51AnswersAreBounded(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusOK)
			for range 17 {
				_, _ = io.WriteString(w, strings.Repeat(" ", 1<<20))
			}
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"`)
		w.(http.Flusher).Flush()
		<-r.Context().Done() // and never goes on
	}))
	defer srv.Close()
	c := connectortest.Open(t, Definition(), target{url: srv.URL}.Settings())
	_, err := c.Find(t.Context(), profile(1))
	want(t, err, connectors.Temporary)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Create(ctx, profile(1))
	want(t, err, connectors.Unknown)
}
