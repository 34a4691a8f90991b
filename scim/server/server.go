package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"usher/auth"
	"usher/directory"
)

// Prefix is the path of the API below the base URL.
const Prefix = "/scim2"

// Tokens says who presents a bearer token. ok is false when the token does not hold, or lacks the scope.
type Tokens interface {
	CheckToken(ctx context.Context, presented string, scope auth.Scope) (t auth.Token, ok bool, err error)
}

// Server is the API. Its fields are set once, before Handler.
type Server struct {
	Store     Store
	Directory *directory.Directory // the acts
	Tokens    Tokens
	// HashPassword makes what is stored of a password.
	HashPassword func(ctx context.Context, password string) (string, error)
	BaseURL      *url.URL // of the whole site; the API is at Prefix below it
	Log          *slog.Logger

	// TrustedProxies are CIDR prefixes whose X-Forwarded-For is believed. Empty: the peer's address is the client's.
	TrustedProxies []string
	// Rate is how many operations a second each token may make in the long run, Burst how many at once; 0 means
	// DefaultRate and DefaultBurst.
	Rate  float64
	Burst int

	limits *limits
	turns  [64]sync.Mutex // of those who write a group
}

// Bounds of what a client may ask for.
const (
	DefaultRate  = 50
	DefaultBurst = 200

	maxBody       = 1 << 20 // bytes; also ServiceProviderConfig's bulk.maxPayloadSize
	maxOperations = 1000    // of one bulk request
	maxFilter     = 8 << 10 // bytes
	maxMembers    = 10_000  // that one request may name
	defaultPage   = 100     // resources
	maxPage       = 200
)

// Handler is every route of the API. Its paths begin with Prefix.
func (s *Server) Handler() http.Handler {
	s.limits = newLimits(s.Rate, s.Burst)
	r := chi.NewRouter()
	r.Use(s.clientIP(), s.logRequests, s.recoverPanics, headers, anyCase, middleware.StripSlashes, middleware.GetHead)
	r.NotFound(s.serve(s.noSuchEndpoint))
	r.MethodNotAllowed(s.serve(s.methodNotAllowed))
	s.discoveryRoutes(r)
	r.Group(func(r chi.Router) {
		r.Use(s.requireToken)
		s.meRoutes(r)
		r.Group(func(r chi.Router) {
			r.Use(s.requireApplication)
			s.resourceRoutes(r)
		})
	})
	return r
}

func (s *Server) discoveryRoutes(r chi.Router) {
	r.Get(Prefix+"/ServiceProviderConfig", s.serve(s.showConfig))
	r.Get(Prefix+"/Schemas", s.serve(s.listSchemas))
	r.Get(Prefix+"/Schemas/{id}", s.serve(s.showSchema))
	r.Get(Prefix+"/ResourceTypes", s.serve(s.listResourceTypes))
	r.Get(Prefix+"/ResourceTypes/{id}", s.serve(s.showResourceType))
}

func (s *Server) meRoutes(r chi.Router) {
	r.Get(Prefix+"/Me", s.serve(s.me))
	r.Put(Prefix+"/Me", s.serve(s.me))
	r.Patch(Prefix+"/Me", s.serve(s.me))
	r.Delete(Prefix+"/Me", s.serve(s.me))
	r.Post(Prefix+"/Me", s.serve(s.createMe))
}

func (s *Server) resourceRoutes(r chi.Router) {
	r.Get(Prefix, s.serve(s.listEverything))
	r.Post(Prefix+"/.search", s.serve(s.searchEverything))
	r.Post(Prefix+"/Bulk", s.serve(s.bulk))
	for _, k := range kinds() {
		all, one := Prefix+k.endpoint, Prefix+k.endpoint+"/{id}"
		r.Get(all, s.serve(s.list(k)))
		r.Post(all, s.serve(s.request(k)))
		r.Post(all+"/.search", s.serve(s.search(k)))
		r.Get(one, s.serve(s.request(k)))
		r.Put(one, s.serve(s.request(k)))
		r.Patch(one, s.serve(s.request(k)))
		r.Delete(one, s.serve(s.request(k)))
	}
}

// base is the address of the API, without a slash at its end.
func (s *Server) base() string { return strings.TrimSuffix(s.BaseURL.String(), "/") + Prefix }

// clientIP finds out who asks. X-Forwarded-For is believed from the configured proxies only.
func (s *Server) clientIP() func(http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	return middleware.ClientIPFromXFF(s.TrustedProxies...)
}

// headers are on every answer. What a directory says about people is kept by no cache.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// logRequests writes one line a request, with the pattern of its path: paths have IDs in them, and queries names.
func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		began := time.Now()
		next.ServeHTTP(ww, r)
		s.Log.InfoContext(r.Context(), "request", "method", r.Method, "route", routeOf(r), "status", ww.Status(),
			"duration", time.Since(began), "ip", middleware.GetClientIP(r.Context()))
	})
}

func routeOf(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		return c.RoutePattern()
	}
	return ""
}
