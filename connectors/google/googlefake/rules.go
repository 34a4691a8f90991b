package googlefake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"usher/connectors/fakekit"
)

// follow tells the watch about inserts: after one in doubt, the address must be looked at before it is inserted again.
func (s *Server) follow(c fakekit.Call, status int, dropped bool) {
	path := strings.TrimPrefix(c.URL.EscapedPath(), Prefix)
	key, onOne := strings.CutPrefix(path, "users/")
	if !onOne {
		key, onOne = strings.CutPrefix(path, "groups/")
	}
	switch {
	case c.Method == http.MethodGet && onOne:
		if address, err := url.PathUnescape(key); err == nil {
			s.watch.Looked(func(name string) bool { return name == fold(address) })
		}
	case c.Method == http.MethodPost && (path == "users" || path == "groups"):
		var doc struct{ PrimaryEmail, Email string }
		if json.Unmarshal(c.Content, &doc) == nil {
			s.watch.Created(fold(doc.PrimaryEmail+doc.Email), !dropped && status < http.StatusInternalServerError)
		}
	}
}

// Violations are what the client did that it must never do: writes of one user or group at the same time, an
// insert sent again blindly, a password among other changes, an owner or manager taken out of a group, and two users or
// two groups with one external ID.
func (s *Server) Violations() []string {
	out := s.watch.Violations()
	seen := map[string]string{}
	for _, u := range s.Snapshot() {
		for _, m := range items(u.Document["externalIds"]) {
			key := text(m, "type") + "\n" + text(m, "customType") + "\n" + text(m, "value")
			if other := seen[key]; other != "" {
				out = append(out, "users "+other+" and "+u.ID+" have the same external ID "+text(m, "value"))
			}
			seen[key] = u.ID
		}
	}
	for _, g := range s.AllGroups() {
		for namespace, id := range g.ExternalIDs {
			key := namespace + "\n" + id
			if other := seen[key]; other != "" {
				out = append(out, "groups "+other+" and "+g.ID+" have the same external ID "+id)
			}
			seen[key] = g.ID
		}
	}
	return out
}

// hide takes passwords out of the journal, and says for which scope a token was asked.
func hide(q *fakekit.Request) {
	if q.Path == TokenPath {
		q.Scope = scopeOf(q.Body)
		return
	}
	var doc map[string]any
	if json.Unmarshal([]byte(q.Body), &doc) == nil && doc["password"] != nil {
		doc["password"] = fakekit.Blanked
		q.Body = string(fakekit.JSON(doc))
	}
}

func scopeOf(form string) string {
	v, err := url.ParseQuery(form)
	if err != nil {
		return ""
	}
	var c claims
	_, _ = fakekit.ReadAssertion(v.Get("assertion"), &c) // one that cannot be read names none
	return c.Scope
}
