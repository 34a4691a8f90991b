package salesforce

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

func (r fixture) leave(id string) error {
	return r.Deprovision(r.t.Context(), id, connectors.Disable)
}

// The engine repeats; each attempt is one request that says so.
func TestS15LockedRow(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	r.AddFault(fakekit.Fault{Method: http.MethodPatch, PathRe: "/sobjects/User", Times: 2, Status: http.StatusBadRequest,
		Body: salesforcefake.ErrorBody("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: "+a.ID)})
	change := map[string]any{"Title": "Countess"}
	want(t, r.update(a.ID, profileOf(1), change), connectors.Temporary)
	want(t, r.update(a.ID, profileOf(1), change), connectors.Temporary)
	if err := r.update(a.ID, profileOf(1), change); err != nil {
		t.Error(err)
	}
	r.fault(http.MethodPost, "/sobjects/User", http.StatusBadRequest, salesforcefake.ErrorBody("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"))
	_, err := r.Create(t.Context(), profileOf(2))
	want(t, err, connectors.Temporary) // certain to have made nothing
}

func TestS16DailyLimit(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	r.fault("", api, http.StatusForbidden, salesforcefake.ErrorBody("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
	_, err := r.Create(t.Context(), profileOf(2))
	if e := want(t, err, connectors.RateLimited); e.RetryAfter < time.Hour {
		t.Errorf("again after %v", e.RetryAfter)
	}
	r.ClearJournal()
	for n := range 50 {
		_, err := r.Create(t.Context(), profileOf(n))
		if e := want(t, err, connectors.RateLimited); e.RetryAfter <= 0 || e.RetryAfter > time.Hour {
			t.Fatalf("again after %v", e.RetryAfter)
		}
	}
	if r.calls() != "" {
		t.Errorf("asked all the same: %s", r.calls())
	}
	if err := r.leave(a.ID); err != nil {
		t.Errorf("a leaver: %v", err)
	}
	r.time.advance(lookAgain)
	r.create(profileOf(3))
}

func TestS17ConcurrentLimit(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.create(profileOf(1))
	r.fault("", api, http.StatusForbidden, salesforcefake.ErrorBody("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."))
	_, err := r.Create(t.Context(), profileOf(2))
	if e := want(t, err, connectors.RateLimited); e.RetryAfter != 0 {
		t.Errorf("again after %v, which is for the engine to say", e.RetryAfter)
	}
	r.create(profileOf(2))
}

func TestS18Budget(t *testing.T) {
	for header, c := range map[string]struct {
		used, of int
		ok       bool
	}{
		"api-usage=10018/100000":                                          {10018, 100000, true},
		"api-usage=81/100; api-bursts=1/750":                              {81, 100, true},
		"api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)": {25, 5000, true},
		"per-app-api-usage=17/250(appName=sample-app); api-usage=25/5000": {25, 5000, true},
		"":                             {},
		"api-usage=":                   {},
		"api-usage=1/0":                {},
		"api-usage=-1/5":               {},
		"api-usage=one/five; nonsense": {},
	} {
		if used, of, ok := parseUsage(header); ok != c.ok || (ok && (used != c.used || of != c.of)) {
			t.Errorf("%q: %d of %d, %v", header, used, of, ok)
		}
	}
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	r.SetQuirks(salesforcefake.Quirks{Usage: "api-usage=81/100; api-bursts=1/750"})
	r.find(profileOf(1))
	r.ClearJournal()
	_, err := r.Find(t.Context(), profileOf(1))
	if e := want(t, err, connectors.RateLimited); e.RetryAfter <= 0 || !strings.Contains(e.Message, "81 of its 100") || r.calls() != "" {
		t.Errorf("%v, again after %v; %s", e, e.RetryAfter, r.calls())
	}
	if err := r.leave(a.ID); err != nil {
		t.Errorf("a leaver: %v", err)
	}
	r.SetQuirks(salesforcefake.Quirks{NoUsage: true})
	r.time.advance(lookAgain)
	r.find(profileOf(1)) // one may look
	if _, err := r.Find(t.Context(), profileOf(1)); connectors.KindOf(err) != connectors.RateLimited {
		t.Errorf("the answer told nothing of the usage, and yet: %v", err)
	}
	r.SetQuirks(salesforcefake.Quirks{Usage: "api-usage=1/100"})
	r.time.advance(lookAgain)
	r.find(profileOf(1))
	r.find(profileOf(1))
	r = newFixture(t, quirks(salesforcefake.Quirks{Usage: "api-usage=99/100"}), keyDailyBudget, "0")
	r.create(profileOf(1))
	r.create(profileOf(2))
}

func TestS19OddErrors(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	for _, c := range []struct {
		status int
		body   string
		create connectors.Kind
		update connectors.Kind
		words  string
	}{
		{400, `{"message":"odd<br>one","errorCode":"STRING_TOO_LONG","fields":[]}`, connectors.Invalid, connectors.Invalid, "odd one"},
		{400, `[{"message":"no fields","errorCode":"SOMETHING_NEW"}]`, connectors.Invalid, connectors.Invalid, "no fields"},
		{503, `<html><body>Down for <b>maintenance</b></body></html>`, connectors.Unknown, connectors.Temporary, "Service Unavailable"},
		{500, ``, connectors.Unknown, connectors.Temporary, "Internal Server Error"},
		{500, `[]`, connectors.Unknown, connectors.Temporary, "Internal Server Error"},
		{500, `[{"message":"An unexpected error occurred.","errorCode":"UNKNOWN_EXCEPTION"}]`, connectors.Unknown, connectors.Temporary, "unexpected"},
		{302, ``, connectors.Misconfigured, connectors.Misconfigured, "Found"},
		{404, `{"statusCode":"404","message":"Resource not found"}`, connectors.Misconfigured, connectors.Misconfigured, "not found"},
		{400, `<html>`, connectors.Misconfigured, connectors.Misconfigured, "Bad Request"},
		{404, `<html>`, connectors.Misconfigured, connectors.Misconfigured, "Not Found"},
		{403, `<html>`, connectors.Misconfigured, connectors.Misconfigured, "Forbidden"},
		{429, `null`, connectors.RateLimited, connectors.RateLimited, "Too Many"},
	} {
		r.fault(http.MethodPost, "/sobjects/User", c.status, c.body)
		_, err := r.Create(t.Context(), profileOf(2))
		e := want(t, err, c.create)
		if !strings.Contains(e.Message, c.words) || strings.ContainsAny(e.Message, "<>") {
			t.Errorf("%d %q: %v", c.status, c.body, e)
		}
		if e.Kind == connectors.Unknown {
			if _, err := r.Find(t.Context(), profileOf(2)); connectors.KindOf(err) != connectors.NotFound {
				t.Fatal(err)
			}
		}
		r.fault(http.MethodPatch, "/sobjects/User", c.status, c.body)
		want(t, r.update(a.ID, profileOf(1), map[string]any{"Title": "x"}), c.update)
	}
}

// Every code of the sheet has a kind, for a create and for an update.
func TestMeanings(t *testing.T) {
	for codes, kinds := range map[string][2]connectors.Kind{
		"INVALID_SESSION_ID INVALID_OPERATION_WITH_EXPIRED_PASSWORD LOGIN_MUST_USE_SECURITY_TOKEN INVALID_AUTH_HEADER":                         {connectors.Denied, connectors.Denied},
		"QUERY_TIMEOUT REQUEST_RUNNING_TOO_LONG TOO_MANY_APEX_REQUESTS INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE SERVER_UNAVAILABLE": {connectors.Unknown, connectors.Temporary},
		"API_CURRENTLY_DISABLED API_DISABLED_FOR_ORG":                                                                                             {connectors.Misconfigured, connectors.Misconfigured},
		"LICENSE_LIMIT_EXCEEDED STORAGE_LIMIT_EXCEEDED LIMIT_EXCEEDED":                                                                            {connectors.Limit, connectors.Limit},
		"INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY":                                       {connectors.Refused, connectors.Refused},
		"MALFORMED_ID INVALID_FIELD INVALID_FIELD_FOR_INSERT_UPDATE INVALID_TYPE":                                                                 {connectors.Misconfigured, connectors.Misconfigured},
		"INVALID_READ_ONLY_USER_DML INVALID_CROSS_REFERENCE_KEY":                                                                                  {connectors.Misconfigured, connectors.Misconfigured},
		"DUPLICATE_VALUE DUPLICATE_EXTERNAL_ID":                                                                                                   {connectors.Conflict, connectors.Conflict},
		"STRING_TOO_LONG INVALID_EMAIL_ADDRESS INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST FIELD_CUSTOM_VALIDATION_EXCEPTION JSON_PARSER_ERROR":       {connectors.Invalid, connectors.Invalid},
		"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_EXECUTE_FLOW_TRIGGER DUPLICATES_DETECTED DEPENDENCY_EXISTS ENTITY_IS_LOCKED":                 {connectors.Invalid, connectors.Invalid},
		"ENTITY_IS_DELETED NOT_FOUND":                                                                                                             {connectors.Misconfigured, connectors.NotFound},
		"UNABLE_TO_LOCK_ROW INVALID_QUERY_LOCATOR":                                                                                                {connectors.Temporary, connectors.Temporary},
		"MIXED_DML_OPERATION RECORD_IN_USE_BY_WORKFLOW FIELD_INTEGRITY_EXCEPTION INACTIVE_OWNER_OR_USER INVALID_NEW_PASSWORD CANNOT_DO_THAT_EVER": {connectors.Invalid, connectors.Invalid},
	} {
		for _, code := range strings.Fields(codes) {
			create, remedy := classify(call{op: connectors.OpCreate, creates: true, path: "sobjects/User"}, http.StatusBadRequest, fault{ErrorCode: code})
			update, other := classify(call{op: connectors.OpUpdate, path: record("User", "005000000000001AAA")}, http.StatusBadRequest, fault{ErrorCode: code})
			if create != kinds[0] || update != kinds[1] || remedy == "" || other == "" {
				t.Errorf("%s: %s and %s, want %v", code, create, update, kinds)
			}
		}
	}
}

func TestS33VersionGone(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{}, keyAPIVersion, "v60.0")
	r.version = "v29.0"
	_, err := r.Find(t.Context(), profileOf(1))
	if e := want(t, err, connectors.Misconfigured); e.Status != http.StatusGone || !strings.Contains(e.Remedy, "version") {
		t.Errorf("%v: %s", e, e.Remedy)
	}
	report, err := r.Check(t.Context())
	want(t, err, connectors.Misconfigured)
	if last := report.Steps[len(report.Steps)-1]; last.State != connectors.StepFailed {
		t.Errorf("%+v", report.Steps)
	}
	r = newFixture(t, salesforcefake.Options{}, keyAPIVersion, "v99.0")
	_, err = r.Check(t.Context())
	want(t, err, connectors.Misconfigured)
}

// A request that makes nothing leaves nothing in doubt, in the middle of a create as well.
func TestLostReads(t *testing.T) {
	for _, path := range []string{"/describe", "/query", salesforcefake.TokenPath} {
		r := newFixture(t, salesforcefake.Options{})
		r.AddFault(fakekit.Fault{PathRe: path, Drop: fakekit.Reset, Times: -1})
		_, err := r.Create(t.Context(), profileOf(1))
		want(t, err, connectors.Temporary)
		if e, _ := errors.AsType[*connectors.Error](err); strings.Contains(r.calls(), "POST") {
			t.Errorf("%s: %v; %s", path, e, r.calls())
		}
	}
}

// Only the organization's own automation mixes records in the transaction of a write of one record.
func TestMixedRecordsAreTheOrganizationsAutomation(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.fault(http.MethodPost, "/sobjects/User", 400, `[{"errorCode":"MIXED_DML_OPERATION","message":"UserTrigger: execution of AfterInsert\n\ncaused by: System.DmlException: `+
		`DML operation on setup object is not permitted\n\nTrigger.UserTrigger: line 3, column 1"}]`)
	_, err := r.Create(t.Context(), profileOf(1))
	e := want(t, err, connectors.Invalid)
	for _, words := range []string{"automation of the organization", "asynchronous", "retry"} {
		if !strings.Contains(e.Remedy, words) {
			t.Errorf("remedy: %s", e.Remedy)
		}
	}
	if strings.Contains(e.Message, "line 3") || !strings.Contains(e.More, "line 3") || !strings.Contains(e.Message, "setup object is not permitted") {
		t.Errorf("%q and %q", e.Message, e.More)
	}
}

// Errors are errors under any status line, and one made record that was not made is one, too.
func TestErrorsUnderAStatusThatSaysYes(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	for _, body := range []string{`[{"errorCode":"STRING_TOO_LONG","message":"too long"}]`, "\xef\xbb\xbf" + `[{"errorCode":"STRING_TOO_LONG","message":"too long"}]`,
		`{"id":null,"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"too long"}]}`} {
		r.fault(http.MethodPost, "/sobjects/User", 201, body)
		_, err := r.Create(t.Context(), profileOf(1))
		if e := want(t, err, connectors.Invalid); e.Code != "STRING_TOO_LONG" || e.Message != "too long" {
			t.Errorf("%s: %+v", body, e)
		}
	}
	a := r.create(profileOf(2))
	r.fault(http.MethodPatch, "/sobjects/User", 200, `[{"errorCode":"STRING_TOO_LONG","message":"too long"}]`)
	want(t, r.update(a.ID, profileOf(2), map[string]any{"Title": "x"}), connectors.Invalid)
	other := newFixture(t, salesforcefake.Options{})
	other.fault(http.MethodPost, salesforcefake.TokenPath, 200, "\xef\xbb\xbf"+`{"error":"invalid_client","error_description":"no"}`)
	_, err := other.Create(t.Context(), profileOf(3))
	want(t, err, connectors.Denied)
}
