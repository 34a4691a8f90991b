package scim2

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

const clientSecret = "s3cr3t+/&of the client"

// guarded is a service behind a token URL on another host.
type guarded struct {
	*connector
	fake   *scim2fake.Server
	tokens *fakekit.TokenServer
	bears  *atomic.Value // Authorization of the last request to the API
}

func newGuarded(t *testing.T, tokens *fakekit.TokenServer, settings ...string) guarded {
	t.Helper()
	tokens.ClientID, tokens.ClientSecret = "usher:1", clientSecret
	bears := &atomic.Value{}
	fake := scim2fake.New(scim2fake.Options{Journal: 100, Allowed: func(r *http.Request) bool {
		bears.Store(r.Header.Get("Authorization"))
		return tokens.Allowed(r)
	}})
	api, auth := httptest.NewServer(fake), httptest.NewServer(tokens)
	t.Cleanup(api.Close)
	t.Cleanup(auth.Close)
	input := map[string]string{"base_url": api.URL + scim2fake.Prefix, "auth_mode": "oauth2_cc", "token_url": auth.URL + "/token",
		"client_id": tokens.ClientID, "client_secret": clientSecret, "scope": tokens.Scope, "allow_private_network": "true", "headers": "X-Tenant: acme-tenant"}
	for i := 0; i < len(settings); i += 2 {
		input[settings[i]] = settings[i+1]
	}
	return guarded{connectortest.Open(t, Definition(), input).(*connector), fake, tokens, bears}
}

func TestC36AccessTokenIsExchangedOnce(t *testing.T) {
	g := newGuarded(t, &fakekit.TokenServer{ExpiresIn: 3600})
	for n := range 3 {
		if _, err := g.Create(t.Context(), profile(n)); err != nil {
			t.Fatal(err)
		}
	}
	if g.tokens.Issued() != 1 {
		t.Errorf("%d tokens for three creates", g.tokens.Issued())
	}
	g.tokens.Revoke()
	if _, err := g.Create(t.Context(), profile(4)); err != nil || g.tokens.Issued() != 2 {
		t.Errorf("after the token was revoked: %v, %d tokens", err, g.tokens.Issued())
	}
	g.fake.AddFault(fakekit.Fault{Times: -1, Status: 401, Body: `{"detail":"no"}`})
	_, err := g.Create(t.Context(), profile(5))
	want(t, err, connectors.Denied)
	if g.tokens.Issued() != 3 {
		t.Errorf("%d tokens: one exchange an attempt", g.tokens.Issued())
	}
}

func TestC37TokenURLRefuses(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		kind   connectors.Kind
		words  string
	}{
		{400, `{"error":"invalid_client","error_description":"Client authentication failed"}`, connectors.Denied, "Client authentication failed"},
		{401, `{"error":"invalid_client"}`, connectors.Denied, "invalid_client"},
		{429, `slow down`, connectors.RateLimited, "slow down"},
		{503, ``, connectors.Temporary, "no reason"},
		{404, `<html><title>Nothing here</title></html>`, connectors.Misconfigured, "Nothing here"},
		{302, ``, connectors.Misconfigured, ""},
		{200, `{"token_type":"Bearer"}`, connectors.Temporary, "access token"},
		{400, `{"error":"invalid_client","error_description":"wrong: ` + clientSecret + `"}`, connectors.Denied, "[secret]"},
	} {
		g := newGuarded(t, &fakekit.TokenServer{})
		g.tokens.Refuse(c.status, http.Header{"Content-Type": {"application/json"}, "Retry-After": {"9"}, "Location": {"http://127.0.0.1:1/"}}, c.body)
		_, err := g.Create(t.Context(), profile(1))
		e := want(t, err, c.kind)
		if !strings.Contains(e.Message, c.words) || e.Remedy == "" || e.Op != connectors.OpCreate || strings.Contains(fmt.Sprintf("%+v", *e), clientSecret) {
			t.Errorf("%d: %+v", c.status, *e)
		}
		if c.kind == connectors.RateLimited && e.RetryAfter != 9*time.Second {
			t.Errorf("retry after %v", e.RetryAfter)
		}
		if g.fake.Requests() != 0 {
			t.Error("the API was called without a token")
		}
		report, err := g.Check(t.Context())
		if s := report.Steps[0]; err == nil || s.Name != "Get an access token" || s.State != connectors.StepFailed || s.Remedy == "" {
			t.Errorf("%d: first step %+v", c.status, s)
		}
	}
}

// A token URL that is down is no create in doubt: nothing was sent.
func TestC37TokenURLIsDown(t *testing.T) {
	g := newGuarded(t, &fakekit.TokenServer{}, "token_url", "http://127.0.0.1:1/token")
	_, err := g.Create(t.Context(), profile(1))
	want(t, err, connectors.Temporary)
	input := map[string]string{"token_url": "https://127.0.0.1:1/token", "allow_private_network": "false"}
	g = newGuarded(t, &fakekit.TokenServer{}, "token_url", input["token_url"], "allow_private_network", "false")
	_, err = g.Create(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
}

func TestC37ClientAuthentication(t *testing.T) {
	g := newGuarded(t, &fakekit.TokenServer{InBody: true, Scope: "users:write groups:write"}, "client_auth", "body")
	if _, err := g.Create(t.Context(), profile(1)); err != nil {
		t.Error(err)
	}
	g = newGuarded(t, &fakekit.TokenServer{InBody: true})
	_, err := g.Create(t.Context(), profile(1))
	want(t, err, connectors.Denied)
	g = newGuarded(t, &fakekit.TokenServer{Scope: "users:write"}, "scope", "users:read")
	_, err = g.Create(t.Context(), profile(1))
	want(t, err, connectors.Denied)
}

func TestC37EachCredentialGoesToItsOwnHost(t *testing.T) {
	g := newGuarded(t, &fakekit.TokenServer{})
	var trace connectors.Trace
	ctx := connectors.WithTrace(t.Context(), &trace)
	if _, err := g.Create(ctx, profile(1)); err != nil {
		t.Fatal(err)
	}
	for _, h := range g.tokens.Headers() {
		if h.Get("X-Tenant") != "" || strings.HasPrefix(h.Get("Authorization"), "Bearer") {
			t.Errorf("the token URL was sent %v", h)
		}
	}
	for _, q := range g.fake.Journal() {
		if q.Header.Get("X-Tenant") != "acme-tenant" || strings.Contains(fmt.Sprint(q), clientSecret) {
			t.Errorf("the API was sent %+v", q)
		}
	}
	_, token, _ := strings.Cut(g.bears.Load().(string), " ")
	g.fake.AddFault(fakekit.Fault{Status: 400, Body: `{"detail":"the token ` + token + ` of acme-tenant is odd"}`})
	_, err := g.Create(ctx, profile(2))
	text := fmt.Sprintf("%+v %+v %+v %#v", *want(t, err, connectors.Invalid), trace, g.connector, g.connector)
	for _, secret := range []string{token, clientSecret, "acme-tenant"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q can be read in %s", secret, text)
		}
	}
}

func TestExtraHeaders(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "headers", "X-Tenant: acme\n\n X-Env : a: b \nX-Tenant: two")
	r.create(profile(1))
	h := r.Journal()[0].Header
	if got := fmt.Sprint(h["X-Tenant"], h["X-Env"]); got != "[acme two] [a: b]" {
		t.Errorf("sent %s", got)
	}
}

// RFC 6749 §5.2 wants a 400; some endpoints refuse under a 200, and some write a mark first.
func TestATokenIsRefusedUnderAStatusThatSaysYes(t *testing.T) {
	for code, kind := range map[string]connectors.Kind{"invalid_client": connectors.Denied, "temporarily_unavailable": connectors.Temporary} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("\xef\xbb\xbf" + `{"error":"` + code + `","error_description":"not now"}`))
		}))
		defer srv.Close()
		r := newFixture(t, scim2fake.Quirks{}, "auth_mode", "oauth2_cc", "token_url", srv.URL, "client_id", "u", "client_secret", "s3cret")
		_, err := r.Create(t.Context(), profile(1))
		if e := want(t, err, kind); !strings.Contains(e.Message, "not now") {
			t.Errorf("%s: %+v", code, e)
		}
	}
}
