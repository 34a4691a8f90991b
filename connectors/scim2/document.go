package scim2

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

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

// dropEmptyExtensions leaves out an extension that has lost its last attribute, with its schema.
func dropEmptyExtensions(d Document) {
	for key, v := range d {
		if m, ok := v.(map[string]any); !ok || len(m) > 0 {
			continue
		}
		delete(d, key)
		if !IsURN(key) {
			continue
		}
		name := d.Name("schemas")
		var kept []any
		for _, s := range asList(d[name]) {
			if t, _ := s.(string); !strings.EqualFold(t, key) {
				kept = append(kept, s)
			}
		}
		d[name] = kept
	}
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
