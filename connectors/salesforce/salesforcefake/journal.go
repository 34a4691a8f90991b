package salesforcefake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const blanked = "[secret]"

// Request is one request as it came; credentials and passwords are blanked.
type Request struct {
	At     time.Time
	Method string
	Path   string // escaped
	Query  string // raw
	Header http.Header
	Body   string
	Status int // of the answer, 0 when there was none
}

type journal struct {
	size int
	mu   sync.Mutex
	all  []Request
}

func (j *journal) add(r request, status int, now time.Time) {
	if j.size == 0 {
		return
	}
	h := r.Header.Clone()
	if h.Get("Authorization") != "" {
		h.Set("Authorization", blanked)
	}
	e := Request{At: now, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: h, Body: string(r.body), Status: status}
	if e.Path == TokenPath || strings.HasSuffix(e.Path, "/password") {
		e.Body = blanked
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.all) >= 2*j.size {
		j.all = append([]Request(nil), j.all[len(j.all)-j.size+1:]...)
	}
	j.all = append(j.all, e)
}

// Journal is the latest requests, oldest first.
func (s *Server) Journal() []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return slices.Clone(s.journal.all[max(0, len(s.journal.all)-s.journal.size):])
}

// ClearJournal forgets the requests so far.
func (s *Server) ClearJournal() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.all = nil
}

// rules notices what a good client never does.
type rules struct {
	mu      sync.Mutex
	writing map[string]int
	doubt   map[string]bool // Usernames whose create had no certain outcome, until somebody looks
	broken  []string
}

func (v *rules) violated(what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.broken = append(v.broken, what)
}

func (v *rules) enter(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.writing[path]++; v.writing[path] > 1 && !strings.HasSuffix(path, "composite/sobjects") {
		v.broken = append(v.broken, "writes of one record overlap: "+path)
	}
}

func (v *rules) leave(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.writing[path]--; v.writing[path] == 0 {
		delete(v.writing, path)
	}
}

// settle follows the creates: after one in doubt, the user must be looked for before it is sent again.
func (v *rules) settle(r request, status int, dropped bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	path := r.URL.Path
	switch {
	case r.Method == http.MethodDelete && strings.Contains(path, "/sobjects/User/"), r.Method == http.MethodDelete && strings.Contains(r.URL.Query().Get("ids"), "005"):
		v.broken = append(v.broken, "DELETE of a user: "+path)
	case r.Method == http.MethodGet && strings.HasSuffix(path, "/query"):
		q := fold(r.URL.Query().Get("q"))
		for name := range v.doubt {
			if strings.Contains(q, "'"+name+"'") {
				delete(v.doubt, name)
			}
		}
	case r.Method == http.MethodPost && strings.HasSuffix(path, "/sobjects/User"):
		var doc struct{ Username string }
		if json.Unmarshal(r.body, &doc) != nil {
			return
		}
		name := fold(doc.Username)
		if v.doubt[name] {
			v.broken = append(v.broken, "create of "+name+" sent again without a look")
		}
		delete(v.doubt, name)
		if dropped || status >= http.StatusInternalServerError {
			v.doubt[name] = true
		}
	}
}

// Violations are what the client did that it must never do: a user's DELETE, writes of one record at the same time, a
// create sent again blindly, setup objects mixed in one request, and two users with one ID of ours.
func (s *Server) Violations() []string {
	s.rules.mu.Lock()
	out := slices.Clone(s.rules.broken)
	s.rules.mu.Unlock()
	seen := map[string]string{}
	for _, u := range s.Users() {
		if id := u.text("FederationIdentifier"); id != "" {
			if other := seen[fold(id)]; other != "" {
				out = append(out, "users "+other+" and "+u.ID+" have the same FederationIdentifier "+id)
			}
			seen[fold(id)] = u.ID
		}
	}
	return out
}
