package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
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
	s, ok := textOf(a, v)
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

// plainNumber is a number in whose digits nobody can see anything else.
var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// textOf is text, or a number where text is meant and the digits are the text: an employee number, a phone number. What
// a program has made of a long number (1e+11) may not be what was meant, and a reference or a certificate is no number.
func textOf(a *Attribute, v any) (string, bool) {
	switch n := v.(type) {
	case string:
		return n, true
	case json.Number:
		return n.String(), mayBeNumber(a) && plainNumber.MatchString(n.String())
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64), mayBeNumber(a) && n == math.Trunc(n) && math.Abs(n) < 1<<53
	}
	return "", false
}

// mayBeNumber leaves out the IDs of users, which are never numbers.
func mayBeNumber(a *Attribute) bool { return a.Type == String && a.Mutability != Immutable }

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
	if value := a.Part("value"); value != nil && !ok {
		if s, text := textOf(value, v); text && (!a.Multi || s == v) { // numbers in a list may mean anything
			m, ok = map[string]any{"value": s}, true
		}
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
		if one != nil {
			out[sub.Name] = one
		}
	}
	if len(out) == 1 && out["primary"] == false {
		return nil, nil // nothing is not the primary value
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
	case json.Number, float64:
		return "a number (send it between quotes)"
	}
	return "something else"
}
