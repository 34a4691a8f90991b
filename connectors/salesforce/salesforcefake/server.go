// Package salesforcefake is a Salesforce organization in memory: the token endpoint and the parts of the REST API that
// provisioning meets, as strict as the real service, with its faults on demand. Tests, the demo and the benchmark use
// it. It is not for keeping users, and shares no code with the client, so that neither hides a mistake of the other.
package salesforcefake

import (
	"crypto/rsa"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
)

// TokenPath is where sessions are given out.
const TokenPath = "/services/oauth2/token"

const dataPath = "/services/data/"

// Options say how a Server starts.
type Options struct {
	ClientID, Secret string         // of the app; "" are "consumer" and "consumer-secret"
	Public           *rsa.PublicKey // whose assertions are believed; nil: JWT bearer is not set up
	Password         string         // of the legacy login of the first administrator; "": that flow is off
	Instance         string         // what token replies call the instance; "" is the host that was asked
	External         []string       // custom text fields that are External IDs, such as IdP_Id__c
	Profiles         []string       // besides System Administrator; nil is Standard User
	PermissionSets   []string       // labels
	Elsewhere        []string       // Usernames that other organizations have
	DailyRequests    int            // of the organization; 0 is 100 000
	Journal          int            // how many requests are remembered, the latest; 0 is none
	Now              func() time.Time
	Quirks           Quirks
}

// Server is an http.Handler. It is safe for concurrent use.
type Server struct {
	options Options
	quirks  atomic.Pointer[Quirks]
	trouble atomic.Pointer[connectors.Trouble]
	fakekit.Engine
	journal journal
	rules   rules
	served  atomic.Int64
	logins  atomic.Int64

	mu       sync.RWMutex
	tables   map[string]*table
	sessions map[string]string // to the ID of the user
	cursors  map[string][]any  // what is left of listings
	next     uint64
	org      string
	admin    string // the ID of the first administrator
}

// New makes an organization with one user, its administrator, as whom the app runs.
func New(o Options) *Server {
	if o.ClientID == "" {
		o.ClientID = "consumer"
	}
	if o.Secret == "" {
		o.Secret = "consumer-secret"
	}
	if o.Profiles == nil {
		o.Profiles = []string{"Standard User"}
	}
	if o.DailyRequests == 0 {
		o.DailyRequests = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o, tables: map[string]*table{}, sessions: map[string]string{}, cursors: map[string][]any{}}
	s.journal.size = o.Journal
	s.rules.writing, s.rules.doubt = map[string]int{}, map[string]bool{}
	s.SetQuirks(o.Quirks)
	s.SetTrouble(connectors.NoTrouble)
	s.org = s.newID("00D")
	s.populate()
	return s
}

// SetQuirks changes the peculiarities from now on.
func (s *Server) SetQuirks(q Quirks) { s.quirks.Store(&q) }

// Requests is how many requests to the API came so far; those for sessions do not count.
func (s *Server) Requests() int { return int(s.served.Load()) }

// Logins is how many sessions were asked for so far.
func (s *Server) Logins() int { return int(s.logins.Load()) }

// request is one request, read to its end.
type request struct {
	*http.Request
	path string // below the version
	body []byte
	q    *Quirks
}

// reply is what goes back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func answer(status int, v any) reply { return reply{status: status, body: encode(v)} }

const maxRequest = 6 << 20

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	req := request{Request: r, q: s.quirks.Load(), body: body}
	if r.URL.Path == TokenPath {
		s.logins.Add(1)
	} else {
		s.served.Add(1)
	}
	broken := s.Match(r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	var out reply
	switch bad, troubled := s.troubled(r); {
	case troubled:
		out = bad
	case broken == nil || broken.Phase == After:
		out = s.watched(req)
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
	out.write(w)
}

func (p reply) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	if len(p.body) > 0 && h["Content-Type"] == nil {
		h["Content-Type"] = []string{"application/json;charset=UTF-8"}
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // the client may be gone, which is its business
}

// watched serves the request while it counts as a writer of its record.
func (s *Server) watched(r request) reply {
	if r.Method != http.MethodPatch && r.Method != http.MethodDelete {
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
	rest, ok := strings.CutPrefix(r.URL.Path, dataPath)
	switch {
	case r.URL.Path == TokenPath:
		return s.token(r)
	case !ok:
		return reply{status: http.StatusNotFound, header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}}, body: []byte("<html><head><title>URL No Longer Exists</title></head></html>")}
	case rest == "":
		return s.versions()
	}
	out := s.api(r, rest)
	if out.header == nil {
		out.header = http.Header{}
	}
	switch {
	case r.q.NoUsage:
	case r.q.Usage != "":
		out.header.Set("Sforce-Limit-Info", r.q.Usage)
	default:
		out.header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", s.Requests(), s.options.DailyRequests))
	}
	return out
}

// Versions that are served; older ones are retired, newer ones are not there yet.
const (
	retired = 30
	oldest  = 31
	newest  = 67
)

func (s *Server) versions() reply {
	var all []any
	for v := oldest; v <= newest; v++ {
		n := strconv.Itoa(v) + ".0"
		all = append(all, map[string]any{"label": "Release " + n, "url": dataPath + "v" + n, "version": n})
	}
	return answer(http.StatusOK, all)
}

func (s *Server) api(r request, rest string) reply {
	version, path, _ := strings.Cut(rest, "/")
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(version, "v"), ".0"))
	switch {
	case err != nil || n > newest:
		return noResource().reply()
	case n <= retired:
		return refuse(http.StatusGone, "UNSUPPORTED_API_VERSION", "The requested API version has been retired.").reply()
	}
	if bad := s.authorize(r); bad != nil {
		return bad.reply()
	}
	r.path = path
	out, bad := s.route(r)
	if bad != nil {
		return bad.reply()
	}
	return out
}

func (s *Server) route(r request) (reply, *refusal) {
	parts := strings.Split(r.path, "/")
	if len(r.URL.RequestURI()) > 16<<10 {
		return reply{}, refuse(http.StatusRequestURITooLong, "URI_TOO_LONG", "The URI is too long.")
	}
	switch {
	case parts[0] == "query":
		return s.query(r, parts[1:])
	case r.path == "limits" && r.Method == http.MethodGet:
		if r.q.NoLimits {
			return reply{}, refuse(http.StatusForbidden, "FORBIDDEN", "You do not have access to this resource.")
		}
		most := s.options.DailyRequests
		return answer(http.StatusOK, map[string]any{"DailyApiRequests": map[string]int{"Max": most, "Remaining": most - s.Requests()}}), nil
	case r.path == "composite/sobjects":
		return s.collection(r)
	case parts[0] == "sobjects" && len(parts) > 1:
		return s.sobject(r, parts[1:])
	}
	return reply{}, noResource()
}

// sobject is below sobjects/: an object, one of its records, or what belongs to it.
func (s *Server) sobject(r request, parts []string) (reply, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[parts[0]]
	switch {
	case t == nil:
		return reply{}, noResource()
	case len(parts) == 1 && r.Method == http.MethodPost:
		return s.insert(r, t)
	case len(parts) == 2 && parts[1] == "describe" && r.Method == http.MethodGet:
		return answer(http.StatusOK, t.describe()), nil
	case len(parts) == 2:
		return s.one(r, t, parts[1])
	case len(parts) == 3 && parts[2] == "password" && t.name == userObject:
		return s.password(r, t, parts[1])
	case len(parts) == 3 && r.Method == http.MethodPatch:
		key, err := url.PathUnescape(parts[2])
		if err != nil || slices.Contains([]string{"Id", ""}, parts[1]) {
			return reply{}, noResource()
		}
		return s.upsert(r, t, parts[1], key)
	}
	return reply{}, refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+r.Method+"' not allowed.")
}
