package googlefake

import (
	"encoding/json"
	"net/http"
	"net/url"
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
	Scope  string // of a request for a token
	Status int    // of the answer, 0 when there was none
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
	e := Request{At: now, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: h, Body: withoutPassword(r.body), Status: status}
	if e.Path == TokenPath {
		e.Scope, e.Body = scopeOf(string(r.body)), blanked
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.all) >= 2*j.size {
		j.all = append([]Request(nil), j.all[len(j.all)-j.size+1:]...)
	}
	j.all = append(j.all, e)
}

func withoutPassword(body []byte) string {
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil || doc["password"] == nil {
		return string(body)
	}
	doc["password"] = blanked
	return string(encode(doc))
}

func scopeOf(form string) string {
	v, err := url.ParseQuery(form)
	if err != nil {
		return ""
	}
	parts := strings.Split(v.Get("assertion"), ".")
	var c claims
	if len(parts) != 3 || !decodePart(parts[1], &c) {
		return ""
	}
	return c.Scope
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
