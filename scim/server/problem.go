package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/scim"
)

// problem is an answer that says no (RFC 7644 §3.12). scimType may be "".
func problem(status int, scimType, format string, args ...any) *scim.Error {
	return &scim.Error{Schemas: []string{scim.ErrorURN}, Status: scim.Text(strconv.Itoa(status)), ScimType: scimType,
		Detail: fmt.Sprintf(format, args...)}
}

func invalid(scimType, format string, args ...any) *scim.Error {
	return problem(http.StatusBadRequest, scimType, format, args...)
}

// fieldName is SCIM's name of what directory calls by the name of its forms.
func fieldName(field string) string {
	for _, a := range directory.Attributes() {
		switch {
		case a.Field != field:
		case a.Multi:
			return a.Name() + ".value"
		default:
			return a.Name()
		}
	}
	return field
}

// problemOf is the answer to a failed act. What nobody who asks can act on is logged here, once, under a reference.
func (s *Server) problemOf(ctx context.Context, err error) *scim.Error {
	if p, ok := errors.AsType[*scim.Error](err); ok {
		return problem(statusOf(p), p.ScimType, "%s", p.Detail)
	}
	if d, ok := errors.AsType[*directory.Error](err); ok {
		return directoryProblem(d)
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem(http.StatusRequestEntityTooLarge, "", "The request is larger than %d bytes. Send less at once.", tooLarge.Limit)
	}
	reference := rand.Text()[:10]
	s.Log.ErrorContext(ctx, "SCIM request failed", "reference", reference, "err", err)
	return problem(http.StatusInternalServerError, "", "Something went wrong inside Usher. It is in the log under the reference %s.", reference)
}

func directoryProblem(d *directory.Error) *scim.Error {
	switch d.Code {
	case directory.Invalid:
		return invalid(scim.InvalidValue, "%s", detail(d))
	case directory.Conflict:
		if len(d.Fields) > 0 {
			return problem(http.StatusConflict, scim.Uniqueness, "%s", detail(d))
		}
		return problem(http.StatusConflict, "", "%s", d.Message)
	case directory.NotFound:
		return problem(http.StatusNotFound, "", "%s", d.Message)
	case directory.Rejected:
		return problem(http.StatusBadGateway, "", "%s", d.Message)
	}
	return problem(http.StatusConflict, "", "%s", detail(d))
}

// detail names attributes as SCIM does.
func detail(d *directory.Error) string {
	if len(d.Fields) == 0 {
		return d.Message
	}
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(d.Fields)) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s: %s", fieldName(k), d.Fields[k])
	}
	return b.String()
}

// stale says that somebody wrote meanwhile.
func stale(err error) bool {
	d, ok := errors.AsType[*directory.Error](err)
	return ok && d.Code == directory.Conflict && len(d.Fields) == 0
}

// statusOf is 400 for an error that carries none.
func statusOf(p *scim.Error) int {
	if n, err := strconv.Atoi(string(p.Status)); err == nil && n >= 400 && n <= 599 {
		return n
	}
	return http.StatusBadRequest
}

// serve makes a handler of a function that answers or fails.
func (s *Server) serve(fn func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := fn(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // whoever asked has left
	}
	if broken, ok := errors.AsType[*brokenOff](err); ok {
		s.Log.ErrorContext(r.Context(), "SCIM answer broken off", "route", routeOf(r), "err", broken.err)
		panic(http.ErrAbortHandler) // a client must not take half a list for the whole
	}
	p := s.problemOf(r.Context(), err)
	body, encodeErr := scim.Encode(p)
	if encodeErr != nil {
		http.Error(w, p.Detail, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", scim.MediaType)
	w.WriteHeader(statusOf(p))
	_, _ = w.Write(body)
}

// brokenOff is a failure after the answer has begun.
type brokenOff struct{ err error }

func (b *brokenOff) Error() string { return b.err.Error() }
func (b *brokenOff) Unwrap() error { return b.err }

// recoverPanics makes a panic an ordinary internal error, with its stack in the log.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it like this
				panic(v)
			}
			s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) noSuchEndpoint(http.ResponseWriter, *http.Request) error {
	return problem(http.StatusNotFound, "", "There is no such endpoint. The endpoints are listed at %s/ResourceTypes.", s.base())
}

func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	if c := chi.RouteContext(r.Context()); c != nil && c.Routes != nil {
		for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			if c.Routes.Match(chi.NewRouteContext(), m, strings.TrimSuffix(r.URL.Path, "/")) {
				allowed = append(allowed, m)
			}
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return problem(http.StatusMethodNotAllowed, "", "%s is not possible here.", r.Method)
}
