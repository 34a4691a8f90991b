package server_test

import (
	"strings"
	"testing"
)

// What Microsoft's collections of requests send and other clients do not: endpoints in small letters, values chosen in
// attributes, filters in other cases.
func TestMicrosoftShapes(t *testing.T) {
	s := start(t)
	s.must(200, "GET", "/users", nil).want("totalResults", 0, "Resources", "[]")
	id := s.must(201, "POST", "/USERS", `{"userName":"UserName111","displayName":"BobIsAmazing","name":{"familyName":"Leenay"},"emails":[
		{"Primary":true,"type":"work","value":"emailName357@bob.com"},{"Primary":false,"type":"home","value":"testinghome@bob.com"}]}`).
		want("emails.0.primary", true).text1("id")
	s.must(200, "GET", "/users/"+id, nil).want("meta.location", "https://usher.example.com/scim2/Users/"+id)
	s.must(200, "GET", "/serviceproviderconfig", nil)
	s.must(200, "GET", "/schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser", nil).want("name", "User")
	for _, attributes := range []string{`emails[type eq "work"]`, `emails[value eq "emailName357@bob.com"]`} {
		s.must(200, "GET", "/Users"+query("attributes", attributes), nil).want("Resources.0.emails.0.value", "emailName357@bob.com", "Resources.0.displayName", nil)
	}
	s.must(200, "GET", "/Users"+query("attributes", `emails[type eq "work"].value`), nil).want("Resources.0.emails.0.value", "emailName357@bob.com", "Resources.0.emails.0.type", nil)
	for _, filter := range []string{`DisplayName eq "BobIsAmazing"`, `name.FamilyName eq Leenay and (emails.Value co bob.com or emails.Value co example.org)`,
		`userName sw U`, `meta.Created gt 2015-10-10T14:38:21.8617979-07:00`} {
		s.must(200, "GET", "/Users/"+query("filter", filter), nil).want("totalResults", 1)
	}
	if g := s.must(200, "GET", "/Schemas", nil); !strings.Contains(g.text, "User Account") {
		t.Error("the schema of users does not say that it is one of accounts")
	}
	s.must(200, "GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", nil).want("attributes.0.name", "externalId", "attributes.0.caseExact", true)
	s.must(200, "GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", nil).want("attributes.0.name", "externalId")
}

// Microsoft's validator clears attributes with "" and null, those that the user does not have too.
func TestNullUpdate(t *testing.T) {
	s := start(t)
	at := "/Users/" + s.add("ada", "title", "Countess", "name", obj{"givenName": "Ada"}, "emails", []obj{{"type": "work", "value": "ada@example.com", "primary": true}},
		enterprise, obj{"department": "Sales", "manager": obj{"value": s.add("boss")}})
	paths := []string{"title", "nickName", "name.givenName", "name.formatted", `emails[type eq "work"].value`, `emails[type eq "home"].value`,
		`phoneNumbers[type eq "mobile"].value`, `addresses[type eq "other"].formatted`, enterprise + ":department", enterprise + ":costCenter", enterprise + ":manager"}
	for _, nothing := range []any{"", nil, "", nil} {
		var ops []obj
		for _, path := range paths {
			ops = append(ops, obj{"op": "replace", "path": path, "value": nothing})
		}
		if got := s.must(200, "PATCH", at, patchOf(ops...)).keys(""); got != "active id meta schemas userName" {
			t.Errorf("after %q there are %s", nothing, got)
		}
	}
}
