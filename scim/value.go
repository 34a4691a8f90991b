package scim

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is a string that some services send as a number or a boolean: the literal is kept as it was sent, so
// that an ID of 20 digits stays exact. Null, objects and arrays read as "".
type Text string

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (t *Text) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null":
		*t = ""
	case b[0] == '"':
		return unquote(b, (*string)(t))
	default:
		*t = Text(b)
	}
	return nil
}

func unquote(b []byte, s *string) error {
	if plain := b[1 : len(b)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		*s = string(plain)
		return nil
	}
	return json.Unmarshal(b, s)
}

// Value is one entry of a multi-valued attribute (RFC 7643 §2.4). Some services send the bare value.
type Value struct {
	Value   Text `json:"value,omitempty"`
	Display Text `json:"display,omitempty"`
	Type    Text `json:"type,omitempty"`
	Primary Bool `json:"primary,omitzero"`
	Ref     Text `json:"$ref,omitempty"`
}

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (v *Value) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		*v = Value{}
		return v.Value.UnmarshalJSON(b)
	}
	type plain Value
	return Decode(b, (*plain)(v))
}

// Bool is a boolean that some services send as text or as a number. What says neither yes nor no is not Set.
type Bool struct{ Set, Value bool }

// True is a Bool that says yes.
func True() Bool { return Bool{Set: true, Value: true} }

// False is a Bool that says no, where the zero Bool says nothing.
func False() Bool { return Bool{Set: true} }

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (v *Bool) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.Trim(string(b), `"`)) {
	case "true", "1", "yes":
		*v = True()
	case "false", "0", "no":
		*v = False()
	default:
		*v = Bool{}
	}
	return nil
}

// MarshalJSON writes null for a value that is not set; use omitzero to leave it out.
func (v Bool) MarshalJSON() ([]byte, error) {
	if !v.Set {
		return []byte("null"), nil
	}
	return strconv.AppendBool(nil, v.Value), nil
}

// IsZero reports whether nothing was said.
func (v Bool) IsZero() bool { return !v.Set }

// Int is a count that some services send as text. What is no number reads as not Set.
type Int struct {
	Set   bool
	Value int
}

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (v *Int) UnmarshalJSON(b []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(b), `" `))
	*v = Int{Set: err == nil, Value: n}
	return nil
}

// MarshalJSON writes a number.
func (v Int) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(v.Value), 10), nil }

// Number is a set Int.
func Number(n int) Int { return Int{Set: true, Value: n} }

// AppendString appends s to b as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func AppendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20 || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		case r < utf8.RuneSelf:
			b = append(b, s[i])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
