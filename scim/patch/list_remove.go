package patch

import (
	"slices"
	"strings"

	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// removeSelected removes the values that the path selects, or the sub-attribute of each. Only a replace by nothing
// needs something to be there.
func (t target) removeSelected(kind string, path filter.Path) error {
	all, err := t.entries(path.Ref, comparisons(path.Where))
	if err != nil {
		return err
	}
	var kept []map[string]any
	found := false
	for _, m := range all {
		if path.Where == nil || filter.MatchValue(path.Where, m) {
			found = true
			if path.Ref.Sub == nil {
				continue
			}
			delete(m, path.Ref.Sub.Name)
		}
		kept = append(kept, m)
	}
	if !found && kind == scim.Replace && !isPlace(path.Where) {
		return nothingToReplace(path.Ref)
	}
	t.store(path.Ref, kept, nil)
	return nil
}

// removeListed removes the entries that v lists, each by the parts that it names.
func (t target) removeListed(ref schema.Ref, v any) error {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var wanted []map[string]any
	for _, x := range list {
		m := map[string]any{}
		if err := overlay(ref, m, x); err != nil {
			return err
		}
		if len(m) == 0 {
			return scim.Invalid(scim.InvalidValue, "An entry to remove from %s has no value.", ref.Path())
		}
		if m["value"] != nil {
			m = map[string]any{"value": m["value"], "type": m["type"]}
		}
		wanted = append(wanted, m)
	}
	all, err := t.entries(ref, len(wanted))
	if err != nil {
		return err
	}
	var kept []map[string]any
	for _, m := range all {
		if !slices.ContainsFunc(wanted, func(w map[string]any) bool { return agrees(ref.Attr, m, w) }) {
			kept = append(kept, m)
		}
	}
	t.store(ref, kept, nil)
	return nil
}

// agrees says whether m has each part that w names.
func agrees(a *schema.Attribute, m, w map[string]any) bool {
	for k, v := range w {
		s, text := v.(string)
		got, _ := m[k].(string)
		switch {
		case v == nil:
		case text && a.Part(k).CaseExact:
			if got != s {
				return false
			}
		case text:
			if !strings.EqualFold(got, s) {
				return false
			}
		case v == false: // also of what says nothing
			if m[k] == true {
				return false
			}
		case m[k] != v:
			return false
		}
	}
	return true
}
