package server_test

import (
	"strconv"
	"testing"

	"usher/directory"
)

func TestEntityTags(t *testing.T) {
	s := start(t)
	for path, body := range map[string]func(string) obj{"/Users": func(n string) obj { return user(n) }, "/Groups": func(n string) obj { return group(n) }} {
		made := s.must(201, "POST", path, body("one"))
		at, first := path+"/"+made.text1("id"), made.header.Get("ETag")
		rename := func(name string) obj {
			attr := map[string]string{"/Users": "userName", "/Groups": "displayName"}[path]
			return patchOf(obj{"op": "replace", "path": attr, "value": name})
		}
		if first == "" || first != made.text1("meta.version") {
			t.Fatalf("%s: ETag %q", path, first)
		}
		g := s.must(304, "GET", at, nil, "If-None-Match", first)
		if g.text != "" || g.header.Get("ETag") != first {
			t.Errorf("%s: 304 with %q", path, g.text)
		}
		s.must(304, "GET", at, nil, "If-None-Match", `"x", "1"`)
		s.must(200, "GET", at, nil, "If-None-Match", `W/"77"`)

		if g := s.do("PATCH", at, rename("two"), "If-Match", first); g.status != 200 && g.status != 204 {
			t.Fatalf("%s: %d %s", path, g.status, g.text)
		}
		s.refused(412, "", "PATCH", at, rename("three"), "If-Match", first)
		s.refused(412, "", "PUT", at, body("three"), "If-Match", first)
		s.refused(412, "", "DELETE", at, nil, "If-Match", first)
		now := s.must(200, "GET", at, nil).header.Get("ETag")
		if now == first {
			t.Errorf("%s: the ETag is still %s", path, now)
		}
		s.must(200, "PUT", at, body("three"), "If-Match", `W/"77", `+now)
		s.must(200, "PUT", at, body("four"), "If-Match", "*")
		s.refused(404, "", "PUT", path+"/none", body("x"), "If-Match", "*")
		s.must(204, "DELETE", at, nil, "If-Match", s.must(200, "GET", at, nil).header.Get("ETag"))
	}
}

// A write that another one overtakes is made to what is there then, unless the client named a version.
func TestOvertaken(t *testing.T) {
	s := start(t)
	watch := &watched{Store: s.api.Store}
	id := s.add("ada", "title", "old")
	s.api.Store = watch
	byOther := func(string) {
		u, err := s.store.User(t.Context(), id)
		if err == nil {
			u.NickName = "other's " + u.Title
			_, err = s.dir.UpdateUser(t.Context(), u, directory.Actor{Kind: directory.ByAdmin})
		}
		if err != nil {
			t.Error(err)
		}
	}
	watch.before = byOther
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "title", "value": "new"})).want("title", "new", "nickName", "other's old")
	tag := s.must(200, "GET", "/Users/"+id, nil).header.Get("ETag")
	watch.before = byOther
	s.refused(412, "", "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "title", "value": "newer"}), "If-Match", tag)
}

func TestOvertakenBeforeTheWrite(t *testing.T) {
	s := start(t)
	watch := &watched{Store: s.api.Store}
	id := s.addGroup("Team")
	ada := s.add("ada")
	s.api.Store = watch
	rename := func(string) {
		g, err := s.store.Group(t.Context(), id)
		if err == nil {
			g.DisplayName = "Crew"
			_, err = s.dir.UpdateGroup(t.Context(), g, directory.MemberChange{}, directory.Actor{Kind: directory.ByAdmin})
		}
		if err != nil {
			t.Error(err)
		}
	}
	watch.before = rename
	s.must(200, "PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": ada}}}))
	s.must(200, "GET", "/Groups/"+id, nil).want("displayName", "Crew", "members.0.value", ada)
	watch.before = func(string) {
		g, _ := s.store.Group(t.Context(), id)
		g.DisplayName = "Gang"
		_, _ = s.dir.UpdateGroup(t.Context(), g, directory.MemberChange{}, directory.Actor{Kind: directory.ByAdmin})
	}
	tag := func() string {
		g, _ := s.store.Group(t.Context(), id)
		return `W/"` + strconv.FormatInt(g.Version, 10) + `"`
	}()
	s.refused(412, "", "PATCH", "/Groups/"+id, patchOf(obj{"op": "replace", "path": "displayName", "value": "Mine"}), "If-Match", tag)
}
