package schema

import (
	"maps"
	"slices"
	"strings"

	"usher/scim"
)

// Clean checks the body of a POST or PUT and brings it, in place, to the one form that the rest of the program
// reads: names in the schema's case, lists as []any of map[string]any, extensions under their URN, booleans as bool.
//
// Unknown attributes and read-only ones are dropped (RFC 7644 §3.3, §3.5.1), and so is what means "no value": null,
// "", empty lists and objects. Accepted beyond the RFC: "True" for true, a whole number for text, one value where a
// list is meant, a bare string where {"value": …} is meant, and "name.givenName", "URN:department" or "department" as
// names at the top.
// "schemas" becomes the core schema and the extensions that have values.
//
// An error is a *scim.Error, and then the body is as it was: invalidSyntax when schemas is not a list, invalidValue
// when it lacks the core schema, a required attribute is missing or a value has the wrong type.
func Clean(rt *ResourceType, resource map[string]any) error {
	if err := checkSchemas(rt, resource); err != nil {
		return err
	}
	clean := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(resource)) {
		if err := cleanKey(rt, clean, key, resource[key]); err != nil {
			return err
		}
	}
	if err := rt.CheckRequired(clean); err != nil {
		return err
	}
	clean["schemas"] = rt.Used(clean)
	clear(resource)
	maps.Copy(resource, clean)
	return nil
}

func checkSchemas(rt *ResourceType, resource map[string]any) error {
	var urns any
	for key, v := range resource {
		if strings.EqualFold(key, "schemas") {
			urns = v
		}
	}
	list, ok := urns.([]any)
	if !ok {
		return scim.Invalid(scim.InvalidSyntax, "schemas is missing, or is not a list. It must list %q.", rt.Core.URN)
	}
	found := false
	for _, u := range list {
		s, ok := u.(string)
		if !ok {
			return scim.Invalid(scim.InvalidSyntax, "schemas must be a list of strings.")
		}
		found = found || strings.EqualFold(s, rt.Core.URN)
	}
	if !found {
		return scim.Invalid(scim.InvalidValue, "schemas must list %q.", rt.Core.URN)
	}
	return nil
}

func cleanKey(rt *ResourceType, clean map[string]any, key string, v any) error {
	if s := rt.Schema(key); s != nil {
		inner, ok := v.(map[string]any)
		if v == nil {
			return nil
		}
		if !ok {
			return scim.Invalid(scim.InvalidValue, "%s must be an object.", s.URN)
		}
		for _, k := range slices.Sorted(maps.Keys(inner)) {
			if err := cleanKey(rt, clean, s.URN+":"+k, inner[k]); err != nil {
				return err
			}
		}
		return nil
	}
	ref, ok := rt.Find(key)
	if !ok || ref.Leaf().Mutability == ReadOnly {
		return nil
	}
	if ref.Sub == nil {
		value, err := Normal(ref, v)
		if err == nil {
			Put(clean, ref, value)
		}
		return err
	}
	if ref.Attr.Multi {
		return nil
	}
	value, err := Normal(Ref{URN: ref.URN, Attr: ref.Attr}, map[string]any{ref.Sub.Name: v})
	if part, ok := value.(map[string]any); ok && err == nil {
		whole, ok := Get(clean, ref).(map[string]any)
		if !ok {
			whole = map[string]any{}
		}
		maps.Copy(whole, part)
		Put(clean, ref, whole)
	}
	return err
}

// Get is the value of the ref's attribute (not of its Sub), nil when there is none.
func Get(resource map[string]any, ref Ref) any {
	if ref.URN != "" {
		resource, _ = resource[ref.URN].(map[string]any)
	}
	return resource[ref.Attr.Name]
}

// Put sets the value of the ref's attribute (not of its Sub), or removes it when the value is nil. An extension
// without values goes.
func Put(resource map[string]any, ref Ref, value any) {
	holder := resource
	if ref.URN != "" {
		inner, ok := resource[ref.URN].(map[string]any)
		if !ok {
			inner = map[string]any{}
		}
		holder = inner
	}
	if value == nil {
		delete(holder, ref.Attr.Name)
	} else {
		holder[ref.Attr.Name] = value
	}
	if ref.URN == "" {
		return
	}
	resource[ref.URN] = holder
	if len(holder) == 0 {
		delete(resource, ref.URN)
	}
}

// CheckRequired is invalidValue when a required attribute has no value. A flag that is left out has its default.
func (rt *ResourceType) CheckRequired(resource map[string]any) error {
	for _, a := range rt.Core.Attributes {
		if a.Required && a.Type != Boolean && resource[a.Name] == nil {
			return scim.Invalid(scim.InvalidValue, "%s is required.", a.Name)
		}
	}
	return nil
}

// Used lists the core schema and the extensions for which the resource has values: its "schemas".
func (rt *ResourceType) Used(resource map[string]any) []any {
	urns := []any{rt.Core.URN}
	for _, s := range rt.Extensions {
		if resource[s.URN] != nil {
			urns = append(urns, s.URN)
		}
	}
	return urns
}
