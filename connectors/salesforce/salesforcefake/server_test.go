package salesforcefake

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"usher/connectors/fakekit"
)

// org is a fake with a session.
type org struct {
	*Server
	token string
	t     *testing.T
}

func newOrg(t *testing.T, o Options) org {
	t.Helper()
	s := New(o)
	r := httptest.NewRequest(http.MethodPost, TokenPath, strings.NewReader("grant_type=client_credentials&client_id=consumer&client_secret=consumer-secret"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.AccessToken == "" {
		t.Fatalf("no session: %s", w.Body)
	}
	return org{s, got.AccessToken, t}
}

func (o org) send(method, path, body string) (int, string) {
	o.t.Helper()
	r := httptest.NewRequest(method, dataPath+"v60.0/"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+o.token)
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (o org) ask(soql string) (int, string) {
	return o.send(http.MethodGet, "query?q="+url.QueryEscape(soql), "")
}

const complete = `"Username":"ada@example.com.crm","LastName":"Lovelace","Email":"ada@example.com","Alias":"ada","TimeZoneSidKey":"GMT","LocaleSidKey":"en_US","EmailEncodingKey":"UTF-8","LanguageLocaleKey":"en_US"`

func TestStrictAboutUsers(t *testing.T) {
	o := newOrg(t, Options{Elsewhere: []string{"Taken@example.com"}})
	_, found := o.ask("SELECT Id FROM Profile WHERE Name = 'Standard User'")
	_, rest, _ := strings.Cut(found, `"Id":"`)
	good := complete + `,"ProfileId":"` + rest[:18] + `"`
	for _, c := range []struct{ body, code string }{
		{`{` + complete + `}`, "REQUIRED_FIELD_MISSING"},
		{`{` + good + `,"Alias":"far too long"}`, "STRING_TOO_LONG"},
		{`{` + good + `,"Nonsense":"x"}`, "INVALID_FIELD"},
		{`{` + good + `,"UserType":"Standard"}`, "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{`{` + good + `,"IsActive":"true"}`, "JSON_PARSER_ERROR"},
		{`{` + good + `,"Email":"nobody"}`, "INVALID_EMAIL_ADDRESS"},
		{`{` + good + `,"TimeZoneSidKey":"Moon"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"},
		{`{` + good + `,"ProfileId":"Standard User"}`, "MALFORMED_ID"},
		{`{` + good + `,"ProfileId":"00e000000000zzz"}`, "INVALID_CROSS_REFERENCE_KEY"},
		{`{` + good + `,"Username":"taken@EXAMPLE.com"}`, "DUPLICATE_USERNAME"},
		{`{` + good + `,"Username":"admin@example.com.crm"}`, "DUPLICATE_USERNAME"},
		{`[]`, "JSON_PARSER_ERROR"},
	} {
		if status, body := o.send(http.MethodPost, "sobjects/User", c.body); status != http.StatusBadRequest || !strings.Contains(body, c.code) {
			t.Errorf("%s: %d %s", c.code, status, body)
		}
	}
	if status, body := o.send(http.MethodPost, "sobjects/User", `{`+good+`}`); status != http.StatusCreated {
		t.Fatalf("a good one: %d %s", status, body)
	}
	id := o.Users()[0].ID
	if status, _ := o.send(http.MethodDelete, "sobjects/User/"+id, ""); status != http.StatusMethodNotAllowed || len(o.Violations()) != 1 {
		t.Errorf("a user's DELETE: %d, %v", status, o.Violations())
	}
	if status, _ := o.send(http.MethodGet, "sobjects/User/"+id[:15]+"?fields=Email", ""); status != http.StatusOK {
		t.Error("a short ID is not known")
	}
}

func TestStrictAboutQueries(t *testing.T) {
	o := newOrg(t, Options{})
	for q, code := range map[string]string{
		"SELECT Id FROM User WHERE Username = 'it's'":                             "MALFORMED_QUERY",
		`SELECT Id FROM User WHERE Username = 'a\x'`:                              "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Username = 'a":                                 "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Username LIKE '%'":                             "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Username = 'a' OR Alias = 'b' AND Title = 'c'": "MALFORMED_QUERY",
		"SELECT * FROM User":                                                      "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Nothing__c = 'a'":                              "INVALID_FIELD",
		"SELECT Id, Profile.Colour FROM User":                                     "INVALID_FIELD",
		"SELECT Id FROM Nothing":                                                  "INVALID_TYPE",
		"SELECT Id FROM User WHERE Id = 'nonsense'":                               "INVALID_QUERY_FILTER_OPERATOR",
		"SELECT Id FROM User WHERE Username = 'a' Username":                       "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE (Username = 'a' OR Alias = 'b'":                "MALFORMED_QUERY",
	} {
		if status, body := o.ask(q); status != http.StatusBadRequest || !strings.Contains(body, code) {
			t.Errorf("%s: %d %s", q, status, body)
		}
	}
	for q, n := range map[string]string{
		"SELECT Id, Profile.Name FROM User WHERE Username = 'ADMIN@example.com.crm'":        "1",
		"SELECT Id FROM User WHERE Username = 'a' OR (Alias = 'admin' AND IsActive = true)": "1",
		"SELECT Id FROM User WHERE Alias = 'admin' AND IsActive = false":                    "0",
		"SELECT Id FROM User WHERE Alias IN ('x', 'admin')":                                 "1",
		"SELECT Id FROM User WHERE Alias != 'admin'":                                        "0",
		"SELECT Id FROM Profile LIMIT 2":                                                    "2",
		"SELECT Name, UsedLicenses FROM UserLicense WHERE Status = 'Active'":                "2",
		"SELECT Id FROM User WHERE Profile.Name = 'System Administrator'":                   "1",
	} {
		if status, body := o.ask(q); status != http.StatusOK || !strings.Contains(body, `"totalSize":`+n+`}`) {
			t.Errorf("%s: %d %s", q, status, body)
		}
	}
}

// A create whose outcome is not known must not be sent again without a look.
func TestBlindRepetitionIsNoticed(t *testing.T) {
	o := newOrg(t, Options{})
	o.AddFault(fakekit.Fault{Method: http.MethodPost, PathRe: "/sobjects/User", Times: 3, Status: http.StatusInternalServerError})
	o.send(http.MethodPost, "sobjects/User", `{`+complete+`}`)
	o.ask("SELECT Id FROM User WHERE Username = 'ada@example.com.crm'")
	o.send(http.MethodPost, "sobjects/User", `{`+complete+`}`)
	if v := o.Violations(); len(v) != 0 {
		t.Fatalf("after a look: %v", v)
	}
	o.send(http.MethodPost, "sobjects/User", `{`+complete+`}`)
	if v := o.Violations(); len(v) != 1 {
		t.Errorf("blindly: %v", v)
	}
}

func TestSessionsAndVersions(t *testing.T) {
	o := newOrg(t, Options{})
	for path, status := range map[string]int{"v60.0/limits": 200, "v29.0/limits": 410, "v99.0/limits": 404, "latest/limits": 404, "": 200} {
		r := httptest.NewRequest(http.MethodGet, dataPath+path, nil)
		r.Header.Set("Authorization", "Bearer "+o.token)
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		if w.Code != status || (strings.HasPrefix(path, "v") && w.Header().Get("Sforce-Limit-Info") == "") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	o.Revoke()
	if status, body := o.send(http.MethodGet, "limits", ""); status != http.StatusUnauthorized || !strings.Contains(body, "INVALID_SESSION_ID") {
		t.Errorf("%d %s", status, body)
	}
	for form, code := range map[string]string{
		"grant_type=client_credentials&client_id=consumer&client_secret=wrong":                       "invalid_client",
		"grant_type=client_credentials&client_id=wrong&client_secret=consumer-secret":                "invalid_client_id",
		"grant_type=password&client_id=consumer&client_secret=consumer-secret&username=a&password=b": "unsupported_grant_type",
		"grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=x":                         "unsupported_grant_type",
	} {
		r := httptest.NewRequest(http.MethodPost, TokenPath, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"`+code+`"`) {
			t.Errorf("%s: %d %s", form, w.Code, w.Body)
		}
	}
}
