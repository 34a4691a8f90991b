package salesforcefake

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"usher/connectors/fakekit"
)

func made(id string, created *bool) map[string]any {
	out := map[string]any{"id": id, "success": true, "errors": []any{}}
	if created != nil {
		out["created"] = *created
	}
	return out
}

// insert is POST sobjects/X.
func (s *Server) insert(r request, t *table) (reply, *refusal) {
	doc, wrong := decodeBody(r.Content)
	if wrong != nil {
		return reply{}, wrong
	}
	id, wrong := s.create(r, t, doc)
	if wrong != nil {
		return reply{}, wrong
	}
	return fakekit.Answer(http.StatusCreated, made(id, nil)), nil
}

// create checks and makes one record.
func (s *Server) create(r request, t *table, doc map[string]any) (string, *refusal) {
	if !strings.Contains(t.operations, "c") {
		return "", bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: "+t.name)
	}
	doc, wrong := s.checkAll(t, doc, true)
	if wrong != nil {
		return "", wrong
	}
	if wrong := t.complete(doc); wrong != nil {
		return "", wrong
	}
	if id, done, wrong := s.join(t, doc); done || wrong != nil {
		return id, wrong
	}
	if wrong := s.collide(t, doc, ""); wrong != nil {
		return "", wrong
	}
	if t.name == userObject {
		if wrong := s.admit(r, doc); wrong != nil {
			return "", wrong
		}
	}
	maps.DeleteFunc(doc, func(_ string, v any) bool { return v == nil })
	return s.add(t.name, doc), nil
}

// admit finishes a new user: its type is its profile's, and it needs a seat.
func (s *Server) admit(r request, doc map[string]any) *refusal {
	profile := s.tables[profileObject].find(doc["ProfileId"].(string))
	doc["UserType"] = profile.text("UserType")
	if doc["IsActive"] == nil {
		doc["IsActive"] = false
	}
	if doc["IsActive"] == true {
		return s.seat(r, profile)
	}
	return nil
}

func (s *Server) seat(r request, profile *row) *refusal {
	licence := s.tables[licenceObject].find(profile.text("UserLicenseId"))
	if n, _ := s.seats(licence, "UsedLicenses").(int); r.q.Licences > 0 && n >= r.q.Licences {
		return bad("LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded", "ProfileId")
	}
	return nil
}

// one is /sobjects/X/id.
func (s *Server) one(r request, t *table, escaped string) (reply, *refusal) {
	id, err := url.PathUnescape(escaped)
	row := t.find(id)
	if err != nil || row == nil {
		return reply{}, noResource()
	}
	switch r.Method {
	case http.MethodGet:
		fields := t.order
		if f := r.URL.Query().Get("fields"); f != "" {
			fields = strings.Split(f, ",")
		}
		for _, f := range fields {
			if wrong := s.known(t.name, f); wrong != nil {
				return reply{}, wrong
			}
		}
		return fakekit.Answer(http.StatusOK, s.render(r, t, row, fields)), nil
	case http.MethodPatch:
		doc, wrong := decodeBody(r.Content)
		if wrong != nil {
			return reply{}, wrong
		}
		if wrong := s.update(r, t, row, doc); wrong != nil {
			return reply{}, wrong
		}
		if r.q.Patch200 {
			return fakekit.Answer(http.StatusOK, made(row.id, nil)), nil
		}
		return reply{Status: http.StatusNoContent}, nil
	case http.MethodDelete:
		return s.remove(t, row)
	}
	return reply{}, refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+r.Method+"' not allowed.")
}

func (s *Server) remove(t *table, row *row) (reply, *refusal) {
	if !strings.Contains(t.operations, "d") {
		return reply{}, refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method 'DELETE' not allowed. Allowed are HEAD,GET,PATCH")
	}
	if t.name == groupObject {
		members := s.tables[memberObject]
		for _, m := range members.rows {
			if m.text("GroupId") == row.id {
				members.drop(m.id)
			}
		}
	}
	t.drop(row.id)
	return reply{Status: http.StatusNoContent}, nil
}

// update writes what a client sends into a record: what is absent stays, null clears.
func (s *Server) update(r request, t *table, row *row, doc map[string]any) *refusal {
	if !strings.Contains(t.operations, "u") {
		return refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method 'PATCH' not allowed.")
	}
	doc, wrong := s.checkAll(t, doc, false)
	if wrong != nil {
		return wrong
	}
	if wrong := s.collide(t, doc, row.id); wrong != nil {
		return wrong
	}
	changed := maps.Clone(row.doc)
	for key, v := range doc {
		if v == nil {
			delete(changed, key)
		} else {
			changed[key] = v
		}
	}
	if t.name == userObject {
		if wrong := s.transition(r, row, changed); wrong != nil {
			return wrong
		}
	}
	t.change(row, changed)
	return nil
}

// transition checks what may not become of a user, and holds a new address until it is confirmed.
func (s *Server) transition(r request, row *row, changed map[string]any) *refusal {
	was, is := row.doc["IsActive"] == true, changed["IsActive"] == true
	profile := s.tables[profileObject].find(changed["ProfileId"].(string))
	switch {
	case was && !is && r.q.Keep != "":
		return bad(r.q.Keep, "This user cannot be deactivated.")
	case was && !is && s.lastAdmin(row):
		return bad("CANNOT_DISABLE_LAST_ADMIN", "You can't deactivate the last active system administrator.")
	case !was && is:
		if wrong := s.seat(r, profile); wrong != nil {
			return wrong
		}
	}
	changed["UserType"] = profile.text("UserType")
	if address, _ := changed["Email"].(string); r.q.ConfirmMail && fold(address) != fold(row.text("Email")) {
		row.pending, changed["Email"] = address, row.doc["Email"]
		row.mails++
	}
	return nil
}

func (s *Server) lastAdmin(row *row) bool {
	n := 0
	for _, u := range s.tables[userObject].rows {
		if p := s.tables[profileObject].find(u.text("ProfileId")); u.doc["IsActive"] == true && p != nil && p.doc["PermissionsModifyAllData"] == true {
			if u.id != row.id {
				return false
			}
			n++
		}
	}
	return n == 1
}

// upsert is PATCH sobjects/X/Field/value.
func (s *Server) upsert(r request, t *table, name, key string) (reply, *refusal) {
	c, ok := t.columns[fold(name)]
	if !ok || (!c.external && !c.lookup) {
		return reply{}, refuse(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+name)
	}
	doc, wrong := decodeBody(r.Content)
	if wrong != nil {
		return reply{}, wrong
	}
	if _, twice := doc[c.name]; twice {
		return reply{}, bad("INVALID_FIELD", "The "+c.name+" field should not be specified in the sobject data.")
	}
	created := false
	if row := t.find(t.index[c.name][fold(key)]); row != nil {
		if wrong := s.update(r, t, row, doc); wrong != nil {
			return reply{}, wrong
		}
		if r.q.Upsert204 {
			return reply{Status: http.StatusNoContent}, nil
		}
		return fakekit.Answer(http.StatusOK, made(row.id, &created)), nil
	}
	doc[c.name] = key
	id, wrong := s.create(r, t, doc)
	if wrong != nil {
		return reply{}, wrong
	}
	created = true
	return fakekit.Answer(http.StatusCreated, made(id, &created)), nil
}

const shortestPassword = 8

// password is POST sobjects/User/id/password.
func (s *Server) password(r request, t *table, id string) (reply, *refusal) {
	row := t.find(id)
	doc, wrong := decodeBody(r.Content)
	new, _ := doc["NewPassword"].(string)
	switch {
	case row == nil:
		return reply{}, noResource()
	case r.Method != http.MethodPost || wrong != nil || new == "":
		return reply{}, bad("INVALID_FIELD", "NewPassword is missing.")
	case len(new) < shortestPassword:
		return reply{}, bad("INVALID_NEW_PASSWORD", "Your password must be at least 8 characters long.")
	}
	row.password = true
	return reply{Status: http.StatusNoContent}, nil
}
