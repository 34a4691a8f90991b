package server_test

import (
	"strings"
	"testing"

	"usher/auth"
	"usher/directory"
)

// A token may say that members whom nobody knows are passed over; any other token's group is refused whole.
func TestSkipUnknownMembers(t *testing.T) {
	const tolerant = "usher_tolerant"
	s := start(t, func(s *fixture) {
		s.api.Tokens.(fakeTokens)[tolerant] = auth.Token{ID: "t3", Name: "tolerant", SkipUnknownMembers: true}
	})
	ada, bob, stranger := s.add("ada"), s.add("bob"), directory.NewID()
	members := func(ids ...string) []obj {
		var list []obj
		for _, id := range ids {
			list = append(list, obj{"value": id})
		}
		return list
	}
	id := s.addGroup("Team", ada)
	writes := map[string]func(string) (string, string, any){
		"POST": func(n string) (string, string, any) {
			return "POST", "/Groups", obj{"displayName": "New" + n, "members": members(ada, stranger, "7")}
		},
		"PUT": func(string) (string, string, any) {
			return "PUT", "/Groups/" + id, obj{"displayName": "Team", "members": members(stranger, bob, "7")}
		},
		"PATCH add": func(string) (string, string, any) {
			return "PATCH", "/Groups/" + id, patchOf(obj{"op": "add", "path": "members", "value": members(stranger, ada)})
		},
		"PATCH replace": func(string) (string, string, any) {
			return "PATCH", "/Groups/" + id, patchOf(obj{"op": "replace", "path": "members", "value": members(bob, stranger)})
		},
		"PATCH no path": func(string) (string, string, any) {
			return "PATCH", "/Groups/" + id, patchOf(obj{"op": "add", "value": obj{"members": members(stranger, ada)}})
		},
	}
	for name, write := range writes {
		method, path, body := write("")
		if g := s.as(application).refused(400, "invalidValue", method, path, body); !strings.Contains(g.text, "There is no user with the ID") {
			t.Errorf("%s: %s", name, g.text)
		}
	}
	if got := s.members(id); got != ada {
		t.Errorf("a refused write changed the members to %q", got)
	}
	sorted := func(ids ...string) string { return strings.Join(ids, " ") }
	both := sorted(ada, bob)
	for _, c := range []struct{ name, want string }{{"PUT", bob}, {"PATCH add", both}, {"PATCH replace", bob}, {"PATCH no path", both}} {
		method, path, body := writes[c.name]("")
		s.as(tolerant).must(200, method, path, body)
		if got := s.members(id); got != c.want {
			t.Errorf("%s: members %q, want %q", c.name, got, c.want)
		}
	}
	method, path, body := writes["POST"]("2")
	made := s.as(tolerant).must(201, method, path, body).text1("id")
	if got := s.members(made); got != ada {
		t.Errorf("members %q", got)
	}
	if g, err := s.store.Group(t.Context(), made); err != nil || g.Members != 1 {
		t.Errorf("%d are counted, %v", g.Members, err)
	}
	s.as(tolerant).must(200, "PATCH", "/Groups/"+made, patchOf(obj{"op": "replace", "path": "members", "value": members(stranger)}))
	if got := s.members(made); got != "" {
		t.Errorf("members %q of a group that was to hold a stranger alone", got)
	}
	s.as(tolerant).refused(400, "invalidValue", "PATCH", "/Groups/"+made, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": ada, "type": "Group"}}}))
}
