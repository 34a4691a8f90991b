package scim2fake

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"usher/connectors/fakekit"
)

// groupItem is /Groups/{id}.
func (s *Server) groupItem(r request, escaped string) reply {
	id, err := url.PathUnescape(escaped)
	if err != nil || strings.Contains(escaped, "/") {
		return problem(http.StatusNotFound, "", "There is no such endpoint.")
	}
	if status := cmp.Or(r.q.Groups.NoPatch, r.q.NoPatch); r.Method == http.MethodPatch && status != 0 {
		return problem(status, "", "PATCH is not supported.")
	}
	if r.Method == http.MethodGet && r.q.Groups.NoExcluded && strings.Contains(r.query, "excludedAttributes") {
		return problem(http.StatusBadRequest, "invalidValue", "excludedAttributes is not supported.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups.byID[id]
	if g == nil {
		return problem(http.StatusNotFound, "", "Resource "+id+" not found.")
	}
	m := r.Header.Get("If-Match")
	if status := r.q.Wire.NeedsMatch; status != 0 && m == "" && r.Method != http.MethodGet {
		return problem(status, "", "Send If-Match with the version that you mean.")
	}
	if m != "" && m != g.etag() {
		return problem(http.StatusPreconditionFailed, "", "The resource has another version.")
	}
	switch r.Method {
	case http.MethodGet:
		return g.sent(r)
	case http.MethodDelete:
		s.groups.remove(g)
		return reply{Status: http.StatusNoContent}
	case http.MethodPut:
		return s.putGroup(r, g)
	case http.MethodPatch:
		return s.patchGroup(r, g)
	}
	return problem(http.StatusMethodNotAllowed, "", "Use GET, PUT, PATCH or DELETE.")
}

// putGroup replaces everything, members included (RFC 7644 §3.5.1).
func (s *Server) putGroup(r request, old *group) reply {
	g, v, err := parseGroup(r.Content, r.q)
	if err != nil {
		return problemOf(err)
	}
	if id, ok := v.ID.(string); ok && id != old.id {
		return problem(http.StatusBadRequest, "mutability", "id is read-only.")
	}
	return s.changeGroup(r, old, g)
}

// changeGroup puts the new state in the place of the old one, when its members and its name can be.
func (s *Server) changeGroup(r request, old, g *group) reply {
	if err := s.known(g.members, r.q); err != nil {
		return problemOf(err)
	}
	if err := s.groups.free(g.name, old, r.q); err != nil {
		return problemOf(err)
	}
	s.groups.exchange(old, g)
	if r.q.PatchNoBody && r.Method == http.MethodPatch {
		return reply{Status: http.StatusNoContent}
	}
	return g.sent(r)
}

func (g *group) etag() string { return `W/"` + strconv.Itoa(g.version) + `"` }

func (g *group) location(r request) string {
	host := r.q.LocationHost
	if host == "" {
		host = "http://" + r.Host
	}
	return host + Prefix + "/Groups/" + escapeID(g.id)
}

func (g *group) sent(r request) reply {
	return reply{Status: http.StatusOK, Header: http.Header{"Etag": {g.etag()}}, Body: g.render(r)}
}

// render implements resource.
func (g *group) render(r request) []byte {
	m := map[string]any{"schemas": []string{groupURN}, "id": g.id, "displayName": g.name,
		"meta": map[string]any{"resourceType": "Group", "created": g.created, "lastModified": g.modified, "version": g.etag(), "location": g.location(r)}}
	if r.q.NumericIDs {
		m["id"] = numeral(g.id)
	}
	if g.externalID != "" && !r.q.HideExternalID {
		m["externalId"] = g.externalID
	}
	query, _ := url.ParseQuery(r.query) // a query that cannot be read was refused before
	switch {
	case r.q.Groups.Members == "absent", slices.Contains(strings.Split(query.Get("excludedAttributes"), ","), "members"):
	case r.q.Groups.Members == "empty":
		m["members"] = []any{}
	case len(g.members) > 0:
		list := make([]any, len(g.members))
		for i, id := range g.members {
			entry := map[string]any{"value": id, "type": "User", "$ref": "http://" + r.Host + Prefix + "/Users/" + escapeID(id)}
			if r.q.NumericIDs {
				entry["value"] = numeral(id)
			}
			list[i] = entry
		}
		m["members"] = list
	}
	if !r.q.OtherCase {
		return fakekit.JSON(m)
	}
	other := map[string]any{}
	for k, v := range m {
		other[strings.ToUpper(k[:1])+k[1:]] = v
	}
	return fakekit.JSON(other)
}

// numeral is an ID that is sent as a JSON number.
type numeral string

// MarshalJSON implements json.Marshaler.
func (n numeral) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// Group is a group as the service keeps it.
type Group struct {
	ID, ExternalID, DisplayName string
	Members                     []string // user IDs, in the order in which they joined
	Created, Modified           time.Time
}

// GroupSnapshot is all groups, oldest first.
func (s *Server) GroupSnapshot() []Group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Group, len(s.groups.order))
	for i, g := range s.groups.order {
		out[i] = Group{g.id, g.externalID, g.name, slices.Clone(g.members), g.created, g.modified}
	}
	return out
}

// PutGroup places a group that somebody else made, without the check for uniqueness, and gives its ID.
func (s *Server) PutGroup(name, externalID string, members ...string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.quirks.Load()
	if err := s.known(members, q); err != nil {
		return "", fmt.Errorf("put group: %w", err)
	}
	g := &group{externalID: externalID, name: name, members: slices.Clone(members)}
	s.groups.insert(g, s.newID(q))
	return g.id, nil
}

// DropGroup removes a group behind the client's back.
func (s *Server) DropGroup(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups.byID[id]; g != nil {
		s.groups.remove(g)
	}
}
