package salesforce

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

func refusedLogin(t *testing.T, code, description string) *connectors.Error {
	t.Helper()
	r := newFixture(t, salesforcefake.Options{})
	r.fault("", salesforcefake.TokenPath, http.StatusBadRequest, fakekit.TokenError(code, description))
	_, err := r.Create(t.Context(), profileOf(1))
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok {
		t.Fatalf("error is %v", err)
	}
	if r.Logins() != 1 || r.Count() != 0 || r.calls() != "token" {
		t.Errorf("after a refused login: %s", r.calls())
	}
	return e
}

func TestS01LoginHost(t *testing.T) {
	e := want(t, refusedLogin(t, "invalid_grant", "request not supported on this domain"), connectors.Misconfigured)
	if !strings.Contains(e.Remedy, "My Domain") {
		t.Errorf("remedy: %s", e.Remedy)
	}
}

func TestS02BadCredentials(t *testing.T) {
	for _, code := range []string{"invalid_client", "invalid_client_id", "invalid_grant", "inactive_user", "inactive_org"} {
		want(t, refusedLogin(t, code, "authentication failure"), connectors.Denied)
	}
	want(t, refusedLogin(t, "unsupported_grant_type", "grant type not supported"), connectors.Misconfigured)
	if e := want(t, refusedLogin(t, "rate_limit_exceeded", "login rate exceeded"), connectors.RateLimited); e.RetryAfter < time.Minute {
		t.Errorf("again after %v", e.RetryAfter)
	}
}

func TestS03NotPreauthorized(t *testing.T) {
	e := want(t, refusedLogin(t, "invalid_grant", "user hasn't approved this consumer"), connectors.Denied)
	if !strings.Contains(e.Remedy, "pre-authorize") && !strings.Contains(e.Remedy, "Pre-authorize") {
		t.Errorf("remedy: %s", e.Remedy)
	}
}

func TestS04SessionIsKept(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	for n := range 100 {
		if _, err := r.Find(t.Context(), profileOf(n)); connectors.KindOf(err) != connectors.NotFound {
			t.Fatal(err)
		}
	}
	if r.Logins() != 1 {
		t.Errorf("%d logins for 100 calls", r.Logins())
	}
	r.time.advance(sessionLife)
	if _, err := r.Find(t.Context(), profileOf(1)); connectors.KindOf(err) != connectors.NotFound || r.Logins() != 2 {
		t.Errorf("after its time: %v, %d logins", err, r.Logins())
	}
}

const identityURL = "https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA"

func TestS05ForeignInstance(t *testing.T) {
	called := 0
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called++ }))
	defer foreign.Close()
	r := newFixture(t, salesforcefake.Options{Instance: foreign.URL})
	_, err := r.Find(t.Context(), profileOf(1))
	want(t, err, connectors.Misconfigured)
	if called != 0 || r.calls() != "token" {
		t.Errorf("the foreign host was called %d times; %s", called, r.calls())
	}
	for _, c := range []struct {
		instance string
		insecure bool
		ok       bool
	}{{"https://acme.my.salesforce.com", false, true}, {"https://ACME.my.salesforce.com", false, true}, {"http://acme.my.salesforce.com", false, false}, {"http://acme.my.salesforce.com", true, true},
		{"https://evil.my.salesforce.com", true, false}, {"https://acme.my.salesforce.com:8443", false, false}, {"", false, false}, {"https://acme.my.salesforce.com@evil.net", false, false}} {
		l := &login{base: "https://acme.my.salesforce.com", insecure: c.insecure, tokens: map[string]bool{}}
		if _, err := l.accept("find", granted{AccessToken: "t", InstanceURL: c.instance, ID: identityURL}); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestS06SessionEnded(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.create(profileOf(1))
	r.Revoke()
	r.ClearJournal()
	r.create(profileOf(2))
	if got := r.calls(); got != "POST User, token, POST User" {
		t.Errorf("requests: %s", got)
	}
	if !strings.Contains(r.sent("POST User"), "user002@") {
		t.Error("the second request had no body")
	}
}

func TestSessionEndedWithoutWords(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	r.ClearJournal()
	r.fault("", api, http.StatusUnauthorized, "")
	if got := r.find(profileOf(1)); got.ID != a.ID || r.calls() != "query User, token, query User" {
		t.Errorf("found %+v: %s", got, r.calls())
	}
}

func TestS07SessionNeverAccepted(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.AddFault(fakekit.Fault{PathRe: api, Times: -1, Status: http.StatusUnauthorized, Body: salesforcefake.ErrorBody("INVALID_SESSION_ID", "Session expired or invalid")})
	_, err := r.Find(t.Context(), profileOf(1))
	want(t, err, connectors.Denied)
	if got := r.calls(); got != "token, query User, token, query User" {
		t.Errorf("requests: %s", got)
	}
}

func TestS08SingleLogin(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.create(profileOf(1))
	r.Revoke()
	r.AddFault(fakekit.Fault{PathRe: salesforcefake.TokenPath, Phase: fakekit.After, Delay: 20 * time.Millisecond})
	before := r.Logins()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := r.Find(t.Context(), profileOf(1)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := r.Logins() - before; n != 1 {
		t.Errorf("%d logins", n)
	}
}

// The organization that was seen first, or that the configuration names, is the only one.
func TestOrganizationIsPinned(t *testing.T) {
	l := &login{base: "https://acme.my.salesforce.com", tokens: map[string]bool{}}
	of := func(org string) granted {
		return granted{AccessToken: "t", InstanceURL: l.base, ID: "https://login.salesforce.com/id/" + org + "/005000000000001AAA"}
	}
	if _, err := l.accept("find", of("00D000000000001AAA")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.accept("find", of("00D000000000001")); err != nil {
		t.Error("the same ID without its checksum:", err)
	}
	anonymous := &login{base: l.base, tokens: map[string]bool{}}
	_, err := anonymous.accept("find", granted{AccessToken: "t", InstanceURL: l.base})
	want(t, err, connectors.Misconfigured) // whom never to disable is not known
	for _, other := range []string{"00D000000000002AAA", "nonsense", ""} {
		_, err := l.accept("find", of(other))
		want(t, err, connectors.Misconfigured)
	}
	r := newFixture(t, salesforcefake.Options{}, keyOrgID, "00D000000000zzzAAA")
	_, err = r.Find(t.Context(), profileOf(1))
	want(t, err, connectors.Misconfigured)
}

func pemKey() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(fakekit.Key())}))
}

func TestJWTBearer(t *testing.T) {
	o := salesforcefake.Options{Public: &fakekit.Key().PublicKey}
	jwt := []string{keyAuthMode, authJWT, keyJWTUser, "admin@example.com.crm", keyJWTKey, pemKey()}
	r := newFixture(t, o, jwt...)
	r.create(profileOf(1))
	for _, audience := range []string{audienceTest, audienceMyDomain} {
		newFixture(t, o, append(jwt, keyJWTAudience, audience)...).create(profileOf(1))
	}
	r = newFixture(t, o, keyAuthMode, authJWT, keyJWTUser, "somebody@example.com", keyJWTKey, pemKey())
	_, err := r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Denied)
}

func TestLegacyPassword(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{Password: "hunter22TOKEN"}, keyAuthMode, authPassword, keyLegacyUser, "admin@example.com.crm", keyLegacyPass, "hunter22", keyLegacyToken, "TOKEN")
	r.create(profileOf(1))
	r = newFixture(t, salesforcefake.Options{Password: "other"}, keyAuthMode, authPassword, keyLegacyUser, "admin@example.com.crm", keyLegacyPass, "hunter22")
	_, err := r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Denied)
}

type round func(*http.Request) (*http.Response, error)

func (f round) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

// What the service says back never holds a session or a secret.
func TestSecretsAreScrubbed(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.create(profileOf(1))
	token := r.login.held.Latest().token
	long := strings.Repeat("x", 1000-len("consumer-secret")/2) // what is cut off must not hide a half of it
	for _, words := range []string{"you sent " + token + " and consumer-secret", long + "consumer-secret", long + token} {
		r.fault("", api, http.StatusBadRequest, salesforcefake.ErrorBody("INVALID_"+token, words, "a", "consumer-secret"))
		_, err := r.Find(t.Context(), profileOf(1))
		text := fmt.Sprintf("%v %+v %#v", err, *want(t, err, connectors.Invalid), r.connector)
		if strings.Contains(text, token[:16]) || strings.Contains(text, "consum") {
			t.Errorf("leaked: %s", text)
		}
	}
	assertions := 0
	o := salesforcefake.Options{Public: &fakekit.Key().PublicKey}
	r = newFixture(t, o, keyAuthMode, authJWT, keyJWTUser, "admin@example.com.crm", keyJWTKey, pemKey())
	r.login.client = &http.Client{Transport: round(func(q *http.Request) (*http.Response, error) {
		assertions++
		if err := q.ParseForm(); err != nil {
			return nil, err
		}
		body := fakekit.TokenError("invalid_grant", "bad "+q.PostForm.Get("assertion"))
		return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	})}
	if _, err := r.Find(t.Context(), profileOf(1)); assertions != 1 || want(t, err, connectors.Denied).Message != "bad [secret]" {
		t.Errorf("%d logins: %v", assertions, err)
	}
}

func TestTracesHoldNoPassword(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	const secret = "correct horse"
	r.fault(http.MethodPost, "/password", http.StatusBadRequest, salesforcefake.ErrorBody("INVALID_NEW_PASSWORD", "not "+secret))
	var trace connectors.Trace
	want(t, r.SetPassword(connectors.WithTrace(t.Context(), &trace), a.ID, secret), connectors.Invalid)
	if text := fmt.Sprintf("%+v", trace); len(trace.Exchanges) < 2 || strings.Contains(text, secret) {
		t.Errorf("traced: %s", text)
	}
}

func TestMissingSecret(t *testing.T) {
	for mode, needed := range map[string]bool{authClient: true, authPassword: true, authJWT: false} {
		s, errs := readWith(keyAuthMode, mode, keyClientSecret, "", keyLegacyUser, "a@b.c", keyLegacyPass, "p", keyJWTUser, "a@b.c", keyJWTKey, pemKey())
		if (errs[keyClientSecret] != "") != needed || len(errs) > 1 {
			t.Errorf("%s: %v", mode, errs)
		}
		if !needed {
			continue
		}
		_, err := Definition().Open(connectors.Config{Settings: s}, http.DefaultClient) // as an old configuration may be
		want(t, err, connectors.Misconfigured)
	}
}
