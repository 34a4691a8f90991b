package patch

import (
	"encoding/json"
	"maps"
	"slices"

	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// set gives an attribute this value instead of any other.
func (t target) set(ref schema.Ref, v any) error {
	value, err := schema.Normal(ref, v)
	if err == nil {
		schema.Put(t.resource, ref, value)
	}
	return err
}

// merge changes those parts of a complex attribute that are named and leaves the others (RFC 7644 §3.5.2.3).
func (t target) merge(ref schema.Ref, v any) error {
	ref.Sub = nil
	if v == "" {
		schema.Put(t.resource, ref, nil)
		return nil
	}
	whole, ok := schema.Get(t.resource, ref).(map[string]any)
	if !ok {
		whole = map[string]any{}
	}
	if err := overlay(ref, whole, v); err != nil {
		return err
	}
	if len(whole) == 0 {
		schema.Put(t.resource, ref, nil)
		return nil
	}
	schema.Put(t.resource, ref, whole)
	return nil
}

// overlay changes the parts of a complex value that v names: null and "" remove one. With another value, what the
// service says about it (read-only parts) no longer holds.
func overlay(ref schema.Ref, whole map[string]any, v any) error {
	switch v.(type) {
	case string, json.Number, float64:
		if ref.Attr.Part("value") != nil {
			v = map[string]any{"value": v}
		}
	}
	parts, ok := v.(map[string]any)
	if !ok {
		return scim.Invalid(scim.InvalidValue, "%s must be an object.", ref.Path())
	}
	before := whole["value"]
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		sub := ref.Attr.Part(key)
		if sub == nil || sub.Mutability == schema.ReadOnly {
			continue
		}
		x, err := schema.Normal(schema.Ref{URN: ref.URN, Attr: ref.Attr, Sub: sub}, parts[key])
		if err != nil {
			return err
		}
		if old := whole[sub.Name]; sub.Mutability == schema.Immutable && old != nil && old != x {
			return scim.Invalid(scim.Mutability, "%s.%s cannot be changed.", ref.Path(), sub.Name)
		}
		whole[sub.Name] = x
		if x == nil {
			delete(whole, sub.Name)
		}
	}
	if before != nil && whole["value"] != before {
		for _, sub := range ref.Attr.Sub {
			if sub.Mutability == schema.ReadOnly {
				delete(whole, sub.Name)
			}
		}
	}
	return nil
}

// remove takes away an attribute, a part, or values of a list. With entries in v only those leave the list: read
// literally, the "remove members" of a large client would empty a group.
func (t target) remove(kind string, path filter.Path, v any) error {
	ref := path.Ref
	switch {
	case path.Where != nil, ref.Attr.Multi && ref.Sub != nil:
		return t.removeSelected(kind, path)
	case ref.Attr.Multi && v != nil:
		return t.removeListed(ref, v)
	case ref.Sub != nil:
		whole, _ := schema.Get(t.resource, ref).(map[string]any)
		delete(whole, ref.Sub.Name)
		if len(whole) == 0 {
			schema.Put(t.resource, ref, nil)
		}
		return nil
	}
	schema.Put(t.resource, ref, nil)
	return nil
}

// copyOf is v with nothing shared.
func copyOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[k] = copyOf(x)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, x := range v {
			l[i] = copyOf(x)
		}
		return l
	case []string:
		return slices.Clone(v)
	}
	return v
}
