package server_test

import (
	"strings"
	"testing"

	"usher/directory"
)

func TestUserLife(t *testing.T) {
	s := start(t)
	made := s.must(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen","externalId":"bjensen-1",
		"name":{"formatted":"Ms. Barbara J Jensen III","familyName":"Jensen","givenName":"Barbara"},"password":"t1meMa$heen"}`)
	id := made.text1("id")
	made.want("userName", "bjensen", "externalId", "bjensen-1", "name.familyName", "Jensen", "active", true, "password", nil,
		"meta.resourceType", "User", "meta.location", "https://usher.example.com/scim2/Users/"+id, "meta.version", `W/"1"`)
	if l := made.header.Get("Location"); l != made.text1("meta.location") {
		t.Errorf("Location %q", l)
	}
	if e := made.header.Get("ETag"); e != `W/"1"` {
		t.Errorf("ETag %q", e)
	}
	u, err := s.store.User(t.Context(), id)
	if err != nil || u.PasswordHash != "hash of t1meMa$heen" || u.Source != "scim" || u.ExternalID != "bjensen-1" {
		t.Errorf("stored %+v, %v", u, err)
	}

	s.must(200, "GET", "/Users/"+id, nil).want("id", id, "name.givenName", "Barbara")
	s.must(200, "GET", "/Users/"+id+"?attributes=userName", nil).want("id", id, "userName", "bjensen", "name", nil, "active", nil)
	s.must(200, "GET", "/Users/"+id+"?excludedAttributes=name", nil).want("id", id, "userName", "bjensen", "name", nil, "active", true)
	s.refused(400, "invalidValue", "GET", "/Users/"+id+"?excludedAttributes=name&attributes=id", nil)

	s.must(200, "PUT", "/Users/"+id, user("bjensen", "id", "other", "name", obj{"familyName": "Jensen", "givenName": "Babs"}, "title", "Boss")).
		want("id", id, "name.givenName", "Babs", "name.formatted", nil, "title", "Boss", "externalId", nil, "active", true, "meta.version", `W/"2"`)
	if u, _ := s.store.User(t.Context(), id); u.PasswordHash == "" {
		t.Error("PUT took the password")
	}
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "active", "value": false}, obj{"op": "add", "path": "nickName", "value": "B"})).
		want("active", false, "nickName", "B", "title", "Boss")
	s.must(200, "PUT", "/Users/"+id, user("bjensen")).want("active", false, "title", nil)

	s.must(204, "DELETE", "/Users/"+id, nil)
	s.refused(404, "", "GET", "/Users/"+id, nil)
	s.refused(404, "", "DELETE", "/Users/"+id, nil)
	s.refused(404, "", "PUT", "/Users/"+id, user("x"))
	s.refused(404, "", "PATCH", "/Users/"+id, patchOf(obj{"op": "add", "path": "title", "value": "x"}))
}

func TestUserRefusals(t *testing.T) {
	s := start(t)
	id := s.add("Ada")
	s.refused(409, "uniqueness", "POST", "/Users", user("aDA"))
	other := s.add("bob")
	s.refused(409, "uniqueness", "PUT", "/Users/"+other, user("ada"))
	s.refused(409, "uniqueness", "PATCH", "/Users/"+other, patchOf(obj{"op": "replace", "path": "userName", "value": "ADA"}))
	s.refused(400, "invalidValue", "POST", "/Users?attributes=id&excludedAttributes=name", user("never"))
	s.must(200, "GET", "/Users"+query("filter", `userName eq "never"`), nil).want("totalResults", 0)
	for body, kind := range map[string]string{
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`:                 "invalidValue",
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"userName":"x"}`: "invalidValue",
		`{"userName":"x","emails":[{"value":"not an address"}]}`:                     "invalidValue",
		`{"userName":"x","active":"perhaps"}`:                                        "invalidValue",
		`{"userName":"x","nickName":"a\u0000b"}`:                                     "invalidValue",
		`{"userName":"x","nickName":"` + strings.Repeat("x", 130<<10) + `"}`:         "invalidValue",
		`{"userName":"x","password":"` + strings.Repeat("x", 300) + `"}`:             "invalidValue",
		`{"userName":"x","roles":[` + manyRoles(101) + `]}`:                          "invalidValue",
		`{"userName":`: "invalidSyntax",
		`[]`:           "invalidSyntax",
		``:             "invalidSyntax",
	} {
		s.refused(400, kind, "POST", "/Users", body)
	}
	g := s.refused(400, "invalidValue", "POST", "/Users", `{"userName":"x","emails":[{"value":"not an address"}]}`)
	if !strings.Contains(g.text1("detail"), "emails.value") {
		t.Errorf("the detail names no SCIM attribute: %s", g.text)
	}
	for _, ops := range []string{`{}`, `{"Operations":[]}`, `{"Operations":[7]}`, `{"Operations":[{"path":"title"}]}`, `{"Operations":[{"op":"add","path":7,"value":1}]}`,
		`{"Operations":[{"op":"move","path":"title","value":"x"}]}`, `{"schemas":["urn:x"],"Operations":[{"op":"add","path":"title","value":"x"}]}`} {
		if g := s.do("PATCH", "/Users/"+id, ops); g.status != 400 {
			t.Errorf("%s: %d", ops, g.status)
		}
	}
	s.refused(400, "noTarget", "PATCH", "/Users/"+id, patchOf(obj{"op": "remove"}))
	s.refused(400, "mutability", "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "id", "value": "x"}))
	s.refused(400, "mutability", "PATCH", "/Users/"+id, patchOf(obj{"op": "remove", "path": "userName"}))
}

func manyRoles(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"value":"r`)
		b.WriteString(strings.Repeat("x", i))
		b.WriteString(`"}`)
	}
	return b.String()
}

// An externalId belongs to the client that gave it.
func TestExternalIDs(t *testing.T) {
	s := start(t)
	okta := s.as(another)
	id := s.add("ada", "externalId", "e-1")
	okta.must(200, "GET", "/Users/"+id, nil).want("externalId", nil)
	okta.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "add", "path": "externalId", "value": "o-1"})).want("externalId", "o-1")
	s.must(200, "GET", "/Users/"+id, nil).want("externalId", "e-1")
	stored := func(want string) {
		t.Helper()
		if u, err := s.store.User(t.Context(), id); err != nil || u.ExternalID != want {
			t.Errorf("the user's own externalId is %q, want %q (%v)", u.ExternalID, want, err)
		}
	}
	stored("e-1")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "externalId", "value": "e-2"})).want("externalId", "e-2")
	stored("e-2")
	s.must(200, "GET", `/Users?filter=externalId+eq+"e-2"`, nil).want("totalResults", 1)
	okta.must(200, "GET", `/Users?filter=externalId+eq+"e-2"`, nil).want("totalResults", 0)
	okta.must(200, "GET", `/Users?filter=externalId+eq+"o-1"`, nil).want("totalResults", 1, "Resources.0.externalId", "o-1")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "remove", "path": "externalId"})).want("externalId", nil)
	stored("")
	g := s.addGroup("team")
	s.must(200, "PATCH", "/Groups/"+g, patchOf(obj{"op": "add", "path": "externalId", "value": "g-1"}))
	s.must(200, "GET", "/Groups/"+g, nil).want("externalId", "g-1")
	okta.must(200, "GET", "/Groups/"+g, nil).want("externalId", nil)
}

func TestPasswords(t *testing.T) {
	s := start(t)
	id := s.add("ada", "password", "1mz050nq") // as Okta sends: another system's rules let it through
	hash := func(want string) {
		t.Helper()
		if u, err := s.store.User(t.Context(), id); err != nil || u.PasswordHash != want {
			t.Errorf("hash %q, want %q (%v)", u.PasswordHash, want, err)
		}
	}
	hash("hash of 1mz050nq")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "title", "value": "x"}))
	hash("hash of 1mz050nq")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "password", "value": "new"})).want("password", nil)
	hash("hash of new")
	s.must(200, "PUT", "/Users/"+id, user("ada", "password", "newer"))
	hash("hash of newer")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "remove", "path": "password"}))
	hash("")
	s.refused(400, "invalidFilter", "GET", `/Users?filter=password+eq+"x"`, nil)
	s.refused(400, "invalidValue", "GET", `/Users?sortBy=password`, nil)
	if strings.Contains(s.log.String(), "newer") {
		t.Error("a password is in the log")
	}
}

// A manager's name is not the client's to write, and does not outlive its manager.
func TestManagersName(t *testing.T) {
	s := start(t)
	id := s.add("ada", enterprise, obj{"manager": obj{"value": "m1", "displayName": "Mine"}})
	s.must(200, "GET", "/Users/"+id, nil).want("<"+enterprise+">.manager.displayName", nil)
	u, err := s.store.User(t.Context(), id)
	u.Manager.DisplayName = "Grace"
	if err == nil {
		_, err = s.dir.UpdateUser(t.Context(), u, directory.Actor{Kind: directory.ByAdmin})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.must(200, "PUT", "/Users/"+id, user("ada", enterprise, obj{"manager": obj{"value": "m1"}})).want("<"+enterprise+">.manager.displayName", "Grace")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "add", "path": "title", "value": "x"})).want("<"+enterprise+">.manager.displayName", "Grace")
	s.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": enterprise + ":manager.value", "value": "m2"})).want("<"+enterprise+">.manager.displayName", nil)
}
