// Package scim2fake is a SCIM 2.0 service in memory, as strict as RFC 7643 and RFC 7644 allow, with the
// faults and the peculiarities of real services on demand. Tests, the demo and the benchmark use it. It is
// not for keeping users, and shares no code with the client, so that neither hides a mistake of the other.
package scim2fake

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

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
	fakekit.Front
	options Options
	quirks  atomic.Pointer[Quirks]
	watch   fakekit.Watch

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
	s.SetUp(fakekit.Setup{Journal: o.Journal, ContentType: "application/scim+json", Serve: s.serve, Trouble: troubled, Finish: s.finish})
	s.groups.byID = map[string]*group{}
	s.SetQuirks(o.Quirks)
	return s
}

// SetQuirks changes the peculiarities from now on.
func (s *Server) SetQuirks(q Quirks) { s.quirks.Store(&q) }

// request is a call, with what it is about.
type request struct {
	fakekit.Call
	path  string // escaped, without Prefix
	query string
	q     *Quirks
}

// reply is what goes back.
type reply = fakekit.Reply

func (s *Server) finish(_ fakekit.Call, out *reply, _ bool) { s.quirks.Load().Wire.numberStatus(out) }

// serve is the service, to which a write takes its time.
func (s *Server) serve(c fakekit.Call) reply {
	r := request{Call: c, path: c.URL.EscapedPath(), query: c.URL.RawQuery, q: s.quirks.Load()}
	if r.Method == http.MethodGet {
		return s.obey(r)
	}
	path := r.path
	if r.Method == http.MethodPost {
		path = "" // a create has no user yet; twins show as twins
	}
	var busy func() reply
	if r.q.Wire.Serial {
		busy = locked
	}
	return s.watch.Write(path, r.q.WriteDelay, busy, func() reply { return s.obey(r) })
}

// Overlaps are the paths of users that were written twice at the same time.
func (s *Server) Overlaps() []string { return s.watch.Overlaps() }

func (s *Server) obey(r request) reply {
	path, ok := strings.CutPrefix(r.path, Prefix)
	if !ok {
		return reply{Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/html"}},
			Body: []byte("<html><head><title>404 Not Found</title></head><body>no such page</body></html>")}
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
	if len(r.Content) > 0 {
		if refused, bad := r.checkMediaType(); bad {
			return refused
		}
	}
	switch {
	case r.q.Documents[path] != "" && r.Method == http.MethodGet:
		return reply{Status: http.StatusOK, Body: []byte(r.q.Documents[path])}
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
