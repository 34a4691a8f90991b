// Package scim2fake is a SCIM 2.0 service in memory, as strict as RFC 7643 and RFC 7644 allow, with the
// faults and the peculiarities of real services on demand. Tests, the demo and the benchmark use it. It is
// not for keeping users, and shares no code with the client, so that neither hides a mistake of the other.
package scim2fake

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"usher/connectors/fakekit"
)

// Prefix is where the service lives: the base URL is the server's URL and this.
const Prefix = "/scim/v2"

// Options say how a Server starts.
type Options struct {
	Token   string                   // the bearer token that requests must have; "" lets everybody in
	Allowed func(*http.Request) bool // instead of Token
	Journal int                      // how many requests are remembered, the latest; 0 is none
	Quirks  Quirks
}

// Server is an http.Handler. It is safe for concurrent use.
type Server struct {
	options Options
	quirks  atomic.Pointer[Quirks]
	fakekit.Engine
	journal journal
	writers writers
	served  atomic.Int64

	mu         sync.RWMutex
	byID       map[string]*user
	byName     map[string]*user // folded
	byExternal map[string]*user
	order      []*user // nil where one was removed
	gone       int     // nils in order
	groups     groups
	twins      bool // two users share a name or an external ID, so that the maps do not know them all
	next       uint64
}

// New makes an empty service.
func New(o Options) *Server {
	s := &Server{options: o, byID: map[string]*user{}, byName: map[string]*user{}, byExternal: map[string]*user{}}
	s.journal.size = o.Journal
	s.writers.now = map[string]int{}
	s.groups.byID = map[string]*group{}
	s.SetQuirks(o.Quirks)
	return s
}

// SetQuirks changes the peculiarities from now on.
func (s *Server) SetQuirks(q Quirks) { s.quirks.Store(&q) }

// Requests is how many requests came so far.
func (s *Server) Requests() int { return int(s.served.Load()) }

// request is one request, read to its end.
type request struct {
	*http.Request
	path  string // escaped, without Prefix
	query string
	body  []byte
	q     *Quirks
}

// reply is what goes back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

const maxRequest = 4 << 20

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.served.Add(1)
	req := request{Request: r, path: r.URL.EscapedPath(), query: r.URL.RawQuery, q: s.quirks.Load()}
	var err error
	if req.body, err = readBody(r); err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	broken := s.Match(r.Method, req.path, req.query)
	var out reply
	if broken == nil || broken.Phase == After {
		out = s.watched(req)
	}
	if broken != nil {
		if status, header, body, ok := broken.Replace(r.Context(), out.status); ok {
			out = reply{status: status, header: header, body: body}
		}
	}
	req.q.Wire.numberStatus(&out)
	s.journal.add(req, out.status)
	if broken != nil && broken.Break(w, r, out.status, "application/scim+json", out.body) {
		return
	}
	out.write(w)
}

func readBody(r *http.Request) ([]byte, error) {
	if n := r.ContentLength; n >= 0 && n <= maxRequest {
		b := make([]byte, n)
		_, err := io.ReadFull(r.Body, b)
		return b, err
	}
	return io.ReadAll(io.LimitReader(r.Body, maxRequest))
}

func (p reply) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	if len(p.body) > 0 && h["Content-Type"] == nil {
		h["Content-Type"] = []string{"application/scim+json"}
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // the client may be gone, which is its business
}

// watched serves the request while it counts as a writer of its user.
func (s *Server) watched(r request) reply {
	if r.Method == http.MethodGet {
		return s.serve(r)
	}
	key := r.path
	if r.Method == http.MethodPost {
		key = "" // a create has no user yet; twins show as twins
	}
	if key != "" {
		if !s.writers.enter(key, r.q.Wire.Serial) {
			return locked()
		}
		defer s.writers.leave(key)
	}
	if r.q.WriteDelay > 0 {
		time.Sleep(r.q.WriteDelay)
	}
	return s.serve(r)
}

func (s *Server) serve(r request) reply {
	path, ok := strings.CutPrefix(r.path, Prefix)
	if !ok {
		return reply{status: http.StatusNotFound, header: http.Header{"Content-Type": {"text/html"}},
			body: []byte("<html><head><title>404 Not Found</title></head><body>no such page</body></html>")}
	}
	if at := r.q.UsersAt; at != "" {
		if strings.HasPrefix(path, "/Users") {
			return problem(http.StatusNotFound, "", "There is no endpoint "+path+".")
		}
		if rest, moved := strings.CutPrefix(path, at); moved {
			path = "/Users" + rest
		}
	}
	r.path = path
	if !s.allowed(r.Request) {
		return problem(http.StatusUnauthorized, "", "Authorization failure: the token is invalid or has expired.")
	}
	if refused, bad := r.checkWire(); bad {
		return refused
	}
	if len(r.body) > 0 {
		if refused, bad := r.checkMediaType(); bad {
			return refused
		}
	}
	switch {
	case r.q.Documents[path] != "" && r.Method == http.MethodGet:
		return reply{status: http.StatusOK, body: []byte(r.q.Documents[path])}
	case path == "/Users":
		return s.collection(r)
	case strings.HasPrefix(path, "/Users/"):
		return s.item(r, path[len("/Users/"):])
	case path == "/Groups":
		return s.groupCollection(r)
	case strings.HasPrefix(path, "/Groups/"):
		return s.groupItem(r, path[len("/Groups/"):])
	case path == r.q.configPath() && r.Method == http.MethodGet:
		return s.config(r)
	}
	return problem(http.StatusNotFound, "", "There is no endpoint "+path+".")
}

func (s *Server) allowed(r *http.Request) bool {
	if s.options.Allowed != nil {
		return s.options.Allowed(r)
	}
	return s.options.Token == "" || r.Header.Get("Authorization") == "Bearer "+s.options.Token
}

func (r request) checkMediaType() (reply, bool) {
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case media == "application/json":
		return reply{}, false
	case media != "application/scim+json", r.q.JSONOnly:
		return problem(http.StatusUnsupportedMediaType, "", "Unsupported media type "+media+"."), true
	}
	return reply{}, false
}

func (s *Server) collection(r request) reply {
	switch r.Method {
	case http.MethodGet:
		return s.list(r)
	case http.MethodPost:
		return s.create(r)
	}
	return problem(http.StatusMethodNotAllowed, "", "Use GET or POST.")
}
