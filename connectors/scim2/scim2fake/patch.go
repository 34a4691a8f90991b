package scim2fake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"usher/connectors/fakekit"
)

// patch is PATCH /Users/{id} by the letter of RFC 7644 §3.5.2: lower-case operations, known paths, values of
// the right type, all or nothing.
func (s *Server) patch(r request, old *user) reply {
	var p struct {
		Schemas    []string `json:"schemas"`
		Operations []struct {
			Op    string          `json:"op"`
			Path  string          `json:"path"`
			Value json.RawMessage `json:"value"`
		} `json:"Operations"`
	}
	d := json.NewDecoder(bytes.NewReader(r.Content))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return problem(http.StatusBadRequest, "invalidSyntax", "Request is unparsable: "+err.Error())
	}
	if !slices.Equal(p.Schemas, []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}) || len(p.Operations) == 0 {
		return problem(http.StatusBadRequest, "invalidSyntax", "A patch has the schema PatchOp and at least one operation.")
	}
	m, err := old.attributes()
	if err != nil {
		return problemOf(err)
	}
	for _, op := range p.Operations {
		if err := r.q.Wire.fixed(op.Path, op.Value); err != nil {
			return problemOf(err)
		}
		if err := applyAs(r.q.Wire.Dialect, m, op.Op, op.Path, op.Value); err != nil {
			return problemOf(err)
		}
	}
	if r.q.KeepsActive {
		m["active"] = old.active
	}
	u, v, err := parseUser(fakekit.JSON(m))
	if err == nil {
		err = r.q.Wire.takes(u, v)
	}
	if err != nil {
		return problemOf(err)
	}
	if r.q.Wire.Unconfirmed {
		u = old
	} else if err := s.exchange(old, u); err != nil {
		return problemOf(err)
	}
	if r.q.PatchNoBody {
		return reply{Status: http.StatusNoContent}
	}
	return u.sent(r)
}

func apply(m map[string]any, op, path string, raw json.RawMessage) error {
	switch op {
	case "add", "replace":
		v, err := patchValue(raw)
		if err != nil {
			return err
		}
		if path != "" {
			return assign(m, path, v)
		}
		object, ok := v.(map[string]any)
		if !ok {
			return invalid("an operation without path needs an object")
		}
		for k, x := range object {
			if err := merge(m, k, x); err != nil {
				return err
			}
		}
		return nil
	case "remove":
		if path == "" {
			return &refusal{http.StatusBadRequest, "noTarget", "remove needs a path"}
		}
		if raw != nil {
			return invalid("remove has no value")
		}
		return unassign(m, path)
	}
	return &refusal{http.StatusBadRequest, "invalidSyntax", "unknown op " + op + ": it is add, remove or replace"}
}

func patchValue(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if len(raw) == 0 || d.Decode(&v) != nil || v == nil || v == "" {
		return nil, invalid("the operation has no value; use remove to clear an attribute")
	}
	return v, nil
}

// attributeNames are the paths that a patch may name; the values are their attribute's place.
func attributeNames() map[string][]string {
	names := map[string][]string{}
	for _, k := range []string{"externalId", "userName", "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage",
		"locale", "timezone", "active", "password", "emails", "phoneNumbers", "addresses", "roles", "entitlements", "name", enterpriseURN} {
		names[fold(k)] = []string{k}
	}
	for _, k := range []string{"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"} {
		names[fold("name."+k)] = []string{"name", k}
	}
	for _, k := range []string{"employeeNumber", "costCenter", "organization", "division", "department", "manager"} {
		names[fold(enterpriseURN+":"+k)] = []string{enterpriseURN, k}
	}
	names[fold(enterpriseURN+":manager.value")] = []string{enterpriseURN, "manager", "value"}
	return names
}

func place(path string) ([]string, error) {
	lower := fold(strings.TrimPrefix(path, coreURN+":"))
	if slices.Contains([]string{"id", "meta", "groups", "schemas"}, lower) {
		return nil, &refusal{http.StatusBadRequest, "mutability", path + " is read-only"}
	}
	p, ok := attributeNames()[lower]
	if !ok {
		return nil, &refusal{http.StatusBadRequest, "invalidPath", "unknown path " + path}
	}
	return p, nil
}

func assign(m map[string]any, path string, v any) error {
	p, err := place(path)
	if err != nil {
		return err
	}
	if p[0] == enterpriseURN {
		schemas, _ := m["schemas"].([]any)
		if !slices.Contains(schemas, any(enterpriseURN)) {
			m["schemas"] = append(schemas, enterpriseURN)
		}
	}
	for _, part := range p[:len(p)-1] {
		inner, ok := m[part].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[part] = inner
		}
		m = inner
	}
	m[p[len(p)-1]] = v
	return nil
}

func unassign(m map[string]any, path string) error {
	p, err := place(path)
	if err != nil {
		return err
	}
	inside := []map[string]any{m}
	for _, part := range p[:len(p)-1] {
		inner, ok := inside[len(inside)-1][part].(map[string]any)
		if !ok {
			return nil
		}
		inside = append(inside, inner)
	}
	for i := len(p) - 1; i >= 0; i-- {
		if inner, ok := inside[i][p[i]].(map[string]any); i == len(p)-1 || (ok && len(inner) == 0) {
			delete(inside[i], p[i])
		}
	}
	return nil
}
