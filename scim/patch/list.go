package patch

import (
	"maps"
	"slices"
	"strings"

	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// entries are the values of a list, to be changed in place after each is compared so many times.
func (t target) entries(ref schema.Ref, comparisons int) ([]map[string]any, error) {
	list, _ := schema.Get(t.resource, ref).([]any)
	if *t.looks += len(list) * comparisons; *t.looks > maxLooks {
		return nil, scim.Invalid(scim.InvalidValue, "This is too much for one request. Send the operations in several.")
	}
	all := make([]map[string]any, 0, len(list))
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all, nil
}

// comparisons counts those of a filter; at least one.
func comparisons(e filter.Expr) int {
	switch e := e.(type) {
	case filter.And:
		return comparisons(e.Left) + comparisons(e.Right)
	case filter.Or:
		return comparisons(e.Left) + comparisons(e.Right)
	case filter.Not:
		return comparisons(e.Expr)
	}
	return 1
}

// store writes a list back. Of several primary entries only the first that this operation touched stays so.
func (t target) store(ref schema.Ref, all, touched []map[string]any) {
	ref.Sub = nil
	for _, m := range touched {
		if m["primary"] == true {
			for _, other := range all {
				if other["primary"] == true {
					delete(other, "primary")
				}
			}
			m["primary"] = true
			break
		}
	}
	list := make([]any, 0, len(all))
	for _, m := range all {
		list = append(list, m)
	}
	t.lists[ref.Path()] = ref
	schema.Put(t.resource, ref, list)
}

// extend adds values to a list. One that is there already, of the same value and type or of the same value when no
// type is said, is not added again but gets what else is said of it.
func (t target) extend(ref schema.Ref, v any) error {
	added, err := schema.Normal(ref, v)
	if err != nil {
		return err
	}
	all, err := t.entries(ref, 1)
	if err != nil {
		return err
	}
	known := make(map[string]map[string]any, len(all))
	for _, m := range all {
		known[schema.EntryKey(ref.Attr, m)] = m
		if bare := bareKey(ref.Attr, m); known[bare] == nil {
			known[bare] = m
		}
	}
	var touched []map[string]any
	list, _ := added.([]any)
	for _, x := range list {
		m := x.(map[string]any)
		key := schema.EntryKey(ref.Attr, m)
		if same := known[key]; same != nil {
			maps.Copy(same, m)
			touched = append(touched, same)
			continue
		}
		known[key] = m
		all, touched = append(all, m), append(touched, m)
	}
	t.store(ref, all, touched)
	return nil
}

// bareKey is the key that m would have without its type.
func bareKey(a *schema.Attribute, m map[string]any) string {
	if m["value"] == nil {
		return schema.EntryKey(a, m)
	}
	return schema.EntryKey(a, map[string]any{"value": m["value"]})
}

// change adds to, or replaces, the values that the path selects, or the sub-attribute of each.
func (t target) change(kind string, path filter.Path, v any) error {
	ref := path.Ref
	all, err := t.entries(ref, comparisons(path.Where))
	if err != nil {
		return err
	}
	v = alone(ref.Leaf(), v)
	nothing := false // no sub-attribute is worth a new value that has none
	if ref.Sub != nil {
		part, err := schema.Normal(ref, v)
		nothing = err == nil && part == nil
		v = map[string]any{ref.Sub.Name: v}
	}
	described, plain := describe(path.Where)
	var touched []map[string]any
	for _, m := range all {
		if path.Where != nil && !filter.MatchValue(path.Where, m) {
			continue
		}
		if kind == scim.Replace && ref.Sub == nil {
			reset(ref.Attr, m, described)
		}
		if err := overlay(whole(ref), m, v); err != nil {
			return err
		}
		touched = append(touched, m)
	}
	if len(touched) > 0 {
		t.store(ref, all, touched)
		return nil
	}
	if !plain {
		return scim.Invalid(scim.NoTarget, "%s has no value that the filter selects, and the filter does not say what to add.", ref.Attr.Name)
	}
	if kind == scim.Replace && !isPlace(path.Where) {
		return nothingToReplace(ref)
	}
	if nothing {
		return nil
	}
	if err := overlay(whole(ref), described, v); err != nil {
		return err
	}
	t.store(ref, append(all, described), []map[string]any{described})
	return nil
}

func whole(ref schema.Ref) schema.Ref { return schema.Ref{URN: ref.URN, Attr: ref.Attr} }

// reset empties a value that is replaced, but for what selected it and what must not change.
func reset(a *schema.Attribute, m, described map[string]any) {
	for k := range m {
		if sub := a.Part(k); sub == nil || sub.Mutability != schema.Immutable {
			delete(m, k)
		}
	}
	maps.Copy(m, described)
}

// nothingToReplace is for a replace by a filter that selects nothing (RFC 7644 §3.5.2.3).
func nothingToReplace(ref schema.Ref) error {
	return scim.Invalid(scim.NoTarget, "%s has no value that the filter selects, so there is nothing to replace. Send an add for a new value.", ref.Attr.Name)
}

// isPlace says whether the filter names a place that every user has, filled or not, and no value that should be there:
// the one of a type that the schema knows ("work", "mobile"; any type where it knows none), or the primary one. Entra
// ID fills such a place by replace.
func isPlace(e filter.Expr) bool {
	switch e := e.(type) {
	case nil:
		return true
	case filter.And:
		return isPlace(e.Left) && isPlace(e.Right)
	case filter.Compare:
		if e.Op != filter.Equal || e.Ref.Sub == nil {
			return false
		}
		if e.Ref.Sub.Name == "primary" {
			return e.Value == true
		}
		kind, _ := e.Value.(string)
		known := e.Ref.Sub.Canonical
		return e.Ref.Sub.Name == "type" && (len(known) == 0 || slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, kind) }))
	}
	return false
}

// describe makes the value that a conjunction of eq selects; plain is false for any other filter.
func describe(e filter.Expr) (m map[string]any, plain bool) {
	switch e := e.(type) {
	case nil:
		return map[string]any{}, true
	case filter.Compare:
		if e.Op != filter.Equal || e.Value == nil || e.Ref.Sub == nil {
			return nil, false
		}
		return map[string]any{e.Ref.Sub.Name: e.Value}, true
	case filter.And:
		left, ok := describe(e.Left)
		right, also := describe(e.Right)
		for k, v := range right {
			if left[k] != nil && left[k] != v {
				return nil, false
			}
		}
		if !ok || !also {
			return nil, false
		}
		maps.Copy(left, right)
		return left, true
	}
	return nil, false
}
