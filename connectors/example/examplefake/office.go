// Package examplefake is the imaginary badge office in memory, for tests and the demo. It is not for badges, and
// shares no code with the client.
package examplefake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"usher/connectors"
	"usher/connectors/fakekit"
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
	fakekit.Front
	mu     sync.Mutex
	badges []*Badge
	next   int
}

// New makes an office without badges.
func New() *Office {
	o := &Office{}
	o.SetUp(fakekit.Setup{ContentType: "application/json", Serve: o.serve, Trouble: troubled})
	return o
}

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

func (o *Office) with(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

// troubled is what the office says in trouble.
func troubled(t connectors.Trouble, _ fakekit.Call) (out fakekit.Reply, ok bool) {
	switch t {
	case connectors.Down:
		return refuse(http.StatusServiceUnavailable, "The office is closed."), true
	case connectors.Throttled:
		return refuse(http.StatusTooManyRequests, "One at a time, please."), true
	case connectors.Revoked:
		return refuse(http.StatusUnauthorized, "This key opens nothing."), true
	}
	return fakekit.Reply{}, false
}

func (o *Office) serve(c fakekit.Call) fakekit.Reply {
	if c.Header.Get("X-Badge-Key") != key {
		return refuse(http.StatusUnauthorized, "This key opens nothing.")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	id := strings.TrimPrefix(strings.TrimPrefix(c.URL.Path, "/badges"), "/")
	switch {
	case c.Method == http.MethodGet && id == "":
		return o.list(c)
	case c.Method == http.MethodPost && id == "":
		return o.create(c)
	case id != "":
		return o.one(c, id)
	}
	return refuse(http.StatusMethodNotAllowed, "The office does not do that.")
}

func (o *Office) list(c fakekit.Call) fakekit.Reply {
	found := []*Badge{}
	q := c.URL.Query()
	for _, b := range o.badges {
		if q.Has("key") && b.Key == q.Get("key") || q.Has("name") && strings.EqualFold(b.Name, q.Get("name")) {
			found = append(found, b)
		}
	}
	return fakekit.Answer(http.StatusOK, found)
}

func (o *Office) create(c fakekit.Call) fakekit.Reply {
	b := &Badge{}
	if json.Unmarshal(c.Content, b) != nil || b.Name == "" {
		return refuse(http.StatusBadRequest, "A badge has a name.")
	}
	if o.taken(b) {
		return refuse(http.StatusConflict, "There is a badge with this name.")
	}
	o.next++
	b.ID, b.Master = "badge-"+strconv.Itoa(o.next), false
	o.badges = append(o.badges, b)
	return fakekit.Answer(http.StatusCreated, b)
}

func (o *Office) taken(b *Badge) bool {
	for _, other := range o.badges {
		if other.ID != b.ID && strings.EqualFold(other.Name, b.Name) {
			return true
		}
	}
	return false
}

func (o *Office) one(c fakekit.Call, id string) fakekit.Reply {
	i := slices.IndexFunc(o.badges, func(b *Badge) bool { return b.ID == id })
	switch {
	case i < 0:
		return refuse(http.StatusNotFound, "There is no such badge.")
	case c.Method == http.MethodGet:
		return fakekit.Answer(http.StatusOK, o.badges[i])
	case c.Method == http.MethodDelete:
		o.badges = slices.Delete(o.badges, i, i+1)
		return fakekit.Reply{Status: http.StatusNoContent}
	}
	return o.change(c, o.badges[i])
}

// change takes the parts of a badge that are sent; a title of null is taken away.
func (o *Office) change(c fakekit.Call, b *Badge) fakekit.Reply {
	changed := *b
	var sent map[string]any
	if json.Unmarshal(c.Content, &changed) != nil || json.Unmarshal(c.Content, &sent) != nil {
		return refuse(http.StatusBadRequest, "The office cannot read this.")
	}
	if v, there := sent["title"]; there && v == nil {
		changed.Title = ""
	}
	if o.taken(&changed) {
		return refuse(http.StatusConflict, "There is a badge with this name.")
	}
	*b = changed
	return fakekit.Answer(http.StatusOK, b)
}

// refuse is what the office says when it does not do what it was asked for.
func refuse(status int, words string) fakekit.Reply {
	return fakekit.Answer(status, map[string]string{"error": words})
}
