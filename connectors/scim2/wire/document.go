package wire

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"usher/scim"
)

// CutKey takes the first part off an attribute's key: "name.givenName" is name and givenName; a key that
// begins with a schema URN has the URN first (RFC 7644 §3.10). more is false when the key has one part.
func CutKey(key string) (first, rest string, more bool) {
	if IsURN(key) {
		i := strings.LastIndexByte(key, ':')
		return key[:i], key[i+1:], true
	}
	return strings.Cut(key, ".")
}

// IsURN reports whether a part of a key is the URN of a schema.
func IsURN(key string) bool { return len(key) > 4 && strings.EqualFold(key[:4], "urn:") }

// SplitKey gives all parts of an attribute's key, one at least.
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

// Get is the value of an attribute, nil when it is not there.
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

// Set writes an attribute, under the names that the document has for its parts, and notes the schema of an extension.
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

// List is the value of an attribute with several, nil when it is not there or has one.
func (d Document) List(key string) []any {
	l, _ := d.Get(key).([]any)
	return l
}

// AddSchema notes a schema in the attribute schemas (RFC 7643 §3), once.
func (d Document) AddSchema(urn string) {
	key := d.Name("schemas")
	have, _ := d[key].([]any)
	if !slices.ContainsFunc(have, func(v any) bool { s, _ := v.(string); return strings.EqualFold(s, urn) }) {
		d[key] = append(have, urn)
	}
}

// Remove takes an attribute out; what it was a part of stays.
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

// DropEmptyExtensions leaves out each extension that has lost its last attribute, with its schema.
func (d Document) DropEmptyExtensions() {
	for key, v := range d {
		if m, ok := v.(map[string]any); !ok || len(m) > 0 {
			continue
		}
		delete(d, key)
		if !IsURN(key) {
			continue
		}
		var kept []any
		for _, s := range d.List("schemas") {
			if t, _ := s.(string); !strings.EqualFold(t, key) {
				kept = append(kept, s)
			}
		}
		d[d.Name("schemas")] = kept
	}
}

// Encode writes the document as JSON. It fails on a value that JSON does not have.
func (d Document) Encode() ([]byte, error) {
	return scim.AppendValue(make([]byte, 0, 512), map[string]any(d))
}

// DecodeDocument reads a resource, with numbers as json.Number.
func DecodeDocument(body []byte) (Document, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // a PUT must give numbers back exactly
	var d Document
	err := dec.Decode(&d)
	return d, err
}
