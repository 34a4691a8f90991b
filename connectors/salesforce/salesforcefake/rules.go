package salesforcefake

import (
	"encoding/json"
	"net/http"
	"strings"

	"usher/connectors/fakekit"
)

// hide takes passwords out of the journal.
func hide(q *fakekit.Request) {
	if strings.HasSuffix(q.Path, "/password") {
		q.Body = fakekit.Blanked
	}
}

// follow tells the watch about users: none is deleted, and after a create in doubt the user must be looked for before it
// is sent again.
func (s *Server) follow(c fakekit.Call, out *reply, dropped bool) {
	path := c.URL.Path
	switch {
	case c.Method == http.MethodDelete && strings.Contains(path, "/sobjects/User/"), c.Method == http.MethodDelete && strings.Contains(c.URL.Query().Get("ids"), "005"):
		s.watch.Violated("DELETE of a user: " + path)
	case c.Method == http.MethodGet && strings.HasSuffix(path, "/query"):
		q := fold(c.URL.Query().Get("q"))
		s.watch.Looked(func(name string) bool { return strings.Contains(q, "'"+name+"'") })
	case c.Method == http.MethodPost && strings.HasSuffix(path, "/sobjects/User"):
		var doc struct{ Username string }
		if json.Unmarshal(c.Content, &doc) == nil {
			s.watch.Created(fold(doc.Username), !dropped && out.Status < http.StatusInternalServerError)
		}
	}
}

// Violations are what the client did that it must never do: a user's DELETE, writes of one record at the same time, a
// create sent again blindly, setup objects mixed in one request, and two users with one ID of ours.
func (s *Server) Violations() []string {
	out := s.watch.Violations()
	seen := map[string]string{}
	for _, u := range s.Users() {
		if id := u.text("FederationIdentifier"); id != "" {
			if other := seen[fold(id)]; other != "" {
				out = append(out, "users "+other+" and "+u.ID+" have the same FederationIdentifier "+id)
			}
			seen[fold(id)] = u.ID
		}
	}
	return out
}
