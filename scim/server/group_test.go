package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func (s *fixture) members(id string) string {
	s.t.Helper()
	var ids []string
	for _, m := range s.must(200, "GET", "/Groups/"+id, nil).list("members") {
		ids = append(ids, m.(map[string]any)["value"].(string))
	}
	return strings.Join(ids, " ")
}

func TestGroupLife(t *testing.T) {
	s := start(t)
	ada, bob, cat := s.add("ada", "displayName", "Ada L"), s.add("bob"), s.add("cat")
	made := s.must(201, "POST", "/Groups", group("Team", ada, ada, bob))
	id := made.text1("id")
	made.want("displayName", "Team", "members.0.value", ada, "members.0.type", "User", "members.0.$ref", "https://usher.example.com/scim2/Users/"+ada,
		"members.1.value", bob, "members.2", nil, "meta.location", "https://usher.example.com/scim2/Groups/"+id, "meta.resourceType", "Group")
	if made.header.Get("Location") != made.text1("meta.location") {
		t.Errorf("Location %q", made.header.Get("Location"))
	}
	s.must(200, "GET", "/Users/"+ada, nil).want("groups.0.value", id, "groups.0.display", "Team", "groups.0.$ref", "https://usher.example.com/scim2/Groups/"+id)
	s.must(200, "GET", "/Groups/"+id+"?excludedAttributes=members", nil).want("members", nil, "displayName", "Team")
	s.must(200, "GET", "/Groups/"+id+"?attributes=members.value", nil).want("members.0.value", ada, "members.0.type", nil, "displayName", nil)

	s.must(200, "PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": cat}}}))
	s.must(200, "PATCH", "/Groups/"+id, patchOf(obj{"op": "remove", "path": `members[value eq "` + ada + `"]`}))
	if got := s.members(id); got != bob+" "+cat {
		t.Errorf("members %s", got)
	}
	g := s.must(200, "PATCH", "/Groups/"+id, patchOf(obj{"op": "replace", "path": "displayName", "value": "Crew"}))
	if g.header.Get("ETag") == "" {
		t.Error("no ETag")
	}
	s.must(200, "PATCH", "/Groups/"+id+"?attributes=displayName", patchOf(obj{"op": "replace", "path": "displayName", "value": "Gang"})).
		want("displayName", "Gang", "members", nil, "id", id)
	s.must(200, "PUT", "/Groups/"+id, group("Gang", ada)).want("members.0.value", ada, "members.1", nil)
	s.must(200, "PUT", "/Groups/"+id, obj{"displayName": "Gang"}).want("members.0", nil)
	s.must(204, "DELETE", "/Groups/"+id, nil)
	s.refused(404, "", "GET", "/Groups/"+id, nil)
	s.refused(404, "", "PATCH", "/Groups/"+id, patchOf(obj{"op": "replace", "path": "displayName", "value": "x"}))
}

func TestGroupRefusals(t *testing.T) {
	s := start(t)
	id := s.addGroup("Team")
	s.addGroup("Crew")
	s.refused(409, "uniqueness", "POST", "/Groups", group("tEAM"))
	s.refused(409, "uniqueness", "PATCH", "/Groups/"+id, patchOf(obj{"op": "replace", "path": "displayName", "value": "crew"}))
	s.refused(400, "invalidValue", "POST", "/Groups", `{"members":[]}`)
	g := s.refused(400, "invalidValue", "POST", "/Groups", group("New", "01900000-0000-7000-8000-000000000000"))
	if !strings.Contains(g.text1("detail"), "members") {
		t.Errorf("the detail does not name members: %s", g.text)
	}
	s.refused(400, "invalidValue", "PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": "nobody"}}}))
	s.refused(400, "invalidValue", "POST", "/Groups", obj{"displayName": "x", "members": []obj{{"value": id, "type": "Group"}}})
	var many []obj
	for i := range 10_001 {
		many = append(many, obj{"value": fmt.Sprint(i)})
	}
	s.refused(400, "tooMany", "POST", "/Groups", obj{"displayName": "x", "members": many})
	s.refused(400, "tooMany", "PUT", "/Groups/"+id, obj{"displayName": "x", "members": many})
	s.refused(400, "tooMany", "PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": many}))
}

// A change of the name must neither touch the members nor read them, but for the answer.
func TestRenameLeavesMembers(t *testing.T) {
	s := start(t)
	watch := &watched{Store: s.api.Store}
	ada := s.add("ada")
	id := s.addGroup("Team", ada)
	s.api.Store = watch
	without := "/Groups/" + id + "?excludedAttributes=members"
	s.must(200, "PATCH", without, patchOf(obj{"op": "replace", "path": "displayName", "value": "Crew"})).want("displayName", "Crew", "members", nil)
	s.must(200, "PATCH", without, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": ada}}}))
	s.must(200, "GET", "/Groups?excludedAttributes=members", nil)
	if watch.members != 0 {
		t.Errorf("members were read %d times", watch.members)
	}
	if got := s.members(id); got != ada {
		t.Errorf("members %q", got)
	}
	if watch.members == 0 {
		t.Error("this test sees nothing")
	}
}

// A large group is read page by page.
func TestLargeGroup(t *testing.T) {
	s := start(t)
	var ids []string
	for i := range 1001 {
		ids = append(ids, s.add(fmt.Sprintf("user%04d", i)))
	}
	watch := &watched{Store: s.api.Store}
	s.api.Store = watch
	id := s.must(201, "POST", "/Groups?attributes=displayName", group("All", ids...)).text1("id")
	if got := strings.Fields(s.members(id)); len(got) != len(ids) {
		t.Errorf("%d members, want %d", len(got), len(ids))
	}
	if watch.members != 3 || watch.most > 500 {
		t.Errorf("%d pages of at most %d", watch.members, watch.most)
	}
	watch.members, watch.most = 0, 0
	g := s.must(204, "PATCH", "/Groups/"+id, patchOf(obj{"op": "replace", "path": "displayName", "value": "Everybody"}))
	if watch.members > 1 || watch.most > 201 || g.text != "" || g.header.Get("ETag") == "" || !strings.HasSuffix(g.header.Get("Location"), id) {
		t.Errorf("to change the name took %d pages of at most %d; %s %v", watch.members, watch.most, g.text, g.header)
	}
	s.must(200, "PATCH", "/Groups/"+id+"?attributes=displayName", patchOf(obj{"op": "replace", "path": "displayName", "value": "All"})).want("members", nil)
	s.must(200, "PATCH", "/Groups/"+id, patchOf(obj{"op": "remove", "path": "members"})).want("members", "[]")
	if got := s.members(id); got != "" {
		t.Error("not emptied")
	}
}

// A PATCH shows the members of a group that is not large.
func TestPatchShowsGroup(t *testing.T) {
	s := start(t)
	ada, bob := s.add("ada"), s.add("bob")
	id := s.addGroup("Team", ada)
	g := s.must(200, "PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": bob}}}))
	g.want("displayName", "Team", "members.0.value", ada, "members.1.value", bob, "members.2", nil, "meta.location", g.header.Get("Location"),
		"meta.version", g.header.Get("ETag"))
}

// Entra sends the members of one group in many requests at once.
func TestManyWritersOfOneGroup(t *testing.T) {
	s := start(t)
	id := s.addGroup("Team")
	var ids []string
	for i := range 40 {
		ids = append(ids, s.add(fmt.Sprint("u", i)))
	}
	var all sync.WaitGroup
	for _, u := range ids {
		all.Go(func() {
			if g := s.do("PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": u}}})); g.status != 200 {
				t.Errorf("%d %s", g.status, g.text)
			}
		})
	}
	all.Wait()
	if n := len(strings.Fields(s.members(id))); n != len(ids) {
		t.Errorf("%d members, want %d", n, len(ids))
	}
}
