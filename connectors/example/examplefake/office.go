// Package examplefake is the imaginary badge office in memory, for tests and the demo. It is not for badges, and
// shares no code with the client.
package examplefake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"usher/connectors"
)

const key = "badge-key-1"

// Badge is what the office keeps.
type Badge struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Name   string `json:"name"`
	Title  string `json:"title,omitempty"`
	Active bool   `json:"active"`
	Master bool   `json:"master,omitempty"`
}

// Office is an http.Handler and a connectors.Sandbox.
type Office struct {
	mu       sync.Mutex
	badges   []*Badge
	next     int
	requests int
	trouble  connectors.Trouble
	once     connectors.Trouble // met by the next request only
	loseNext bool               // the next create is done, and its answer is lost
}

// New makes an office without badges.
func New() *Office { return &Office{} }

// NewSandbox is New for the list of kinds.
func NewSandbox() connectors.Sandbox { return New() }

// Settings implements connectors.Sandbox.
func (o *Office) Settings(base string) map[string]string {
	return map[string]string{"url": base, "api_key": key, "allow_private_network": "true"}
}

// Accounts implements connectors.Sandbox.
func (o *Office) Accounts(n int) (rows []connectors.SandboxAccount, total int) {
	all := o.Badges()
	for _, b := range all[:min(n, len(all))] {
		rows = append(rows, connectors.SandboxAccount{ID: b.ID, ExternalID: b.Key, UserName: b.Name, Active: b.Active, Protected: b.Master})
	}
	return rows, len(all)
}

// Groups implements connectors.Sandbox: an office has none.
func (o *Office) Groups(int) ([]connectors.SandboxGroup, int) { return nil, 0 }

// SetTrouble implements connectors.Sandbox.
func (o *Office) SetTrouble(t connectors.Trouble) { o.with(func() { o.trouble = t }) }

// Trouble implements connectors.Sandbox.
func (o *Office) Trouble() (t connectors.Trouble) {
	o.with(func() { t = o.trouble })
	return t
}

// Badges are all that the office keeps, oldest first.
func (o *Office) Badges() (out []Badge) {
	o.with(func() {
		for _, b := range o.badges {
			out = append(out, *b)
		}
	})
	return out
}

// Put adds a badge that somebody else made, and gives its ID.
func (o *Office) Put(b Badge) string {
	o.with(func() {
		o.next++
		b.ID = "badge-" + strconv.Itoa(o.next)
		o.badges = append(o.badges, &b)
	})
	return b.ID
}

// Edit changes a badge behind the client's back.
func (o *Office) Edit(id string, change func(*Badge)) {
	o.with(func() {
		for _, b := range o.badges {
			if b.ID == id {
				change(b)
			}
		}
	})
}

// Meet lets the next request meet trouble; LoseNext loses the answer of the next create.
func (o *Office) Meet(t connectors.Trouble) { o.with(func() { o.once = t }) }

// LoseNext loses the answer of the next create.
func (o *Office) LoseNext() { o.with(func() { o.loseNext = true }) }

// Requests is how many came so far.
func (o *Office) Requests() (n int) {
	o.with(func() { n = o.requests })
	return n
}

func (o *Office) with(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

// ServeHTTP implements http.Handler.
func (o *Office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var trouble connectors.Trouble
	o.with(func() {
		o.requests++
		trouble, o.once = o.once, connectors.NoTrouble
		if trouble == connectors.NoTrouble {
			trouble = o.trouble
		}
	})
	switch trouble {
	case connectors.Down:
		refuse(w, http.StatusServiceUnavailable, "The office is closed.")
		return
	case connectors.Throttled:
		w.Header().Set("Retry-After", "7")
		refuse(w, http.StatusTooManyRequests, "One at a time, please.")
		return
	case connectors.Slow:
		time.Sleep(2 * time.Second)
	case connectors.NoTrouble, connectors.Revoked:
	}
	if r.Header.Get("X-Badge-Key") != key || trouble == connectors.Revoked {
		refuse(w, http.StatusUnauthorized, "This key opens nothing.")
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	id := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/badges"), "/")
	switch {
	case r.Method == http.MethodGet && id == "":
		o.list(w, r)
	case r.Method == http.MethodPost && id == "":
		o.create(w, r)
	case id != "":
		o.change(w, r, id)
	default:
		refuse(w, http.StatusMethodNotAllowed, "The office does not do that.")
	}
}

func (o *Office) list(w http.ResponseWriter, r *http.Request) {
	found := []*Badge{}
	q := r.URL.Query()
	for _, b := range o.badges {
		if q.Has("key") && b.Key == q.Get("key") || q.Has("name") && strings.EqualFold(b.Name, q.Get("name")) {
			found = append(found, b)
		}
	}
	answer(w, http.StatusOK, found)
}

func (o *Office) create(w http.ResponseWriter, r *http.Request) {
	b := &Badge{}
	if json.NewDecoder(r.Body).Decode(b) != nil || b.Name == "" {
		refuse(w, http.StatusBadRequest, "A badge has a name.")
		return
	}
	if o.taken(b) {
		refuse(w, http.StatusConflict, "There is a badge with this name.")
		return
	}
	o.next++
	b.ID, b.Master = "badge-"+strconv.Itoa(o.next), false
	o.badges = append(o.badges, b)
	if o.loseNext {
		o.loseNext = false
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusCreated, b)
}

func (o *Office) taken(b *Badge) bool {
	for _, other := range o.badges {
		if other.ID != b.ID && strings.EqualFold(other.Name, b.Name) {
			return true
		}
	}
	return false
}

func (o *Office) change(w http.ResponseWriter, r *http.Request, id string) {
	for i, b := range o.badges {
		if b.ID != id {
			continue
		}
		if r.Method == http.MethodGet {
			answer(w, http.StatusOK, b)
			return
		}
		if r.Method == http.MethodDelete {
			o.badges = append(o.badges[:i:i], o.badges[i+1:]...)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		changed := *b
		var cleared map[string]any
		body := json.NewDecoder(r.Body)
		var raw json.RawMessage
		if body.Decode(&raw) != nil || json.Unmarshal(raw, &changed) != nil || json.Unmarshal(raw, &cleared) != nil {
			refuse(w, http.StatusBadRequest, "The office cannot read this.")
			return
		}
		if v, there := cleared["title"]; there && v == nil {
			changed.Title = ""
		}
		if o.taken(&changed) {
			refuse(w, http.StatusConflict, "There is a badge with this name.")
			return
		}
		*b = changed
		answer(w, http.StatusOK, b)
		return
	}
	refuse(w, http.StatusNotFound, "There is no such badge.")
}

func refuse(w http.ResponseWriter, status int, words string) {
	answer(w, status, map[string]string{"error": words})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever has left reads nothing
}
