package scim2fake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/connectors/fakekit"
)

func call(s *Server, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const ada = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","externalId":"e1"}`

func patchOf(ops string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`
}

// A fake that is too kind proves nothing: what the RFCs forbid is refused.
func TestStrictness(t *testing.T) {
	for _, body := range []string{
		``, `[]`, `{}`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`, `{"userName":"x"}`,
		strings.Replace(ada, `"ada"`, `7`, 1), strings.Replace(ada, `"ada"`, `" "`, 1),
		strings.Replace(ada, `}`, `,"active":"False"}`, 1), strings.Replace(ada, `}`, `,"name.givenName":"A"}`, 1),
		strings.Replace(ada, `}`, `,"emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, 1),
		strings.Replace(ada, `}`, `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x"}}`, 1),
	} {
		if w := call(New(Options{}), "POST", "/Users", body); w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, w.Code)
		}
	}
	s := New(Options{})
	call(s, "POST", "/Users", ada)
	call(s, "POST", "/Users", strings.ReplaceAll(ada, "ada", "bob"))
	id := s.Snapshot()[0].ID
	for ops, status := range map[string]int{
		``: 400, `{"op":"Replace","path":"title","value":"x"}`: 400, `{"op":"replace","path":"active","value":"False"}`: 400,
		`{"op":"replace","path":"title","value":null}`: 400, `{"op":"replace","path":"title","value":""}`: 400, `{"op":"replace","path":"nonsense","value":"x"}`: 400,
		`{"op":"replace","path":"id","value":"x"}`: 400, `{"op":"remove"}`: 400, `{"op":"remove","path":"title","value":"x"}`: 400, `{"op":"remove","path":"userName"}`: 400,
		`{"op":"replace","path":"userName","value":"BOB"}`: 409, `{"op":"replace","value":{"title":"x"}}`: 200, `{"op":"remove","path":"title"}`: 200,
		`{"op":"replace","path":"title","value":"kept?"},{"op":"replace","path":"nonsense","value":"x"}`: 400,
	} {
		if w := call(s, "PATCH", "/Users/"+id, patchOf(ops)); w.Code != status {
			t.Errorf("%s: status %d, want %d: %s", ops, w.Code, status, w.Body)
		}
	}
	if u, _ := s.User(id); u.Attributes["title"] == "kept?" {
		t.Error("a patch that failed left a trace")
	}
	for path, status := range map[string]int{"/users": 404, "/Users/": 404, "/Users?filter=userName+eq+ada": 400, "/Users?filter=userName+co+%22a%22": 400,
		"/Users?filter=userName+eq+%22ADA%22+and+externalId+eq+%22e1%22": 200, "/Users?count=x": 400, "/Users/" + id: 200} {
		if w := call(s, "GET", path, ""); w.Code != status {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
	}
	if w := call(s, "POST", "/Users", strings.Replace(ada, "ada", "ADA", 1)); w.Code != http.StatusConflict {
		t.Errorf("a name that is taken: status %d", w.Code)
	}
	if w := call(New(Options{Token: "t"}), "GET", "/Users", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("without a token: status %d", w.Code)
	}
}

func TestFaultsFireWhenTheyShould(t *testing.T) {
	s := New(Options{Journal: 10})
	s.AddFault(fakekit.Fault{Method: "POST", Nth: 2, Times: 2, Phase: fakekit.After, Status: 503})
	var got []int
	for _, name := range []string{"a", "b", "c", "d"} {
		got = append(got, call(s, "POST", "/Users", strings.Replace(ada, "ada", name, 1)).Code)
	}
	if got[0] != 201 || got[1] != 503 || got[2] != 503 || got[3] != 201 || s.Count() != 4 || s.Requests() != 4 || len(s.Journal()) != 4 {
		t.Errorf("statuses %v, %d users", got, s.Count())
	}
}

func TestOverlapsAreNoticed(t *testing.T) {
	s := New(Options{Quirks: Quirks{WriteDelay: 20 * time.Millisecond}})
	call(s, "POST", "/Users", ada)
	id := s.Snapshot()[0].ID
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { call(s, "PATCH", "/Users/"+id, patchOf(`{"op":"replace","path":"title","value":"x"}`)) })
	}
	wg.Wait()
	if len(s.Overlaps()) != 1 {
		t.Errorf("overlaps: %v", s.Overlaps())
	}
}

func TestManyRemovalsKeepTheOrder(t *testing.T) {
	s := New(Options{})
	for i := range 300 {
		if _, err := s.Put(map[string]any{"userName": strings.Repeat("x", i+1)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, u := range s.Snapshot()[:290] {
		call(s, "DELETE", "/Users/"+u.ID, "")
	}
	left := s.Snapshot()
	if len(left) != 10 || len(left[0].UserName) != 291 {
		t.Fatalf("%d left, first %q", len(left), left[0].UserName)
	}
	if w := call(s, "PATCH", "/Users/"+left[3].ID, patchOf(`{"op":"replace","path":"title","value":"x"}`)); w.Code != 200 || s.Snapshot()[3].Attributes["title"] != "x" {
		t.Error("a user is not where it should be")
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`userName eq "a\"b" and externalId eq "x"`)
	f.Fuzz(func(_ *testing.T, s string) { _, _ = parseFilter(s) })
}

// Each dialect of PATCH is understood by its own service and refused by the others.
func TestDialects(t *testing.T) {
	ops := map[string]string{
		"":           `{"op":"replace","path":"active","value":false}`,
		SingleObject: `{"op":"replace","value":{"name":{"givenName":"A"}}}`,
		EntraNew:     `{"op":"replace","value":{"name.givenName":"A"}}`,
		EntraLegacy:  `{"op":"Replace","path":"active","value":"False"}`,
	}
	for service := range ops {
		s := New(Options{Quirks: Quirks{Wire: WireQuirks{Dialect: service}}})
		call(s, "POST", "/Users", ada)
		id := s.Snapshot()[0].ID
		for dialect, op := range ops {
			want := http.StatusBadRequest
			if dialect == service || (service == "" && dialect == SingleObject) { // which RFC 7644 §3.5.2 allows, too
				want = http.StatusOK
			}
			if w := call(s, "PATCH", "/Users/"+id, patchOf(op)); w.Code != want {
				t.Errorf("%q at %q: status %d, want %d: %s", dialect, service, w.Code, want, w.Body)
			}
		}
	}
}
