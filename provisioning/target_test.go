package provisioning_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"usher/connectors"
)

// row is an account at the fake target.
type row struct {
	ID, ExternalID, UserName, Email string
	Active, Protected               bool
	seenAt                          time.Time // when reads begin to show it
}

// target is a system in memory that fails the way real ones do.
type target struct {
	mu       sync.Mutex
	rows     map[string]row
	groups   map[string]remoteGroup
	next     int
	rng      *rand.Rand
	lag      time.Duration // reads don't show a new account for this long
	twins    bool          // a second create with the same name is not refused
	faults   bool
	denied   bool
	stubborn bool // goes on with what it was asked for when the caller is gone
	sluggish bool // a create may take 24 s
	pending  bool // creates are accepted, and take effect later
	delay    time.Duration
	busy     map[string]int    // writes that are running, by user
	owner    map[string]string // remote ID -> the user that wrote it last
	overlap  int
	calls    map[string]int
	checks   int
	losing   bool                  // writes take effect, and their answers are lost
	fail     func(op string) error // directed tests: answer this instead
	order    []string              // users in the order their writes began
	refused  map[string]bool       // users whom the target wants to know nothing of
	adopts   bool                  // Usher may adopt what was here before
	other    *target               // what is at the address that begins with b
	guard    watchman
}

func newTarget(seed uint64) *target {
	return &target{rows: map[string]row{}, groups: map[string]remoteGroup{}, rng: rand.New(rand.NewPCG(seed, 1)), busy: map[string]int{}, owner: map[string]string{}, calls: map[string]int{}, delay: 20 * time.Millisecond}
}

var targetAttributes = []connectors.Attribute{
	{Key: "userName", Label: "User name", Type: connectors.String, Required: true, Matching: true, Default: "user.userName"},
	{Key: "email", Label: "E-mail", Type: connectors.String, Default: "user.emails.size() > 0 ? user.emails[0].value : ''"},
	{Key: "active", Label: "Active", Type: connectors.Boolean, Default: "user.active"},
}

// definition is the kind that opens this target.
func (t *target) definition(kind string) connectors.Definition {
	return connectors.Definition{Kind: kind, Name: kind, Attributes: targetAttributes, Modes: []connectors.Mode{connectors.Disable, connectors.Delete},
		Groups: &connectors.Groups{Noun: "Groups", Create: true, Chunk: groupChunk}, Budget: connectors.Budget{Concurrency: 4}, Lag: t.lag * 4 / 3,
		Fields: []connectors.Field{{Key: tenantField, Label: "Tenant", Type: connectors.Text, Identity: connectors.AsItIs}},
		Open: func(c connectors.Config, _ *http.Client) (connectors.Connector, error) {
			return t.at(c.Settings.Values[tenantField]), nil
		}}
}

// seed puts an account there that is not ours.
func (t *target) seed(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	id := fmt.Sprint("r", t.next)
	t.rows[id] = row{ID: id, UserName: name, Email: "old@example.com", Active: true}
	return id
}

func (t *target) snapshot() map[string]row {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.rows)
}

func (t *target) count(op string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls[op]
}

func (t *target) set(f func(*target)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(t)
}

func (t *target) remove(id string) { t.set(func(t *target) { delete(t.rows, id); t.leaveAll(id) }) }

func (t *target) Check(ctx context.Context) (connectors.Report, error) {
	t.set(func(t *target) { t.checks++ })
	return connectors.Report{}, t.call(ctx, "check", fmt.Sprint("check", t.checks), func() error { return nil })
}

func (t *target) Find(ctx context.Context, p connectors.Profile) (a connectors.Account, err error) {
	err = t.call(ctx, "find", p.ResourceID, func() error {
		for _, match := range []func(row) bool{
			func(r row) bool { return connectors.SameID(r.ExternalID, p.ResourceID) },
			func(r row) bool { return r.UserName == p.Text("userName") },
		} {
			for _, r := range t.rows {
				if match(r) && !time.Now().Before(r.seenAt) {
					a = r.account()
					return nil
				}
			}
		}
		return &connectors.Error{Kind: connectors.NotFound, Op: "find", Message: "no such user"}
	})
	return a, err
}

func (t *target) taken(name, but string) bool {
	for _, r := range t.rows {
		if r.UserName == name && r.ID != but && !t.twins {
			return true
		}
	}
	return false
}

func (t *target) Create(ctx context.Context, p connectors.Profile) (a connectors.Account, err error) {
	err = t.call(ctx, "create", p.ResourceID, func() error {
		if t.refused[p.ResourceID] {
			return refusesOne("create")
		}
		if t.taken(p.Text("userName"), "") {
			return &connectors.Error{Kind: connectors.Conflict, Op: "create", Status: 409, Message: "user name taken"}
		}
		t.next++
		id := fmt.Sprint("r", t.next)
		t.rows[id] = row{ID: id, ExternalID: p.ResourceID, UserName: p.Text("userName"), Email: p.Text("email"), Active: p.Values["active"] == true, seenAt: time.Now().Add(t.lag)}
		t.owner[id] = p.ResourceID
		t.guard.note("create", t.rows[id], p.ResourceID)
		a = connectors.Account{ID: id, ExternalID: p.ResourceID, Pending: t.pending}
		return nil
	})
	return a, err
}

func (t *target) visible(op, id string) (row, error) {
	r, ok := t.rows[id]
	if !ok || time.Now().Before(r.seenAt) {
		return r, &connectors.Error{Kind: connectors.NotFound, Op: op, Status: 404, Message: "no such user"}
	}
	return r, nil
}

func (t *target) Read(ctx context.Context, id string) (a connectors.Account, err error) {
	err = t.call(ctx, "read", t.ownerOf(id), func() error {
		r, err := t.visible("read", id)
		if err == nil {
			a = r.account()
		}
		return err
	})
	return a, err
}

func (r row) account() connectors.Account {
	return connectors.Account{ID: r.ID, ExternalID: r.ExternalID, Protected: r.Protected, Shown: map[string]any{"userName": r.UserName, "email": r.Email}}
}

func (t *target) Update(ctx context.Context, id string, c connectors.Changes) (a connectors.Account, err error) {
	err = t.call(ctx, "update", c.Want.ResourceID, func() error {
		r, err := t.visible("update", id)
		if err == nil && t.refused[c.Want.ResourceID] {
			err = refusesOne("update")
		}
		if err != nil {
			return err
		}
		t.guard.update(t, r, c)
		for key, v := range c.Set {
			switch key {
			case "userName":
				if t.taken(v.(string), id) {
					return &connectors.Error{Kind: connectors.Conflict, Op: "update", Status: 409, Message: "user name taken"}
				}
				r.UserName = v.(string)
			case "email":
				r.Email = v.(string)
			case "active":
				r.Active = v.(bool)
			}
		}
		for _, key := range c.Clear {
			if key == "email" {
				r.Email = ""
			}
		}
		if c.Stamp {
			r.ExternalID = c.Want.ResourceID
		}
		t.rows[id], t.owner[id] = r, c.Want.ResourceID
		t.guard.note("update", r, c.Want.ResourceID)
		a = r.account()
		return nil
	})
	return a, err
}

func (t *target) Deprovision(ctx context.Context, id string, m connectors.Mode) error {
	t.mu.Lock()
	user := t.owner[id]
	t.mu.Unlock()
	return t.call(ctx, string(m), user, func() error {
		r, err := t.visible("deprovision", id)
		if err != nil {
			return err
		}
		t.guard.deprovision(t, r)
		t.guard.note(string(m), r, user)
		if m == connectors.Delete {
			delete(t.rows, id)
			t.leaveAll(id)
			return nil
		}
		r.Active = false
		t.rows[id] = r
		return nil
	})
}
