package db

import (
	"context"
	"fmt"

	"usher/scim/filter"
)

// mostFound is how many resources one page has.
const mostFound = 1000

// finder answers one query.
type finder[T any] struct {
	s     *Store
	r     resource
	q     filter.Query
	scan  func(scanner) (T, error)
	term  term
	order ordering
	begin beginning
}

// found is a resource with the key that it is sorted by.
type found[T any] struct {
	item T
	position
}

func find[T any](ctx context.Context, s *Store, r resource, in scope, q filter.Query, scan func(scanner) (T, error)) (filter.Page[T], error) {
	f := &finder[T]{s: s, r: r, q: q, scan: scan, term: term{condition: always}}
	var err error
	if q.Filter != nil {
		if f.term, err = compile(in, q.Filter, false); err != nil {
			return filter.Page[T]{}, err
		}
	}
	if f.order, err = orderOf(r, q); err != nil {
		return filter.Page[T]{}, err
	}
	from, err := f.decode()
	if err != nil {
		return filter.Page[T]{}, err
	}
	if f.begin, err = s.begin(ctx, f.term.starts); err != nil {
		return filter.Page[T]{}, err
	}
	return f.page(ctx, from)
}

func (f *finder[T]) page(ctx context.Context, from *cursor) (p filter.Page[T], err error) {
	n, offset := min(max(f.q.Limit, 0), mostFound), max(f.q.Offset, 0)
	if f.q.ByCursor {
		offset = 0
	}
	var rows []found[T]
	if n > 0 {
		if rows, err = f.rows(ctx, from, offset, n+1); err != nil {
			return p, err
		}
	}
	more := len(rows) > n
	if more {
		rows = rows[:n]
	}
	for _, row := range rows {
		p.Items = append(p.Items, row.item)
	}
	switch {
	case f.q.Filter != nil && from != nil:
		p.Total = from.Total // counted for the first page
	case n > 0 && !more && from == nil && (len(rows) > 0 || offset == 0):
		p.Total = int64(offset + len(rows))
	default:
		p.Total, err = f.total(ctx)
	}
	if err == nil && more && f.q.ByCursor {
		p.Next = f.encode(rows[n-1].position, p.Total)
	}
	return p, err
}

// rows reads n resources from a position on, through the segments of the order.
func (f *finder[T]) rows(ctx context.Context, from *cursor, offset, n int) (all []found[T], err error) {
	segment := 0
	if from != nil {
		segment = from.Segment
	}
	for i := segment; i < len(f.order.segments) && len(all) < n; i++ {
		var after *position
		if from != nil && i == segment {
			after = &from.position
		}
		got, err := f.read(ctx, i, after, n-len(all), offset)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
		switch {
		case len(got) > 0:
			offset = 0
		case offset > 0 && i+1 < len(f.order.segments):
			skipped, err := f.count(ctx, &f.order.segments[i])
			if err != nil {
				return nil, err
			}
			offset = max(0, offset-int(skipped))
		}
	}
	return all, nil
}

func (f *finder[T]) read(ctx context.Context, segment int, after *position, n, offset int) ([]found[T], error) {
	g := f.order.segments[segment]
	if f.begin.none() {
		return nil, nil
	}
	q := f.statement(g, after, n, offset)
	return list(ctx, f.s.r, func(row scanner) (found[T], error) {
		out := found[T]{position: position{Segment: segment}}
		var err error
		if g.number {
			out.item, err = f.scan(keyed{row, []any{&out.Number, &out.ID}})
		} else {
			out.item, err = f.scan(keyed{row, []any{&out.Key, &out.ID}})
		}
		return out, err
	}, q.text.String(), q.args...)
}

// keyed reads what comes before the columns of a resource.
type keyed struct {
	row   scanner
	first []any
}

func (k keyed) Scan(dest ...any) error { return k.row.Scan(append(k.first, dest...)...) }

// statement reads n resources of a segment in its order.
func (f *finder[T]) statement(g segment, after *position, n, offset int) *query {
	key, id := g.key, g.id(f.r)
	q := where(`SELECT ` + key + `, ` + id + `, ` + f.r.columns + f.begin.tables(f.r.from, g.from))
	f.conditions(q, g)
	than, direction := `>`, ``
	if f.order.desc {
		than, direction = `<`, ` DESC`
	}
	order := key + direction
	if !g.unique {
		order += `, ` + id + direction
	}
	switch {
	case after != nil && g.unique:
		q.add(key+` `+than+` %s`, after.Key)
	case after != nil:
		q.add(`(`+key+`, `+id+`) `+than+` (%s, %s)`, after.value(g.number), after.ID)
	}
	q.end(` ORDER BY `+order+` LIMIT %s OFFSET %s`, n, offset)
	return q
}

// conditions select who is in the segment.
func (f *finder[T]) conditions(q *query, g segment) {
	f.begin.add(q, f.r.id)
	q.addIf(g.from != "", g.link+` = `+f.r.id)
	q.addIf(g.on.text != "", g.on.text, g.on.args...)
	q.add(f.r.live)
	q.addIf(f.q.Filter != nil, f.term.text, f.term.args...)
}

// total counts all that the query selects.
func (f *finder[T]) total(ctx context.Context) (int64, error) {
	if f.q.Filter == nil && f.r.kind == "user" {
		return f.s.CountUsers(ctx)
	}
	return f.count(ctx, &segment{})
}

func (f *finder[T]) count(ctx context.Context, g *segment) (n int64, err error) {
	if f.begin.none() {
		return 0, nil
	}
	q := where(`SELECT count(*)` + f.begin.tables(f.r.from, g.from))
	if s := f.begin.counted; s != nil && g.from == "" {
		q.add(f.r.id+` IN (`+s.text+`)`, s.args...)
	}
	f.conditions(q, *g)
	if err := f.s.r.QueryRowContext(ctx, q.text.String(), q.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	return n, nil
}
