package googlefake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"usher/connectors/fakekit"
)

// member is a direct member of a group.
type member struct {
	id    string
	email string // of somebody outside of the Workspace account
	role  string // OWNER, MANAGER, MEMBER
	kind  string // USER, GROUP
}

func noMember() *refusal {
	return refuse(http.StatusNotFound, "notFound", "Resource Not Found: memberKey")
}

func (g *group) member(id string) *member {
	for _, m := range g.members {
		if m.id == id {
			return m
		}
	}
	return nil
}

func (g *group) leave(id string) {
	g.members = slices.DeleteFunc(g.members, func(m *member) bool { return m.id == id })
}

// forget takes a deleted user out of all groups. It needs the lock.
func (s *Server) forget(id string) {
	for _, g := range s.groupOrder {
		g.leave(id)
	}
}

// candidate is who could be a member under a key: a user or a group by ID or address, somebody outside by address;
// nil for nobody. It needs the lock.
func (s *Server) candidate(key string) *member {
	if u := s.lookup(key); u != nil {
		return &member{id: u.id, role: "MEMBER", kind: "USER"}
	}
	if g := s.findGroup(key); g != nil {
		return &member{id: g.id, role: "MEMBER", kind: "GROUP"}
	}
	if _, domain, ok := strings.Cut(key, "@"); ok && !slices.Contains(s.options.Domains, fold(domain)) {
		return &member{id: "x" + fold(key), email: fold(key), role: "MEMBER", kind: "USER"}
	}
	return nil
}

func (s *Server) renderMember(m *member) map[string]any {
	d := map[string]any{"kind": "admin#directory#member", "id": m.id, "etag": `"` + m.id + `"`, "role": m.role, "type": m.kind, "email": m.email, "status": "ACTIVE"}
	if u := s.users[m.id]; u != nil {
		d["email"] = u.email()
		if u.suspended() {
			d["status"] = "SUSPENDED"
		}
	} else if g := s.groups[m.id]; g != nil {
		d["email"] = g.email
	}
	return d
}

// memberRoute is /groups/{key}/members and /groups/{key}/members/{key}.
func (s *Server) memberRoute(r request, groupKey string, rest []string) (reply, *refusal) {
	g := s.findGroup(groupKey)
	switch {
	case g == nil:
		return reply{}, noGroup()
	case len(rest) == 0 && r.Method == http.MethodGet:
		return s.listMembers(r, g)
	case len(rest) == 0 && r.Method == http.MethodPost:
		return s.insertMember(r, g)
	case len(rest) == 0:
		return reply{}, refuse(http.StatusMethodNotAllowed, "methodNotAllowed", "Method not allowed.")
	}
	var m *member
	if c := s.candidate(rest[0]); c != nil {
		m = g.member(c.id)
	}
	switch {
	case m == nil:
		return reply{}, noMember()
	case r.Method == http.MethodGet:
		return fakekit.Answer(http.StatusOK, s.renderMember(m)), nil
	case r.Method == http.MethodDelete:
		if m.role != "MEMBER" {
			s.watch.Violated("the " + strings.ToLower(m.role) + " " + m.id + " was taken out of " + g.email)
		}
		g.leave(m.id)
		return reply{Status: http.StatusNoContent}, nil
	}
	return reply{}, refuse(http.StatusMethodNotAllowed, "methodNotAllowed", "Method not allowed.")
}

func (s *Server) insertMember(r request, g *group) (reply, *refusal) {
	var doc struct{ Email, ID, Role string }
	if json.Unmarshal(r.Content, &doc) != nil {
		return reply{}, refuse(http.StatusBadRequest, "parseError", "Parse Error")
	}
	key := doc.ID
	if key == "" {
		key = doc.Email
	}
	if key == "" {
		return reply{}, refuse(http.StatusBadRequest, "required", "Missing required field: memberKey")
	}
	if !slices.Contains([]string{"", "MEMBER", "MANAGER", "OWNER"}, doc.Role) {
		return reply{}, invalid("Invalid Input: role")
	}
	m := s.candidate(key)
	switch {
	case m == nil:
		return reply{}, noMember()
	case g.member(m.id) != nil:
		return reply{}, refuse(http.StatusConflict, "duplicate", "Member already exists.")
	case m.id == g.id, m.kind == "GROUP" && s.groups[m.id].member(g.id) != nil:
		return reply{}, refuse(http.StatusPreconditionFailed, "conditionNotMet", "Cyclic memberships not allowed.")
	}
	if doc.Role != "" {
		m.role = doc.Role
	}
	g.members = append(g.members, m)
	return fakekit.Answer(http.StatusOK, s.renderMember(m)), nil
}

func (s *Server) listMembers(r request, g *group) (reply, *refusal) {
	q := r.URL.Query()
	for key := range q {
		if !slices.Contains([]string{"alt", "prettyPrint", "maxResults", "pageToken", "roles", "includeDerivedMembership", "fields"}, key) {
			return reply{}, invalid("Unknown parameter: " + key)
		}
	}
	roles := strings.Split(q.Get("roles"), ",")
	for _, role := range roles {
		if !slices.Contains([]string{"", "MEMBER", "MANAGER", "OWNER"}, role) {
			return reply{}, invalid("Invalid Input: roles")
		}
	}
	var all []any
	for _, m := range g.members {
		if q.Get("roles") == "" || slices.Contains(roles, m.role) {
			all = append(all, s.renderMember(m))
		}
	}
	return page(r, "members", all)
}
