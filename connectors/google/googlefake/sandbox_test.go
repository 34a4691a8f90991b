package googlefake

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
)

func TestASandboxStartsAtOnce(t *testing.T) {
	began := time.Now()
	s := NewSandbox()
	if took := time.Since(began); took > 100*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	settings := s.Settings("http://localhost:1/demo")
	var file struct{ Type string }
	if json.Unmarshal([]byte(settings["credentials_json"]), &file) != nil || file.Type != "service_account" || settings["endpoint"] != "http://localhost:1/demo" ||
		settings["token_url"] != "http://localhost:1/demo/token" || settings["subject"] != "admin@example.com" || settings["domains"] != "example.com" || settings["allow_private_network"] != "true" {
		t.Errorf("settings: %v", settings)
	}
	if again := s.Settings("http://localhost:1/demo"); again["credentials_json"] != settings["credentials_json"] {
		t.Error("another key every time")
	}
}

func TestWhatASandboxShows(t *testing.T) {
	s := New(Options{})
	call(s, "POST", "users", strings.TrimSuffix(ada, "}")+`,"externalIds":[{"type":"custom","customType":"idp-id","value":"7"}],"organizations":[{"department":"Engines"}],"suspended":true}`)
	rows, total := s.Accounts(1)
	if total != 2 || len(rows) != 1 || !rows[0].Protected || !rows[0].Active {
		t.Errorf("%d accounts: %+v", total, rows)
	}
	rows, _ = s.Accounts(5)
	want := connectors.SandboxAccount{ID: rows[1].ID, ExternalID: "7", UserName: "ada@example.com", Email: "ada@example.com", DisplayName: "Ada Lovelace", Department: "Engines", PasswordKnown: true}
	if len(rows) != 2 || rows[1] != want {
		t.Errorf("account: %+v", rows)
	}
	g := Group{Email: "g@example.com", Name: "G"}
	for range 25 {
		g.Members = append(g.Members, Member{ID: want.ID})
	}
	s.PutGroup(g)
	s.PutGroup(Group{Email: "h@example.com", Name: "H"})
	groups, total := s.Groups(1)
	if total != 2 || len(groups) != 1 || groups[0].Name != "G" || groups[0].Total != 25 || len(groups[0].Members) != 20 || groups[0].Members[0] != "ada@example.com" {
		t.Errorf("%d groups: %+v", total, groups)
	}
}

func TestTroublesOfASandbox(t *testing.T) {
	s := New(Options{})
	token := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, TokenPath, strings.NewReader("x")))
		return w
	}
	for trouble, want := range map[connectors.Trouble]struct {
		status, token int
		words, refuse string
	}{
		connectors.Down:      {503, 503, "backendError", "internal_failure"},
		connectors.Throttled: {429, 429, "rateLimitExceeded", "rate_limit_exceeded"},
		connectors.Revoked:   {401, 400, "authError", "invalid_grant"},
	} {
		s.SetTrouble(trouble)
		w, k := call(s, "POST", "users", ada), token()
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.words) || k.Code != want.token || !strings.Contains(k.Body.String(), want.refuse) || s.Count() != 0 || s.Trouble() != trouble {
			t.Errorf("%s: %d %s, %d %s", trouble, w.Code, w.Body, k.Code, k.Body)
		}
		if after := w.Header().Get("Retry-After"); (trouble == connectors.Throttled) != (after == "10") {
			t.Errorf("%s: Retry-After %q", trouble, after)
		}
	}
	s.SetTrouble(connectors.NoTrouble)
	if w := callAs(s, "t", "POST", "users", ada); w.Code != 200 {
		t.Errorf("the token is not good again: %d", w.Code)
	}
	s.SetTrouble(connectors.Slow)
	began := time.Now()
	if w := callAs(s, "t", "GET", "users/ada@example.com", ""); w.Code != 200 || time.Since(began) < 2*time.Second {
		t.Errorf("status %d after %v", w.Code, time.Since(began))
	}
}

func TestGroupsAreStrict(t *testing.T) {
	s := New(Options{Scopes: []string{GroupScope}})
	admin := s.Administrator()
	s.tokens.Put("g", grant{admin, []string{GroupScope}, time.Now().Add(time.Hour)})
	s.tokens.Put("m", grant{admin, []string{MemberScope}, time.Now().Add(time.Hour)})
	s.tokens.Put("r", grant{admin, []string{GroupReadScope}, time.Now().Add(time.Hour)})
	id := s.PutGroup(Group{Email: "g@example.com", Name: "G"})
	inner := s.PutGroup(Group{Email: "h@example.com", Name: "H", Members: []Member{{ID: id, Type: "GROUP"}}})
	for _, c := range []struct {
		token, method, path, body string
		status                    int
		words                     string
	}{
		{"g", "POST", "groups", `{"name":"X"}`, 400, "email"},
		{"g", "POST", "groups", `{"email":"G@example.com"}`, 409, "Entity already exists."},
		{"g", "POST", "groups", `{"email":"admin@example.com"}`, 409, "duplicate"},
		{"g", "POST", "groups", `{"email":"x@example.net"}`, 404, "Domain not found"},
		{"g", "POST", "groups", `{"email":"x y@example.com"}`, 400, "email"},
		{"g", "POST", "groups", `{"email":"x@example.com","members":[]}`, 400, "Unknown name"},
		{"g", "POST", "groups", `{"email":"x@example.com","externalIds":[{"id":"1"}]}`, 400, "externalIds"},
		{"g", "POST", "groups", `[]`, 400, "parseError"},
		{"m", "POST", "groups", `{"email":"x@example.com"}`, 403, "insufficientPermissions"},
		{"r", "PATCH", "groups/" + id, `{"name":"X"}`, 403, "insufficientPermissions"},
		{"r", "GET", "groups/G@Example.com", "", 200, id},
		{"r", "GET", "groups/nobody@example.com", "", 404, "groupKey"},
		{"r", "GET", "groups", "", 400, "badRequest"},
		{"r", "GET", "groups?customer=my_customer&maxResults=201", "", 400, "maxResults"},
		{"r", "GET", "groups?customer=my_customer&language=x", "", 400, "Unknown parameter"},
		{"r", "GET", "groups?customer=my_customer&query=externalId%3Dx", "", 400, "Bad request for query"},
		{"g", "PATCH", "groups/" + id, `{"name":" "}`, 400, "name"},
		{"r", "POST", "groups/" + id + "/members", `{"id":"` + admin + `"}`, 403, "insufficientPermissions"},
		{"m", "POST", "groups/" + id + "/members", `{}`, 400, "memberKey"},
		{"m", "POST", "groups/" + id + "/members", `{"id":"1"}`, 404, "memberKey"},
		{"m", "POST", "groups/" + id + "/members", `{"email":"nobody@example.com"}`, 404, "memberKey"},
		{"m", "POST", "groups/" + id + "/members", `{"id":"` + admin + `","role":"KING"}`, 400, "role"},
		{"m", "POST", "groups/" + id + "/members", `{"id":"` + inner + `"}`, 412, "Cyclic"},
		{"m", "POST", "groups/none/members", `{"id":"` + admin + `"}`, 404, "groupKey"},
		{"m", "POST", "groups/" + id + "/members", `{"id":"` + admin + `"}`, 200, "MEMBER"},
		{"m", "POST", "groups/" + id + "/members", `{"email":"admin@example.com"}`, 409, "Member already exists."},
		{"m", "GET", "groups/" + id + "/members?roles=KING", "", 400, "roles"},
		{"m", "GET", "groups/" + id + "/members?roles=OWNER", "", 200, `{"kind":"admin#directory#members"}`},
		{"m", "DELETE", "groups/" + id + "/members/1", "", 404, "memberKey"},
		{"m", "DELETE", "groups/" + id + "/members/" + admin, "", 204, ""},
		{"m", "DELETE", "groups/" + id, "", 403, "insufficientPermissions"},
		{"g", "DELETE", "groups/" + id, "", 204, ""},
		{"g", "DELETE", "groups/" + id, "", 404, "groupKey"},
	} {
		if w := callAs(s, c.token, c.method, c.path, c.body); w.Code != c.status || !strings.Contains(w.Body.String(), c.words) {
			t.Errorf("%s %s %s: status %d: %s", c.method, c.path, c.body, w.Code, w.Body)
		}
	}
	if left := s.AllGroups(); len(left) != 1 || len(left[0].Members) != 0 {
		t.Errorf("groups: %+v", left)
	}
}

func TestRulesOfGroups(t *testing.T) {
	s := New(Options{})
	admin := s.Administrator()
	s.tokens.Put("g", grant{admin, []string{GroupScope}, time.Now().Add(time.Hour)})
	id := s.PutGroup(Group{Email: "g@example.com", ExternalIDs: map[string]string{"a": "1"}, Members: []Member{{ID: admin, Role: "OWNER"}}})
	s.PutGroup(Group{Email: "h@example.com", ExternalIDs: map[string]string{"a": "1"}})
	callAs(s, "g", "DELETE", "groups/"+id+"/members/"+admin, "")
	s.AddFault(fakekit.Fault{Method: "POST", Times: 2, Phase: fakekit.After, Status: 503})
	for range 2 {
		callAs(s, "g", "POST", "groups", `{"email":"x@example.com"}`)
	}
	if v := s.Violations(); len(v) != 3 || !slices.ContainsFunc(v, func(x string) bool { return strings.Contains(x, "owner") }) {
		t.Errorf("violations: %v; want an owner, a blind insert, a twin", v)
	}
}
