package scim2fake

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

const engineers = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engineers"}`

// What RFC 7643 §4.2 and RFC 7644 §3.5.2 forbid is refused, and leaves no trace.
func TestGroupStrictness(t *testing.T) {
	for _, body := range []string{``, `[]`, `{"displayName":"x"}`, strings.Replace(engineers, `"Engineers"`, `" "`, 1), strings.Replace(engineers, `"Engineers"`, `7`, 1),
		strings.Replace(engineers, `}`, `,"members":[{"value":"nobody"}]}`, 1), strings.Replace(engineers, `}`, `,"members":["x"]}`, 1),
		strings.Replace(engineers, `}`, `,"members":[{"value":""}]}`, 1), strings.Replace(engineers, `}`, `,"owner":"x"}`, 1)} {
		if w := call(New(Options{}), "POST", "/Groups", body); w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, w.Code)
		}
	}
	s := New(Options{})
	call(s, "POST", "/Users", ada)
	user := s.Snapshot()[0].ID
	id, err := s.PutGroup("Engineers", "e1", user)
	if err != nil {
		t.Fatal(err)
	}
	for ops, status := range map[string]int{
		``: 400, `{"op":"Add","path":"members","value":[{"value":"USER"}]}`: 400, `{"op":"add","path":"members","value":{"value":"USER"}}`: 400,
		`{"op":"add","path":"members","value":[{"value":"nobody"}]}`: 400, `{"op":"add","path":"members","value":[{"value":"USER"}]}`: 200, `{"op":"add","value":{"members":[{"value":"USER"}]}}`: 200,
		`{"op":"remove","path":"members","value":[{"value":"USER"}]}`: 400, `{"op":"remove","path":"members[value eq USER]"}`: 400, `{"op":"remove","path":"members[display eq \"x\"]"}`: 400,
		`{"op":"remove"}`: 400, `{"op":"remove","path":"displayName"}`: 400, `{"op":"replace","path":"displayName","value":""}`: 400, `{"op":"replace","path":"id","value":"x"}`: 400,
		`{"op":"replace","path":"displayName","value":"Kept?"},{"op":"add","path":"members","value":[{"value":"nobody"}]}`: 400, `{"op":"replace","path":"nonsense","value":"x"}`: 400,
		`{"op":"add","path":"members","value":[{"value":7}]}`: 400, `{"op":"replace","value":{"displayName":"Engineers","id":"x"}}`: 400,
	} {
		if w := call(s, "PATCH", "/Groups/"+id, patchOf(strings.ReplaceAll(ops, "USER", user))); w.Code != status {
			t.Errorf("%s: status %d, want %d: %s", ops, w.Code, status, w.Body)
		}
	}
	if g := s.GroupSnapshot()[0]; g.DisplayName != "Engineers" || !slices.Equal(g.Members, []string{user}) {
		t.Errorf("refused patches left a trace: %+v", g)
	}
	for path, status := range map[string]int{"/groups": 404, "/Groups/nothing": 404, "/Groups?filter=userName+eq+%22a%22": 400, "/Groups?filter=displayName+sw+%22a%22": 400,
		"/Groups?filter=displayName+eq+%22ENGINEERS%22&excludedAttributes=members": 200, "/Groups?count=x": 400, "/Groups/" + id: 200} {
		if w := call(s, "GET", path, ""); w.Code != status {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
	}
	if w := call(s, "GET", "/Groups/"+id+"?excludedAttributes=members", ""); strings.Contains(w.Body.String(), user) {
		t.Error("excluded members were sent")
	}
	if w := call(s, "PATCH", "/Groups/"+id, patchOf(`{"op":"remove","path":"members[value eq \"`+user+`\"]"}`)); w.Code != 200 || len(s.GroupSnapshot()[0].Members) != 0 {
		t.Errorf("a member cannot be removed: %d %s", w.Code, w.Body)
	}
}

func TestGroupsLoseUsersWhoAreGone(t *testing.T) {
	s := New(Options{})
	call(s, "POST", "/Users", ada)
	user := s.Snapshot()[0].ID
	id, err := s.PutGroup("Engineers", "", user)
	if err != nil {
		t.Fatal(err)
	}
	call(s, "DELETE", "/Users/"+user, "")
	if g := s.GroupSnapshot()[0]; len(g.Members) != 0 {
		t.Errorf("members: %v", g.Members)
	}
	s.DropGroup(id)
	if n := len(s.GroupSnapshot()); n != 0 {
		t.Errorf("%d groups are left", n)
	}
}

// AWS refuses to replace or remove all members at once, takes an empty replacement for nothing, and sends none.
func TestGroupsAtAWS(t *testing.T) {
	s := New(Options{Quirks: Like("aws")})
	call(s, "POST", "/Users", strings.Replace(ada, "}", `,"name":{"givenName":"Ada","familyName":"L"},"displayName":"Ada"}`, 1))
	user := s.Snapshot()[0].ID
	id, err := s.PutGroup("Engineers", "", user)
	if err != nil {
		t.Fatal(err)
	}
	for ops, status := range map[string]int{`{"op":"replace","path":"members","value":[]}`: 200, `{"op":"remove","path":"members"}`: 400,
		`{"op":"replace","path":"members","value":[{"value":"` + user + `"}]}`: 400} {
		if w := call(s, "PATCH", "/Groups/"+id, patchOf(ops)); w.Code != status {
			t.Errorf("%s: status %d, want %d", ops, w.Code, status)
		}
	}
	if g := s.GroupSnapshot()[0]; len(g.Members) != 1 {
		t.Errorf("members: %v", g.Members)
	}
	if w := call(s, "GET", "/Groups/"+id, ""); strings.Contains(w.Body.String(), user) {
		t.Error("members were sent")
	}
	many := strings.Repeat(`{"value":"x"},`, 100) + `{"value":"x"}`
	if w := call(s, "PATCH", "/Groups/"+id, patchOf(`{"op":"add","path":"members","value":[`+many+`]}`)); w.Code != 400 || !strings.Contains(w.Body.String(), "100") {
		t.Errorf("101 members: status %d %s", w.Code, w.Body)
	}
}
