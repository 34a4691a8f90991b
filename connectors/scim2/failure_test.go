package scim2

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

func TestC35RateLimited(t *testing.T) {
	for header, after := range map[string]time.Duration{"30": 30 * time.Second, "86400": 24 * time.Hour, "soon": 0, "-5": 0, "": 0,
		time.Now().Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour} {
		r := newFixture(t, scim2fake.Quirks{})
		r.AddFault(fakekit.Fault{Status: 429, Header: http.Header{"Retry-After": {header}}})
		_, err := r.Create(t.Context(), profile(1))
		e := want(t, err, connectors.RateLimited)
		if d := e.RetryAfter - after; d > 0 || d < -2*time.Second {
			t.Errorf("%q: retry after %v, want %v", header, e.RetryAfter, after)
		}
	}
}

func TestC35ThrottledAs403(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Status: 403, Body: `{"message":"You have exceeded a secondary rate limit."}`})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.RateLimited)
}

func TestC36Unauthorized(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "token", "an-old-token")
	_, err := r.Create(t.Context(), profile(1))
	e := want(t, err, connectors.Denied)
	if !strings.Contains(e.Remedy, "token") || len(r.Journal()) != 1 {
		t.Errorf("remedy %q after %d requests", e.Remedy, len(r.Journal()))
	}
}

func TestC37Forbidden(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Status: 403, Body: `{"detail":"SCIM is not enabled for this organisation"}`})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Message, "SCIM is not enabled") || e.Status != 403 {
		t.Errorf("the vendor's words are lost: %+v", e)
	}
}

// Whose fault is it? A 403 for one user says nothing of us, unless it does.
func TestC37WhomARefusalIsAbout(t *testing.T) {
	for words, kind := range map[string]connectors.Kind{
		``: connectors.Refused,
		`{"detail":"This user is managed by another administrator"}`:     connectors.Refused,
		`{"detail":"You do not have permission to perform this action"}`: connectors.Refused,
		`{"detail":"The token lacks the scope users:write"}`:             connectors.Misconfigured,
		`{"detail":"SCIM is disabled for this organisation"}`:            connectors.Misconfigured,
		`{"detail":"License limit reached"}`:                             connectors.Limit,
	} {
		r := newFixture(t, scim2fake.Quirks{})
		a := r.create(profile(1))
		r.AddFault(fakekit.Fault{Method: http.MethodPost, Status: 403, Body: words})
		_, err := r.Create(t.Context(), profile(2))
		want(t, err, kind)
		r.AddFault(fakekit.Fault{Method: http.MethodPatch, Status: 403, Body: words})
		want(t, r.Update(t.Context(), a.ID, setTitle("x")), kind)
		r.AddFault(fakekit.Fault{Method: http.MethodGet, Times: -1, Status: 403})
		_, err = r.Find(t.Context(), profile(2))
		want(t, err, connectors.Misconfigured) // a list names nobody
	}
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Method: http.MethodPost, Status: 403, Header: http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope"`}}})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
}

func TestNoRoomForAnotherAccount(t *testing.T) {
	for body, status := range map[string]int{
		`{"detail":"Your plan has no available seats"}`: 400, `{"detail":"The maximum number of users has been reached"}`: 422,
		`{"detail":"User limit reached"}`: 409, ``: 402,
	} {
		r := newFixture(t, scim2fake.Quirks{})
		r.AddFault(fakekit.Fault{Method: http.MethodPost, Status: status, Body: body})
		_, err := r.Create(t.Context(), profile(1))
		if e := want(t, err, connectors.Limit); e.Remedy == "" {
			t.Errorf("%d %s: no remedy", status, body)
		}
	}
}

// C37 is about OAuth at large; these are the ways to authenticate that SCIM2 has.
func TestC37WaysToAuthenticate(t *testing.T) {
	for mode, c := range map[string]struct {
		settings map[string]string
		allowed  func(*http.Request) bool
	}{
		"basic": {map[string]string{"username": "ada", "password": "p:w€"}, func(r *http.Request) bool {
			u, p, ok := r.BasicAuth()
			return ok && u == "ada" && p == "p:w€"
		}},
		"api_key": {map[string]string{"api_key": "key-1"}, func(r *http.Request) bool {
			return r.Header.Get("X-API-Key") == "key-1" && r.Header.Get("Authorization") == ""
		}},
		"none": {nil, func(r *http.Request) bool { return r.Header.Get("Authorization") == "" }},
	} {
		srv := httptest.NewServer(scim2fake.New(scim2fake.Options{Allowed: c.allowed}))
		defer srv.Close()
		input := map[string]string{"base_url": srv.URL + scim2fake.Prefix + "/", "auth_mode": mode, "allow_private_network": "true"}
		for k, v := range c.settings {
			input[k] = v
		}
		if _, err := connectortest.Open(t, Definition(), input).Create(t.Context(), profile(1)); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestC52PrivateAddresses(t *testing.T) {
	g := newTarget(t, scim2fake.Quirks{})
	input := g.Settings()
	for _, base := range []string{strings.Replace(g.url, "http:", "https:", 1), "https://169.254.169.254", "https://localhost:1"} {
		input["base_url"], input["allow_private_network"] = base, "false"
		_, err := connectortest.Open(t, Definition(), input).Create(t.Context(), profile(1))
		if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, "Allow private network") {
			t.Errorf("%s: remedy: %s", base, e.Remedy)
		}
	}
	input["base_url"] = "http://example.com/scim"
	_, err := connectortest.Open(t, Definition(), input).Create(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
	if g.Requests() != 0 {
		t.Error("the target was called")
	}
}

func TestCheckReportsWhatFailed(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "token", "wrong")
	report, err := r.Check(t.Context())
	want(t, err, connectors.Denied)
	last := report.Steps[len(report.Steps)-1]
	if last.State != connectors.StepFailed || last.Remedy == "" {
		t.Errorf("last step: %+v", last)
	}
	r = newFixture(t, scim2fake.Quirks{FilterIgnored: true, NoPatch: 501, ConfigDenies: true})
	r.fill(3)
	if report, err = r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Capabilities {
		if (strings.HasPrefix(c.Name, "Filter") || strings.HasPrefix(c.Name, "Change")) && c.Can {
			t.Errorf("claims: %+v", c)
		}
	}
	if strings.Contains(r.methods(), "P") {
		t.Errorf("check writes: %s", r.methods())
	}
	r = newFixture(t, scim2fake.Quirks{})
	r.fill(1)
	report, err = r.Check(t.Context())
	if err != nil || !slices.ContainsFunc(report.Steps, func(s connectors.Step) bool { return s.Detail == "The target has one user." }) {
		t.Errorf("one user: %v, %+v", err, report.Steps)
	}
}

func TestCheckWarnsOfATokenThatEnds(t *testing.T) {
	for token, state := range map[string]connectors.StepState{jwt(time.Hour): connectors.StepWarning, jwt(9000 * time.Hour): connectors.StepOK} {
		srv := httptest.NewServer(scim2fake.New(scim2fake.Options{Token: token}))
		defer srv.Close()
		input := target{url: srv.URL}.Settings()
		input["token"] = token
		report, err := connectortest.Open(t, Definition(), input).Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s := report.Steps[len(report.Steps)-1]; s.Name != "Token" || s.State != state {
			t.Errorf("last step: %+v", s)
		}
	}
}

// jwt is a token that ends after d. Its signature is none, for nobody looks.
func jwt(d time.Duration) string {
	claims := fmt.Sprintf(`{"exp":%d}`, time.Now().Add(d).Unix())
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
}

func TestVendorsWordsLoseOurSecrets(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Status: 400, Body: fmt.Sprintf(`{"detail":"token %s is odd"}`, testToken)})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Invalid); strings.Contains(e.Error(), testToken) || !strings.Contains(e.Message, "is odd") {
		t.Errorf("message: %s", e.Message)
	}
}

// Whoever reads an account's error sees what happened in one line; the trace is kept for those who run the target.
func TestAStackTraceIsKeptApart(t *testing.T) {
	const trace = `java.lang.IllegalStateException: no seat for tok-9f8e7d6c5b4a\n\tat com.acme.Users.create(Users.java:42)\n\tat com.acme.Main.run(Main.java:7)`
	for name, body := range map[string]string{
		"SCIM":  `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"` + trace + `"}`,
		"plain": strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(trace),
		"HTML":  "<html><body><pre>" + strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(trace) + "</pre></body></html>",
	} {
		r := newFixture(t, scim2fake.Quirks{})
		r.AddFault(fakekit.Fault{Status: 400, Body: body})
		_, err := r.Create(t.Context(), profile(1))
		e := want(t, err, connectors.Invalid)
		if e.Message != "java.lang.IllegalStateException: no seat for [secret]" || !strings.Contains(e.More, "Main.java:7") || strings.Contains(e.Error()+e.More, testToken) {
			t.Errorf("%s: %q and %q", name, e.Message, e.More)
		}
	}
}
