package db

import "usher/scim/filter"

// element is one of several values of an attribute: a row of other tables. In its scope a condition is about that row,
// but starts find resources, as everywhere.
type element interface {
	scope
	rows() (from, id string, on condition) // the tables, the column that names the resource, and which of their rows
}

// elements is whether one element meets the expression.
func (r resource) elements(e element, expr filter.Expr) (term, error) {
	t, err := compile(e, expr, false)
	if err != nil {
		return t, err
	}
	from, id, on := e.rows()
	found := r.held(from, id, both(on, t.condition), walked)
	found.starts = t.starts
	return found, nil
}

// groupElement is a group among those of a user: m is the membership, g the group.
type groupElement struct{ resource }

func (groupElement) rows() (from, id string, on condition) {
	return `group_members m JOIN user_groups g ON g.id = m.group_id`, `m.user_id`, always
}

func (e groupElement) compare(c filter.Compare) (term, error) {
	from, id, _ := e.rows()
	text, _ := c.Value.(string)
	var t, begin condition
	switch c.Ref.Path() {
	case "groups.value":
		t = textCondition(`m.group_id`, c.Op, text)
		begin = t
	case "groups.display":
		t = textCondition(asked(`g.name_key`, c.Op), c.Op, filter.Fold(text))
		begin = textCondition(`g.name_key`, c.Op, filter.Fold(text))
	case "groups.type":
		t = truth(filter.MatchValue(c, map[string]any{"type": "direct"}))
		begin = t
	default:
		if c.Op != filter.Present {
			return term{}, unsearchable(c.Ref)
		}
		t, begin = always, always
	}
	return term{t, e.held(from, id, begin, textCost(c.Op)).starts}, nil
}

func (groupElement) where(w filter.Where) (term, error) { return term{}, unsearchable(w.Ref) }

// memberElement is a user among a group's members: m is the membership, u the user.
type memberElement struct{ resource }

func (memberElement) rows() (from, id string, on condition) {
	return `group_members m JOIN users u ON u.id = m.user_id`, `m.group_id`, cond(`u.state = 'live'`)
}

func (e memberElement) compare(c filter.Compare) (term, error) {
	text, _ := c.Value.(string)
	var t condition
	switch path := c.Ref.Path(); {
	case path == "members.value":
		t = textCondition(`m.user_id`, c.Op, text)
	case path == "members.type":
		t = truth(filter.MatchValue(c, map[string]any{"type": "User"}))
	case c.Op == filter.Present:
		t = always
	default:
		return term{}, unsearchable(c.Ref)
	}
	return term{t, e.held(`group_members m`, `m.group_id`, t, textCost(c.Op)).starts}, nil
}

func (memberElement) where(w filter.Where) (term, error) { return term{}, unsearchable(w.Ref) }
