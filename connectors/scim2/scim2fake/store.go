package scim2fake

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"usher/connectors/fakekit"
)

func escapeID(id string) string { return url.PathEscape(id) }

func fold(s string) string { return strings.ToLower(s) }

// newID gives opaque IDs that never come twice: a bijection of a counter. The caller holds the lock.
func (s *Server) newID(q *Quirks) string {
	s.next++
	x := s.next * 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x ^= x >> 27
	switch {
	case q.NumericIDs:
		return "1" + pad(strconv.FormatUint(s.next, 10), 19)
	case q.AwkwardIDs:
		return "a/b c%2F?" + strconv.FormatUint(x, 36)
	}
	return pad(strconv.FormatUint(x, 16), 16)
}

func pad(s string, n int) string {
	const zeros = "00000000000000000000"
	return zeros[:max(0, n-len(s))] + s
}

// create is POST /Users.
func (s *Server) create(r request) reply {
	u, v, err := parseUser(r.Content)
	if err == nil {
		err = r.q.Wire.takes(u, v)
	}
	if err != nil {
		return problemOf(err)
	}
	s.mu.Lock()
	other := s.byName[fold(u.userName)]
	if other == nil {
		s.insert(u, s.newID(r.q))
	}
	s.mu.Unlock()
	status := http.StatusCreated
	if other != nil {
		if !r.q.ReturnExisting {
			return taken(r.q, u.userName)
		}
		u, status = other, http.StatusOK
	}
	if r.q.CreateStatus != 0 {
		status = r.q.CreateStatus
	}
	out := reply{Status: status, Header: http.Header{"Etag": {u.etag()}}}
	if !r.q.NoLocation {
		out.Header["Location"] = []string{u.location(r)}
	}
	if !r.q.CreateEmpty && status != http.StatusNoContent {
		out.Body = u.render(r)
	}
	return out
}

func taken(q *Quirks, name string) reply {
	status := http.StatusConflict
	if q.TakenStatus != 0 {
		status = q.TakenStatus
	}
	if q.TakenBody != "" {
		return reply{Status: status, Body: []byte(q.TakenBody)}
	}
	return problem(status, "uniqueness", "User name "+strconv.Quote(name)+" is already in use.")
}

// insert needs the lock.
func (s *Server) insert(u *user, id string) {
	u.id, u.version = id, 1
	u.created = time.Now().UTC()
	u.modified = u.created
	u.at = len(s.order)
	s.order = append(s.order, u)
	s.index(u)
}

func (s *Server) index(u *user) {
	s.byID[u.id] = u
	s.byName[fold(u.userName)] = u
	if u.externalID != "" {
		s.byExternal[u.externalID] = u
	}
}

func (s *Server) unindex(u *user) {
	delete(s.byID, u.id)
	if s.byName[fold(u.userName)] == u {
		delete(s.byName, fold(u.userName))
	}
	if s.byExternal[u.externalID] == u {
		delete(s.byExternal, u.externalID)
	}
}

// exchange puts a changed copy in the place of a user, if its name is free and no other request was quicker.
func (s *Server) exchange(old, changed *user) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[old.id] != old {
		return &refusal{http.StatusConflict, "", "The resource was modified by another request."}
	}
	if other := s.byName[fold(changed.userName)]; other != nil && other != old {
		return &refusal{http.StatusConflict, "uniqueness", "User name " + strconv.Quote(changed.userName) + " is already in use."}
	}
	if changed.password == "" {
		changed.password = old.password
	}
	changed.id, changed.at, changed.created = old.id, old.at, old.created
	changed.version, changed.modified = old.version+1, time.Now().UTC()
	s.unindex(old)
	s.order[old.at] = changed
	s.index(changed)
	return nil
}

func (s *Server) remove(u *user) {
	s.unindex(u)
	s.groups.forget(u.id)
	s.order[u.at] = nil
	if s.gone++; s.gone > 64 && s.gone > len(s.order)/2 {
		live := s.live()
		for i, u := range live {
			u.at = i
		}
		s.order, s.gone = live, 0
	}
}

// live needs the lock.
func (s *Server) live() []*user {
	out := make([]*user, 0, len(s.order)-s.gone)
	for _, u := range s.order {
		if u != nil {
			out = append(out, u)
		}
	}
	return out
}

// item is /Users/{id}.
func (s *Server) item(r request, escaped string) reply {
	id, err := url.PathUnescape(escaped)
	if err != nil || strings.Contains(escaped, "/") {
		return problem(http.StatusNotFound, "", "There is no such endpoint.")
	}
	if status := r.q.refuses(r.Method); status != 0 {
		return problem(status, "", r.Method+" is not supported.")
	}
	s.mu.RLock()
	u := s.byID[id]
	s.mu.RUnlock()
	if u == nil {
		status := http.StatusNotFound
		if r.q.GoneStatus != 0 {
			status = r.q.GoneStatus
		}
		return problem(status, "", "Resource "+id+" not found.")
	}
	m := r.Header.Get("If-Match")
	if status := r.q.Wire.NeedsMatch; status != 0 && m == "" && r.Method != http.MethodGet {
		return problem(status, "", "Send If-Match with the version that you mean.")
	}
	if m != "" && m != u.etag() {
		return problem(http.StatusPreconditionFailed, "", "The resource has another version.")
	}
	switch r.Method {
	case http.MethodGet:
		return u.sent(r)
	case http.MethodDelete:
		return s.delete(u)
	case http.MethodPut:
		return s.put(r, u)
	case http.MethodPatch:
		return s.patch(r, u)
	}
	return problem(http.StatusMethodNotAllowed, "", "Use GET, PUT, PATCH or DELETE.")
}

func (q *Quirks) refuses(method string) int {
	switch method {
	case http.MethodPatch:
		return q.NoPatch
	case http.MethodDelete:
		return q.NoDelete
	}
	return 0
}

func (u *user) sent(r request) reply {
	return reply{Status: http.StatusOK, Header: http.Header{"Etag": {u.etag()}}, Body: u.render(r)}
}

func (s *Server) delete(u *user) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[u.id] == u {
		s.remove(u)
	}
	return reply{Status: http.StatusNoContent}
}

// put replaces everything but what only the service may write (RFC 7644 §3.5.1).
func (s *Server) put(r request, old *user) reply {
	u, v, err := parseUser(r.Content)
	if err == nil {
		err = r.q.Wire.takes(u, v)
	}
	if err != nil {
		return problemOf(err)
	}
	if r.q.Wire.Unconfirmed {
		return old.sent(r)
	}
	if id, ok := v.ID.(string); ok && id != old.id {
		return problem(http.StatusBadRequest, "mutability", "id is read-only.")
	}
	if r.q.KeepsActive && u.active != old.active {
		u.keepActive(old.active)
	}
	if err := s.exchange(old, u); err != nil {
		return problemOf(err)
	}
	return u.sent(r)
}

func (u *user) keepActive(v bool) {
	m, err := u.attributes()
	if err != nil {
		return
	}
	m["active"], u.active = v, v
	u.body = fakekit.JSON(m)
}
