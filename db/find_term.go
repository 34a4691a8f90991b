package db

import (
	"strings"

	"usher/scim/filter"
)

// condition is a piece of SQL; %s stands for the placeholder of the value beside it.
type condition struct {
	text string
	args []any
}

func cond(text string, args ...any) condition { return condition{text, args} }

var (
	always = condition{text: `1 = 1`}
	never  = condition{text: `1 = 0`}
)

func truth(yes bool) condition {
	if yes {
		return always
	}
	return never
}

func both(a, b condition) condition   { return join(a, ` AND `, b) }
func either(a, b condition) condition { return join(a, ` OR `, b) }

func join(a condition, by string, b condition) condition {
	return condition{`(` + a.text + by + b.text + `)`, append(append([]any(nil), a.args...), b.args...)}
}

func negated(a condition) condition { return condition{`NOT (` + a.text + `)`, a.args} }

func (c condition) within(before, behind string) condition {
	return condition{before + c.text + behind, c.args}
}

// term is a filter, or a part of one, in SQL: a condition over a resource, and where resources that meet it can be
// looked up instead of asking every one of them.
type term struct {
	condition
	starts []start // the cheaper ones first; each is enough by itself; none: everybody has to be asked
}

// start finds resources by an index. All that meet the condition are among them, but not all of them need to meet it.
type start struct {
	ids  []condition // each selects IDs
	cost cost
}

type cost int

const (
	oneRow cost = iota // at most one is found, and the condition finds it by itself
	ranged             // what is found is read, and nothing else
	walked             // all values of an attribute are read
)

// mostStarts is how many places to start from are worth a look.
const mostStarts = 4

func conjunction(a, b term) term {
	t := term{condition: both(a.condition, b.condition)}
	for _, c := range []cost{oneRow, ranged, walked} {
		for _, s := range append(append([]start(nil), a.starts...), b.starts...) {
			if s.cost == c && len(t.starts) < mostStarts {
				t.starts = append(t.starts, s)
			}
		}
	}
	return t
}

func disjunction(a, b term) term {
	t := term{condition: either(a.condition, b.condition)}
	if len(a.starts) > 0 && len(b.starts) > 0 {
		l, r := a.starts[0], b.starts[0]
		t.starts = []start{{ids: append(append([]condition(nil), l.ids...), r.ids...), cost: max(l.cost, r.cost, ranged)}}
	}
	return t
}

// scope gives the attributes a meaning: those of a resource, or those of one element of its lists.
type scope interface {
	compare(c filter.Compare) (term, error)
	where(w filter.Where) (term, error)
}

// compile makes SQL of a filter. What is negated is negated at its leaves, so that an index serves "not (a ne b)", too.
func compile(s scope, e filter.Expr, not bool) (term, error) {
	switch e := e.(type) {
	case filter.And:
		return compileTwo(s, e.Left, e.Right, not, !not)
	case filter.Or:
		return compileTwo(s, e.Left, e.Right, not, not)
	case filter.Not:
		return compile(s, e.Expr, !not)
	case filter.Where:
		t, err := s.where(e)
		return negatedIf(not, t), err
	case filter.Compare:
		return compileCompare(s, e, not)
	}
	return term{condition: never}, nil
}

func compileTwo(s scope, left, right filter.Expr, not, and bool) (term, error) {
	a, err := compile(s, left, not)
	if err != nil {
		return a, err
	}
	b, err := compile(s, right, not)
	if err != nil {
		return b, err
	}
	if and {
		return conjunction(a, b), nil
	}
	return disjunction(a, b), nil
}

// compileCompare leaves scopes with the positive operators and without null (see filter.Match).
func compileCompare(s scope, c filter.Compare, not bool) (term, error) {
	if c.Op == filter.NotEqual {
		c.Op, not = filter.Equal, !not
	}
	if c.Op == filter.Equal && c.Value == nil {
		c.Op, not = filter.Present, !not
	}
	t, err := s.compare(c)
	return negatedIf(not, t), err
}

func negatedIf(not bool, t term) term {
	if !not {
		return t
	}
	return term{condition: negated(t.condition)}
}

// textCondition compares a column that always has a text, folded if its case does not count.
func textCondition(column string, op filter.Op, v string) condition {
	switch op {
	case filter.Present:
		return always
	case filter.Equal:
		return cond(column+` = %s`, v)
	case filter.StartsWith:
		if v == "" {
			return always
		}
		return cond(`(`+column+` >= %s AND `+column+` < %s)`, v, after(v))
	case filter.Contains:
		if v == "" {
			return always
		}
		return cond(`replace(`+column+`, %s, '') <> `+column, v)
	case filter.EndsWith:
		if v == "" {
			return always
		}
		n := int64(strings.Count(v, "") - 1)
		return cond(`(length(`+column+`) >= %s AND substr(`+column+`, length(`+column+`) - %s + 1) = %s)`, n, n, v)
	}
	return cond(column+` `+sign(op)+` %s`, v)
}

func sign(op filter.Op) string {
	switch op {
	case filter.Greater:
		return `>`
	case filter.GreaterOrEqual:
		return `>=`
	case filter.Less:
		return `<`
	case filter.LessOrEqual:
		return `<=`
	}
	return `=`
}

// textCost is what it takes to find by an index over the column.
func textCost(op filter.Op) cost {
	if op == filter.Contains || op == filter.EndsWith {
		return walked
	}
	return ranged
}
