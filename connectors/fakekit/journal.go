package fakekit

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Blanked stands in the journal where a secret was.
const Blanked = "[secret]"

// Request is one request as it came; credentials are blanked.
type Request struct {
	At     time.Time
	Method string
	Path   string // escaped
	Query  string // raw
	Header http.Header
	Body   string
	Scope  string // of a request for a token, where it names one
	Status int    // of the answer, 0 when there was none
}

// journal is the latest requests.
type journal struct {
	size int
	mu   sync.Mutex
	all  []Request
}

// remember writes a request into the journal.
func (f *Front) remember(c Call, status int) {
	if f.journal.size == 0 {
		return
	}
	h := c.Header.Clone()
	if h.Get("Authorization") != "" {
		h.Set("Authorization", Blanked)
	}
	q := Request{At: f.setup.Now(), Method: c.Method, Path: c.URL.EscapedPath(), Query: c.URL.RawQuery, Header: h, Body: string(c.Content), Status: status}
	if f.setup.Hide != nil {
		f.setup.Hide(&q)
	}
	if f.onToken(c.Request) {
		q.Body = Blanked
	}
	f.journal.add(q)
}

func (j *journal) add(q Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.all) >= 2*j.size {
		j.all = append([]Request(nil), j.all[len(j.all)-j.size+1:]...)
	}
	j.all = append(j.all, q)
}

// Journal is the latest requests, oldest first.
func (j *journal) Journal() []Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.all[max(0, len(j.all)-j.size):])
}

// ClearJournal forgets the requests so far.
func (j *journal) ClearJournal() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = nil
}
