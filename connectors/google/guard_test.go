package google

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

// Google's client writes requests down when an environment variable says so; ours must not.
func TestTheLibraryLogsNothing(t *testing.T) {
	t.Setenv("GOOGLE_SDK_GO_LOGGING_LEVEL", "debug")
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = out, out
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	r := newFixture(t, googlefake.Options{})
	r.create(profile(1))
	if b, err := os.ReadFile(out.Name()); err != nil || strings.Contains(string(b), "ada") || strings.Contains(string(b), "password") {
		t.Errorf("written: %s, %v", b, err)
	}
}

// hold makes a token the one that is held, for an hour.
func hold(t *testing.T, k *tokens, token string) {
	t.Helper()
	if _, err := k.held.Of(userScope).Get(t.Context(), nil, func() (string, time.Duration, error) { return token, time.Hour, nil }); err != nil {
		t.Fatal(err)
	}
}

// The second request after a 401 needs the body again, which the first has read.
func TestTheBodyIsSentAgain(t *testing.T) {
	var bodies []string
	a := &authorized{scope: userScope, tokens: &tokens{held: connectors.NewCachedBy[string, string](time.Now)}, next: transportFunc(func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		bodies = append(bodies, string(b))
		return &http.Response{StatusCode: http.StatusUnauthorized, Body: http.NoBody}, err
	})}
	hold(t, a.tokens, "one")
	a.tokens.client = &http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"access_token":"two"}`))}, nil
	})}
	k := newFixture(t, googlefake.Options{})
	a.tokens.config = k.tokens.config
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	held := a.tokens.held.Of(userScope).Latest
	resp, err := a.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || len(bodies) != 2 || bodies[1] != "hello" || held() != "two" {
		t.Errorf("%v: bodies %q, token %s", err, bodies, held())
	}
}

func TestNothingOfTheKeyIsPrinted(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, r.connector); text != "google connector of usher@demo-project.iam.gserviceaccount.com" {
			t.Errorf("%s: %s", format, text)
		}
	}
	if r.key.PrivateKey != "" {
		t.Error("the private key is kept twice")
	}
}

// Google has no user without an address and a name: such a wish is left out, and never becomes another address.
func TestWhatAUserNeedsIsNeverCleared(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	r.ClearJournal()
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Clear: []string{attrFamily, attrGiven, attrEmail}, Want: profile(1)}); err != nil || r.calls() != "" {
		t.Errorf("%v after %s", err, r.calls())
	}
}

func TestG07WhatWasMadeHereIsKnown(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	r.AddFault(fakekit.Fault{Method: "PUT", Times: -1, Status: 403, Body: googlefake.ErrorBody(403, "forbidden", "Not Authorized to access this resource/api")})
	r.AddFault(fakekit.Fault{Method: "GET", Times: -1, Status: 404, Body: googlefake.ErrorBody(404, "notFound", "Resource Not Found: userKey")})
	want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")), connectors.Temporary)
	r.connector.now = func() time.Time { return time.Now().Add(window + time.Minute) }
	want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")), connectors.Refused)
}

// Only Google's bare "forbidden" may mean "not yet": a missing scope is no matter of minutes.
func TestG08OtherRefusalsAreNoMatterOfTime(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	for _, reason := range []string{"insufficientPermissions", "accessNotConfigured", "domainCannotUseApis", "dailyLimitExceeded"} {
		r.AddFault(fakekit.Fault{Method: "PUT", Status: 403, Body: googlefake.ErrorBody(403, reason, "No.")})
		if e := want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")), connectors.Misconfigured); e.Code != reason {
			t.Errorf("%+v", e)
		}
	}
}

// The table of connectors, by status, reason and operation.
func TestClassify(t *testing.T) {
	create, update, find, deprovision := connectors.OpCreate, connectors.OpUpdate, connectors.OpFind, connectors.OpDeprovision
	for _, c := range []struct {
		op      string
		status  int
		reason  string
		message string
		kind    connectors.Kind
	}{
		{create, 400, "invalid", "Invalid Given/Family Name: FamilyName", connectors.Invalid},
		{create, 400, "invalid", "Invalid Input: INVALID_OU_ID", connectors.Misconfigured},
		{create, 400, "invalid", "Invalid Input: custom_schema", connectors.Misconfigured},
		{create, 404, "notFound", "Domain not found", connectors.Misconfigured},
		{create, 403, "limitExceeded", "Domain user limit reached.", connectors.Limit},
		{create, 412, "limitExceeded", "Domain user limit reached.", connectors.Limit},
		{update, 412, "limitExceeded", "Domain user limit reached.", connectors.Limit},
		{update, 403, "forbidden", "Not Authorized to access this resource/api", connectors.Refused},
		{deprovision, 403, "forbidden", "Not Authorized to access this resource/api", connectors.Refused},
		{update, 403, "insufficientPermissions", "Request had insufficient authentication scopes.", connectors.Misconfigured},
		{create, 403, "forbidden", "Not Authorized to access this resource/api", connectors.Misconfigured},
		{find, 403, "forbidden", "Not Authorized to access this resource/api", connectors.Misconfigured},
		{create, 412, "conditionNotMet", "Precondition", connectors.Temporary},
		{create, 409, "duplicate", "Entity already exists.", connectors.Conflict},
		{create, 409, "ALREADY_EXISTS", "", connectors.Conflict},
		{create, 409, "ABORTED", "The operation was aborted.", connectors.Temporary},
		{create, 500, "backendError", "", connectors.Unknown},
		{create, 408, "", "", connectors.Unknown},
		{create, 504, "", "", connectors.Unknown},
		{update, 500, "internalError", "", connectors.Temporary},
		{update, 409, "conflict", "", connectors.Temporary},
		{update, 412, "conditionNotMet", "User creation is not complete.", connectors.Temporary},
		{update, 412, "conditionNotMet", "There are insufficient archived user licenses.", connectors.Misconfigured},
		{update, 412, "FAILED_PRECONDITION", "Cannot restore a user suspended for abuse.", connectors.Invalid},
		{update, 404, "notFound", "Resource Not Found: userKey", connectors.NotFound},
		{update, 404, "NOT_FOUND", "Resource Not Found: userKey", connectors.NotFound},
		{update, 404, "notFound", "Domain not found", connectors.Misconfigured},
		{deprovision, 412, "conditionNotMet", "The user cannot be deleted.", connectors.Invalid},
		{deprovision, 409, "duplicate", "", connectors.Temporary},
		{find, 403, "RESOURCE_EXHAUSTED", "", connectors.RateLimited},
		{find, 403, "quotaExceeded", "", connectors.RateLimited},
		{find, 403, "forbidden", "Quota exceeded for quota metric 'Queries'", connectors.RateLimited},
		{find, 404, "notFound", "Resource Not Found: customerId", connectors.Misconfigured},
		{find, 401, "required", "Login Required", connectors.Denied},
		{connectors.OpCheck, 400, "badRequest", "Bad Request", connectors.Misconfigured},
	} {
		s := said{op: c.op, status: c.status, reason: c.reason, message: c.message, text: strings.ToLower(c.reason + " " + c.message), isJSON: true}
		if kind, remedy := classify(s); kind != c.kind || remedy == "" {
			t.Errorf("%+v: kind %s, remedy %q", c, kind, remedy)
		}
	}
}

func TestCheckOfAHealthyTarget(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	report, err := r.Check(t.Context())
	if err != nil || !report.Capabilities[0].Can || !strings.Contains(report.Steps[0].Detail, "104857600000000000001") {
		t.Errorf("%v: %+v", err, report)
	}
	for _, s := range report.Steps {
		if s.State != connectors.StepOK {
			t.Errorf("step: %+v", s)
		}
	}
	if strings.Contains(strings.ReplaceAll(r.calls(), "POST token", ""), "P") {
		t.Errorf("not only reads: %s", r.calls())
	}
	if err := r.Promote(r.Administrator(), false, false); err != nil {
		t.Fatal(err)
	}
	_, err = r.Check(t.Context())
	want(t, err, connectors.Misconfigured)
}

func TestTheSubjectCountsAsAdministrator(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	if !r.isAdmin(&directory.User{PrimaryEmail: "Admin@example.com"}) || r.isAdmin(&directory.User{PrimaryEmail: "ada@example.com"}) {
		t.Error("the administrator to act as is not protected, or everybody is")
	}
}
