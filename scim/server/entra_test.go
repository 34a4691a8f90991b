package server_test

import (
	"strings"
	"testing"
)

// What Entra ID sends, by its documentation for those who build such a service, with and without its compatibility
// flag.
func TestEntraUsers(t *testing.T) {
	s := start(t)
	s.must(200, "GET", "/Users"+query("filter", `userName eq "5a1b0f7e-7d0f-4f13-93c8-2c0d2e0b4b5a"`), nil).want("totalResults", 0, "Resources", "[]")
	made := s.must(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"Test_User_ab6490ee@contoso.com","active":true,
		"addresses":[{"primary":false,"type":"work","country":"Norway","formatted":"x","locality":"Oslo","postalCode":"1","region":"r","streetAddress":"s"}],
		"displayName":"lennay","emails":[{"primary":true,"type":"work","value":"test_user@contoso.com"}],"meta":{"resourceType":"User"},
		"name":{"formatted":"givenName familyName","familyName":"familyName","givenName":"givenName"},"roles":[],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"IT","employeeNumber":"7"}}`)
	at := "/Users/" + made.text1("id")
	made.want("<"+enterprise+">.department", "IT", "roles", nil, "addresses.0.country", "Norway")
	s.must(200, "GET", "/Users"+query("filter", `userName eq "TEST_user_AB6490ee@contoso.com"`), nil).want("totalResults", 1)
	s.must(200, "GET", "/Users"+query("filter", `externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"`), nil).want("totalResults", 1)
	s.refused(409, "uniqueness", "POST", "/Users", user("test_user_ab6490ee@contoso.com"))

	change := func(ops string) got {
		t.Helper()
		return s.must(200, "PATCH", at, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
	}
	change(`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"updated@contoso.com"},{"op":"Replace","path":"name.familyName","value":"updated"}`).
		want("emails.0.value", "updated@contoso.com", "name.familyName", "updated")
	change(`{"op":"Replace","path":"active","value":"False"}`).want("active", false)
	change(`{"op":"Replace","path":"active","value":"True"}`).want("active", true)
	change(`{"op":"replace","path":"active","value":false}`).want("active", false)
	change(`{"op":"Add","path":"`+enterprise+`:manager","value":"boss"}`).want("<"+enterprise+">.manager.value", "boss")
	change(`{"op":"Add","path":"`+enterprise+`:manager","value":[{"value":"chief"}]}`).want("<"+enterprise+">.manager.value", "chief")
	change(`{"op":"Remove","path":"`+enterprise+`:manager"}`).want("<"+enterprise+">.manager", nil)
	change(`{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+47 1"}`).want("phoneNumbers.0.value", "+47 1", "phoneNumbers.0.type", "mobile")
	change(`{"op":"replace","value":{"displayName":"d","name.givenName":"g","`+enterprise+`:department":"HR","emails[type eq \"work\"].value":"three@contoso.com","active":true}}`).
		want("displayName", "d", "name.givenName", "g", "<"+enterprise+">.department", "HR", "emails.0.value", "three@contoso.com", "active", true)
	s.must(204, "DELETE", at, nil)
}

func TestEntraGroups(t *testing.T) {
	s := start(t)
	ada, bob := s.add("ada"), s.add("bob")
	id := s.must(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
		"externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159","displayName":"displayName","meta":{"resourceType":"Group"}}`).
		want("externalId", "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159").text1("id")
	s.must(200, "GET", "/Groups/"+id+"?excludedAttributes=members", nil).want("members", nil)
	s.must(200, "GET", "/Groups"+query("excludedAttributes", "members", "filter", `displayName eq "displayName"`), nil).want("totalResults", 1, "Resources.0.id", id)
	change := func(op string) {
		t.Helper()
		s.must(200, "PATCH", "/Groups/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+op+`]}`).want("id", id)
	}
	change(`{"op":"Replace","path":"displayName","value":"other"}`)
	change(`{"op":"Add","path":"members","value":[{"$ref":null,"value":"` + ada + `"},{"$ref":null,"value":"` + bob + `"}]}`)
	s.must(200, "GET", "/Groups"+query("filter", `id eq "`+id+`" and members eq "`+ada+`"`, "attributes", "id"), nil).want("totalResults", 1)
	change(`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"` + ada + `"}]}`)
	if got := s.members(id); got != bob {
		t.Errorf("a removal by value left %q, want bob alone", got)
	}
	change(`{"op":"Remove","path":"members[value eq \"` + bob + `\"]"}`)
	if got := s.members(id); got != "" {
		t.Errorf("members %q", got)
	}
	s.must(200, "GET", "/Groups/"+id, nil).want("displayName", "other")
	s.must(204, "DELETE", "/Groups/"+id, nil)
}

// What Okta sends, by its documentation.
func TestOktaUsers(t *testing.T) {
	s := start(t)
	s.must(200, "GET", "/Users?startIndex=1&count=2", nil).want("totalResults", 0, "startIndex", 1)
	s.must(200, "GET", "/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100", nil).want("totalResults", 0, "itemsPerPage", 0)
	made := s.must(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"test.user@okta.local",
		"name":{"givenName":"Test","familyName":"User"},"emails":[{"primary":true,"value":"test.user@okta.local","type":"work"}],"displayName":"Test User",
		"locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}`)
	at := "/Users/" + made.text1("id")
	made.want("active", true, "externalId", "00ujl29u0le5T6Aj10h7", "locale", "en-US")
	whole := s.must(200, "GET", at, nil)
	whole.body["name"] = obj{"givenName": "Another", "familyName": "User", "middleName": "Excited"}
	s.must(200, "PUT", at, whole.body).want("name.givenName", "Another", "name.middleName", "Excited", "externalId", "00ujl29u0le5T6Aj10h7")
	off := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`
	s.must(200, "PATCH", at, off).want("active", false)
	s.must(200, "PATCH", at, strings.Replace(off, "false", "true", 1)).want("active", true)
	s.must(200, "PATCH", at, strings.Replace(off, `"active":false`, `"password":"2na161or"`, 1))
	if u, _ := s.store.User(t.Context(), made.text1("id")); u.PasswordHash != "hash of 2na161or" {
		t.Errorf("hash %q", u.PasswordHash)
	}
}

func TestOktaGroups(t *testing.T) {
	s := start(t)
	ada := s.add("ada")
	id := s.must(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Test SCIMv2","members":[]}`).want("members", "[]").text1("id")
	s.must(200, "GET", "/Groups?startIndex=1&count=100", nil).want("totalResults", 1, "Resources.0.displayName", "Test SCIMv2")
	change := func(op string) { t.Helper(); s.must(200, "PATCH", "/Groups/"+id, `{"Operations":[`+op+`]}`) }
	change(`{"op":"replace","value":{"id":"` + id + `","displayName":"Test SCIMv0"}}`)
	change(`{"op":"add","path":"members","value":[{"value":"` + ada + `","display":"ada"}]}`)
	change(`{"op":"replace","value":{"id":"` + id + `","displayName":"Test SCIMv3"}}`)
	if got := s.members(id); got != ada {
		t.Errorf("members %q", got)
	}
	change(`{"op":"remove","path":"members[value eq \"` + ada + `\"]"}`)
	change(`{"op":"replace","path":"members","value":[{"value":"` + ada + `","display":"ada"}]}`)
	s.must(200, "PUT", "/Groups/"+id, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"`+id+`","displayName":"Test SCIMv3","members":[{"value":"`+ada+`","display":"ada"}]}`).
		want("members.0.value", ada)
	s.must(204, "DELETE", "/Groups/"+id, nil)
}

// The assertions of Okta's suite for those who build such a service, in its order.
func TestOktaSpec(t *testing.T) {
	s := start(t)
	s.add("first", "name", obj{"givenName": "F", "familyName": "I"}, "emails", []obj{{"value": "first@example.com"}})
	complete := func(g got, at string) {
		t.Helper()
		for _, path := range []string{"id", "name.familyName", "name.givenName", "userName", "emails.0.value"} {
			if g.text1(at+path) == "" {
				t.Errorf("%s is empty in %s", path, g.text)
			}
		}
		if _, ok := g.at(at + "active").(bool); !ok {
			t.Errorf("active is no boolean in %s", g.text)
		}
	}
	listed := func(g got, total int) got {
		t.Helper()
		for _, path := range []string{"itemsPerPage", "startIndex", "totalResults"} {
			if _, ok := g.at(path).(float64); !ok {
				t.Errorf("%s is no number in %s", path, g.text)
			}
		}
		return g.want("schemas.0", "urn:ietf:params:scim:api:messages:2.0:ListResponse", "totalResults", total)
	}
	page := listed(s.must(200, "GET", "/Users?count=1&startIndex=1", nil), 1)
	complete(page, "Resources.0.")
	id := page.text1("Resources.0.id")
	one := s.must(200, "GET", "/Users/"+id, nil).want("id", id)
	complete(one, "")
	listed(s.must(200, "GET", "/Users"+query("filter", `userName eq "nobody@example.com"`), nil), 0)
	s.refused(404, "", "GET", "/Users/010101001010101011001010101011", nil)
	name := "runscope3001abcdef@example.com"
	listed(s.must(200, "GET", "/Users"+query("filter", `userName eq "`+name+`"`), nil), 0)
	body := user(name, "name", obj{"givenName": "Runscope", "familyName": "3001"}, "emails", []obj{{"primary": true, "value": name, "type": "work"}},
		"displayName", "Runscope 3001", "active", true)
	made := s.must(201, "POST", "/Users", body).want("active", true, "name.familyName", "3001", "name.givenName", "Runscope", "userName", name,
		"schemas.0", "urn:ietf:params:scim:schemas:core:2.0:User")
	s.must(200, "GET", "/Users/"+made.text1("id"), nil).want("active", true, "name.familyName", "3001", "userName", name)
	s.refused(409, "uniqueness", "POST", "/Users", body)
	listed(s.must(200, "GET", "/Users"+query("filter", `userName eq "`+strings.ToUpper(name)+`"`), nil), 1)
	listed(s.must(200, "GET", "/Groups", nil), 0)
}
