package googlefake

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/connectors/fakekit"
)

// call speaks to the API as the first administrator.
func call(s *Server, method, path, body string) *httptest.ResponseRecorder {
	s.mu.Lock()
	s.tokens.Put("t", grant{s.order[0].id, []string{UserScope, GroupReadScope}, time.Now().Add(1000 * time.Hour)})
	s.mu.Unlock()
	return callAs(s, "t", method, path, body)
}

func callAs(s *Server, token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const ada = `{"primaryEmail":"ada@example.com","name":{"givenName":"Ada","familyName":"Lovelace"},"password":"12345678"}`

func reasonOf(w *httptest.ResponseRecorder) string {
	var v struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
		}
	}
	if json.Unmarshal(w.Body.Bytes(), &v) != nil || len(v.Error.Errors) == 0 {
		return ""
	}
	return v.Error.Errors[0].Reason + ": " + v.Error.Message
}

// A fake that is too kind proves nothing.
func TestInsertsAreStrict(t *testing.T) {
	and := func(more string) string { return strings.TrimSuffix(ada, "}") + "," + more + "}" }
	for body, want := range map[string]string{
		``: "parseError", `[]`: "parseError", `{} {}`: "parseError", `{}`: "primary_user_email",
		strings.Replace(ada, `"givenName":"Ada",`, "", 1):            "GivenName",
		strings.Replace(ada, `,"familyName":"Lovelace"`, "", 1):      "FamilyName",
		strings.Replace(ada, `,"password":"12345678"`, "", 1):        "Password",
		strings.Replace(ada, "12345678", "1234567", 1):               "password",
		strings.Replace(ada, "12345678", "passwörter", 1):            "password",
		strings.Replace(ada, "Lovelace", " ", 1):                     "name",
		strings.Replace(ada, "Lovelace", strings.Repeat("x", 61), 1): "name",
		strings.Replace(ada, "ada@", "a+b@", 1):                      "primaryEmail",
		strings.Replace(ada, "ada@", "a..b@", 1):                     "primaryEmail",
		strings.Replace(ada, "ada@", strings.Repeat("x", 65)+"@", 1): "primaryEmail",
		strings.Replace(ada, "example.com", "example.net", 1):        "Domain not found",
		and(`"nonsense":1`):                                                                   "Unknown name",
		and(`"suspended":"false"`):                                                            "suspended",
		and(`"orgUnitPath":"/Nowhere"`):                                                       "INVALID_OU_ID",
		and(`"externalIds":[{"type":"custom","value":"1"}]`):                                  "externalIds",
		and(`"externalIds":[{"type":"badge","value":"1"}]`):                                   "externalIds",
		and(`"externalIds":[{"type":"account"}]`):                                             "externalIds",
		and(`"externalIds":[{"type":"account","value":"` + strings.Repeat("x", 2048) + `"}]`): "externalIds",
		and(`"phones":[{"value":"1","primary":true},{"value":"2","primary":true}]`):           "phones",
		and(`"phones":[{"value":"1","type":"fax"}]`):                                          "phones",
		and(`"emails":[{"value":"a@b.c"}]`):                                                   "emails",
	} {
		s := New(Options{})
		if w := call(s, "POST", "users", body); w.Code < 400 || w.Code > 404 || !strings.Contains(w.Body.String(), want) || s.Count() != 0 {
			t.Errorf("%s: status %d, %s", body, w.Code, w.Body)
		}
	}
	s := New(Options{})
	w := call(s, "POST", "users", and(`"isAdmin":true,"id":"7","aliases":["x@example.com"]`))
	if u := s.Snapshot(); w.Code != 200 || u[0].Admin || u[0].ID == "7" || strings.Contains(w.Body.String(), "12345678") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := call(s, "POST", "users", ada); w.Code != 409 || reasonOf(w) != "duplicate: Entity already exists." {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	s.SetQuirks(Quirks{Licences: 2})
	if w := call(s, "POST", "users", strings.Replace(ada, "ada@", "bob@", 1)); !strings.HasPrefix(reasonOf(w), "limitExceeded") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestUpdatesHaveTheMeaningOfAPatch(t *testing.T) {
	s := New(Options{})
	call(s, "POST", "users", strings.TrimSuffix(ada, "}")+`,"suspended":true,"phones":[{"value":"1"}]}`)
	id := s.Snapshot()[0].ID
	for body, status := range map[string]int{`{"primaryEmail":null}`: 400, `{"name":null}`: 400, `{"name":{"givenName":null}}`: 400, `{"name":{"givenName":""}}`: 400,
		`{"primaryEmail":"` + "admin@example.com" + `"}`: 409, `{"phones":{}}`: 400, `{"id":"8"}`: 200, `{}`: 200} {
		if w := call(s, "PUT", "users/"+id, body); w.Code != status {
			t.Errorf("%s: status %d: %s", body, w.Code, w.Body)
		}
	}
	u, _ := s.User(id)
	if !u.Suspended || u.Document["phones"] == nil {
		t.Errorf("what was absent did not stay: %+v", u)
	}
	call(s, "PUT", "users/ada@example.com", `{"phones":null,"suspended":false,"name":{"familyName":"King"}}`)
	if u, _ = s.User(id); u.Suspended || u.Document["phones"] != nil || u.Document["name"].(map[string]any)["givenName"] != "Ada" {
		t.Errorf("user: %+v", u)
	}
	if len(s.Violations()) != 0 {
		t.Errorf("violations: %v", s.Violations())
	}
	call(s, "PUT", "users/"+id, `{"password":"87654321"}`) // a reset
	if !s.PasswordIs(id, "87654321") || len(s.Violations()) != 0 {
		t.Errorf("a reset is no violation: %v", s.Violations())
	}
	call(s, "PUT", "users/"+id, `{"password":"87654321","suspended":false}`)
	if len(s.Violations()) != 1 {
		t.Errorf("a password in an update went unnoticed")
	}
}

func TestReadsAreStrict(t *testing.T) {
	s := New(Options{})
	for path, status := range map[string]int{"users": 400, "users?customer=other": 404, "users?customer=my_customer": 200, "users?customer=my_customer&maxResults=501": 400,
		"users?customer=my_customer&pageToken=x": 400, "users?customer=my_customer&q=x": 400, "users?customer=my_customer&query=externalId=a%20b": 400,
		"users?customer=my_customer&query=externalId%3D%27a%5C%27b%27": 200, "users?customer=my_customer&query=nonsense%3D1": 400, "users/nobody": 404,
		"users/ADMIN@example.com": 200, "users/": 404, "groups": 400, "groups?customer=my_customer": 200, "groups/x@example.com": 404, "nonsense": 404} {
		if w := call(s, "GET", path, ""); w.Code != status {
			t.Errorf("%s: status %d, want %d: %s", path, w.Code, status, w.Body)
		}
	}
	if w := call(s, "GET", "users?customer=my_customer&query=email%3Dnobody", ""); strings.Contains(w.Body.String(), `"users"`) {
		t.Errorf("an empty list has users: %s", w.Body)
	}
}

func TestDeletedUsersCanBeRestoredForAWhile(t *testing.T) {
	ahead := time.Duration(0)
	s := New(Options{Now: func() time.Time { return time.Now().Add(ahead) }})
	call(s, "POST", "users", ada)
	id := s.Snapshot()[0].ID
	if w := call(s, "DELETE", "users/"+id, ""); w.Code != 204 || w.Body.Len() != 0 {
		t.Errorf("status %d", w.Code)
	}
	for path, status := range map[string]int{"users/ada@example.com/undelete": 412, "users/" + id + "/undelete": 204} {
		if w := call(s, "POST", path, `{"orgUnitPath":"/"}`); w.Code != status {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	call(s, "DELETE", "users/"+id, "")
	call(s, "POST", "users", ada)
	if w := call(s, "POST", "users/"+id+"/undelete", "{}"); w.Code != 409 {
		t.Errorf("the address is in use: status %d", w.Code)
	}
	call(s, "DELETE", "users/ada@example.com", "")
	if w := call(s, "GET", "users?customer=my_customer&showDeleted=true", ""); strings.Count(w.Body.String(), "deletionTime") != 2 {
		t.Errorf("deleted: %s", w.Body)
	}
	s.SetQuirks(Quirks{KeepAddress: true})
	if w := call(s, "POST", "users", ada); w.Code != 409 {
		t.Errorf("the address is kept: status %d", w.Code)
	}
	ahead = 21 * 24 * time.Hour
	if w := call(s, "POST", "users/"+id+"/undelete", "{}"); w.Code != 412 {
		t.Errorf("too late: status %d", w.Code)
	}
	if w := call(s, "POST", "users", ada); w.Code != 200 {
		t.Errorf("the address is free: status %d", w.Code)
	}
}

func TestAccessIsChecked(t *testing.T) {
	s := New(Options{})
	admin, now := s.Administrator(), time.Now()
	person := s.Put(map[string]any{"primaryEmail": "p@example.com"}, Seed{})
	helper := s.Put(map[string]any{"primaryEmail": "h@example.com"}, Seed{Delegated: true})
	for token, g := range map[string]grant{"old": {admin, []string{UserScope}, now}, "groups": {admin, []string{GroupReadScope}, now.Add(time.Hour)},
		"person": {person, []string{UserScope}, now.Add(time.Hour)}, "helper": {helper, []string{UserScope}, now.Add(time.Hour)}} {
		s.tokens.Put(token, g)
	}
	for token, want := range map[string]string{"": "required: Login Required", "x": "authError: Invalid Credentials", "old": "authError: Invalid Credentials",
		"groups": "insufficientPermissions: Request had insufficient authentication scopes.", "person": "forbidden: Not Authorized to access this resource/api",
		"helper": "forbidden: Not Authorized to access this resource/api"} {
		if w := callAs(s, token, "POST", "users", ada); reasonOf(w) != want {
			t.Errorf("%s: status %d: %s", token, w.Code, w.Body)
		}
	}
	if w := callAs(s, "helper", "PUT", "users/"+person, `{"suspended":true}`); w.Code != 200 {
		t.Errorf("a delegated administrator may change users: status %d", w.Code)
	}
	if w := callAs(s, "helper", "DELETE", "users/"+admin, ""); w.Code != 403 {
		t.Errorf("but no administrators: status %d", w.Code)
	}
}

func TestSlowAgreement(t *testing.T) {
	ahead := time.Duration(0)
	s := New(Options{Now: func() time.Time { return time.Now().Add(ahead) }, Quirks: Quirks{Hidden: 10 * time.Second, Bare: 20 * time.Second, Incomplete: 30 * time.Second,
		Guarded: 40 * time.Second, IndexLag: 50 * time.Second}})
	call(s, "POST", "users", ada)
	get := func() string { w := call(s, "GET", "users/ada@example.com", ""); return w.Body.String() }
	put := func() int { return call(s, "PUT", "users/ada@example.com", `{"suspended":true}`).Code }
	listed := func() bool {
		return strings.Contains(call(s, "GET", "users?customer=my_customer", "").Body.String(), "ada@example.com")
	}
	var seen []any
	for _, ahead = range []time.Duration{0, 15 * time.Second, 25 * time.Second, 35 * time.Second, 45 * time.Second, 55 * time.Second} {
		seen = append(seen, strings.Contains(get(), "ada@"), strings.Contains(get(), "givenName"), put(), listed())
	}
	want := []any{false, false, 404, false, true, false, 412, false, true, true, 412, false, true, true, 403, false, true, true, 200, false, true, true, 200, true}
	if !slices.Equal(seen, want) {
		t.Errorf("\n got %v\nwant %v", seen, want)
	}
}

func TestRulesNotice(t *testing.T) {
	s := New(Options{Quirks: Quirks{WriteDelay: 20 * time.Millisecond}})
	s.AddFault(fakekit.Fault{Method: "POST", Nth: 2, Times: 2, Phase: fakekit.After, Status: 503})
	call(s, "POST", "users", ada)
	bob := strings.Replace(ada, "ada@", "bob@", 1)
	call(s, "POST", "users", bob)
	call(s, "GET", "users/bob@example.com", "")
	call(s, "POST", "users", bob)
	if v := s.Violations(); len(v) != 0 || s.Count() != 2 {
		t.Fatalf("violations: %v", v)
	}
	call(s, "POST", "users", bob)
	id := s.Snapshot()[0].ID
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { call(s, "PUT", "users/"+id, `{"suspended":true}`) })
	}
	wg.Wait()
	s.Put(map[string]any{"externalIds": []any{map[string]any{"value": "1"}}}, Seed{})
	s.Put(map[string]any{"externalIds": []any{map[string]any{"value": "1"}}}, Seed{})
	if v := s.Violations(); len(v) != 3 {
		t.Errorf("violations: %v; want a blind insert, an overlap, a twin", v)
	}
}
