package scim2fake

import (
	"encoding/json"
	"fmt"
	"strings"
)

// term is `attr eq "value"`. attr is lower case.
type term struct{ attr, value string }

// parseFilter reads eq comparisons joined by and, and refuses everything else: an answer to a filter that was
// not understood would be a lie (RFC 7644 §3.4.2.2).
func parseFilter(s string) ([]term, error) {
	var terms []term
	for {
		attr, rest, ok := strings.Cut(strings.TrimLeft(s, " "), " ")
		if !ok {
			return nil, fmt.Errorf("the filter ends after %q", attr)
		}
		attr = fold(attr)
		switch attr {
		case "username", "externalid", "id", "displayname", "emails.value", "emails":
		default:
			return nil, fmt.Errorf("cannot filter by %q", attr)
		}
		op, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		if fold(op) != "eq" {
			return nil, fmt.Errorf("operator %q is not supported", op)
		}
		value, after, err := quoted(strings.TrimLeft(rest, " "))
		if err != nil {
			return nil, err
		}
		terms = append(terms, term{attr, value})
		if after == "" {
			return terms, nil
		}
		if len(after) < 5 || fold(after[:5]) != " and " {
			return nil, fmt.Errorf("unexpected %q", after)
		}
		s = after[5:]
	}
}

// quoted reads the JSON string at the beginning of s.
func quoted(s string) (value, rest string, err error) {
	if s == "" || s[0] != '"' {
		return "", "", fmt.Errorf("a value is quoted, not %q", s)
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if err := json.Unmarshal([]byte(s[:i+1]), &value); err != nil {
				return "", "", fmt.Errorf("bad string: %w", err)
			}
			return value, s[i+1:], nil
		}
	}
	return "", "", fmt.Errorf("a string is not closed")
}

func (u *user) satisfies(terms []term, q *Quirks) bool {
	for _, t := range terms {
		if !u.satisfiesOne(t, q) {
			return false
		}
	}
	return true
}

func (u *user) satisfiesOne(t term, q *Quirks) bool {
	switch t.attr {
	case "id":
		return u.id == t.value
	case "externalid":
		return u.externalID == t.value
	case "username":
		return u.userName == t.value || (!q.CaseSensitive && fold(u.userName) == fold(t.value))
	}
	m, err := u.attributes()
	if err != nil {
		return false
	}
	if t.attr == "displayname" {
		s, _ := m["displayName"].(string)
		return fold(s) == fold(t.value)
	}
	list, _ := m["emails"].([]any)
	for _, e := range list {
		entry, _ := e.(map[string]any)
		if s, _ := entry["value"].(string); fold(s) == fold(t.value) {
			return true
		}
	}
	return false
}
