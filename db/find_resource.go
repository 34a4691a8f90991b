package db

import (
	"time"

	"usher/directory"
	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// resource is what a list is of: users or groups.
type resource struct {
	kind    string // in client_ids
	columns string
	from    string // its table
	id      string
	live    string         // the condition of those who can be found
	name    string         // the column of its folded name
	named   string         // the attribute that is its name
	made    string         // the column of meta.created
	changed string         // the column of meta.lastModified
	fixed   map[string]any // attributes that all of them have alike
}

func users() resource {
	return resource{kind: "user", columns: userColumns, from: `users`, id: `users.id`, live: isLive, name: `users.user_name_key`, named: "userName",
		made: `users.created_at`, changed: `users.updated_at`, fixed: fixed(schema.User())}
}

func groups() resource {
	return resource{kind: "group", columns: groupColumns, from: `user_groups g`, id: `g.id`, live: `1 = 1`, name: `g.name_key`, named: "displayName",
		made: `g.created_at`, changed: `g.updated_at`, fixed: fixed(schema.Group())}
}

func fixed(rt *schema.ResourceType) map[string]any {
	return map[string]any{"schemas": []any{rt.Core.URN}, "meta": map[string]any{"resourceType": rt.Name}}
}

// own is a condition on the resource's own columns.
func (r resource) own(c condition, k cost) term {
	return term{c, []start{{[]condition{c.within(`SELECT `+r.id+` FROM `+r.from+` WHERE `+r.live+` AND `, ``)}, k}}}
}

// held is a condition on the rows of another table, whose column id names the resource.
func (r resource) held(from, id string, c condition, k cost) term {
	return term{c.within(`EXISTS (SELECT 1 FROM `+from+` WHERE `+id+` = `+r.id+` AND `, `)`),
		[]start{{[]condition{c.within(`SELECT `+id+` FROM `+from+` WHERE `, ``)}, k}}}
}

// common compares the attributes that users and groups have alike; ok is false for others.
func (r resource) common(c filter.Compare, client string) (t term, ok bool, err error) {
	switch path := c.Ref.Path(); path {
	case "id":
		return r.ownText(r.id, c, false), true, nil
	case r.named:
		return r.ownName(c), true, nil
	case "externalId":
		text, _ := c.Value.(string)
		named := textCondition(`c.value`, c.Op, text)
		return r.held(`client_ids c`, `c.resource_id`, both(cond(`c.client = %s AND c.kind = %s`, client, r.kind), named), textCost(c.Op)), true, nil
	case "meta.created":
		return r.ownTime(r.made, c), true, nil
	case "meta.lastModified":
		return r.ownTime(r.changed, c), true, nil
	case "schemas", "meta.resourceType":
		return term{condition: truth(filter.Match(c, r.fixed))}, true, nil
	case "meta", "meta.location", "meta.version":
		if c.Op == filter.Present {
			return term{condition: always}, true, nil
		}
		return term{}, true, unsearchable(c.Ref)
	}
	return term{}, false, nil
}

func unsearchable(ref schema.Ref) error {
	return scim.Invalid(scim.InvalidFilter, "Nobody can be found by %s.", ref.Path())
}

// ownText compares a column that always has a text.
func (r resource) ownText(column string, c filter.Compare, folded bool) term {
	if c.Op == filter.Present {
		return term{condition: always}
	}
	text, _ := c.Value.(string)
	if folded {
		text = filter.Fold(text)
	}
	k := textCost(c.Op)
	if c.Op == filter.Equal {
		k = oneRow
	}
	return r.own(textCondition(column, c.Op, text), k)
}

// ownName compares the name. Those of users are prepared; where that makes a difference, somebody who is stored under the
// text as it is, from before, is meant first.
func (r resource) ownName(c filter.Compare) term {
	plain := r.ownText(r.name, c, true)
	text, _ := c.Value.(string)
	prepared := directory.NameText(text)
	if c.Op == filter.Equal {
		prepared = directory.NameKey(text)
	}
	if r.kind != "user" || c.Op == filter.Present || prepared == filter.Fold(text) {
		return plain
	}
	if c.Op != filter.Equal {
		return disjunction(plain, r.own(textCondition(r.name, c.Op, clean(prepared)), textCost(c.Op)))
	}
	nobody := cond(`NOT EXISTS (SELECT 1 FROM users o WHERE o.user_name_key = %s AND o.state = 'live')`, filter.Fold(text))
	return disjunction(plain, r.own(both(cond(r.name+` = %s`, clean(prepared)), nobody), oneRow))
}

// ownTime compares a column of microseconds with an instant, which may be finer.
func (r resource) ownTime(column string, c filter.Compare) term {
	t, ok := c.Value.(time.Time)
	if !ok {
		return term{condition: truth(c.Op == filter.Present)}
	}
	op, micros := c.Op, t.UnixMicro() // rounded down
	if !time.UnixMicro(micros).Equal(t) {
		switch op {
		case filter.Equal:
			return term{condition: never}
		case filter.GreaterOrEqual:
			op = filter.Greater
		case filter.Less:
			op = filter.LessOrEqual
		}
	}
	return r.own(cond(column+` `+sign(op)+` %s`, micros), ranged)
}
