package google

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
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

func TestG01NotDelegated(t *testing.T) {
	r := newFixture(t, googlefake.Options{Scopes: []string{}})
	_, err := r.Create(t.Context(), profile(1))
	e := want(t, err, connectors.Denied)
	if !strings.Contains(e.Remedy, userScope) || !strings.Contains(e.Remedy, r.key.ClientID) || e.Status != 401 || e.Code != "unauthorized_client" {
		t.Errorf("%+v", e)
	}
	if r.Requests() != 0 {
		t.Errorf("calls without a token: %s", r.calls())
	}
	report, err := r.Check(t.Context())
	if want(t, err, connectors.Denied); report.Steps[len(report.Steps)-1].State != connectors.StepFailed {
		t.Errorf("report: %+v", report)
	}
}

// One scope that is missing has a name, and only the users' is needed.
func TestG01MissingScopeIsNamed(t *testing.T) {
	r := newFixture(t, googlefake.Options{Scopes: []string{googlefake.GroupScope}}, connectors.PushGroups, "true")
	_, err := r.Check(t.Context())
	if e := want(t, err, connectors.Denied); !strings.HasPrefix(e.Remedy, "The scope "+userScope+" is missing") {
		t.Errorf("remedy: %s", e.Remedy)
	}
	r = newFixture(t, googlefake.Options{Scopes: []string{googlefake.UserScope}})
	report, err := r.Check(t.Context())
	if last := report.Steps[len(report.Steps)-1]; err != nil || last.State != connectors.StepOK {
		t.Errorf("%v: %+v", err, last)
	}
}

func TestG02SubjectUnknown(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, keySubject, "nobody@example.com")
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Denied); !strings.Contains(e.Remedy, "nobody@example.com") || e.Message != "Invalid email or User ID" {
		t.Errorf("%+v", e)
	}
}

func TestG03TokenEndpointFailsTwice(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.AddFault(fakekit.Fault{PathRe: googlefake.TokenPath, Times: 2, Status: 400, Body: fakekit.TokenError("internal_failure", "Backend Error")})
	for range 2 {
		_, err := r.Create(t.Context(), profile(1))
		want(t, err, connectors.Temporary) // nothing was sent: not in doubt
	}
	r.create(profile(1))
}

func TestG03OtherTokenTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		fault  fakekit.Fault
		kind   connectors.Kind
		remedy string
	}{
		"blocked":      {fakekit.Fault{Status: 400, Body: fakekit.TokenError("access_denied", "Account restricted")}, connectors.Denied, "API controls"},
		"clock":        {fakekit.Fault{Status: 400, Body: fakekit.TokenError("invalid_grant", "Invalid JWT: Token must be a short-lived token")}, connectors.Denied, "clock"},
		"key deleted":  {fakekit.Fault{Status: 400, Body: fakekit.TokenError("invalid_grant", "Invalid JWT: No valid verifier found for issuer")}, connectors.Denied, "new key"},
		"user deleted": {fakekit.Fault{Status: 400, Body: fakekit.TokenError("invalid_grant", "The account has been deleted")}, connectors.Denied, "administrator"},
		"throttled":    {fakekit.Fault{Status: 429, Header: http.Header{"Retry-After": {"9"}}}, connectors.RateLimited, ""},
		"page":         {fakekit.Fault{Status: 502, Body: "<html>"}, connectors.Temporary, ""},
		"reset":        {fakekit.Fault{Drop: fakekit.Reset}, connectors.Temporary, ""},
		"no JSON":      {fakekit.Fault{Status: 200, Body: "hello"}, connectors.Temporary, ""},
		"no token":     {fakekit.Fault{Status: 200, Body: "{}"}, connectors.Temporary, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, googlefake.Options{})
			c.fault.PathRe = googlefake.TokenPath
			r.AddFault(c.fault)
			_, err := r.Create(t.Context(), profile(1))
			if e := want(t, err, c.kind); !strings.Contains(e.Remedy, c.remedy) || (name == "throttled" && e.RetryAfter != 9*time.Second) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestG03AnotherKeyIsRefused(t *testing.T) {
	account, _ := newKey()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	account.Public = &other.PublicKey
	fake := googlefake.New(googlefake.Options{Account: account})
	srv := httptest.NewServer(fake)
	defer srv.Close()
	g := target{Server: fake, url: srv.URL, t: t}
	_, err = openRig(t, g).Create(t.Context(), profile(1))
	want(t, err, connectors.Denied)
}

func TestG17Quotas(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for status, reason := range map[int]string{403: "userRateLimitExceeded", 429: "rateLimitExceeded"} {
		r.AddFault(fakekit.Fault{PathRe: api, Status: status, Header: http.Header{"Retry-After": {"30"}}, Body: googlefake.ErrorBody(status, reason, "Quota exceeded.")})
		_, err := r.Create(t.Context(), profile(1))
		if e := want(t, err, connectors.RateLimited); e.RetryAfter != 30*time.Second || e.Code != reason {
			t.Errorf("%+v", e)
		}
	}
	r.create(profile(1))
}

func TestG18PlainTextErrors(t *testing.T) {
	for body, c := range map[string]struct {
		status int
		kind   connectors.Kind
	}{
		"<html>Bad Gateway</html>":                       {502, connectors.Temporary},
		"Request rate higher than configured":            {403, connectors.RateLimited},
		"Quota exceeded for the current request":         {503, connectors.RateLimited},
		"<!DOCTYPE html><title>Error 404</title>":        {404, connectors.Misconfigured},
		"<html>Temporarily moved to a login page</html>": {302, connectors.Misconfigured},
	} {
		r := newFixture(t, googlefake.Options{})
		r.AddFault(fakekit.Fault{PathRe: api, Status: c.status, Body: body, Header: http.Header{"Content-Type": {"text/html"}}})
		_, err := r.Find(t.Context(), profile(1))
		if e := want(t, err, c.kind); strings.Contains(e.Message, "<") {
			t.Errorf("a page in the words: %s", e.Message)
		}
	}
}

func TestG19TokenRevokedOnce(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.create(profile(1))
	r.Revoke()
	r.ClearJournal()
	r.create(profile(2)) // the body goes out whole a second time
	if r.calls() != "POST users, POST token, POST users" || r.Count() != 2 {
		t.Errorf("calls: %s", r.calls())
	}
}

func TestG20TokenRefusedForEver(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.AddFault(fakekit.Fault{PathRe: api, Times: -1, Status: 401, Body: googlefake.ErrorBody(401, "authError", "Invalid Credentials")})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Denied)
	if r.calls() != "POST token, POST users, POST token, POST users" {
		t.Errorf("calls: %s", r.calls())
	}
}

func TestTokensAreSharedAndRenewed(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() { _, _ = r.Find(context.Background(), profile(n)) })
	}
	wg.Wait()
	if n := strings.Count(r.calls(), "POST token"); n != 1 {
		t.Errorf("%d tokens for 20 requests", n)
	}
	r.now = func() time.Time { return time.Now().Add(time.Hour) }
	r.create(profile(1))
	if n := strings.Count(r.calls(), "POST token"); n != 2 {
		t.Errorf("%d tokens after the first ran out", n)
	}
	for _, q := range r.Journal() {
		if q.Path == googlefake.TokenPath && q.Scope != userScope {
			t.Errorf("a token for %q; one scope that is missing would fail them all", q.Scope)
		}
	}
}

// A target that sends our credentials back must not get them into the words.
func TestEchoedTokensAreBlanked(t *testing.T) {
	account, _ := newKey()
	fake := googlefake.New(googlefake.Options{Account: account})
	var echo atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.Header.Get("Authorization"); token != "" && echo.Load() {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(googlefake.ErrorBody(400, token, "no luck with "+token)))
			return
		}
		fake.ServeHTTP(w, r)
	}))
	defer srv.Close()
	echo.Store(true)
	k := openRig(t, target{Server: fake, url: srv.URL, t: t})
	var trace connectors.Trace
	_, err := k.Create(connectors.WithTrace(t.Context(), &trace), profile(1))
	e := want(t, err, connectors.Invalid)
	if text := fmt.Sprintf("%+v %+v %s", *e, trace, e); strings.Contains(text, "ya29.") {
		t.Errorf("the token can be read: %s", text)
	}
}

// Every request goes through the client that Open gets: the guard of its transport must see them all.
func TestEveryRequestGoesThroughTheGuardedClient(t *testing.T) {
	g := newTarget(t, googlefake.Options{})
	seen := map[string]int{}
	k := openWith(t, g, &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		seen[r.URL.Path]++
		if r.Context().Value(marked{}) == nil {
			t.Errorf("%s without the attempt's context", r.URL)
		}
		return http.DefaultTransport.RoundTrip(r)
	})})
	if _, err := k.Create(context.WithValue(t.Context(), marked{}, true), profile(1)); err != nil {
		t.Fatal(err)
	}
	if seen[googlefake.TokenPath] != 1 || seen[googlefake.Prefix+"users"] != 1 {
		t.Errorf("seen: %v", seen)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	g := newTarget(t, googlefake.Options{})
	k := openWith(t, g, connectors.NewClient(connectors.ClientOptions{}, nil))
	_, err := k.Create(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
	if len(g.Journal()) != 0 {
		t.Errorf("requests: %v", g.Journal())
	}
}

type marked struct{}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func openRig(t *testing.T, g target) *connector {
	t.Helper()
	return connectortest.Open(t, Definition(), g.Settings()).(*connector)
}

func TestAStackTraceIsKeptApart(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "users", Status: 500, Body: googlefake.ErrorBody(500, "backendError", "com.google.Oops: no\n\tat com.google.A.b(A.java:1)")})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Unknown); e.Message != "com.google.Oops: no" || !strings.Contains(e.More, "A.java:1") {
		t.Errorf("%q and %q", e.Message, e.More)
	}
}

// A refusal by the token endpoint is one under any status line.
func TestATokenIsRefusedUnderAStatusThatSaysYes(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.AddFault(fakekit.Fault{PathRe: "token", Status: 200, Body: "\xef\xbb\xbf" + fakekit.TokenError("invalid_grant", "Invalid email or User ID")})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Denied); e.Code != "invalid_grant" || e.Message != "Invalid email or User ID" {
		t.Errorf("%+v", e)
	}
}
