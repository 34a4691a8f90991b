package server_test

import (
	"fmt"
	"slices"
	"testing"

	"usher/db"
	"usher/db/dbtest"
)

// The API over each database.
func TestBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, store *db.Store) {
		s := startOn(t, store)
		var ids []string
		for i := range 12 {
			ids = append(ids, s.add(fmt.Sprintf("Ünit %02d", i), "externalId", fmt.Sprint(i), "emails", []obj{{"value": fmt.Sprintf("u%d@example.com", i), "type": "work"}}))
		}
		team := s.addGroup("Équipe", ids...)
		if all, pages := s.walk("/Users?count=5&sortBy=userName"); pages != 3 || !slices.Equal(all, ids) {
			t.Errorf("a walk of %d pages found %d", pages, len(all))
		}
		s.must(200, "GET", "/Users"+query("filter", `userName eq "ÜNIT 07" and emails[type eq "work" and value sw "U7@"] and groups.value eq "`+team+`"`), nil).want("totalResults", 1, "Resources.0.id", ids[7])
		s.must(200, "GET", "/Users"+query("filter", `externalId eq "3"`), nil).want("totalResults", 1, "Resources.0.id", ids[3])
		s.must(200, "PATCH", "/Users/"+ids[0], patchOf(obj{"op": "replace", "path": "emails", "value": []obj{{"value": "new@example.com"}}})).want("emails.0.value", "new@example.com")
		s.must(200, "PATCH", "/Groups/"+team, patchOf(obj{"op": "remove", "path": "members", "value": []obj{{"value": ids[1]}}}))
		s.must(200, "GET", "/Groups"+query("filter", `members.value eq "`+ids[1]+`"`), nil).want("totalResults", 0)
		s.refused(409, "uniqueness", "POST", "/Groups", group("ÉQUIPE"))
		s.must(200, "POST", "/.search", obj{"filter": `displayName eq "équipe" or userName ew "1"`}).want("totalResults", 3)
		s.must(204, "DELETE", "/Groups/"+team, nil)

		// What no database can store is nobody's name.
		for _, id := range []string{"a%00b", "%FF", "%ED%A0%80", "x'--", "%25"} {
			s.refused(404, "", "GET", "/Users/"+id, nil)
			s.refused(404, "", "GET", "/Groups/"+id, nil)
			s.refused(404, "", "PATCH", "/Groups/"+id, patchOf(obj{"op": "add", "path": "members", "value": []obj{{"value": ids[0]}}}))
			s.refused(404, "", "DELETE", "/Users/"+id, nil)
		}
		for _, q := range []string{"cursor=a%00b", "cursor=%FF", "filter=userName+eq+%22%00%22", "filter=userName+eq+%22%5Cu0000%22", "filter=userName+eq+%22%FF%22", "sortBy=%00"} {
			if g := s.do("GET", "/Users?"+q, nil); g.status != 400 {
				t.Errorf("%s: %d %s", q, g.status, g.text)
			}
		}
		s.refused(400, "invalidValue", "POST", "/Groups", `{"displayName":"a\u0000b"}`)
		s.refused(400, "invalidValue", "POST", "/Groups", `{"displayName":"a","members":[{"value":"a\u0000b"}]}`)
		s.refused(400, "invalidValue", "POST", "/Users", `{"userName":"a","externalId":"a\u0000b"}`)
		s.refused(400, "invalidValue", "POST", "/Users", `{"userName":"lone \ud800 half"}`)
		s.must(201, "POST", "/Users", `{"userName":"half","nickName":"lone \ud800 half"}`)
	})
}
