package server_test

import (
	"fmt"
	"strings"
	"testing"
)

func bulkOf(failOn int, ops ...obj) obj {
	o := obj{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": ops}
	if failOn > 0 {
		o["failOnErrors"] = failOn
	}
	return o
}

func op(method, path, bulkID string, data any) obj {
	o := obj{"method": method, "path": path}
	if bulkID != "" {
		o["bulkId"] = bulkID
	}
	if data != nil {
		o["data"] = data
	}
	return o
}

func (g got) statuses() string {
	var all []string
	for _, o := range g.list("Operations") {
		s, ok := o.(map[string]any)["status"].(string)
		if !ok {
			g.t.Errorf("a status that is no text: %s", g.text)
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// The example of RFC 7644 §3.7.3, with a group in it.
func TestBulk(t *testing.T) {
	s := start(t)
	bob := s.must(201, "POST", "/Users", user("bob"))
	dave, gone := s.add("dave", "nickName", "D"), s.add("gone")
	g := s.must(200, "POST", "/Bulk", bulkOf(1,
		op("POST", "/Users", "qwerty", user("Alice")),
		obj{"method": "PUT", "path": "/Users/" + bob.text1("id"), "version": bob.text1("meta.version"), "data": user("Bob", "title", "Sir")},
		obj{"method": "PATCH", "path": "/Users/" + dave, "data": []obj{{"op": "remove", "path": "nickName"}, {"op": "add", "path": "userName", "value": "Dave"}}},
		op("DELETE", "/Users/"+gone, "", nil),
		op("POST", "/Groups", "ytrewq", obj{"displayName": "Tour Guides", "members": []obj{{"type": "User", "value": "bulkId:qwerty"}}}),
		op("PATCH", "/Groups/bulkId:ytrewq", "", patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": dave}}})),
	))
	if got := g.statuses(); got != "201 200 200 204 201 200" {
		t.Fatalf("statuses %s: %s", got, g.text)
	}
	alice := g.text1("Operations.0.location")
	g.want("schemas.0", "urn:ietf:params:scim:api:messages:2.0:BulkResponse", "Operations.0.bulkId", "qwerty", "Operations.0.method", "POST",
		"Operations.0.version", `W/"1"`, "Operations.0.response", nil, "Operations.1.version", `W/"2"`, "Operations.1.location", bob.text1("meta.location"))
	s.must(200, "GET", alice, nil).want("userName", "Alice", "groups.0.display", "Tour Guides")
	s.must(200, "GET", "/Users/"+dave, nil).want("userName", "Dave", "nickName", nil)
	s.must(404, "GET", "/Users/"+gone, nil)
	s.must(200, "GET", g.text1("Operations.4.location"), nil).want("members.1.$ref", alice, "members.0.value", dave)
}

func TestBulkOrder(t *testing.T) {
	s := start(t)
	g := s.must(200, "POST", "/Bulk", bulkOf(0,
		op("POST", "/Groups", "g", group("Team", "bulkId:b", "bulkId:a")),
		op("POST", "/Users", "a", user("ada", enterprise, obj{"manager": obj{"value": "bulkId:b"}})),
		op("POST", "/Users", "b", user("bob")),
	))
	if got := g.statuses(); got != "201 201 201" {
		t.Fatalf("statuses %s: %s", got, g.text)
	}
	bob := s.must(200, "GET", g.text1("Operations.2.location"), nil)
	s.must(200, "GET", g.text1("Operations.1.location"), nil).want("<"+enterprise+">.manager.value", bob.text1("id"), "<"+enterprise+">.manager.$ref", bob.text1("meta.location"))
	if got := s.members(s.must(200, "GET", g.text1("Operations.0.location"), nil).text1("id")); !strings.Contains(got, bob.text1("id")) {
		t.Errorf("members %s", got)
	}
}

func TestBulkFailures(t *testing.T) {
	s := start(t)
	s.add("taken")
	circle := s.must(200, "POST", "/Bulk", bulkOf(0,
		op("POST", "/Users", "a", user("a", enterprise, obj{"manager": obj{"value": "bulkId:b"}})),
		op("POST", "/Users", "b", user("b", enterprise, obj{"manager": obj{"value": "bulkId:a"}})),
		op("POST", "/Users", "c", user("c", enterprise, obj{"manager": obj{"value": "bulkId:a"}})),
		op("POST", "/Users", "d", user("d", enterprise, obj{"manager": obj{"value": "bulkId:nobody"}})),
		op("POST", "/Users", "e", user("e")),
	))
	if got := circle.statuses(); got != "409 409 409 409 201" {
		t.Errorf("statuses %s: %s", got, circle.text)
	}
	circle.want("Operations.0.response.status", "409", "Operations.0.response.schemas.0", "urn:ietf:params:scim:api:messages:2.0:Error", "Operations.0.location", nil)

	for i, words := range []string{"waits for this one", "waits for this one", "names no resource"} {
		if d := circle.text1(fmt.Sprintf("Operations.%d.response.detail", i)); !strings.Contains(d, words) {
			t.Errorf("operation %d: %s", i, d)
		}
	}

	stop := s.must(200, "POST", "/Bulk", bulkOf(1, op("POST", "/Users", "1", user("first")), op("POST", "/Users", "2", user("taken")), op("POST", "/Users", "3", user("third"))))
	if got := stop.statuses(); got != "201 409" {
		t.Errorf("failOnErrors 1: %s", got)
	}
	stop.want("Operations.1.response.scimType", "uniqueness")
	s.must(200, "GET", "/Users"+query("filter", `userName eq "third"`), nil).want("totalResults", 0)
	two := s.must(200, "POST", "/Bulk", bulkOf(2, op("POST", "/Users", "1", user("taken")), op("POST", "/Users", "2", user("taken")), op("POST", "/Users", "3", user("third"))))
	if got := two.statuses(); got != "409 409" {
		t.Errorf("failOnErrors 2: %s", got)
	}
	other := s.must(200, "POST", "/Bulk", bulkOf(0, op("DELETE", "/Users/none", "", nil), op("PUT", "/Users", "", user("x")), op("POST", "/Me", "1", user("x")),
		obj{"method": "DELETE", "path": "/Users/" + s.add("v"), "version": `W/"9"`}, op("POST", "/Users", "2", []string{"x"}), op("POST", "/Users/x", "3", user("x"))))
	if got := other.statuses(); got != "404 404 404 412 400 404" {
		t.Errorf("statuses %s: %s", got, other.text)
	}
	other.want("Operations.0.location", "https://usher.example.com/scim2/Users/none")
}

// A request that is no bulk is refused before anything of it is done.
func TestBulkForm(t *testing.T) {
	s := start(t)
	good := op("POST", "/Users", "1", user("good"))
	for _, bad := range []any{bulkOf(0), obj{"Operations": 7}, obj{"schemas": []string{"urn:x"}, "Operations": []obj{good}}, "[]",
		bulkOf(0, good, op("POST", "/Users", "", user("x"))), bulkOf(0, good, op("POST", "", "2", user("x"))), bulkOf(0, good, op("POST", "/Users", "2", nil)),
		bulkOf(0, good, op("GET", "/Users", "", nil)), obj{"Operations": []any{good, 7}}} {
		if g := s.do("POST", "/Bulk", bad); g.status != 400 {
			t.Errorf("%v: %d", bad, g.status)
		}
	}
	var many []obj
	for i := range 1001 {
		many = append(many, op("POST", "/Users", fmt.Sprint(i), obj{}))
	}
	s.refused(413, "tooMany", "POST", "/Bulk", bulkOf(0, many...))
	s.must(200, "GET", "/Users", nil).want("totalResults", 0)
}

// Many operations are done at once, and come out as if one after another.
func TestBulkAtOnce(t *testing.T) {
	s := start(t)
	var ops []obj
	want := ""
	for i := range 100 {
		name := fmt.Sprint("user", i)
		if i%10 == 9 {
			name = fmt.Sprint("USER", i-1)
			want += "409 "
		} else {
			want += "201 "
		}
		ops = append(ops, op("POST", "/Users", fmt.Sprint("b", i), user(name)))
	}
	g := s.must(200, "POST", "/Bulk", bulkOf(0, ops...))
	if got := g.statuses(); got+" " != want {
		t.Errorf("statuses %s", got)
	}
	for i := range 100 {
		if i%10 == 9 {
			continue
		}
		at := fmt.Sprintf("Operations.%d.", i)
		g.want(at+"bulkId", fmt.Sprint("b", i))
		s.must(200, "GET", g.text1(at+"location"), nil).want("userName", fmt.Sprint("user", i))
	}
	ada := g.text1("Operations.0.location")
	path := ada[strings.Index(ada, "/Users"):]
	var edits []obj
	for i := range 20 {
		edits = append(edits, op("PATCH", path, "", patchOf(obj{"op": "replace", "path": "title", "value": fmt.Sprint(i)})))
	}
	s.must(200, "POST", "/Bulk", bulkOf(0, edits...))
	s.must(200, "GET", ada, nil).want("title", "19")
}
