// Package googlefake is Google Workspace in memory: the token endpoint, and the users and groups of the Admin SDK
// Directory API v1, as strict as the real service, with its faults and its slowness to agree with itself on demand. Tests,
// the demo and the benchmark use it. It is not for keeping users, and shares no code with the client, so that
// neither hides a mistake of the other.
package googlefake

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
)

const (
	// TokenPath is where tokens are given out.
	TokenPath = "/token"
	// Prefix is where the Directory API lives.
	Prefix = "/admin/directory/v1/"
)

// Options say how a Server starts.
type Options struct {
	Account  ServiceAccount   // whose signatures are believed
	Scopes   []string         // that are delegated to it; nil is the users'
	Admin    string           // the first super administrator; "" is admin@ the first domain
	Domains  []string         // of the Workspace account; nil is example.com
	OrgUnits []string         // besides "/"
	Journal  int              // how many requests are remembered, the latest; 0 is none
	Now      func() time.Time // nil is the machine's clock
	Quirks   Quirks
}

// Server is an http.Handler. It is safe for concurrent use.
type Server struct {
	options Options
	quirks  atomic.Pointer[Quirks]
	fakekit.Engine
	journal journal
	rules   rules
	served  atomic.Int64
	trouble atomic.Pointer[connectors.Trouble]

	key       func() (ServiceAccount, string) // and its file, where it is known
	audiences sync.Map                        // URLs of the token endpoint that it was told of, besides its own

	mu        sync.RWMutex
	users     map[string]*user  // by ID, the deleted ones too
	addresses map[string]string // folded address, aliases too, to the ID of a live user
	order     []*user

	groups         map[string]*group // by ID
	groupAddresses map[string]string // folded address, aliases too, to ID
	groupOrder     []*group

	tokens map[string]grant
	next   uint64
}

// New makes a Workspace account with one user, its administrator.
func New(o Options) *Server {
	if len(o.Domains) == 0 {
		o.Domains = []string{"example.com"}
	}
	if o.Scopes == nil {
		o.Scopes = []string{UserScope}
	}
	if o.Admin == "" {
		o.Admin = "admin@" + o.Domains[0]
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o, users: map[string]*user{}, addresses: map[string]string{}, groups: map[string]*group{}, groupAddresses: map[string]string{}, tokens: map[string]grant{}}
	s.key = func() (ServiceAccount, string) { return o.Account, "" }
	s.journal.size = o.Journal
	s.rules.writing, s.rules.doubt = map[string]int{}, map[string]bool{}
	s.SetQuirks(o.Quirks)
	s.add(&user{doc: map[string]any{"primaryEmail": fold(o.Admin), "orgUnitPath": "/",
		"name": map[string]any{"givenName": "Super", "familyName": "Administrator"}}, admin: true}, time.Time{})
	return s
}

// SetQuirks changes the peculiarities from now on.
func (s *Server) SetQuirks(q Quirks) { s.quirks.Store(&q) }

// Requests is how many requests to the Directory API came so far; those for tokens do not count.
func (s *Server) Requests() int { return int(s.served.Load()) }

// request is one request, read to its end.
type request struct {
	*http.Request
	path string // escaped, below Prefix
	body []byte
	as   *user // the administrator who is impersonated
	q    *Quirks
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
	req := request{Request: r, q: s.quirks.Load()}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	req.body = body
	if r.URL.Path != TokenPath {
		s.served.Add(1)
	}
	broken := s.Match(r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	var out reply
	if broken == nil || broken.Phase == After {
		out = s.answer(req)
	}
	if broken != nil {
		if status, header, body, ok := broken.Replace(r.Context(), out.status); ok {
			out = reply{status: status, header: header, body: body}
		}
	}
	s.journal.add(req, out.status, s.options.Now())
	s.rules.settle(req, out.status, broken != nil && broken.Drop != "")
	if broken != nil && broken.Break(w, r, out.status, "application/json", out.body) {
		return
	}
	w.Header().Set("Date", s.options.Now().UTC().Format(http.TimeFormat))
	out.write(w)
}

func (p reply) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	if len(p.body) > 0 && h["Content-Type"] == nil {
		h["Content-Type"] = []string{"application/json; charset=UTF-8"}
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // the client may be gone, which is its business
}

func (s *Server) answer(r request) reply {
	if out, ok := s.troubled(r); ok {
		return out
	}
	return s.watched(r)
}

// watched serves the request while it counts as a writer of its user or group.
func (s *Server) watched(r request) reply {
	if r.Method != http.MethodPut && r.Method != http.MethodPatch && r.Method != http.MethodDelete {
		return s.serve(r)
	}
	s.rules.enter(r.URL.Path)
	defer s.rules.leave(r.URL.Path)
	if r.q.WriteDelay > 0 {
		time.Sleep(r.q.WriteDelay)
	}
	return s.serve(r)
}

func (s *Server) serve(r request) reply {
	if r.URL.Path == TokenPath {
		return s.token(r)
	}
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), Prefix)
	if !ok {
		return reply{status: http.StatusNotFound, header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}},
			body: []byte("<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title></html>")}
	}
	r.path = path
	g, refused := s.authorize(r)
	if refused != nil {
		return refused.reply(r.q)
	}
	if r.as = s.impersonated(g); r.as == nil || (!r.as.admin && !r.as.delegated) {
		return notAuthorized().reply(r.q)
	}
	out, err := s.route(r, g)
	if err != nil {
		return err.reply(r.q)
	}
	return out
}

func (s *Server) route(r request, g grant) (reply, *refusal) {
	parts := strings.Split(r.path, "/")
	switch {
	case parts[0] == "groups":
		return s.groupRoute(r, g, parts)
	case parts[0] == "users" && !g.has(UserScope):
		return reply{}, refuse(http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	case r.path == "users":
		return s.collection(r)
	case parts[0] == "users" && len(parts) == 2:
		return s.item(r, parts[1])
	case len(parts) > 3 && parts[0] == "customer" && parts[2] == "orgunits" && r.Method == http.MethodGet:
		return s.orgUnit(g, parts[3:])
	case parts[0] == "users" && len(parts) == 3 && parts[2] == "undelete" && r.Method == http.MethodPost:
		return s.undelete(r, parts[1])
	}
	return reply{}, refuse(http.StatusNotFound, "notFound", "Not Found")
}

func (s *Server) collection(r request) (reply, *refusal) {
	switch r.Method {
	case http.MethodGet:
		return s.list(r)
	case http.MethodPost:
		return s.insert(r)
	}
	return reply{}, refuse(http.StatusMethodNotAllowed, "methodNotAllowed", "Method not allowed.")
}
