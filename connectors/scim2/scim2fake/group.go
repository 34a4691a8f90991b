package scim2fake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const groupURN = "urn:ietf:params:scim:schemas:core:2.0:Group"

// GroupQuirks are the peculiarities of real services about groups. How members are written in a PATCH goes by the dialect
// besides: EntraLegacy removes them by a list of values, all others by a filter in the path.
type GroupQuirks struct {
	NoCreate      int    // a create is answered with this status
	NoPatch       int    // PATCH of a group is answered with this status
	UniqueNames   bool   // a taken displayName is refused with 409
	NoExcluded    bool   // excludedAttributes is refused with 400
	Members       string // "absent" or "empty": what is sent instead of the members
	UnknownMember int    // status for a member that is not there, instead of 400
	StrangerStays int    // status for the removal of one who is no member; 0 lets it pass
	Limit         int    // the most members that one request may name; 0 is no limit
	LimitStatus   int    // instead of 413 for more
	NoReplaceAll  bool   // replacing or removing all members is refused with 400, and replacing them with none does nothing
	Nested        bool   // members are added as {"members":[…]} and not as a list
	MemberType    string // every member must bear this type
}

// group is one stored group. A changed group takes the place of the old one.
type group struct {
	id, externalID, name string
	members              []string // user IDs, in the order in which they joined
	version              int
	created, modified    time.Time
}

// groups needs the Server's lock.
type groups struct {
	byID  map[string]*group
	order []*group
}

type groupMember struct {
	Value   idText `json:"value"`
	Display string `json:"display"`
	Type    string `json:"type"`
	Ref     string `json:"$ref"`
}

// idText is an ID as it came: a number stands for itself where the service's IDs are numbers.
type idText struct {
	text   string
	number bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *idText) UnmarshalJSON(b []byte) error {
	var n json.Number
	if t.number = len(b) > 0 && b[0] != '"'; t.number {
		err := json.Unmarshal(b, &n)
		t.text = n.String()
		return err
	}
	return json.Unmarshal(b, &t.text)
}

// groupShape is what a group may look like (RFC 7643 §4.2); decoding into it is the check.
type groupShape struct {
	Schemas     []string      `json:"schemas"`
	ID          any           `json:"id"`
	ExternalID  string        `json:"externalId"`
	DisplayName string        `json:"displayName"`
	Members     []groupMember `json:"members"`
	Meta        any           `json:"meta"`
}

func (s *Server) groupCollection(r request) reply {
	switch r.Method {
	case http.MethodGet:
		return s.listGroups(r)
	case http.MethodPost:
		if r.q.Groups.NoCreate != 0 {
			return problem(r.q.Groups.NoCreate, "", "Groups cannot be created here.")
		}
		return s.createGroup(r)
	}
	return problem(http.StatusMethodNotAllowed, "", "Use GET or POST.")
}

func (s *Server) listGroups(r request) reply {
	query, err := url.ParseQuery(r.query)
	if err != nil {
		return problem(http.StatusBadRequest, "invalidSyntax", "The query cannot be read: "+err.Error())
	}
	if query.Has("excludedAttributes") && r.q.Groups.NoExcluded {
		return problem(http.StatusBadRequest, "invalidValue", "excludedAttributes is not supported.")
	}
	var terms []term
	if text := query.Get("filter"); text != "" && !r.q.FilterIgnored {
		if r.q.FilterStatus != 0 {
			return problem(r.q.FilterStatus, "invalidFilter", "Filters are not supported.")
		}
		if terms, err = parseFilter(text); err != nil {
			return problem(http.StatusBadRequest, "invalidFilter", err.Error())
		}
	}
	var found []*group
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, g := range s.groups.order {
		ok, err := g.satisfies(terms, r.q)
		if err != nil {
			return problemOf(err)
		}
		if ok {
			found = append(found, g)
		}
	}
	if len(found) == 0 && r.q.NoneIs404 && len(terms) > 0 {
		return problem(http.StatusNotFound, "", "No resource matches.")
	}
	return paged(r, query, found)
}

func (g *group) satisfies(terms []term, q *Quirks) (bool, error) {
	for _, t := range terms {
		switch t.attr {
		case "id":
			if g.id != t.value {
				return false, nil
			}
		case "externalid":
			if q.NoExternalFilter {
				return false, &refusal{http.StatusBadRequest, "invalidFilter", "externalId cannot be filtered by."}
			}
			if g.externalID != t.value {
				return false, nil
			}
		case "displayname":
			if fold(g.name) != fold(t.value) {
				return false, nil
			}
		default:
			return false, &refusal{http.StatusBadRequest, "invalidFilter", "groups have no attribute " + t.attr}
		}
	}
	return true, nil
}

// parseGroup checks a whole group, but not whether its members exist.
func parseGroup(body []byte, q *Quirks) (*group, groupShape, error) {
	var v groupShape
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return nil, v, &refusal{http.StatusBadRequest, "invalidSyntax", "Request is unparsable or violates the schema: " + err.Error()}
	}
	switch {
	case !slices.Contains(v.Schemas, groupURN):
		return nil, v, invalid("schemas lacks %s", groupURN)
	case strings.TrimSpace(v.DisplayName) == "":
		return nil, v, invalid("displayName is required")
	}
	g := &group{externalID: v.ExternalID, name: v.DisplayName}
	var err error
	g.members, err = memberIDs(v.Members, q)
	return g, v, err
}

func memberIDs(members []groupMember, q *Quirks) ([]string, error) {
	if err := q.Groups.tooMany(len(members)); err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range members {
		switch {
		case m.Value.text == "":
			return nil, invalid("members has an entry without a value")
		case m.Value.number && !q.NumericIDs:
			return nil, invalid("the value of a member is a text")
		case q.Groups.MemberType != "" && m.Type != q.Groups.MemberType:
			return nil, invalid("every member has the type %s", q.Groups.MemberType)
		case q.Groups.MemberType == "" && m.Type != "" && m.Type != "User":
			return nil, invalid("a member of type %s is not supported", m.Type)
		}
		if !slices.Contains(ids, m.Value.text) {
			ids = append(ids, m.Value.text)
		}
	}
	return ids, nil
}

func (q GroupQuirks) tooMany(n int) error {
	if q.Limit == 0 || n <= q.Limit {
		return nil
	}
	status := http.StatusRequestEntityTooLarge
	if q.LimitStatus != 0 {
		status = q.LimitStatus
	}
	return &refusal{status, "tooMany", "At most " + strconv.Itoa(q.Limit) + " members in one request."}
}

// known refuses members that are no users. It needs the lock.
func (s *Server) known(ids []string, q *Quirks) error {
	for _, id := range ids {
		if s.byID[id] != nil {
			continue
		}
		status := http.StatusBadRequest
		if q.Groups.UnknownMember != 0 {
			status = q.Groups.UnknownMember
		}
		return &refusal{status, "invalidValue", "There is no user " + id + "."}
	}
	return nil
}

func (s *Server) createGroup(r request) reply {
	g, _, err := parseGroup(r.Content, r.q)
	if err != nil {
		return problemOf(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.known(g.members, r.q); err != nil {
		return problemOf(err)
	}
	if err := s.groups.free(g.name, nil, r.q); err != nil {
		return problemOf(err)
	}
	s.groups.insert(g, s.newID(r.q))
	out := g.sent(r)
	out.Status = http.StatusCreated
	if r.q.CreateStatus != 0 {
		out.Status = r.q.CreateStatus
	}
	if !r.q.NoLocation {
		out.Header.Set("Location", g.location(r))
	}
	if r.q.CreateEmpty {
		out.Body = nil
	}
	return out
}

// free refuses a name that another group has.
func (a *groups) free(name string, but *group, q *Quirks) error {
	taken := func(g *group) bool { return g != but && fold(g.name) == fold(name) }
	if q.Groups.UniqueNames && slices.ContainsFunc(a.order, taken) {
		return &refusal{http.StatusConflict, "uniqueness", "The group name " + strconv.Quote(name) + " is already in use."}
	}
	return nil
}

func (a *groups) insert(g *group, id string) {
	g.id, g.version, g.created = id, 1, time.Now().UTC()
	g.modified = g.created
	a.byID[id] = g
	a.order = append(a.order, g)
}

func (a *groups) exchange(old, changed *group) {
	changed.id, changed.created, changed.version, changed.modified = old.id, old.created, old.version+1, time.Now().UTC()
	a.byID[old.id] = changed
	a.order[slices.Index(a.order, old)] = changed
}

func (a *groups) remove(g *group) {
	delete(a.byID, g.id)
	a.order = slices.DeleteFunc(a.order, func(o *group) bool { return o == g })
}

// forget takes a user that is gone out of every group.
func (a *groups) forget(userID string) {
	for _, g := range a.order {
		if i := slices.Index(g.members, userID); i >= 0 {
			changed := *g
			changed.members = slices.Delete(slices.Clone(g.members), i, i+1)
			a.exchange(g, &changed)
		}
	}
}
