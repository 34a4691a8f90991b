// Package googlefake is Google Workspace in memory: the token endpoint, and the users and groups of the Admin SDK
// Directory API v1, as strict as the real service, with its faults and its slowness to agree with itself on demand. Tests,
// the demo and the benchmark use it. It is not for keeping users, and shares no code with the client, so that
// neither hides a mistake of the other.
package googlefake

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	fakekit.Front
	options Options
	quirks  atomic.Pointer[Quirks]
	watch   fakekit.Watch

	key       func() (ServiceAccount, string) // and its file, where it is known
	audiences sync.Map                        // URLs of the token endpoint that it was told of, besides its own

	mu        sync.RWMutex
	users     map[string]*user  // by ID, the deleted ones too
	addresses map[string]string // folded address, aliases too, to the ID of a live user
	order     []*user

	groups         map[string]*group // by ID
	groupAddresses map[string]string // folded address, aliases too, to ID
	groupOrder     []*group

	tokens fakekit.Tokens[grant]
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
	s := &Server{options: o, users: map[string]*user{}, addresses: map[string]string{}, groups: map[string]*group{}, groupAddresses: map[string]string{}}
	s.key = func() (ServiceAccount, string) { return o.Account, "" }
	s.SetUp(fakekit.Setup{Journal: o.Journal, Now: o.Now, ContentType: "application/json; charset=UTF-8", TokenPath: TokenPath,
		Hide: hide, Serve: s.serve, Trouble: s.troubled, Finish: s.finish})
	s.SetQuirks(o.Quirks)
	s.add(&user{doc: map[string]any{"primaryEmail": fold(o.Admin), "orgUnitPath": "/",
		"name": map[string]any{"givenName": "Super", "familyName": "Administrator"}}, admin: true}, time.Time{})
	return s
}

// SetQuirks changes the peculiarities from now on.
func (s *Server) SetQuirks(q Quirks) { s.quirks.Store(&q) }

// request is a call, with what it is about.
type request struct {
	fakekit.Call
	path string // escaped, below Prefix
	as   *user  // the administrator who is impersonated
	q    *Quirks
}

// reply is what goes back.
type reply = fakekit.Reply

// finish watches the creates, and dates the reply.
func (s *Server) finish(c fakekit.Call, out *reply, dropped bool) {
	s.follow(c, out.Status, dropped)
	if out.Header == nil {
		out.Header = http.Header{}
	}
	if out.Header["Date"] == nil { // a fault may have another
		out.Header["Date"] = []string{s.options.Now().UTC().Format(http.TimeFormat)}
	}
}

// serve is the service, to which a write of one user or group takes its time.
func (s *Server) serve(c fakekit.Call) reply {
	r := request{Call: c, q: s.quirks.Load()}
	if r.Method != http.MethodPut && r.Method != http.MethodPatch && r.Method != http.MethodDelete {
		return s.obey(r)
	}
	return s.watch.Write(r.URL.Path, r.q.WriteDelay, nil, func() reply { return s.obey(r) })
}

func (s *Server) obey(r request) reply {
	if r.URL.Path == TokenPath {
		return s.token(r)
	}
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), Prefix)
	if !ok {
		return reply{Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}},
			Body: []byte("<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title></html>")}
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
