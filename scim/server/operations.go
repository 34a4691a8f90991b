package server

import (
	"strings"

	"usher/scim"
)

// operationsOf reads a PatchOp message (RFC 7644 §3.5.2).
func operationsOf(body map[string]any) ([]scim.Operation, error) {
	list, ok := member(body, "Operations").([]any)
	if !ok || len(list) == 0 {
		return nil, invalid(scim.InvalidSyntax, "Operations is missing, or is not a list with operations in it.")
	}
	if urns, ok := member(body, "schemas").([]any); ok && !holds(urns, scim.PatchURN) {
		return nil, invalid(scim.InvalidSyntax, "schemas must list %q.", scim.PatchURN)
	}
	ops := make([]scim.Operation, len(list))
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return nil, invalid(scim.InvalidSyntax, "Operation %d is not an object.", i+1)
		}
		ops[i].Op, ok = member(m, "op").(string)
		if !ok {
			return nil, invalid(scim.InvalidSyntax, "Operation %d has no op.", i+1)
		}
		switch path := member(m, "path").(type) {
		case nil:
		case string:
			ops[i].Path = closeBracket(quoteWords(path))
		default:
			return nil, invalid(scim.InvalidPath, "The path of operation %d is not text.", i+1)
		}
		ops[i].Value = member(m, "value")
		ops[i].Null = ops[i].Value == nil && named(m, "value")
	}
	return ops, nil
}

// member is the value under a name in any case (RFC 7643 §2.1).
func member(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	for key, v := range m {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return nil
}

// named says whether the object has a member of this name, whatever it holds.
func named(m map[string]any, name string) bool {
	for key := range m {
		if strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

func holds(urns []any, urn string) bool {
	for _, u := range urns {
		if s, _ := u.(string); strings.EqualFold(s, urn) {
			return true
		}
	}
	return false
}
