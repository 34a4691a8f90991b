// Package salesforcefake is a Salesforce organization in memory: the token endpoint and the parts of the REST API that
// provisioning meets, as strict as the real service, with its faults on demand. Tests, the demo and the benchmark use
// it. It is not for keeping users, and shares no code with the client, so that neither hides a mistake of the other.
package salesforcefake

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	fakekit.Front
	options Options
	quirks  atomic.Pointer[Quirks]
	watch   fakekit.Watch

	sessions fakekit.Tokens[string] // IDs of users

	mu      sync.RWMutex
	tables  map[string]*table
	cursors map[string][]any // what is left of listings
	next    uint64
	org     string
	admin   string // the ID of the first administrator
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
	s := &Server{options: o, tables: map[string]*table{}, cursors: map[string][]any{}}
	s.SetUp(fakekit.Setup{Journal: o.Journal, Now: o.Now, ContentType: "application/json;charset=UTF-8", TokenPath: TokenPath,
		Hide: hide, Serve: s.serve, Trouble: troubled, Finish: s.follow})
	s.SetQuirks(o.Quirks)
	s.org = s.newID("00D")
	s.populate()
	return s
}

// SetQuirks changes the peculiarities from now on.
func (s *Server) SetQuirks(q Quirks) { s.quirks.Store(&q) }

// request is a call, with what it is about.
type request struct {
	fakekit.Call
	path string // below the version
	q    *Quirks
}

// reply is what goes back.
type reply = fakekit.Reply

// serve is the service, to which a write of one record takes its time.
func (s *Server) serve(c fakekit.Call) reply {
	r := request{Call: c, q: s.quirks.Load()}
	if r.Method != http.MethodPatch && r.Method != http.MethodDelete {
		return s.obey(r)
	}
	path := r.URL.Path
	if strings.HasSuffix(path, "composite/sobjects") {
		path = "" // many records
	}
	return s.watch.Write(path, r.q.WriteDelay, nil, func() reply { return s.obey(r) })
}

func (s *Server) obey(r request) reply {
	rest, ok := strings.CutPrefix(r.URL.Path, dataPath)
	switch {
	case r.URL.Path == TokenPath:
		return s.token(r)
	case !ok:
		return reply{Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}}, Body: []byte("<html><head><title>URL No Longer Exists</title></head></html>")}
	case rest == "":
		return s.versions()
	}
	out := s.api(r, rest)
	if out.Header == nil {
		out.Header = http.Header{}
	}
	switch {
	case r.q.NoUsage:
	case r.q.Usage != "":
		out.Header.Set("Sforce-Limit-Info", r.q.Usage)
	default:
		out.Header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", s.Requests(), s.options.DailyRequests))
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
	return fakekit.Answer(http.StatusOK, all)
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
		return fakekit.Answer(http.StatusOK, map[string]any{"DailyApiRequests": map[string]int{"Max": most, "Remaining": most - s.Requests()}}), nil
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
		return fakekit.Answer(http.StatusOK, t.describe()), nil
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
