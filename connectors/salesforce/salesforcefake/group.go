package salesforcefake

import (
	"encoding/json"
	"net/http"
	"strings"

	"usher/connectors/fakekit"
)

// join makes objects that join two others: a second GroupMember is the first one again, a second assignment is a
// duplicate. done: the record is there.
func (s *Server) join(t *table, doc map[string]any) (id string, done bool, wrong *refusal) {
	var key string
	switch t.name {
	case memberObject:
		key = doc["GroupId"].(string) + doc["UserOrGroupId"].(string)
		if id := t.pairs[key]; id != "" {
			return id, true, nil
		}
	case assignObject:
		key = doc["PermissionSetId"].(string) + doc["AssigneeId"].(string)
		switch user := s.tables[userObject].find(doc["AssigneeId"].(string)); {
		case t.pairs[key] != "":
			return "", true, bad("DUPLICATE_VALUE", "duplicate value found: PermissionSetId duplicates value on record with id: "+t.pairs[key])
		case user.doc["IsActive"] != true:
			return "", true, bad("INACTIVE_OWNER_OR_USER", "The user is inactive and can't be assigned.", "AssigneeId")
		case user.text("UserType") != "Standard":
			return "", true, bad("FIELD_INTEGRITY_EXCEPTION", "Can't assign permission set to user: the user license doesn't allow it.", "PermissionSetId")
		}
	default:
		return "", false, nil
	}
	id = s.add(t.name, doc)
	t.pairs[key] = id
	return id, true, nil
}

const collectionLimit = 200

// collection is POST or DELETE composite/sobjects, with allOrNone false.
func (s *Server) collection(r request) (reply, *refusal) {
	switch r.Method {
	case http.MethodPost:
		return s.insertAll(r)
	case http.MethodDelete:
		return s.deleteAll(r)
	}
	return reply{}, refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+r.Method+"' not allowed.")
}

func (s *Server) insertAll(r request) (reply, *refusal) {
	var in struct {
		AllOrNone bool
		Records   []map[string]any
	}
	if err := json.Unmarshal(r.Content, &in); err != nil || in.AllOrNone || len(in.Records) == 0 {
		return reply{}, bad("JSON_PARSER_ERROR", "The request cannot be read.")
	}
	if len(in.Records) > collectionLimit {
		return reply{}, bad("LIMIT_EXCEEDED", "record limit reached. cannot submit more than 200 records in this request")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]any, len(in.Records))
	types := map[string]bool{}
	for _, doc := range in.Records {
		types[typeOf(doc)] = true
	}
	if types[userObject] && len(types) > 1 {
		s.watch.Violated("users and other objects in one request")
		return reply{}, bad("MIXED_DML_OPERATION", "DML operation on setup object is not permitted after you have updated a non-setup object (or vice versa)")
	}
	for i, doc := range in.Records {
		t := s.tables[typeOf(doc)]
		if t == nil {
			return reply{}, bad("INVALID_TYPE", "sObject type is missing or not supported.")
		}
		delete(doc, "attributes")
		if id, wrong := s.create(r, t, doc); wrong != nil {
			out[i] = wrong.inCollection()
		} else {
			out[i] = made(id, nil)
		}
	}
	return fakekit.Answer(http.StatusOK, out), nil
}

func typeOf(doc map[string]any) string {
	a, _ := doc["attributes"].(map[string]any)
	name, _ := a["type"].(string)
	return name
}

func (s *Server) deleteAll(r request) (reply, *refusal) {
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	if len(ids) > collectionLimit || r.URL.Query().Get("allOrNone") == "true" {
		return reply{}, bad("LIMIT_EXCEEDED", "record limit reached. cannot submit more than 200 records in this request")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = refuse(0, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id").inCollection()
		for _, t := range s.tables {
			row := t.find(id)
			if row == nil {
				continue
			}
			if _, wrong := s.remove(t, row); wrong != nil {
				out[i] = wrong.inCollection()
			} else {
				out[i] = made(row.id, nil)
			}
		}
	}
	return fakekit.Answer(http.StatusOK, out), nil
}
