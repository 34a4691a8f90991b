package db

import (
	"context"
	"fmt"
	"strconv"

	"usher/directory"
	"usher/scim"
	"usher/scim/filter"
)

// FindUsers answers a SCIM list of live users. The filter means what filter.Match says. A filter or an order that is
// not possible is a *scim.Error.
func (s *Store) FindUsers(ctx context.Context, q filter.Query) (filter.Page[directory.User], error) {
	p, err := find(ctx, s, users(), userScope{users(), q.Client}, q, scanUser)
	if err != nil {
		return p, fmt.Errorf("find users: %w", err)
	}
	return p, nil
}

// userScope is the attributes of users.
type userScope struct {
	resource
	client string
}

func (s userScope) compare(c filter.Compare) (term, error) {
	path := c.Ref.Path()
	if path == "schemas" {
		return s.schemas(c), nil
	}
	if t, ok, err := s.common(c, s.client); ok {
		return t, err
	}
	switch path {
	case "active":
		return s.active(c), nil
	case "name":
		return s.any(span(inName)), nil
	case "addresses":
		list := listAttr(path)
		return s.any(list, list+listSize-1), nil
	case "groups.value", "groups.display", "groups.type", "groups.$ref":
		return s.elements(groupElement{s.resource}, c)
	}
	attr := attrNumber(path)
	if attr == 0 {
		return term{}, unsearchable(c.Ref)
	}
	return s.value(attr, c), nil
}

func (s userScope) value(attr int64, c filter.Compare) term {
	t := s.valueStart(attr, c)
	asked := both(cond(`v.attr = %s`, attr), valueCondition(`v`, asked(`v.key`, c.Op), attr, c))
	t.condition = asked.within(`EXISTS (SELECT 1 FROM user_values v WHERE v.user_id = `+s.id+` AND `, `)`)
	return t
}

// valueStart finds users by one attribute.
func (r resource) valueStart(attr int64, c filter.Compare) term {
	return r.held(`user_values v`, `v.user_id`, both(cond(`v.attr = %s`, attr), valueCondition(`v`, `v.key`, attr, c)), textCost(c.Op))
}

// asked is a column as it is compared where one resource is looked at. An index that goes by the column must not be
// used then: every resource would be looked for among all that are in the range.
func asked(column string, op filter.Op) string {
	if op == filter.Equal {
		return column
	}
	return `(` + column + ` || '')`
}

// any is whether one of the attributes with these numbers has a value: all of a list, or single ones.
func (s userScope) any(from, to int64) term {
	return s.held(`user_values v`, `v.user_id`, cond(`v.attr >= %s AND v.attr <= %s`, from, to), ranged)
}

func (s userScope) active(c filter.Compare) term {
	yes, _ := c.Value.(bool)
	switch {
	case c.Op == filter.Present:
		return term{condition: always}
	case yes:
		return term{condition: cond(`users.active`)}
	}
	return s.own(cond(`NOT users.active`), ranged)
}

// schemas are the core schema, and the extension's for those who have one of its attributes.
func (s userScope) schemas(c filter.Compare) term {
	core := term{condition: truth(filter.Match(c, s.fixed))}
	if !filter.Match(c, map[string]any{"schemas": []any{scim.EnterpriseURN}}) {
		return core
	}
	return disjunction(core, s.any(span(inEnterprise)))
}

func (s userScope) where(w filter.Where) (term, error) {
	if w.Ref.Path() == "groups" {
		return s.elements(groupElement{s.resource}, w.Expr)
	}
	list := listAttr(w.Ref.Path())
	if list == 0 {
		return term{}, unsearchable(w.Ref)
	}
	return s.elements(valueElement{s.resource, list}, w.Expr)
}

// valueElement is one element of a list in user_values; its row is v.
type valueElement struct {
	resource
	list int64
}

func (e valueElement) rows() (from, id string, on condition) {
	return `user_values v`, `v.user_id`, cond(`v.attr = %s`, e.list)
}

func (e valueElement) compare(c filter.Compare) (term, error) {
	attr := attrNumber(c.Ref.Path())
	if attr == 0 || listNumber(attr) != e.list {
		return term{}, unsearchable(c.Ref)
	}
	t := e.valueStart(attr, c)
	if attr == e.list {
		t.condition = valueCondition(`v`, asked(`v.key`, c.Op), attr, c)
	} else {
		t.condition = both(cond(`e.attr = %s`, attr), valueCondition(`e`, asked(`e.key`, c.Op), attr, c)).
			within(`EXISTS (SELECT 1 FROM user_values e WHERE e.user_id = v.user_id AND e.seq = v.seq AND `, `)`)
	}
	return t, nil
}

func (e valueElement) where(w filter.Where) (term, error) { return term{}, unsearchable(w.Ref) }

// valueCondition compares the key in a row of user_values, which is v there.
func valueCondition(v, key string, attr int64, c filter.Compare) condition {
	switch value := c.Value.(type) {
	case bool:
		if c.Op != filter.Equal {
			return never
		}
		return cond(key + ` = '` + strconv.FormatBool(value) + `'`)
	case string:
		return valueText(v, key, c.Op, value, exactKey(attr))
	}
	return cond(key + ` > ''`)
}

// valueText bounds the key first, which an index can do; where the key may be only the beginning, the whole decides.
func valueText(v, key string, op filter.Op, text string, exact bool) condition {
	same, whole, long := keyOf(text, exact)
	start, _ := startOf(whole)
	bounds := cond(key + ` > ''`)
	switch {
	case whole == "" && (op == filter.Equal || op == filter.Less || op == filter.LessOrEqual):
		return never
	case whole == "":
		return bounds
	case op == filter.Equal:
		return cond(key+` = %s`, same)
	case op == filter.StartsWith:
		bounds = textCondition(key, op, start)
		if !long {
			return bounds
		}
	case op == filter.Greater, op == filter.GreaterOrEqual:
		bounds = cond(key+` >= %s`, start)
	case op == filter.Less, op == filter.LessOrEqual:
		bounds = cond(`(`+key+` > '' AND `+key+` < %s)`, after(start))
	}
	short := both(cond(`length(`+v+`.key) <= %s`, keyLength), textCondition(v+`.key`, op, whole))
	rest := textCondition(`w.value`, op, whole).within(`EXISTS (SELECT 1 FROM user_long_values w
		WHERE w.user_id = `+v+`.user_id AND w.attr = `+v+`.attr AND w.seq = `+v+`.seq AND `, `)`)
	return both(bounds, either(short, both(cond(`length(`+v+`.key) > %s`, keyLength), rest)))
}
