package server

import (
	"bufio"
	"context"
	"fmt"
	"net/http"

	"usher/auth"
	"usher/scim"
	"usher/scim/schema"
)

// page is a part of a list (RFC 7644 §3.4.2).
type page struct {
	total     int64
	start     int    // index of the first resource; not used with a cursor
	next      string // cursor of the next page (RFC 9865)
	byCursor  bool
	resources []*resource
}

// list answers GET of an endpoint.
func (s *Server) list(k *kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := paramsOf(r.URL.Query())
		if err != nil {
			return err
		}
		return s.writePage(w, r, p, k)
	}
}

// search answers POST to /.search of an endpoint (RFC 7644 §3.4.3).
func (s *Server) search(k *kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := searchRequest(w, r)
		if err != nil {
			return err
		}
		return s.writePage(w, r, p, k)
	}
}

func searchRequest(w http.ResponseWriter, r *http.Request) (params, error) {
	body, err := readBody(w, r)
	if err != nil {
		return params{}, err
	}
	return paramsFrom(body)
}

func (s *Server) writePage(w http.ResponseWriter, r *http.Request, p params, k *kind) error {
	found, err := s.find(r.Context(), tokenOf(r.Context()), p, k)
	if err != nil {
		return err
	}
	return s.writeList(w, r, found)
}

func (s *Server) find(ctx context.Context, t auth.Token, p params, k *kind) (page, error) {
	c := &call{token: t, kind: k, params: p}
	q, err := p.query(k.resourceType(), c.client())
	if err != nil {
		return page{}, err
	}
	sel, err := schema.Select(k.resourceType(), p.attributes, p.excluded)
	if err != nil {
		return page{}, err
	}
	out := page{start: p.startIndex, byCursor: p.byCursor}
	if k == groups {
		found, err := s.Store.FindGroups(ctx, q)
		if err != nil {
			return out, err
		}
		out.total, out.next = found.Total, found.Next
		out.resources, err = s.showGroups(ctx, c.client(), sel, found.Items...)
		return out, err
	}
	found, err := s.Store.FindUsers(ctx, q)
	if err != nil {
		return out, err
	}
	out.total, out.next = found.Total, found.Next
	out.resources, err = s.showUsers(ctx, c.client(), sel, found.Items...)
	return out, err
}

// writeList writes the ListResponse, resource by resource.
func (s *Server) writeList(w http.ResponseWriter, r *http.Request, l page) error {
	w.Header().Set("Content-Type", scim.MediaType)
	p := newReply(w, http.StatusOK)
	return p.end(s.writeResources(r.Context(), p.Writer, l))
}

func (s *Server) writeResources(ctx context.Context, w *bufio.Writer, l page) error {
	fmt.Fprintf(w, `{"schemas":[%s],"totalResults":%d,"itemsPerPage":%d,`, scim.Quote(scim.ListURN), l.total, len(l.resources))
	switch {
	case l.next != "":
		fmt.Fprintf(w, `"nextCursor":%s,`, scim.Quote(l.next))
	case !l.byCursor:
		fmt.Fprintf(w, `"startIndex":%d,`, l.start)
	}
	_, _ = w.WriteString(`"Resources":[`)
	for i, r := range l.resources {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		if err := s.writeResource(ctx, w, r); err != nil {
			return err
		}
	}
	_, _ = w.WriteString("]}")
	return nil
}
