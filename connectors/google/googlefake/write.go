package googlefake

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"usher/connectors/fakekit"
)

// insert is POST /users.
func (s *Server) insert(r request) (reply, *refusal) {
	doc, err := s.body(r.Content)
	if err != nil {
		return reply{}, err
	}
	if err := complete(doc); err != nil {
		return reply{}, err
	}
	if !r.as.admin {
		return reply{}, notAuthorized() // only a super administrator creates
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	address, _ := doc["primaryEmail"].(string)
	if local, _, _ := strings.Cut(address, "@"); r.q.Taken != "" && local == r.q.Taken {
		if r.URL.Query().Get("resolveConflictAccount") == "true" {
			return reply{Status: http.StatusAccepted, Body: []byte("{}")}, nil
		}
		return reply{}, duplicate()
	}
	switch {
	case s.inUse(address, nil, r.q):
		return reply{}, duplicate()
	case r.q.Licences > 0 && s.live() >= r.q.Licences:
		return reply{}, refuse(http.StatusForbidden, "limitExceeded", "Domain user limit reached.")
	}
	if doc["orgUnitPath"] == nil {
		doc["orgUnitPath"] = "/"
	}
	u := &user{doc: doc}
	u.setPassword(doc["password"])
	delete(doc, "password")
	s.add(u, s.options.Now())
	return fakekit.Answer(http.StatusOK, s.render(u, false)), nil
}

func complete(doc map[string]any) *refusal {
	name, _ := doc["name"].(map[string]any)
	switch {
	case doc["primaryEmail"] == nil:
		return invalid("Invalid Input: primary_user_email")
	case name["givenName"] == nil:
		return invalid("Invalid Given/Family Name: GivenName")
	case name["familyName"] == nil:
		return invalid("Invalid Given/Family Name: FamilyName")
	case doc["password"] == nil:
		return invalid("Invalid Password")
	}
	for key, v := range doc {
		if v == nil {
			delete(doc, key)
		}
	}
	return nil
}

// item is /users/{key}.
func (s *Server) item(r request, escaped string) (reply, *refusal) {
	key, err := url.PathUnescape(escaped)
	if err != nil || key == "" {
		return reply{}, refuse(http.StatusNotFound, "notFound", "Not Found")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.lookup(key)
	if u == nil || s.young(u, r.q.Hidden) {
		return reply{}, noUser()
	}
	switch r.Method {
	case http.MethodGet:
		return fakekit.Answer(http.StatusOK, s.render(u, s.young(u, r.q.Bare))), nil
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return reply{}, refuse(http.StatusMethodNotAllowed, "methodNotAllowed", "Method not allowed.")
	}
	switch {
	case s.young(u, r.q.Incomplete):
		return reply{}, refuse(http.StatusPreconditionFailed, "conditionNotMet", "User creation is not complete.")
	case s.young(u, r.q.Guarded), u.admin && !r.as.admin:
		return reply{}, notAuthorized()
	case r.Method == http.MethodDelete:
		return s.remove(u)
	}
	return s.update(r, u)
}

func (s *Server) remove(u *user) (reply, *refusal) {
	gone := u.copy()
	gone.deletedAt = s.options.Now()
	s.exchange(u, gone)
	s.forget(u.id)
	return reply{Status: http.StatusNoContent}, nil
}

// update is PUT /users/{key}: what is absent stays, null clears, objects are merged, lists are replaced whole.
func (s *Server) update(r request, u *user) (reply, *refusal) {
	doc, err := s.body(r.Content)
	if err != nil {
		return reply{}, err
	}
	changed := u.copy()
	if doc["password"] != nil {
		if len(doc) > 1 {
			s.watch.Violated("a password in an update of " + u.email())
		}
		changed.setPassword(doc["password"])
	}
	for key, v := range doc {
		name, object := v.(map[string]any)
		switch {
		case v == nil && (key == "primaryEmail" || key == "name"):
			return reply{}, invalid("Invalid Input: " + key)
		case v == nil:
			delete(changed.doc, key)
		case object && key == "name":
			merged, _ := u.doc["name"].(map[string]any)
			merged = maps.Clone(merged)
			maps.Copy(merged, name)
			maps.DeleteFunc(merged, func(_ string, v any) bool { return v == nil })
			changed.doc["name"] = merged
		case key != "password" && key != "hashFunction":
			changed.doc[key] = v
		}
	}
	if err := s.transition(r, u, changed); err != nil {
		return reply{}, err
	}
	s.exchange(u, changed)
	return fakekit.Answer(http.StatusOK, s.render(changed, false)), nil
}

// transition checks what may not become of what.
func (s *Server) transition(r request, u, changed *user) *refusal {
	switch {
	case u.abuse && !changed.suspended():
		return refuse(http.StatusPreconditionFailed, "adminCannotUnsuspend", "Cannot restore a user suspended for abuse.")
	case changed.archived() && !u.archived() && r.q.NoArchive:
		return refuse(http.StatusPreconditionFailed, "conditionNotMet", "There are insufficient archived user licenses.")
	}
	if fold(changed.email()) != fold(u.email()) {
		if s.inUse(changed.email(), u, r.q) {
			return duplicate()
		}
		changed.aliases = append(slices.Clone(u.aliases), u.email())
	}
	return nil
}

// undelete is POST /users/{id}/undelete: by ID only, within 20 days, while the address is free.
func (s *Server) undelete(r request, id string) (reply, *refusal) {
	doc, err := s.body(r.Content)
	if err != nil {
		return reply{}, err
	}
	if !r.as.admin {
		return reply{}, notAuthorized()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[id]
	switch {
	case u == nil || !s.restorable(u):
		return reply{}, refuse(http.StatusPreconditionFailed, "conditionNotMet", "The user cannot be found for undelete.")
	case s.addresses[fold(u.email())] != "":
		return reply{}, duplicate()
	case r.q.Licences > 0 && s.live() >= r.q.Licences:
		return reply{}, refuse(http.StatusForbidden, "limitExceeded", "Domain user limit reached.")
	}
	back := u.copy()
	back.deletedAt = time.Time{}
	back.doc["orgUnitPath"] = "/"
	if path := text(doc, "orgUnitPath"); path != "" {
		back.doc["orgUnitPath"] = path
	}
	s.exchange(u, back)
	return reply{Status: http.StatusNoContent}, nil
}
