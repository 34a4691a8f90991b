package googlefake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// rules notices what a good client never does.
type rules struct {
	mu      sync.Mutex
	writing map[string]int
	doubt   map[string]bool // addresses whose insert had no certain outcome, until somebody looks
	broken  []string
}

func (v *rules) violated(what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.broken = append(v.broken, what)
}

func (v *rules) enter(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.writing[path]++; v.writing[path] > 1 {
		v.broken = append(v.broken, "writes of one user overlap: "+path)
	}
}

func (v *rules) leave(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.writing[path]--; v.writing[path] == 0 {
		delete(v.writing, path)
	}
}

// settle follows the inserts: after one in doubt, the address must be looked at before it is inserted again.
func (v *rules) settle(r request, status int, dropped bool) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	key, onOne := strings.CutPrefix(path, "users/")
	if !onOne {
		key, onOne = strings.CutPrefix(path, "groups/")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && onOne:
		if address, err := url.PathUnescape(key); err == nil {
			delete(v.doubt, fold(address))
		}
	case r.Method == http.MethodPost && (path == "users" || path == "groups"):
		var doc struct{ PrimaryEmail, Email string }
		if json.Unmarshal(r.body, &doc) != nil {
			return
		}
		address := fold(doc.PrimaryEmail + doc.Email)
		if v.doubt[address] {
			v.broken = append(v.broken, "insert of "+address+" sent again without a look")
		}
		v.doubt[address] = dropped || status >= http.StatusInternalServerError
	}
}

// Violations are what the client did that it must never do: writes of one user or group at the same time, an
// insert sent again blindly, a password among other changes, an owner or manager taken out of a group, and two users or
// two groups with one external ID.
func (s *Server) Violations() []string {
	s.rules.mu.Lock()
	out := slices.Clone(s.rules.broken)
	s.rules.mu.Unlock()
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
