package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"usher/directory"
	"usher/scim"
)

// userResource is a user in SCIM's names. Attributes without a value are left out, active and the common ones are not.
func (s *Server) userResource(u directory.User, externalID string, groups []directory.GroupRef) map[string]any {
	m := s.head(users, u.ID, u.Version, u.CreatedAt, u.UpdatedAt)
	m["userName"], m["active"] = u.UserName, u.Active
	put(m, "externalId", externalID)
	s.putProfile(m, u)
	s.putGroups(m, groups)
	return m
}

// putProfile puts the rows of the table with a value into a resource, and says so when some are the extension's.
func (s *Server) putProfile(m map[string]any, u directory.User) {
	e := map[string]any{}
	for _, a := range directory.Attributes() {
		in := m
		if a.URN != "" {
			in = e
		}
		switch {
		case a.Number == 0: // userName and externalId, which the resource has already
		case a.Type == directory.PlaceValue:
			putAddresses(in, a.Path, *a.Places(&u))
		case a.Multi:
			putItems(in, a.Path, *a.Items(&u))
		default:
			putText(in, a.Path, *a.Text(&u))
		}
	}
	if manager, ok := e["manager"].(map[string]any); ok {
		if _, err := uuid.Parse(u.Manager.Value); err == nil { // an ID of ours, as far as one can tell without looking
			manager["$ref"] = s.location(users, u.Manager.Value)
		}
	}
	if len(e) > 0 {
		m[scim.EnterpriseURN] = e
		m["schemas"] = []any{scim.UserURN, scim.EnterpriseURN}
	}
}

// head is what every resource has (RFC 7643 §3.1).
func (s *Server) head(k *kind, id string, version int64, created, modified time.Time) map[string]any {
	return map[string]any{
		"schemas": []any{k.resourceType().Core.URN},
		"id":      id,
		"meta": map[string]any{
			"resourceType": k.resourceType().Name,
			"created":      dateTime(created),
			"lastModified": dateTime(modified),
			"location":     s.location(k, id),
			"version":      etag(version),
		},
	}
}

func (s *Server) location(k *kind, id string) string { return s.base() + k.endpoint + "/" + id }

// dateTime keeps every digit that is stored, so that a filter on what was read finds it again.
func dateTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func put(m map[string]any, name, v string) {
	if v != "" {
		m[name] = v
	}
}

// putText puts a value where its path leads: that of name.givenName into name.
func putText(m map[string]any, path, v string) {
	whole, part, isPart := strings.Cut(path, ".")
	if v == "" || !isPart {
		put(m, path, v)
		return
	}
	in, ok := m[whole].(map[string]any)
	if !ok {
		in = map[string]any{}
		m[whole] = in
	}
	in[part] = v
}

func putItems(m map[string]any, name string, items []directory.Item) {
	if len(items) == 0 {
		return
	}
	list := make([]any, 0, len(items))
	for _, i := range items {
		v := map[string]any{}
		put(v, "value", i.Value)
		put(v, "display", i.Display)
		put(v, "type", i.Type)
		putPrimary(v, i.Primary, i.NotPrimary)
		list = append(list, v)
	}
	m[name] = list
}

// putPrimary says of a value no more than what was said to us, and all of that: a client compares what it sent.
func putPrimary(v map[string]any, is, isNot bool) {
	if is || isNot {
		v["primary"] = is
	}
}

func putAddresses(m map[string]any, name string, addresses []directory.Address) {
	if len(addresses) == 0 {
		return
	}
	list := make([]any, 0, len(addresses))
	for _, a := range addresses {
		v := map[string]any{}
		for _, p := range directory.AddressParts() {
			put(v, p.Name, *p.Text(&a))
		}
		put(v, "type", a.Type)
		putPrimary(v, a.Primary, a.NotPrimary)
		list = append(list, v)
	}
	m[name] = list
}

func (s *Server) putGroups(m map[string]any, in []directory.GroupRef) {
	if len(in) == 0 {
		return
	}
	list := make([]any, 0, len(in))
	for _, g := range in {
		list = append(list, map[string]any{"value": g.ID, "$ref": s.location(groups, g.ID), "display": g.DisplayName, "type": "direct"})
	}
	m["groups"] = list
}

const (
	maxValues  = 100       // of one attribute
	maxProfile = 128 << 10 // bytes of a user's attributes together: a page of users is held in memory
)

// profileOf reads what a user is stored with from a resource whose names and types are clean.
func profileOf(m map[string]any) (directory.Profile, error) {
	var p directory.Profile
	core := make(map[string]any, len(m))
	for name, v := range m {
		if strings.EqualFold(name, scim.EnterpriseURN) || name == "groups" || name == "schemas" || name == "meta" {
			continue
		}
		if list, ok := v.([]any); ok && len(list) > maxValues {
			return p, invalid(scim.InvalidValue, "%s has %d values; %d are the most that are kept.", name, len(list), maxValues)
		}
		core[name] = markPrimary(v)
	}
	if err := into(&p, core); err != nil {
		return p, err
	}
	if e, ok := m[scim.EnterpriseURN].(map[string]any); ok {
		return p, into(&p, e)
	}
	return p, nil
}

// markPrimary notes which values of a list were said not to be the primary one, in words that directory knows.
func markPrimary(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := slices.Clone(list)
	for i, x := range list {
		if m, ok := x.(map[string]any); ok && m["primary"] == false {
			m = maps.Clone(m)
			m["notPrimary"] = true
			out[i] = m
		}
	}
	return out
}

func into(p *directory.Profile, m map[string]any) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("read a user: %w", err)
	}
	if len(b) > maxProfile {
		return invalid(scim.InvalidValue, "The attributes take %d bytes together; %d are the most that are kept of one user.", len(b), maxProfile)
	}
	if err := json.Unmarshal(b, p); err != nil {
		return invalid(scim.InvalidValue, "A value has another type than its attribute: %v.", err)
	}
	return nil
}
