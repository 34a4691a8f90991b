package server

import (
	"context"
	"net/http"

	"usher/auth"
	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// listEverything answers a query over both types of resources at the root (RFC 7644 §3.4.2.1): the users first, and
// then the groups, each in the order that was asked for.
func (s *Server) listEverything(w http.ResponseWriter, r *http.Request) error {
	p, err := paramsOf(r.URL.Query())
	if err != nil {
		return err
	}
	return s.writeEverything(w, r, p)
}

// searchEverything is the same by POST (RFC 7644 §3.4.3).
func (s *Server) searchEverything(w http.ResponseWriter, r *http.Request) error {
	p, err := searchRequest(w, r)
	if err != nil {
		return err
	}
	return s.writeEverything(w, r, p)
}

func (s *Server) writeEverything(w http.ResponseWriter, r *http.Request, p params) error {
	p.overAll = true
	find := s.findEverything
	if p.byCursor {
		find = s.walkEverything
	}
	found, err := find(r.Context(), tokenOf(r.Context()), p)
	if err != nil {
		return err
	}
	return s.writeList(w, r, found)
}

func (s *Server) findEverything(ctx context.Context, t auth.Token, p params) (page, error) {
	all, err := s.find(ctx, t, p, users)
	if err != nil {
		return all, err
	}
	rest := p
	rest.startIndex = max(1, p.startIndex-int(all.total))
	rest.count = p.count - len(all.resources)
	more, err := s.find(ctx, t, rest, groups)
	all.total += more.total
	all.resources = append(all.resources, more.resources...)
	return all, err
}

// Cursors over everything begin with the type that they are in.
const (
	inUsers  = "u"
	inGroups = "g"
)

func (s *Server) walkEverything(ctx context.Context, t auth.Token, p params) (page, error) {
	in, after := inUsers, ""
	if p.cursor != "" {
		in, after = p.cursor[:1], p.cursor[1:]
	}
	if in != inUsers && in != inGroups {
		return page{}, invalid(scim.InvalidCursor, "The cursor is none of this service. Begin again without one.")
	}
	here, there := p, p
	here.cursor, there.cursor, there.count = after, "", 0
	if in == inGroups {
		return s.walk(ctx, t, here, groups, there, users, inGroups, "")
	}
	return s.walk(ctx, t, here, users, there, groups, inUsers, inGroups)
}

// walk is a page of one type, with the total of the other. then is where the next page begins after the last one of
// this type; "" when it ends everything.
func (s *Server) walk(ctx context.Context, t auth.Token, here params, k *kind, there params, other *kind, in, then string) (page, error) {
	found, err := s.find(ctx, t, here, k)
	if err != nil {
		return found, err
	}
	beside, err := s.find(ctx, t, there, other)
	if err != nil {
		return found, err
	}
	found.total += beside.total
	switch {
	case found.next != "":
		found.next = in + found.next
	case then != "" && here.count > 0 && beside.total > 0:
		found.next = then
	}
	return found, nil
}

// expression is the filter as a type of resources understands it. An attribute that only the other type has is one
// without a value (RFC 7644 §3.4.2.1), when the query is over both.
func expression(rt *schema.ResourceType, text string, overAll bool) (filter.Expr, error) {
	if text == "" {
		return nil, nil
	}
	e, err := filter.Parse(rt, text)
	if err == nil {
		return e, nil
	}
	text = quoteWords(text)
	if e, again := filter.Parse(rt, text); again == nil {
		return e, nil
	}
	if !overAll {
		return nil, err // about what the client wrote
	}
	if e, err = filter.Parse(schema.Every(), text); err != nil {
		return nil, err
	}
	return within(rt, e), nil
}

func within(rt *schema.ResourceType, e filter.Expr) filter.Expr {
	switch e := e.(type) {
	case filter.And:
		return filter.And{Left: within(rt, e.Left), Right: within(rt, e.Right)}
	case filter.Or:
		return filter.Or{Left: within(rt, e.Left), Right: within(rt, e.Right)}
	case filter.Not:
		return filter.Not{Expr: within(rt, e.Expr)}
	case filter.Where:
		if ref, ok := rt.Find(e.Ref.Path()); ok {
			return filter.Where{Ref: ref, Expr: within(rt, e.Expr)}
		}
	case filter.Compare:
		if ref, ok := rt.Find(e.Ref.Path()); ok {
			e.Ref = ref
			return e
		}
	}
	id, _ := rt.Find("id")
	always := filter.Compare{Ref: id, Op: filter.Present}
	if filter.Match(e, map[string]any{}) {
		return always
	}
	return filter.Not{Expr: always}
}
