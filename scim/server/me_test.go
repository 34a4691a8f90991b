package server_test

import (
	"testing"

	"usher/auth"
	"usher/directory"
)

func startMe(t *testing.T) (app, me *fixture, id string) {
	t.Helper()
	tokens := fakeTokens{application: {ID: "t1", Name: "entra"}}
	app = start(t, func(s *fixture) { s.api.Tokens = tokens })
	id = app.add("ada", "emails", []obj{{"value": "ada@example.com", "primary": true}}, "roles", []obj{{"value": "clerk"}}, enterprise, obj{"department": "Sales"})
	tokens[personal] = auth.Token{ID: "t3", Name: "entra", UserID: id} // the name must not make it the application
	return app, app.as(personal), id
}

// A name and a password open nothing: at /Me because it does not exist for them, elsewhere because they are no token.
func TestMeWithPassword(t *testing.T) {
	app, _, _ := startMe(t)
	nobody := app.as("")
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		var body any
		if method != "GET" && method != "DELETE" {
			body = user("ada")
		}
		nobody.refused(501, "", method, "/Me", body, "Authorization", "Basic YWRhOmFkYQ==")
		nobody.refused(501, "", method, "/me/", body, "Authorization", "Basic YWRhOmFkYQ==")
		nobody.refused(401, "", method, "/Me", body)
		nobody.refused(401, "", method, "/Me", body, "Authorization", "Bearer nonsense")
	}
	nobody.refused(401, "", "GET", "/Users", nil, "Authorization", "Basic YWRhOmFkYQ==")
}

func TestMe(t *testing.T) {
	app, me, id := startMe(t)
	at := "https://usher.example.com/scim2/Users/" + id
	g := me.must(200, "GET", "/Me", nil).want("id", id, "userName", "ada", "meta.location", at)
	if l := g.header.Get("Location"); l != at {
		t.Errorf("Location %q", l)
	}
	me.must(200, "GET", "/Me?attributes=userName", nil).want("active", nil)
	me.must(304, "GET", "/Me", nil, "If-None-Match", g.header.Get("ETag"))
	me.must(200, "PATCH", "/Me", patchOf(obj{"op": "add", "value": obj{"nickName": "A"}})).want("nickName", "A")
	me.must(200, "PUT", "/Me", user("ada", "name", obj{"givenName": "Ada"})).
		want("nickName", nil, "name.givenName", "Ada", "emails.0.value", "ada@example.com", "roles.0.value", "clerk", "<"+enterprise+">.department", "Sales")
	me.refused(400, "invalidValue", "PATCH", "/Me", patchOf(obj{"op": "add", "path": "password", "value": "ada"}))
	me.must(200, "PATCH", "/Me", patchOf(obj{"op": "add", "path": "password", "value": "quite another horse battery"}))
	if u, _ := app.store.User(t.Context(), id); u.PasswordHash != "hash of quite another horse battery" {
		t.Errorf("hash %q", u.PasswordHash)
	}
	me.must(204, "DELETE", "/Me", nil)
	app.must(404, "GET", "/Users/"+id, nil)
}

func TestMeIsNotForApplications(t *testing.T) {
	app, me, id := startMe(t)
	for _, m := range []string{"GET", "DELETE"} {
		app.refused(501, "", m, "/Me", nil)
	}
	app.refused(501, "", "PUT", "/Me", user("x"))
	app.refused(501, "", "POST", "/Me", user("x"))
	me.refused(501, "", "POST", "/Me", user("x"))
	for _, path := range []string{"/Users", "/Users/" + id, "/Groups", "/"} {
		me.refused(403, "", "GET", path, nil)
	}
	me.refused(403, "", "POST", "/Bulk", bulkOf(0, op("DELETE", "/Users/"+id, "", nil)))
	me.refused(403, "", "POST", "/.search", obj{})
	me.must(200, "GET", "/Schemas", nil)
}

// Nobody gives themselves more than they were given.
func TestMeCannotRise(t *testing.T) {
	app, me, id := startMe(t)
	for path, value := range map[string]any{"userName": "root", "active": false, "userType": "Boss", "roles": []obj{{"value": "admin"}}, "entitlements": []obj{{"value": "all"}},
		"emails": []obj{{"value": "ceo@example.com"}}, enterprise + ":department": "Board", enterprise + ":manager": obj{"value": "x"}, enterprise + ":costCenter": "1",
		enterprise + ":organization": "1", enterprise + ":division": "1", enterprise + ":employeeNumber": "1"} {
		me.refused(403, "", "PATCH", "/Me", patchOf(obj{"op": "replace", "path": path, "value": value}))
	}
	me.must(200, "PUT", "/Me", user("root", "active", false, "emails", []obj{{"value": "ceo@example.com"}}, "roles", []obj{{"value": "admin"}}, "title", "Countess")).
		want("userName", "ada", "active", true, "emails.0.value", "ada@example.com", "roles.0.value", "clerk", "title", "Countess")
	app.must(200, "GET", "/Users/"+id, nil).want("userName", "ada", "active", true, "meta.version", `W/"2"`)
	app.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "add", "path": "externalId", "value": "e-1"}))
	me.must(200, "GET", "/Me", nil).want("externalId", nil)
	me.must(200, "PATCH", "/Me", patchOf(obj{"op": "add", "path": "externalId", "value": "mine"})).want("externalId", "mine")
	app.must(200, "GET", "/Users/"+id, nil).want("externalId", "e-1")
	if u, _ := app.store.User(t.Context(), id); u.ExternalID != "e-1" {
		t.Errorf("the user's own externalId became %q", u.ExternalID)
	}
}

// An address that is taken away is verified no more.
func TestVerifiedAddress(t *testing.T) {
	app, _, id := startMe(t)
	u, _ := app.store.User(t.Context(), id)
	u.VerifiedEmail = "ada@example.com"
	if _, err := app.store.UpdateUser(t.Context(), u, app.dir.Change(directory.Actor{Kind: directory.ByUser}, "user.update", id, "ada")); err != nil {
		t.Fatal(err)
	}
	app.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "add", "path": "emails", "value": []obj{{"value": "b@example.com"}}}))
	if u, _ := app.store.User(t.Context(), id); u.VerifiedEmail == "" {
		t.Error("an address more took the proof away")
	}
	app.must(200, "PATCH", "/Users/"+id, patchOf(obj{"op": "remove", "path": `emails[value eq "ada@example.com"]`}))
	if u, _ := app.store.User(t.Context(), id); u.VerifiedEmail != "" {
		t.Errorf("%q is verified still", u.VerifiedEmail)
	}
}
