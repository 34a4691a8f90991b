package patch

import (
	"maps"
	"slices"
	"strings"

	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// Members is what operations do to a group's members, by user ID, without knowing who they are. At most one of Set
// and Clear is true; no ID is in both lists, and none twice.
type Members struct {
	Set    bool     // Add is the whole list: everybody else leaves
	Clear  bool     // everybody leaves
	Add    []string // in the order in which they were named
	Remove []string // none with Set or Clear
}

// Empty reports whether it asks for nothing.
func (m Members) Empty() bool { return !m.Set && !m.Clear && len(m.Add) == 0 && len(m.Remove) == 0 }

// SplitMembers takes what operations do to a group's members out of them, in whatever form it is said, and leaves
// the other operations in rest. A later operation wins over an earlier one. The operations are not changed.
//
// Forms: add and replace of "members" with a list, one object, a bare ID, or {"members": …} around them; without a
// path, an object with "members" among others; remove of members[value eq "id"], also with "or" and with
// type eq "User"; remove of "members" with the entries in "value", which removes those alone, and without, which
// empties the group. An error is a *scim.Error that names the operation. An entry without an ID is refused, never
// taken for nobody.
func SplitMembers(ops []scim.Operation) (m Members, rest []scim.Operation, err error) {
	d := delta{is: map[string]bool{}}
	for i, op := range ops {
		left, err := d.apply(op)
		if err != nil {
			return Members{}, nil, inOperation(i, op, err)
		}
		if left != nil {
			rest = append(rest, *left)
		}
	}
	return d.members(), rest, nil
}

// delta is what has been said so far.
type delta struct {
	emptied bool            // the members of before have left
	is      map[string]bool // a member or not, by the last that was said
	order   []string        // every ID that was named, in order; may repeat
}

func (d *delta) members() Members {
	var m Members
	for _, id := range d.order {
		is, ok := d.is[id]
		delete(d.is, id)
		switch {
		case ok && is:
			m.Add = append(m.Add, id)
		case ok && !d.emptied:
			m.Remove = append(m.Remove, id)
		}
	}
	m.Set, m.Clear = d.emptied && len(m.Add) > 0, d.emptied && len(m.Add) == 0
	return m
}

func (d *delta) empty() {
	d.emptied, d.order = true, nil
	clear(d.is)
}

func (d *delta) say(is bool, ids []string) {
	for _, id := range ids {
		if _, named := d.is[id]; !named {
			d.order = append(d.order, id)
		}
		d.is[id] = is
	}
}

// apply does what an operation says about members and returns what else it says.
func (d *delta) apply(op scim.Operation) (*scim.Operation, error) {
	kind := strings.ToLower(strings.TrimSpace(op.Op))
	if kind != scim.Add && kind != scim.Replace && kind != scim.Remove {
		return &op, nil
	}
	text := strings.TrimSpace(op.Path)
	if text == "" || schema.Group().Schema(text) != nil {
		return d.applyObject(kind, op)
	}
	if path, ok := membersPath(text); ok {
		if kind == scim.Add && op.Null && path.Where == nil && path.Ref.Sub == nil {
			return nil, nil // nobody joins
		}
		return nil, d.act(kind, path, op.Value)
	}
	return &op, nil
}

// membersPath is for paths that begin at members. What is wrong with another is said by Apply.
func membersPath(text string) (filter.Path, bool) {
	path, err := filter.ParsePath(schema.Group(), text)
	return path, err == nil && path.Ref.Attr.Name == "members"
}

// applyObject is for an operation without a path.
func (d *delta) applyObject(kind string, op scim.Operation) (*scim.Operation, error) {
	m, ok := op.Value.(map[string]any)
	if !ok || kind == scim.Remove {
		return &op, nil
	}
	others := maps.Clone(m)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if inner, ok := m[key].(map[string]any); ok && schema.Group().Schema(key) != nil {
			left, err := d.applyObject(kind, scim.Operation{Op: op.Op, Value: inner})
			if err != nil {
				return nil, err
			}
			delete(others, key)
			if left != nil {
				others[key] = left.Value
			}
			continue
		}
		path, ok := membersPath(key)
		if !ok {
			continue
		}
		delete(others, key)
		if m[key] == nil && kind == scim.Add {
			continue // as in an add of null with a path
		}
		if err := d.act(kind, path, m[key]); err != nil {
			return nil, err
		}
	}
	if len(others) == 0 && len(m) > 0 {
		return nil, nil
	}
	op.Value = others
	return &op, nil
}

func (d *delta) act(kind string, path filter.Path, v any) error {
	if path.Ref.Sub != nil || path.Where != nil && kind != scim.Remove {
		return scim.Invalid(scim.Mutability, "A member cannot be changed. Remove it, and add another.")
	}
	if path.Where != nil {
		ids, all, ok := selected(path.Where)
		if !ok {
			return scim.Invalid(scim.InvalidFilter, `Members can be chosen by value eq "ID", and by several of these with "or".`)
		}
		if all {
			d.empty()
		}
		d.say(false, ids)
		return nil
	}
	if v == nil {
		if kind != scim.Remove {
			return scim.Invalid(scim.InvalidValue, "The value is missing. An empty list empties the group.")
		}
		d.empty()
		return nil
	}
	ids, err := memberIDs(v)
	if err != nil {
		return err
	}
	if kind == scim.Replace {
		d.empty()
	}
	d.say(kind != scim.Remove, ids)
	return nil
}

// memberIDs are the IDs in a list of members, or around it, in any of its forms.
func memberIDs(v any) ([]string, error) {
	if m, ok := v.(map[string]any); ok && len(m) == 1 {
		for key, inner := range m {
			if strings.EqualFold(key, "members") && inner != nil {
				v = inner
			}
		}
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	ref, _ := schema.Group().Find("members")
	ids := make([]string, 0, len(list))
	for _, x := range list {
		if x == nil || x == "" {
			return nil, scim.Invalid(scim.InvalidValue, "A member has no value, which is the ID of a user.")
		}
		one, err := schema.Normal(ref, []any{x})
		if err != nil {
			return nil, err
		}
		entries, _ := one.([]any)
		for _, e := range entries {
			ids = append(ids, e.(map[string]any)["value"].(string))
		}
	}
	return ids, nil
}

// selected are the members that a filter selects, as far as it can be told without knowing them: all, or those of
// these IDs.
func selected(e filter.Expr) (ids []string, all, ok bool) {
	switch e := e.(type) {
	case filter.Compare:
		s, _ := e.Value.(string)
		switch {
		case e.Op == filter.Equal && e.Ref.Sub.Name == "value" && s != "":
			return []string{s}, false, true
		case e.Op == filter.Equal && e.Ref.Sub.Name == "type" && strings.EqualFold(s, "User"):
			return nil, true, true
		}
	case filter.Or:
		left, every, ok := selected(e.Left)
		right, also, too := selected(e.Right)
		return append(left, right...), every || also, ok && too
	case filter.And:
		left, every, ok := selected(e.Left)
		right, also, too := selected(e.Right)
		switch {
		case every:
			return right, also, ok && too
		case also:
			return left, every, ok && too
		}
	}
	return nil, false, false
}
