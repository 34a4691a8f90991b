package filter

import (
	"strings"

	"usher/scim/schema"
)

// Fold is the form in which text is compared when case does not matter (RFC 7643 §2.2, caseExact false). Every index
// that answers a filter must fold so.
func Fold(s string) string { return strings.ToLower(s) }

// Match says whether a resource satisfies the filter. It is what each operator means:
//
//   - eq, co, sw, ew, gt, ge, lt, le hold when any value of the attribute compares so; without values none holds;
//   - ne is not(eq): it holds when no value equals, so also when there is none;
//   - pr holds when there is a value: not null, not "", not an empty list or object;
//   - eq null is not(pr), and ne null is pr;
//   - text is compared after Fold unless the attribute is caseExact, and ordered byte by byte; times by the instant;
//   - in brackets all of it is asked of one value at a time.
//
// The resource is as encoding/json reads one into a map, with names in the schema's case (see schema.Clean).
func Match(e Expr, resource map[string]any) bool {
	return match(e, func(r schema.Ref) []any { return Values(r, resource) }, resource)
}

func match(e Expr, values func(schema.Ref) []any, resource map[string]any) bool {
	switch e := e.(type) {
	case And:
		return match(e.Left, values, resource) && match(e.Right, values, resource)
	case Or:
		return match(e.Left, values, resource) || match(e.Right, values, resource)
	case Not:
		return !match(e.Expr, values, resource)
	case Where:
		for _, v := range Values(schema.Ref{URN: e.Ref.URN, Attr: e.Ref.Attr}, resource) {
			if MatchValue(e.Expr, v) {
				return true
			}
		}
	case Compare:
		return holds(e, values(e.Ref))
	}
	return false
}

// MatchValue says whether one value of a multi-valued complex attribute satisfies what is in the brackets.
func MatchValue(e Expr, value any) bool {
	m, ok := value.(map[string]any)
	if !ok {
		return false
	}
	return match(e, func(r schema.Ref) []any {
		if r.Sub == nil {
			return nil
		}
		return each(m[r.Sub.Name])
	}, nil)
}

func holds(c Compare, values []any) bool {
	if c.Op == NotEqual {
		c.Op = Equal
		return !holds(c, values)
	}
	if c.Op == Present || c.Value == nil {
		return (len(values) > 0) == (c.Op == Present)
	}
	for _, v := range values {
		if compare(c.Op, v, c.Value, c.Ref.Leaf().CaseExact) {
			return true
		}
	}
	return false
}

// Values are the values that a resource has for an attribute; nothing, "" and what is empty are none.
func Values(r schema.Ref, resource map[string]any) []any {
	if r.URN != "" {
		resource, _ = resource[r.URN].(map[string]any)
	}
	all := each(resource[r.Attr.Name])
	if r.Sub == nil {
		return all
	}
	var subs []any
	for _, v := range all {
		if m, ok := v.(map[string]any); ok {
			subs = append(subs, each(m[r.Sub.Name])...)
		}
	}
	return subs
}

func each(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
	case map[string]any:
		if len(v) == 0 {
			return nil
		}
	case []string:
		all := make([]any, 0, len(v))
		for _, s := range v {
			all = append(all, s)
		}
		return all
	case []any:
		var all []any
		for _, x := range v {
			all = append(all, each(x)...)
		}
		return all
	}
	return []any{v}
}
