package googlefake

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"usher/connectors/fakekit"
)

// group is a group. It is changed only under the server's lock.
type group struct {
	id, email, name, description string
	externalIDs                  []any
	aliases                      []string
	version                      int
	created                      time.Time
	members                      []*member // oldest first
}

func noGroup() *refusal {
	return refuse(http.StatusNotFound, "notFound", "Resource Not Found: groupKey")
}

// findGroup finds a group by ID, address or alias. It needs the lock.
func (s *Server) findGroup(key string) *group {
	if g := s.groups[key]; g != nil {
		return g
	}
	return s.groups[s.groupAddresses[fold(key)]]
}

// addGroup needs the lock.
func (s *Server) addGroup(g *group) {
	g.id, g.version, g.created = "0"+s.newID()[1:], 1, s.options.Now()
	s.groups[g.id] = g
	s.groupOrder = append(s.groupOrder, g)
	for _, a := range append([]string{g.email}, g.aliases...) {
		s.groupAddresses[fold(a)] = g.id
	}
}

// dropGroup needs the lock.
func (s *Server) dropGroup(g *group) {
	delete(s.groups, g.id)
	for _, a := range append([]string{g.email}, g.aliases...) {
		delete(s.groupAddresses, fold(a))
	}
	s.groupOrder = slices.DeleteFunc(s.groupOrder, func(x *group) bool { return x == g })
	for _, other := range s.groupOrder {
		other.leave(g.id)
	}
}

func (s *Server) renderGroup(g *group) map[string]any {
	d := map[string]any{"kind": "admin#directory#group", "id": g.id, "etag": `"` + g.id + "." + strconv.Itoa(g.version) + `"`, "email": g.email, "name": g.name,
		"description": g.description, "adminCreated": true, "directMembersCount": strconv.Itoa(len(g.members))}
	if len(g.aliases) > 0 {
		d["aliases"] = g.aliases
	}
	if len(g.externalIDs) > 0 {
		d["externalIds"] = g.externalIDs
	}
	return d
}

// groupRoute is /groups and all below it.
func (s *Server) groupRoute(r request, g grant, parts []string) (reply, *refusal) {
	reads := r.Method == http.MethodGet
	onMembers := len(parts) > 2 && parts[2] == "members"
	if !g.has(GroupScope) && !(onMembers && g.has(MemberScope)) && !(reads && g.has(GroupReadScope)) {
		return reply{}, refuse(http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	}
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil || plain == "" {
			return reply{}, refuse(http.StatusNotFound, "notFound", "Not Found")
		}
		parts[i] = plain
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(parts) == 1 && reads:
		return s.listGroups(r)
	case len(parts) == 1 && r.Method == http.MethodPost:
		return s.insertGroup(r)
	case len(parts) == 2:
		return s.groupItem(r, parts[1])
	case onMembers && len(parts) <= 4:
		return s.memberRoute(r, parts[1], parts[3:])
	}
	return reply{}, refuse(http.StatusNotFound, "notFound", "Not Found")
}

func (s *Server) groupItem(r request, key string) (reply, *refusal) {
	g := s.findGroup(key)
	switch {
	case g == nil:
		return reply{}, noGroup()
	case r.Method == http.MethodGet:
	case r.Method == http.MethodDelete:
		s.dropGroup(g)
		return reply{Status: http.StatusNoContent}, nil
	case r.Method == http.MethodPut, r.Method == http.MethodPatch:
		if err := s.updateGroup(r, g); err != nil {
			return reply{}, err
		}
	default:
		return reply{}, refuse(http.StatusMethodNotAllowed, "methodNotAllowed", "Method not allowed.")
	}
	return fakekit.Answer(http.StatusOK, s.renderGroup(g)), nil
}

func (s *Server) insertGroup(r request) (reply, *refusal) {
	doc, err := s.groupBody(r)
	if err != nil {
		return reply{}, err
	}
	address := text(doc, "email")
	switch {
	case address == "":
		return reply{}, refuse(http.StatusBadRequest, "required", "Missing required field: email")
	case s.inUse(address, nil, r.q):
		return reply{}, duplicate()
	}
	g := &group{email: address, name: text(doc, "name"), description: text(doc, "description")}
	if g.name == "" {
		g.name, _, _ = strings.Cut(address, "@")
	}
	if !r.q.DropIDs {
		g.externalIDs, _ = doc["externalIds"].([]any)
	}
	s.addGroup(g)
	return fakekit.Answer(http.StatusOK, s.renderGroup(g)), nil
}

func (s *Server) updateGroup(r request, g *group) *refusal {
	doc, err := s.groupBody(r)
	if err != nil {
		return err
	}
	if address := text(doc, "email"); address != "" && address != g.email {
		if s.inUse(address, nil, r.q) {
			return duplicate()
		}
		g.aliases = append(g.aliases, g.email)
		g.email = address
		s.groupAddresses[address] = g.id
	}
	if v := text(doc, "name"); v != "" {
		g.name = v
	}
	if v, ok := doc["description"].(string); ok {
		g.description = v
	}
	if v, ok := doc["externalIds"]; ok {
		g.externalIDs, _ = v.([]any)
	}
	g.version++
	return nil
}

// groupBody reads a group out of a request, as strict as body is with users.
func (s *Server) groupBody(r request) (map[string]any, *refusal) {
	var doc map[string]any
	d := json.NewDecoder(bytes.NewReader(r.Content))
	if err := d.Decode(&doc); err != nil || doc == nil || d.More() {
		return nil, refuse(http.StatusBadRequest, "parseError", "Parse Error")
	}
	for key, v := range doc {
		value, isText := v.(string)
		switch {
		case slices.Contains([]string{"id", "kind", "etag", "adminCreated", "aliases", "nonEditableAliases", "directMembersCount"}, key):
			delete(doc, key)
		case key == "externalIds" && !r.q.NoGroupIDs:
			if v != nil && !validGroupIDs(v) {
				return nil, invalid("Invalid Input: externalIds")
			}
		case key != "email" && key != "name" && key != "description":
			return nil, invalid(`Invalid JSON payload received. Unknown name "` + key + `" at 'group': Cannot find field.`)
		case v != nil && !isText, len(value) > 4096, key == "email" && !validAddress(value), key == "name" && (strings.TrimSpace(value) == "" || utf8.RuneCountInString(value) > 73):
			return nil, invalid("Invalid Input: " + key)
		}
	}
	if address := text(doc, "email"); address != "" {
		if _, domain, _ := strings.Cut(address, "@"); !slices.Contains(s.options.Domains, fold(domain)) {
			return nil, refuse(http.StatusNotFound, "notFound", "Domain not found.")
		}
		doc["email"] = fold(address)
	}
	return doc, nil
}

func validGroupIDs(v any) bool {
	list, ok := v.([]any)
	for _, m := range items(v) {
		ok = ok && text(m, "namespace") != "" && text(m, "id") != "" && len(m) == 2
	}
	return ok && len(items(v)) == len(list)
}

// listGroups is GET /groups. The member groups is absent when there is none, as Google has it.
func (s *Server) listGroups(r request) (reply, *refusal) {
	q := r.URL.Query()
	for key := range q {
		if !slices.Contains([]string{"alt", "prettyPrint", "customer", "domain", "maxResults", "pageToken", "query", "orderBy", "sortOrder", "fields"}, key) {
			return reply{}, invalid("Unknown parameter: " + key)
		}
	}
	if q.Get("customer") == "" && q.Get("domain") == "" {
		return reply{}, refuse(http.StatusBadRequest, "badRequest", "Bad Request")
	}
	match, bad := groupQuery(q.Get("query"))
	if bad != nil {
		return reply{}, bad
	}
	var all []any
	for _, g := range s.groupOrder {
		if match(g) {
			all = append(all, s.renderGroup(g))
		}
	}
	return page(r, "groups", all)
}

// groupQuery is the search for groups, which knows the address, the name and the members, and no external ID.
func groupQuery(q string) (func(*group) bool, *refusal) {
	if q == "" {
		return func(*group) bool { return true }, nil
	}
	field, value, bad := parseTerm(q)
	switch {
	case bad != nil:
		return nil, bad
	case field == "name":
		return func(g *group) bool { return fold(g.name) == fold(value) }, nil
	case field == "email":
		return func(g *group) bool { return fold(g.email) == fold(value) }, nil
	}
	return nil, badQuery(q)
}

const groupPage = 200

// page is one page of a list of groups or members, which have at most 200 entries a page.
func page(r request, name string, all []any) (reply, *refusal) {
	size := groupPage
	if v := r.URL.Query().Get("maxResults"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > groupPage {
			return reply{}, invalid("Invalid value for maxResults. Values must be within the range: [1, 200]")
		}
		size = n
	}
	if r.q.PageCap > 0 {
		size = min(size, r.q.PageCap)
	}
	from, err := offset(r.URL.Query().Get("pageToken"))
	if err != nil {
		return reply{}, err
	}
	out := map[string]any{"kind": "admin#directory#" + name}
	if from < len(all) {
		out[name] = all[from:min(from+size, len(all))]
	}
	if from+size < len(all) {
		out["nextPageToken"] = base64.RawURLEncoding.EncodeToString([]byte("page-" + strconv.Itoa(from+size)))
	}
	return fakekit.Answer(http.StatusOK, out), nil
}
