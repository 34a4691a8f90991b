package server_test

import (
	"strings"
	"testing"
)

// A byte order mark before JSON is no obstacle (RFC 8259 §8.1), at every endpoint that reads a body.
func TestByteOrderMark(t *testing.T) {
	const mark = "\xef\xbb\xbf"
	s := start(t)
	id := s.must(201, "POST", "/Users", mark+`{"userName":"ada"}`).text1("id")
	s.must(200, "PUT", "/Users/"+id, mark+`{"userName":"ada","title":"T"}`).want("title", "T")
	s.must(200, "PATCH", "/Users/"+id, mark+`{"Operations":[{"op":"replace","path":"title","value":"U"}]}`).want("title", "U")
	s.must(201, "POST", "/Groups", mark+`{"displayName":"G"}`)
	s.must(200, "POST", "/Users/.search", mark+`{"filter":"userName eq \"ada\""}`).want("totalResults", 1)
	s.must(200, "POST", "/Bulk", mark+`{"Operations":[{"method":"DELETE","path":"/Users/`+id+`"}]}`).want("Operations.0.status", "204")
	for _, body := range []string{mark, mark + mark + `{"userName":"x"}`, `{"userName":"x"}` + mark, `{"userName":"x"} {}`, `{"userName":"x"}]`, `{"userName":"x"`, ``} {
		s.refused(400, "invalidSyntax", "POST", "/Users", body)
	}
}

// A packed body is refused by name: what it unpacks to is not bounded by what was sent.
func TestPackedBody(t *testing.T) {
	s := start(t)
	for _, coding := range []string{"gzip", "GZIP", "deflate", "br", "gzip, gzip"} {
		g := s.refused(415, "", "POST", "/Users", "\x1f\x8b\x08", "Content-Encoding", coding)
		if !strings.Contains(g.text, "is not unpacked here") || g.header.Get("Accept-Encoding") != "identity" {
			t.Errorf("%s: %s %v", coding, g.text, g.header)
		}
	}
	s.must(201, "POST", "/Users", user("ada"), "Content-Encoding", "identity")
}

func TestReplaceNeedsATarget(t *testing.T) {
	s := start(t)
	at := "/Users/" + s.add("ada", "emails", []obj{{"value": "a@example.com", "type": "work"}})
	for _, path := range []string{`emails[value eq "q@example.com"].display`, `emails[type eq "x"].value`, `emails[type eq "work" and value eq "q@example.com"].value`, `phoneNumbers[value eq "1"]`} {
		g := s.refused(400, "noTarget", "PATCH", at, patchOf(obj{"op": "replace", "path": path, "value": "b@example.com"}))
		if !strings.Contains(g.text, "nothing to replace") {
			t.Error(g.text)
		}
	}
	s.must(200, "PATCH", at, patchOf(obj{"op": "Replace", "path": `emails[type eq "home"].value`, "value": "h@example.com"},
		obj{"op": "Replace", "path": `addresses[type eq "work"].streetAddress`, "value": "S"}, obj{"op": "Replace", "path": `phoneNumbers[type eq "mobile"].value`, "value": "1"})).
		want("emails.1.value", "h@example.com", "emails.1.type", "home", "addresses.0.streetAddress", "S", "phoneNumbers.0.type", "mobile")
}

// Quotation marks of another kind would be a part of the value that is looked for, and nobody would be found.
func TestQuotationMarks(t *testing.T) {
	s := start(t)
	s.add("ada")
	s.add("o'brien")
	for _, filter := range []string{`userName eq 'ada'`, `userName eq “ada”`, `userName eq ‘ada’`, `userName eq “ada lovelace”`, "userName eq `ada`", `not (userName eq 'ada')`} {
		if g := s.refused(400, "invalidFilter", "GET", "/Users"+query("filter", filter), nil); !strings.Contains(g.text, "wrong quotation marks") {
			t.Error(g.text)
		}
		s.refused(400, "invalidFilter", "POST", "/.search", obj{"filter": filter})
	}
	s.refused(400, "invalidFilter", "PATCH", "/Users/"+s.add("bob"), patchOf(obj{"op": "replace", "path": `emails[type eq 'work'].value`, "value": "x@example.com"}))
	s.must(200, "GET", "/Users"+query("filter", `userName eq o'brien`), nil).want("totalResults", 1)
}

// The attributes of the extension are known by their short names wherever a client names attributes.
func TestShortNames(t *testing.T) {
	s := start(t)
	boss := s.add("boss")
	at := "/Users/" + s.add("ada", enterprise, obj{"department": "IT", "manager": obj{"value": boss}})
	s.add("bob", enterprise, obj{"department": "Sales"})
	s.must(200, "GET", "/Users"+query("filter", `manager eq "`+boss+`"`), nil).want("totalResults", 1, "Resources.0.userName", "ada")
	s.must(200, "GET", "/Users"+query("filter", `manager.value eq "`+boss+`" and department sw "I"`), nil).want("totalResults", 1)
	s.must(200, "GET", "/Users"+query("filter", `department pr`, "sortBy", "department", "sortOrder", "descending"), nil).want("Resources.0.userName", "bob", "Resources.1.userName", "ada")
	s.must(200, "GET", at+query("attributes", "manager"), nil).want("<"+enterprise+">.manager.value", boss, "<"+enterprise+">.department", nil)
	s.must(200, "GET", at+query("excludedAttributes", "manager"), nil).want("<"+enterprise+">.manager", nil, "<"+enterprise+">.department", "IT")
	s.must(200, "PATCH", at, patchOf(obj{"op": "replace", "path": "department", "value": "HR"}, obj{"op": "remove", "path": "manager"}, obj{"op": "add", "value": obj{"costCenter": "7"}})).
		want("<"+enterprise+">.department", "HR", "<"+enterprise+">.manager", nil, "<"+enterprise+">.costCenter", "7")
	s.must(200, "GET", query("filter", `department eq "HR"`), nil).want("totalResults", 1)
}

// What a client sent it can compare with what it gets, a false primary too.
func TestNotPrimary(t *testing.T) {
	s := start(t)
	made := s.must(201, "POST", "/Users", `{"userName":"ada","emails":[{"value":"a@example.com","type":"work","primary":true},{"value":"b@example.com","type":"home","primary":false},
		{"value":"c@example.com","type":"other"}],"phoneNumbers":[{"value":"1","primary":"False"}],"addresses":[{"locality":"P","primary":false}]}`)
	at := "/Users/" + made.text1("id")
	for _, g := range []got{made, s.must(200, "GET", at, nil), s.must(200, "PUT", at, s.must(200, "GET", at, nil).body)} {
		g.want("emails.0.primary", true, "emails.1.primary", false, "emails.2.primary", nil, "phoneNumbers.0.primary", false, "addresses.0.primary", false)
	}
	for filter, total := range map[string]int{`emails[type eq "home" and primary eq false]`: 1, `emails[type eq "other" and primary eq false]`: 0, `emails[type eq "home" and primary pr]`: 1,
		`phoneNumbers.primary eq false`: 1, `phoneNumbers.primary eq true`: 0, `addresses.primary eq false`: 1} {
		s.must(200, "GET", "/Users"+query("filter", filter), nil).want("totalResults", total)
	}
	s.must(200, "PATCH", at, patchOf(obj{"op": "replace", "path": `emails[type eq "home"].primary`, "value": true})).want("emails.1.primary", true, "emails.0.primary", nil)
	s.must(200, "PATCH", at, patchOf(obj{"op": "replace", "path": `emails[type eq "home"].primary`, "value": false})).want("emails.1.primary", false)
}

// Numbers are taken where text is meant and the digits are the text, digit by digit.
func TestNumbersForText(t *testing.T) {
	s := start(t)
	made := s.must(201, "POST", "/Users", `{"userName":100234,"title":7,"phoneNumbers":[{"value":4712345678}],"`+enterprise+`":{"employeeNumber":12345678901234567890,"manager":42}}`)
	made.want("userName", "100234", "title", "7", "phoneNumbers.0.value", "4712345678", "<"+enterprise+">.employeeNumber", "12345678901234567890", "<"+enterprise+">.manager.value", "42")
	at := "/Users/" + made.text1("id")
	s.must(200, "PATCH", at, `{"Operations":[{"op":"replace","path":"employeeNumber","value":123},{"op":"add","value":{"costCenter":9}}]}`).
		want("<"+enterprise+">.employeeNumber", "123", "<"+enterprise+">.costCenter", "9")
	for _, bad := range []string{`1e9`, `1.5E+11`, `true`, `{}`, `[1,2]`} {
		s.refused(400, "invalidValue", "PATCH", at, `{"Operations":[{"op":"replace","path":"title","value":`+bad+`}]}`)
		s.refused(400, "invalidValue", "POST", "/Users", `{"userName":"x","title":`+bad+`}`)
	}
	s.refused(400, "invalidValue", "POST", "/Groups", `{"displayName":"g","members":[{"value":7}]}`)
}

func TestAddOfNull(t *testing.T) {
	s := start(t)
	ada := s.add("ada", "title", "T")
	at := "/Users/" + ada
	add := func(path string) string { return `{"Operations":[{"op":"Add","path":"` + path + `","value":null}]}` }
	for _, path := range []string{"nickName", "name.givenName", "manager", "emails", `phoneNumbers[type eq \"work\"].value`, enterprise + ":department"} {
		s.must(200, "PATCH", at, add(path)).want("title", "T")
	}
	s.refused(400, "invalidValue", "PATCH", at, add("title"))
	s.refused(400, "invalidValue", "PATCH", at, add("userName"))
	s.refused(400, "invalidValue", "PATCH", at, `{"Operations":[{"op":"add","path":"nickName"}]}`)
	id := s.addGroup("G", ada)
	s.must(200, "PATCH", "/Groups/"+id, add("members"))
	s.must(200, "PATCH", "/Groups/"+id, `{"Operations":[{"op":"add","value":{"members":null}}]}`)
	if got := s.members(id); got != ada {
		t.Errorf("members %q", got)
	}
	s.refused(400, "invalidValue", "PATCH", "/Groups/"+id, `{"Operations":[{"op":"replace","path":"members","value":null}]}`)
}
