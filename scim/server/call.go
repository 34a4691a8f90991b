package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"usher/auth"
	"usher/scim"
)

// call is one operation on one resource, whether it came as a request of its own or within a bulk.
type call struct {
	token   auth.Token
	method  string
	kind    *kind
	id      string // "" is the whole endpoint
	params  params
	body    map[string]any
	ifMatch string
	ifNone  string
	me      bool // came by /Me

	hash         string // of a new password, once it is made
	dropPassword bool
}

// answer is what a call came to.
type answer struct {
	status   int
	location string
	version  string
	resource *resource // nil: the answer has no body
}

// client is in whose name an externalId is kept: that of the application, or the user's own.
func (c *call) client() string {
	if c.token.UserID != "" {
		return "me:" + c.token.UserID
	}
	return c.token.Name
}

// request answers a request for one resource of the kind.
func (s *Server) request(k *kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.callOf(w, r, k, chi.URLParam(r, "id"))
		if err != nil {
			return err
		}
		return s.handle(w, r, c)
	}
}

func (s *Server) callOf(w http.ResponseWriter, r *http.Request, k *kind, id string) (*call, error) {
	c := &call{token: tokenOf(r.Context()), method: r.Method, kind: k, id: id,
		ifMatch: strings.Join(r.Header.Values("If-Match"), ","), ifNone: strings.Join(r.Header.Values("If-None-Match"), ",")}
	var err error
	if c.params, err = paramsOf(r.URL.Query()); err != nil {
		return nil, err
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		c.body, err = readBody(w, r)
	}
	return c, err
}

// handle does the call and writes its answer.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, c *call) error {
	a, err := s.do(r.Context(), c)
	if err != nil {
		return err
	}
	h := w.Header()
	if a.version != "" {
		h.Set("ETag", a.version)
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.resource == nil {
		w.WriteHeader(a.status)
		return nil
	}
	h.Set("Content-Type", scim.MediaType)
	return s.writeOne(r.Context(), w, a)
}

// do carries the call out.
func (s *Server) do(ctx context.Context, c *call) (answer, error) {
	of := s.userActs()
	if c.kind == groups {
		of = s.groupActs()
	}
	switch c.method {
	case http.MethodPost:
		return of.create(ctx, c)
	case http.MethodPut:
		return of.replace(ctx, c)
	case http.MethodPatch:
		return of.patch(ctx, c)
	case http.MethodDelete:
		return answer{status: http.StatusNoContent}, of.remove(ctx, c)
	}
	return of.get(ctx, c)
}

// acts are what can be done with one resource.
type acts struct {
	create, get, replace, patch func(context.Context, *call) (answer, error)
	remove                      func(context.Context, *call) error
}

func (s *Server) userActs() acts {
	return acts{s.createUser, s.getUser, s.replaceUser, s.patchUser, s.deleteUser}
}

func (s *Server) groupActs() acts {
	return acts{s.createGroup, s.getGroup, s.replaceGroup, s.patchGroup, s.deleteGroup}
}

// check compares what exists with the call's conditions (RFC 7644 §3.14).
func (c *call) check(version int64) error {
	if c.ifMatch != "" && !names(c.ifMatch, version) {
		return changedMeanwhile()
	}
	return nil
}

// again reports whether a write that met another one is worth a new try: without If-Match the client did not say
// what it had seen, so its change is made to what is there now.
func (c *call) again(err error, try int) bool { return stale(err) && c.ifMatch == "" && try < maxTries }

// outcome turns a write that met another one into 412, when the client named a version.
func (c *call) outcome(err error) error {
	if stale(err) && c.ifMatch != "" {
		return changedMeanwhile()
	}
	return err
}

const maxTries = 8
