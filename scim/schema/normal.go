package schema

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usher/scim"
)

// Bounds of a list. Members are counted by those who change them.
const (
	maxValues  = 1000
	maxMembers = 100_000
)

// Normal is the value of the ref's leaf in the one form that Clean describes, nil when it means "no value". It
// shares nothing with v. An error is a *scim.Error with invalidValue.
func Normal(ref Ref, v any) (any, error) {
	a := ref.Leaf()
	if !a.Multi {
		return normalOne(a, ref.Path(), v)
	}
	var values []any
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []any:
		values = v
	default:
		values = []any{v}
	}
	if limit := limitOf(a); len(values) > limit {
		return nil, scim.Invalid(scim.InvalidValue, "%s has %d values; at most %d are kept.", ref.Path(), len(values), limit)
	}
	all := make([]any, 0, len(values))
	for _, x := range values {
		one, err := normalOne(a, ref.Path(), x)
		if err != nil {
			return nil, err
		}
		if one != nil {
			all = append(all, one)
		}
	}
	return tidy(a, all), nil
}

func limitOf(a *Attribute) int {
	if a.Name == membersName {
		return maxMembers
	}
	return maxValues
}

func normalOne(a *Attribute, path string, v any) (any, error) {
	if v == nil || v == "" {
		return nil, nil
	}
	switch a.Type {
	case Complex:
		return normalComplex(a, path, v)
	case Boolean:
		return normalBool(path, v)
	}
	s, ok := v.(string)
	if !ok {
		return nil, scim.Invalid(scim.InvalidValue, "%s must be text, and is %s.", path, kindOf(v))
	}
	if strings.IndexByte(s, 0) >= 0 {
		return nil, scim.Invalid(scim.InvalidValue, "%s contains the character NUL.", path)
	}
	if a.Type == Binary && !isBase64(s) {
		return nil, scim.Invalid(scim.InvalidValue, "%s must be base64.", path)
	}
	return s, nil
}

func normalBool(path string, v any) (any, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	switch s, _ := v.(string); strings.ToLower(s) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return nil, scim.Invalid(scim.InvalidValue, "%s must be true or false.", path)
}

// normalComplex leaves out what is unknown or read-only. An entry of a list without its value is none.
func normalComplex(a *Attribute, path string, v any) (any, error) {
	m, ok := v.(map[string]any)
	if s, text := v.(string); text && a.Part("value") != nil {
		m, ok = map[string]any{"value": s}, true
	}
	if !ok {
		return nil, scim.Invalid(scim.InvalidValue, "%s must be an object, and is %s.", path, kindOf(v))
	}
	out := make(map[string]any, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		sub := a.Part(key)
		if sub == nil || sub.Mutability == ReadOnly {
			continue
		}
		one, err := normalOne(sub, path+"."+sub.Name, m[key])
		if err != nil {
			return nil, err
		}
		if one != nil && (sub.Name != "primary" || one == true) {
			out[sub.Name] = one
		}
	}
	return checkEntry(a, path, out)
}

func checkEntry(a *Attribute, path string, m map[string]any) (any, error) {
	value := a.Part("value")
	switch kind, _ := m["type"].(string); {
	case value != nil && value.Required && m["value"] == nil:
		return nil, scim.Invalid(scim.InvalidValue, "%s.value is required.", path)
	case len(m) == 0, a.Multi && value != nil && m["value"] == nil:
		return nil, nil
	case a.Name == membersName && kind != "" && !strings.EqualFold(kind, "User"):
		return nil, scim.Invalid(scim.InvalidValue, "%s can hold users only.", path)
	}
	return m, nil
}

// tidy leaves each value in a list once, and the first primary one only (RFC 7643 §2.4); nil when nothing is left.
// Of two entries with the same value and type the first stays, with what only the other had. The entries are
// changed in place.
func tidy(a *Attribute, values []any) any {
	at := make(map[string]map[string]any, len(values))
	kept, primary := make([]any, 0, len(values)), false
	for _, v := range values {
		m, ok := v.(map[string]any)
		if !ok || len(m) == 0 {
			continue
		}
		if primary && m["primary"] == true {
			delete(m, "primary")
		}
		primary = primary || m["primary"] == true
		key := EntryKey(a, m)
		if same := at[key]; same != nil {
			for k, x := range m {
				if same[k] == nil {
					same[k] = x
				}
			}
			continue
		}
		at[key] = m
		kept = append(kept, m)
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// EntryKey is the same for entries that are the same value: those of the same value and type, or else equal ones.
func EntryKey(a *Attribute, m map[string]any) string {
	v, ok := m["value"].(string)
	if !ok {
		all, err := scim.AppendValue(nil, m)
		if err != nil {
			return fmt.Sprint(m)
		}
		return string(all)
	}
	if value := a.Part("value"); value != nil && !value.CaseExact {
		v = strings.ToLower(v)
	}
	kind, _ := m["type"].(string)
	return strings.ToLower(kind) + "\x00" + v
}

func isBase64(s string) bool {
	s = strings.NewReplacer("-", "+", "_", "/", "\r", "", "\n", "").Replace(s)
	_, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil
}

func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return "true or false"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "text"
	}
	return "a number"
}
