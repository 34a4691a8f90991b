package server_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func (g got) names(attr string) string {
	var all []string
	for _, r := range g.list("Resources") {
		all = append(all, fmt.Sprint(r.(map[string]any)[attr]))
	}
	return strings.Join(all, " ")
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

func TestListUsers(t *testing.T) {
	s := start(t)
	s.must(200, "GET", "/Users", nil).want("totalResults", 0, "startIndex", 1, "itemsPerPage", 0, "schemas.0", "urn:ietf:params:scim:api:messages:2.0:ListResponse", "Resources", "[]")
	for _, n := range []string{"dan", "ada", "cat", "bob"} {
		s.add(n, "title", "T-"+n, "emails", []obj{{"value": n + "@example.com", "type": "work"}}, enterprise, obj{"department": strings.ToUpper(n[:1])})
	}
	s.must(200, "GET", "/Users"+query("startIndex", "2", "count", "2", "sortBy", "userName"), nil).want("totalResults", 4, "startIndex", 2, "itemsPerPage", 2)
	for q, want := range map[string]string{
		query("sortBy", "userName"):                                                                      "ada bob cat dan",
		query("sortBy", "userName", "sortOrder", "descending"):                                           "dan cat bob ada",
		query("sortBy", "title", "startIndex", "2", "count", "2"):                                        "bob cat",
		query("sortBy", "emails", "count", "1"):                                                          "ada",
		query("sortBy", "userName", "startIndex", "-5", "count", "1"):                                    "ada",
		query("sortBy", "userName", "startIndex", "9"):                                                   "",
		query("sortBy", "userName", "count", "-1"):                                                       "",
		query("count", "0"):                                                                              "",
		query("filter", `userName eq "CAT"`):                                                             "cat",
		query("filter", `userName eq "nobody"`):                                                          "",
		query("filter", `emails[type eq "work" and value co "bob@"]`):                                    "bob",
		query("filter", `not (userName sw "a") and emails.value ew "example.com"`, "sortBy", "userName"): "bob cat dan",
		query("filter", enterprise+`:department eq "c"`):                                                 "cat",
		query("filter", `meta.created gt "2001-01-01T00:00:00Z" and title pr`, "sortBy", "userName"):     "ada bob cat dan",
	} {
		if got := s.must(200, "GET", "/Users"+q, nil).names("userName"); got != want {
			t.Errorf("%s: %q, want %q", q, got, want)
		}
	}
	s.must(200, "GET", "/Users"+query("count", "0"), nil).want("totalResults", 4, "itemsPerPage", 0)
	s.must(200, "GET", "/Users"+query("attributes", "userName,emails.value"), nil).want("Resources.0.title", nil, "Resources.0.emails.0.type", nil)
	for q, kind := range map[string]string{
		query("filter", "userName maybe x"):                  "invalidFilter",
		query("filter", `shoeSize eq "9"`):                   "invalidFilter",
		query("filter", strings.Repeat("x", 9000)):           "invalidFilter",
		query("sortBy", "shoeSize"):                          "invalidValue",
		query("sortBy", "userName", "sortOrder", "sideways"): "invalidValue",
		query("count", "many"):                               "invalidValue",
		query("startIndex", "1.5"):                           "invalidValue",
		query("attributes", "id", "excludedAttributes", "x"): "invalidValue",
		query("cursor", "made up"):                           "invalidCursor",
	} {
		s.refused(400, kind, "GET", "/Users"+q, nil)
	}
	s.must(200, "HEAD", "/Users", nil)
}

func TestPagesAreBounded(t *testing.T) {
	s := start(t)
	for i := range 203 {
		s.add(fmt.Sprintf("u%03d", i))
	}
	s.must(200, "GET", "/Users", nil).want("totalResults", 203, "itemsPerPage", 100)
	s.must(200, "GET", "/Users?count=100000", nil).want("totalResults", 203, "itemsPerPage", 200)
}

func (s *fixture) walk(path string) (all []string, pages int) {
	s.t.Helper()
	cursor := ""
	for range 50 {
		g := s.must(200, "GET", path+"&cursor="+url.QueryEscape(cursor), nil)
		pages++
		if g.at("startIndex") != nil {
			s.t.Errorf("startIndex beside a cursor: %s", g.text)
		}
		for _, r := range g.list("Resources") {
			all = append(all, r.(map[string]any)["id"].(string))
		}
		if cursor = g.text1("nextCursor"); cursor == "" {
			return all, pages
		}
	}
	s.t.Fatal("the walk does not end")
	return nil, 0
}

func TestCursors(t *testing.T) {
	s := start(t)
	var want []string
	for i := range 25 {
		want = append(want, s.add(fmt.Sprintf("u%03d", i)))
	}
	for _, q := range []string{"/Users?count=10", "/Users?count=10&sortBy=userName&sortOrder=descending", "/Users?count=10&startIndex=7",
		"/Users?count=10&filter=" + url.QueryEscape(`userName sw "u"`)} {
		all, pages := s.walk(q)
		slices.Sort(all)
		if !slices.Equal(all, want) || pages != 3 {
			t.Errorf("%s: %d of %d in %d pages", q, len(all), len(want), pages)
		}
	}
	s.must(200, "GET", "/Users?count=10&cursor", nil).want("totalResults", 25, "itemsPerPage", 10)
}

func TestSearch(t *testing.T) {
	s := start(t)
	for _, n := range []string{"ada", "bob", "cat"} {
		s.add(n)
	}
	ask := obj{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}, "attributes": []string{"userName"}, "filter": `userName sw "b" or userName sw "c"`,
		"sortBy": "userName", "sortOrder": "descending", "startIndex": 1, "count": 1}
	s.must(200, "POST", "/Users/.search", ask).want("totalResults", 2, "itemsPerPage", 1, "Resources.0.userName", "cat", "Resources.0.active", nil)
	s.refused(400, "invalidFilter", "POST", "/Users/.search", obj{"filter": "userName ssw \"b\""})
	s.refused(400, "invalidSyntax", "POST", "/Users/.search", "nonsense")
	s.must(200, "POST", "/Users/.search", obj{"count": 2, "cursor": ""}).want("itemsPerPage", 2, "totalResults", 3, "startIndex", nil)
}

func TestSearchEverything(t *testing.T) {
	s := start(t)
	var want []string
	for _, n := range []string{"ada", "bob", "cat"} {
		want = append(want, s.add(n, "displayName", "the "+n))
	}
	for _, n := range []string{"Team", "the Crew"} {
		want = append(want, s.addGroup(n))
	}
	search := func(body obj) got { t.Helper(); return s.must(200, "POST", "/.search", body) }
	search(obj{}).want("totalResults", 5, "itemsPerPage", 5, "Resources.0.meta.resourceType", "User", "Resources.4.meta.resourceType", "Group")
	search(obj{"startIndex": 3, "count": 2}).want("totalResults", 5, "itemsPerPage", 2, "Resources.0.userName", "cat", "Resources.1.meta.resourceType", "Group")
	search(obj{"startIndex": 5, "count": 9}).want("totalResults", 5, "itemsPerPage", 1, "Resources.0.meta.resourceType", "Group")
	for filter, want := range map[string]int{
		`displayName sw "the"`:                        4,
		`userName eq "ada"`:                           1,
		`userName eq "ada" or displayName eq "team"`:  2,
		`meta.resourceType eq "Group"`:                2,
		`meta.resourceType eq "User" and userName pr`: 3,
		`members pr`:             0,
		`emails[type eq "work"]`: 0,
		`userName ne "ada"`:      4,
		`not (userName pr)`:      2,
		`(meta.resourceType eq "User") or (meta.resourceType eq "Group")`: 5,
	} {
		if n := search(obj{"filter": filter}).at("totalResults"); n != float64(want) {
			t.Errorf("%s: %v, want %d", filter, n, want)
		}
	}
	s.refused(400, "invalidFilter", "POST", "/.search", obj{"filter": `shoeSize eq "9"`})
	s.must(200, "GET", "/"+query("filter", `userName eq "ada"`), nil).want("totalResults", 1)
	search(obj{"attributes": []string{"members"}}).want("Resources.0.userName", nil, "Resources.0.schemas.0", "urn:ietf:params:scim:schemas:core:2.0:User")
	search(obj{"sortBy": "userName", "sortOrder": "descending", "count": 3}).want("Resources.0.userName", "cat")
	all, pages := s.walk("/?count=2")
	slices.Sort(all)
	slices.Sort(want)
	if !slices.Equal(all, want) || pages != 3 {
		t.Errorf("a walk over everything: %v in %d pages", all, pages)
	}
	s.refused(400, "invalidCursor", "GET", "/?cursor=x1", nil)
	next := s.must(200, "GET", "/?count=1&cursor=", nil).text1("nextCursor")
	s.refused(400, "invalidCursor", "GET", "/?count=1&cursor=x"+url.QueryEscape(next[1:]), nil)
}

func TestListGroups(t *testing.T) {
	s := start(t)
	ada, bob := s.add("ada"), s.add("bob")
	s.addGroup("Team", ada)
	s.addGroup("Crew", ada, bob)
	s.must(200, "GET", "/Groups?sortBy=displayName", nil).want("totalResults", 2, "Resources.0.displayName", "Crew", "Resources.0.members.1.value", bob,
		"Resources.1.members.0.value", ada)
	s.must(200, "GET", "/Groups"+query("filter", `displayName eq "team"`, "excludedAttributes", "members"), nil).want("totalResults", 1, "Resources.0.members", nil)
	s.must(200, "GET", "/Groups"+query("filter", `displayName eq "none"`), nil).want("totalResults", 0, "Resources", "[]")
	s.must(200, "GET", "/Groups"+query("filter", `members.value eq "`+bob+`"`), nil).want("totalResults", 1, "Resources.0.displayName", "Crew")
	s.must(200, "POST", "/Groups/.search", obj{"filter": `displayName sw "T"`}).want("totalResults", 1)
	s.refused(400, "invalidFilter", "GET", "/Groups"+query("filter", `userName eq "x"`), nil)
	if all, _ := s.walk("/Groups?count=1"); len(all) != 2 {
		t.Errorf("a walk found %v", all)
	}
}
