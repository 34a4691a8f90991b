package server_test

import (
	"strings"
	"testing"
)

// The examples of RFC 7644 that are not in a test of their own, by section.
func TestExamplesOfTheRFC(t *testing.T) {
	s := start(t)
	babs := s.must(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen","externalId":"bjensen","userType":"Employee",
		"name":{"formatted":"Ms. Barbara J Jensen III","familyName":"Jensen","givenName":"Barbara"},"phoneNumbers":[{"value":"555-555-8377","type":"work"}],
		"emails":[{"value":"bjensen@example.com","type":"work"}],"addresses":[{"type":"work","formatted":"100 Universal City Plaza\nHollywood, CA 91608 USA"}]}`) // §3.3
	id := babs.text1("id")
	jim := s.add("jsmith", "userType", "Employee", "emails", []obj{{"value": "jim@example.org"}})
	group := s.addGroup("Tour Guides", id, jim)

	for path, total := range map[string]int{ // §3.4.2, figures 1 and 2 and the examples of filters
		"/Users?attributes=userName":                                                                                                    2,
		`/Users` + query("filter", `userName Eq "john"`):                                                                                0,
		`/Users` + query("filter", `title pr and userType eq "Employee"`):                                                               0,
		`/Users` + query("filter", `title pr or userType eq "Intern"`):                                                                  0,
		`/Users` + query("filter", `schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"`):                                           2,
		`/Users` + query("filter", `name.familyName co "ens"`):                                                                          1,
		`/Users` + query("filter", `urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`):                                        1,
		`/Users` + query("filter", `meta.lastModified gt "2011-05-13T04:42:34Z"`):                                                       2,
		`/Users` + query("filter", `meta.lastModified le "2011-05-13T04:42:34Z"`):                                                       0,
		`/Users` + query("filter", `userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`):             2,
		`/Users` + query("filter", `userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`):         0,
		`/Users` + query("filter", `userType eq "Employee" and (emails.type eq "work")`):                                                1,
		`/Users` + query("filter", `userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`):                     1,
		`/Users` + query("filter", `emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`): 1,
	} {
		s.must(200, "GET", path, nil).want("totalResults", total)
	}
	s.must(200, "POST", "/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"attributes":["displayName","userName"],
		"filter":"displayName sw \"tour\" or userName sw \"j\"","startIndex":1,"count":10}`).
		want("totalResults", 2, "Resources.0.userName", "jsmith", "Resources.1.displayName", "Tour Guides", "Resources.1.members", nil) // §3.4.3

	change := func(status int, path, ops string) got {
		t.Helper()
		return s.must(status, "PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
	}
	at := "/Users/" + id // §3.5.2
	change(200, at, `{"op":"add","value":{"emails":[{"value":"babs@jensen.org","type":"home"}],"nickname":"Babs"}}`).want("nickName", "Babs", "emails.1.value", "babs@jensen.org")
	change(200, at, `{"op":"remove","path":"emails[type eq \"work\" and value ew \"example.com\"]"}`).want("emails.0.value", "babs@jensen.org", "emails.1", nil)
	change(200, at, `{"op":"replace","path":"addresses[type eq \"work\"]","value":{"type":"work","streetAddress":"911 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","formatted":"911 Universal City Plaza\nHollywood, CA 91608 US","primary":true}}`).
		want("addresses.0.streetAddress", "911 Universal City Plaza", "addresses.0.primary", true)
	change(200, at, `{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"1010 Broadway Ave"}`).want("addresses.0.streetAddress", "1010 Broadway Ave", "addresses.0.locality", "Hollywood")
	change(200, at, `{"op":"replace","value":{"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],"nickname":"Babs"}}`).want("emails.0.primary", true)
	change(200, "/Groups/"+group, `{"op":"remove","path":"members[value eq \"`+id+`\"]"}`)
	change(200, "/Groups/"+group, `{"op":"add","path":"members","value":[{"display":"Babs Jensen","$ref":"https://example.com/v2/Users/`+id+`","value":"`+id+`"}]}`)
	change(200, "/Groups/"+group, `{"op":"remove","path":"members"}`)
	change(200, "/Groups/"+group, `{"op":"replace","path":"members","value":[{"display":"Babs Jensen","value":"`+id+`"},{"display":"James Smith","value":"`+jim+`"}]}`)
	change(200, "/Groups/"+group, `{"op":"remove","path":"members[value eq \"`+id+`\"]"},{"op":"add","path":"members","value":[{"value":"`+id+`"}]}`)
	if got := s.members(group); !strings.Contains(got, id) || !strings.Contains(got, jim) {
		t.Errorf("members %s", got)
	}
	s.refused(404, "", "GET", "/Users/2819c223-7f76-453a-919d-413861904646", nil) // §3.12
	s.must(204, "DELETE", at, nil)                                                // §3.6
	s.must(200, "GET", "/Groups/"+group, nil).want("members.0.value", jim, "members.1", nil)
}
