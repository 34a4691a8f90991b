package scim2fake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// patchGroup is PATCH /Groups/{id} by the letter of RFC 7644 §3.5.2, or by the letter of the service's quirks: what a
// service does not know it refuses, all or nothing.
func (s *Server) patchGroup(r request, old *group) reply {
	var p struct {
		Schemas    []string         `json:"schemas"`
		Operations []groupOperation `json:"Operations"`
	}
	d := json.NewDecoder(bytes.NewReader(r.Content))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return problem(http.StatusBadRequest, "invalidSyntax", "Request is unparsable: "+err.Error())
	}
	if !slices.Equal(p.Schemas, []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}) || len(p.Operations) == 0 {
		return problem(http.StatusBadRequest, "invalidSyntax", "A patch has the schema PatchOp and at least one operation.")
	}
	g := *old
	g.members = slices.Clone(old.members)
	touched := 0
	for _, op := range p.Operations {
		n, err := op.apply(&g, r.q)
		if err != nil {
			return problemOf(err)
		}
		touched += n
	}
	if err := r.q.Groups.tooMany(touched); err != nil {
		return problemOf(err)
	}
	return s.changeGroup(r, old, &g)
}

type groupOperation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// apply does one operation and counts the members that it names.
func (o groupOperation) apply(g *group, q *Quirks) (touched int, err error) {
	verb := o.Op
	if q.Wire.Dialect == EntraLegacy {
		if verb = strings.ToLower(o.Op); verb == o.Op {
			verb = "" // this service knows capitals only
		}
	}
	switch verb {
	case "add", "replace":
		return o.write(g, verb == "replace", q)
	case "remove":
		return o.remove(g, q)
	}
	return 0, &refusal{http.StatusBadRequest, "invalidSyntax", "unknown op " + o.Op}
}

func (o groupOperation) write(g *group, replace bool, q *Quirks) (int, error) {
	path := fold(strings.TrimPrefix(o.Path, groupURN+":"))
	nested := path == "members" && (q.Groups.Nested || q.Wire.Dialect == EntraNew)
	if d := q.Wire.Dialect; path != "" && !nested && (d == SingleObject || d == EntraNew) {
		return 0, &refusal{http.StatusBadRequest, "invalidPath", "path is not supported"}
	}
	switch path {
	case "displayname", "externalid":
		return 0, o.text(g, path)
	case "members", "":
		if path == "" || q.Groups.Nested {
			return o.object(g, replace, q)
		}
		var list []groupMember
		if err := strict(o.Value, &list); err != nil {
			return 0, invalid("members are a list of values: %v", err)
		}
		return g.join(list, replace, q)
	case "id", "meta", "schemas":
		return 0, &refusal{http.StatusBadRequest, "mutability", o.Path + " is read-only"}
	}
	return 0, &refusal{http.StatusBadRequest, "invalidPath", "unknown path " + o.Path}
}

func (o groupOperation) text(g *group, path string) error {
	var s string
	if err := strict(o.Value, &s); err != nil || strings.TrimSpace(s) == "" {
		return invalid("%s is a text, and not empty", o.Path)
	}
	if path == "externalid" {
		g.externalID = s
	} else {
		g.name = s
	}
	return nil
}

// object is an operation whose value names the attributes.
func (o groupOperation) object(g *group, replace bool, q *Quirks) (int, error) {
	var v struct {
		ID          string        `json:"id"`
		DisplayName string        `json:"displayName"`
		ExternalID  string        `json:"externalId"`
		Members     []groupMember `json:"members"`
	}
	if err := strict(o.Value, &v); err != nil {
		return 0, invalid("an operation without path needs an object: %v", err)
	}
	if v.ID != "" && v.ID != g.id {
		return 0, &refusal{http.StatusBadRequest, "mutability", "id is read-only"}
	}
	if v.DisplayName != "" {
		g.name = v.DisplayName
	}
	if v.ExternalID != "" {
		g.externalID = v.ExternalID
	}
	if v.Members == nil {
		return 0, nil
	}
	return g.join(v.Members, replace, q)
}

func (g *group) join(list []groupMember, replace bool, q *Quirks) (int, error) {
	if replace && q.Groups.NoReplaceAll {
		if len(list) == 0 {
			return 0, nil
		}
		return 0, invalid("members cannot be replaced as a whole")
	}
	ids, err := memberIDs(list, q)
	if err != nil {
		return 0, err
	}
	if replace {
		g.members = nil
	}
	for _, id := range ids {
		if !slices.Contains(g.members, id) {
			g.members = append(g.members, id)
		}
	}
	return len(ids), nil
}

func (o groupOperation) remove(g *group, q *Quirks) (int, error) {
	path := fold(strings.TrimPrefix(o.Path, groupURN+":"))
	switch {
	case path == "":
		return 0, &refusal{http.StatusBadRequest, "noTarget", "remove needs a path"}
	case path == "members" && q.Wire.Dialect == EntraLegacy && o.Value != nil:
		var list []groupMember
		if err := strict(o.Value, &list); err != nil {
			return 0, invalid("members are a list of values: %v", err)
		}
		for _, m := range list {
			if err := g.leave(m.Value.text, q); err != nil {
				return 0, err
			}
		}
		return len(list), nil
	case o.Value != nil:
		return 0, invalid("remove has no value")
	case path == "externalid":
		g.externalID = ""
		return 0, nil
	case path == "members" && q.Groups.NoReplaceAll:
		return 0, invalid("members cannot be removed all at once")
	case path == "members":
		g.members = nil
		return 0, nil
	case strings.HasPrefix(path, "members[") && strings.HasSuffix(path, "]") && q.Wire.Dialect != EntraLegacy:
		id, err := memberFilter(o.Path)
		if err != nil {
			return 0, err
		}
		return 1, g.leave(id, q)
	}
	return 0, &refusal{http.StatusBadRequest, "invalidPath", "cannot remove " + o.Path}
}

func (g *group) leave(id string, q *Quirks) error {
	i := slices.Index(g.members, id)
	if i < 0 && q.Groups.StrangerStays != 0 {
		return &refusal{q.Groups.StrangerStays, "noTarget", id + " is no member."}
	}
	if i >= 0 {
		g.members = slices.Delete(g.members, i, i+1)
	}
	return nil
}

// memberFilter reads members[value eq "id"].
func memberFilter(path string) (id string, err error) {
	inner := path[strings.IndexByte(path, '[')+1 : len(path)-1]
	attr, rest, _ := strings.Cut(inner, " ")
	op, rest, _ := strings.Cut(rest, " ")
	id, after, err := quoted(rest)
	if err != nil || after != "" || fold(attr) != "value" || fold(op) != "eq" {
		return "", &refusal{http.StatusBadRequest, "invalidPath", "cannot understand " + path}
	}
	return id, nil
}

func strict(raw json.RawMessage, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
