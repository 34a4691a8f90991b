package scim2

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// CutKey takes the first part off an attribute's key: "name.givenName" is name and givenName; a key that
// begins with a schema URN has the URN first (RFC 7644 §3.10).
func CutKey(key string) (first, rest string, more bool) {
	if IsURN(key) {
		i := strings.LastIndexByte(key, ':')
		return key[:i], key[i+1:], true
	}
	return strings.Cut(key, ".")
}

func IsURN(key string) bool { return len(key) > 4 && strings.EqualFold(key[:4], "urn:") }

func SplitKey(key string) []string {
	var parts []string
	for {
		first, rest, more := CutKey(key)
		parts = append(parts, first)
		if !more {
			return parts
		}
		key = rest
	}
}

// Blank reports whether a value says nothing: such an attribute is unassigned (RFC 7643 §2.5).
func Blank(v any) bool {
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

// Document is a resource as nested JSON objects.
type Document map[string]any

// Name is the key as the document spells it (names have no case, RFC 7643 §2.1).
func (d Document) Name(key string) string {
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

func (d Document) Get(key string) any {
	var v any = map[string]any(d)
	for _, part := range SplitKey(key) {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[Document(m).Name(part)]
	}
	return v
}

func (d Document) Set(key string, v any) {
	at, parts := d, SplitKey(key)
	for _, part := range parts[:len(parts)-1] {
		part = at.Name(part)
		next, ok := at[part].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[part] = next
		}
		at = next
	}
	at[at.Name(parts[len(parts)-1])] = v
	if len(parts) > 1 && IsURN(parts[0]) {
		d.AddSchema(parts[0])
	}
}

// Put is Set for a document that nobody else wrote, so that names need no comparing without case.
func (d Document) Put(key string, v any) {
	first, rest, more := CutKey(key)
	if !more {
		d[key] = v
		return
	}
	inner, ok := d[first].(map[string]any)
	if !ok {
		inner = make(map[string]any, 2)
		d[first] = inner
		if IsURN(first) {
			d.AddSchema(first)
		}
	}
	Document(inner).Put(rest, v)
}

func (d Document) AddSchema(urn string) {
	key := d.Name("schemas")
	have, _ := d[key].([]any)
	if !slices.ContainsFunc(have, func(v any) bool { s, _ := v.(string); return strings.EqualFold(s, urn) }) {
		d[key] = append(have, urn)
	}
}

func (d Document) Remove(key string) {
	parts := SplitKey(key)
	at := d
	for _, part := range parts[:len(parts)-1] {
		next, ok := at[at.Name(part)].(map[string]any)
		if !ok {
			return
		}
		at = next
	}
	delete(at, at.Name(parts[len(parts)-1]))
}

func (d Document) Encode() ([]byte, error) {
	return scim.AppendValue(make([]byte, 0, 512), map[string]any(d))
}

func DecodeDocument(body []byte) (Document, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // a PUT must give numbers back exactly
	var d Document
	err := dec.Decode(&d)
	return d, err
}

// newUser is the body of a create.
func newUser(p connectors.Profile) Document {
	d := make(Document, len(p.Values)+3)
	d["schemas"] = []any{scim.UserURN}
	d["externalId"] = p.ResourceID
	for key, v := range p.Values {
		if !Blank(v) {
			d.Put(key, v)
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
	d, err := DecodeDocument(raw)
	if err != nil {
		return nil
	}
	out := map[string]any{}
	for _, a := range Attributes() {
		if v := d.Get(a.Key); !Blank(v) {
			out[a.Key] = v
		}
	}
	return out
}
