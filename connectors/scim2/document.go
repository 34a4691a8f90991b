package scim2

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// cutKey takes the first part off an attribute's key: "name.givenName" is name and givenName; a key that
// begins with a schema URN has the URN first (RFC 7644 §3.10).
func cutKey(key string) (first, rest string, more bool) {
	if isURN(key) {
		i := strings.LastIndexByte(key, ':')
		return key[:i], key[i+1:], true
	}
	return strings.Cut(key, ".")
}

func isURN(key string) bool { return len(key) > 4 && strings.EqualFold(key[:4], "urn:") }

func split(key string) []string {
	var parts []string
	for {
		first, rest, more := cutKey(key)
		parts = append(parts, first)
		if !more {
			return parts
		}
		key = rest
	}
}

// blank reports whether a value says nothing: such an attribute is unassigned (RFC 7643 §2.5).
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// document is a resource as nested JSON objects.
type document map[string]any

// name is the key as the document spells it (names have no case, RFC 7643 §2.1).
func (d document) name(key string) string {
	if _, ok := d[key]; ok {
		return key
	}
	for k := range d {
		if strings.EqualFold(k, key) {
			return k
		}
	}
	return key
}

func (d document) get(key string) any {
	var v any = map[string]any(d)
	for _, part := range split(key) {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[document(m).name(part)]
	}
	return v
}

func (d document) set(key string, v any) {
	at, parts := d, split(key)
	for _, part := range parts[:len(parts)-1] {
		part = at.name(part)
		next, ok := at[part].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[part] = next
		}
		at = next
	}
	at[at.name(parts[len(parts)-1])] = v
	if len(parts) > 1 && isURN(parts[0]) {
		d.addSchema(parts[0])
	}
}

// put is set for a document that nobody else wrote, so that names need no comparing without case.
func (d document) put(key string, v any) {
	first, rest, more := cutKey(key)
	if !more {
		d[key] = v
		return
	}
	inner, ok := d[first].(map[string]any)
	if !ok {
		inner = make(map[string]any, 2)
		d[first] = inner
		if isURN(first) {
			d.addSchema(first)
		}
	}
	document(inner).put(rest, v)
}

func (d document) addSchema(urn string) {
	key := d.name("schemas")
	have, _ := d[key].([]any)
	if !slices.ContainsFunc(have, func(v any) bool { s, _ := v.(string); return strings.EqualFold(s, urn) }) {
		d[key] = append(have, urn)
	}
}

func (d document) remove(key string) {
	parts := split(key)
	at := d
	for _, part := range parts[:len(parts)-1] {
		next, ok := at[at.name(part)].(map[string]any)
		if !ok {
			return
		}
		at = next
	}
	delete(at, at.name(parts[len(parts)-1]))
}

func (d document) encode() ([]byte, error) {
	return scim.AppendValue(make([]byte, 0, 512), map[string]any(d))
}

func decodeDocument(body []byte) (document, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // a PUT must give numbers back exactly
	var d document
	err := dec.Decode(&d)
	return d, err
}

// newUser is the body of a create.
func newUser(p connectors.Profile) document {
	d := make(document, len(p.Values)+3)
	d["schemas"] = []any{scim.UserURN}
	d["externalId"] = p.ResourceID
	for key, v := range p.Values {
		if !blank(v) {
			d.put(key, v)
		}
	}
	return d
}

// seen is what the connector looks at in a user that the service sent.
type seen struct {
	ID         scim.Text    `json:"id"`
	ExternalID scim.Text    `json:"externalId"`
	UserName   scim.Text    `json:"userName"`
	Active     scim.Bool    `json:"active"`
	UserType   scim.Text    `json:"userType"`
	Roles      []scim.Value `json:"roles"`
	Emails     []scim.Value `json:"emails"`
}

func (s seen) account() connectors.Account {
	return connectors.Account{ID: string(s.ID), ExternalID: string(s.ExternalID), Protected: s.administrator()}
}

// administrator errs on the safe side: a role or type with a word that ends in admin or administrator.
func (s seen) administrator() bool {
	if adminWord(string(s.UserType)) {
		return true
	}
	return slices.ContainsFunc(s.Roles, func(v scim.Value) bool {
		return adminWord(string(v.Value)) || adminWord(string(v.Display)) || adminWord(string(v.Type))
	})
}

func adminWord(s string) bool {
	if s == "" {
		return false
	}
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }), func(w string) bool {
		w = strings.TrimSuffix(w, "s")
		return strings.HasSuffix(w, "admin") || strings.HasSuffix(w, "administrator")
	})
}

// shown is what the service said, by our attributes' keys.
func shown(raw []byte) map[string]any {
	d, err := decodeDocument(raw)
	if err != nil {
		return nil
	}
	out := map[string]any{}
	for _, a := range attributes() {
		if v := d.get(a.Key); !blank(v) {
			out[a.Key] = v
		}
	}
	return out
}
