package scim2fake

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const defaultPage = 100

// list is GET /Users with filter, startIndex and count (RFC 7644 §3.4.2).
func (s *Server) list(r request) reply {
	query, err := url.ParseQuery(r.query)
	if err != nil {
		return problem(http.StatusBadRequest, "invalidSyntax", "The query cannot be read: "+err.Error())
	}
	users, refused := s.selected(r, query.Get("filter"))
	if refused != nil {
		return *refused
	}
	if len(users) == 0 && r.q.NoneIs404 && query.Has("filter") {
		return problem(http.StatusNotFound, "", "No resource matches.")
	}
	return paged(r, query, users)
}

// resource is what a list is made of.
type resource interface{ render(r request) []byte }

// paged is the page of all that the query asks for.
func paged[T resource](r request, query url.Values, all []T) reply {
	start, err1 := number(query, "startIndex", 1)
	count, err2 := number(query, "count", defaultPage)
	if err1 != nil || err2 != nil {
		return problem(http.StatusBadRequest, "invalidValue", "startIndex and count are numbers.")
	}
	if r.q.Cursor {
		if start, err1 = number(query, "cursor", 1); err1 != nil || query.Has("startIndex") && query.Get("startIndex") != "1" {
			return problem(http.StatusBadRequest, "invalidCursor", "Page by cursor.")
		}
	}
	if start = max(start, 1); r.q.StartIgnored {
		start = 1
	}
	if count = max(count, 0); r.q.PageCap > 0 {
		count = min(count, r.q.PageCap)
	}
	page := all[min(start-1, len(all)):min(start-1+count, len(all))]
	return listReply(r, page, start, len(all))
}

func number(q url.Values, key string, otherwise int) (int, error) {
	if q.Get(key) == "" { // an empty cursor asks for the first page (RFC 9865 §2)
		return otherwise, nil
	}
	return strconv.Atoi(q.Get(key))
}

// selected are the users that the filter lets through; one that names an ID or a name costs no search.
func (s *Server) selected(r request, text string) ([]*user, *reply) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if text == "" || r.q.FilterIgnored {
		return s.live(), nil
	}
	refuse := func(status int, why string) ([]*user, *reply) {
		p := problem(status, "invalidFilter", why)
		return nil, &p
	}
	if r.q.Wire.Unconfirmed {
		p := problem(http.StatusBadRequest, "", "User does not exist or not belong to this account.")
		return nil, &p
	}
	if r.q.FilterStatus != 0 {
		return refuse(r.q.FilterStatus, "Filters are not supported.")
	}
	terms, err := parseFilter(text)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	if r.q.NoExternalFilter && strings.HasPrefix(fold(text), "externalid") {
		return refuse(http.StatusBadRequest, "externalId cannot be filtered by.")
	}
	among := s.order
	switch t := terms[0]; {
	case s.twins:
	case t.attr == "username":
		among = []*user{s.byName[fold(t.value)]}
	case t.attr == "externalid":
		among = []*user{s.byExternal[t.value]}
	}
	var out []*user
	for _, u := range among {
		if u != nil && u.satisfies(terms, r.q) {
			out = append(out, u)
		}
	}
	return out, nil
}

func listReply[T resource](r request, page []T, start, total int) reply {
	b := append([]byte(nil), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"]`...)
	switch r.q.Totals {
	case "missing":
	case "string":
		b = append(b, `,"totalResults":"`+strconv.Itoa(total)+`"`...)
	case "small":
		b = append(b, `,"totalResults":`+strconv.Itoa(len(page))...)
	default:
		b = append(b, `,"totalResults":`+strconv.Itoa(total)...)
	}
	b = append(b, `,"startIndex":`+strconv.Itoa(start)+`,"itemsPerPage":`+strconv.Itoa(len(page))...)
	if next := start + len(page); r.q.Cursor && next <= total {
		b = append(b, `,"nextCursor":"`+strconv.Itoa(next)+`"`...)
	}
	switch {
	case len(page) == 0 && r.q.NoResources == "missing":
	case len(page) == 0 && r.q.NoResources == "null":
		b = append(b, `,"Resources":null`...)
	default:
		b = append(b, `,"Resources":[`...)
		for i, u := range page {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, u.render(r)...)
		}
		b = append(b, ']')
	}
	return reply{Status: http.StatusOK, Body: append(b, '}')}
}
