// Package connectortest is the contract of package connectors as tests that every kind must pass against its
// fake. It is not for what is peculiar to one kind: those cases are tests of the kind.
package connectortest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

// Trouble is what the next request of a Target meets: Throttled, with the words "try again in 7 seconds", Revoked, Down
// before anything has changed, or LostAnswer.
type Trouble = connectors.Trouble

// LostAnswer is met by the next create: it is done, and its answer never arrives. No evaluator can choose it.
const LostAnswer Trouble = "lost answer"

// Target is a fake service, fresh for every test.
type Target interface {
	Settings() map[string]string                                     // by field key, secrets included
	Accounts() []Remote                                              // all that it holds
	Seed(p connectors.Profile, externalID string, admin bool) string // an account that somebody else made; its ID
	Edit(id, key string, value any)                                  // changes an attribute behind our back
	Meet(Trouble)                                                    // once
	Requests() int                                                   // so far, without those for tokens
}

// Remote is an account as the fake keeps it.
type Remote struct {
	ID, ExternalID string
	Disabled       bool
	Values         map[string]any // by Attribute.Key; missing when unassigned
}

// Harness is what Run needs to know about a kind.
type Harness struct {
	Definition connectors.Definition
	New        func(testing.TB) Target
	Profile    func(n int) connectors.Profile                                  // valid, complete, and different for every n
	Change     Setting                                                         // an attribute of Profile, and another value
	Foreign    Setting                                                         // another attribute, changed behind our back, that an update leaves alone
	Clear      string                                                          // an attribute of Profile that can be cleared
	Rename     func(connectors.Profile, connectors.Profile) connectors.Profile // the first, with the unique name of the second, for a create that must conflict
	Unstamped  bool                                                            // accounts cannot bear our ID: they are found by their matching attributes alone
	CannotGo   bool                                                            // the kind has no Delete
}

// Setting is an attribute and a value.
type Setting struct {
	Key   string
	Value any
}

// Run runs the contract.
func Run(t *testing.T, h Harness) {
	t.Run("definition", func(t *testing.T) { definition(t, h.Definition) })
	for _, c := range []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"check", check}, {"life", life}, {"update writes only what changed", updateOnlyChanges}, {"nothing to update", updateNothing},
		{"conflict", conflict}, {"not found", notFound}, {"find without our stamp", findForeign}, {"find without an ID", findByName}, {"read tells whose", readForeign}, {"stamp again", stampAgain}, {"administrators are protected", protected},
		{"rate limited", rateLimited}, {"denied", denied}, {"unavailable", unavailable}, {"lost answer", lostAnswer},
		{"cancelled", cancelled}, {"secrets stay secret", secrets}, {"several at once", several},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newBench(t, h)) })
	}
}

// bench is one test's target with an open connector.
type bench struct {
	Harness
	target Target
	conn   connectors.Connector
}

// stamp is what an account shows that was stamped so.
func (b *bench) stamp(id string) string {
	if b.Unstamped {
		return ""
	}
	return id
}

func newBench(t *testing.T, h Harness) *bench {
	t.Helper()
	target := h.New(t)
	return &bench{h, target, Open(t, h.Definition, target.Settings())}
}

// Open opens a connector as the engine does: fields read and checked, the client of its options, no limiter.
func Open(t testing.TB, d connectors.Definition, input map[string]string) connectors.Connector {
	t.Helper()
	s, errs := connectors.Read(d.AllFields(), input, directory.Settings{})
	if err := errs.Err(); err != nil {
		t.Fatalf("settings: %v", err)
	}
	cfg := connectors.Config{Settings: s}
	client := connectors.NewClient(d.Options(cfg), nil)
	t.Cleanup(client.CloseIdleConnections)
	c, err := d.Open(cfg, client)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return c
}

func attempt(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// create makes the account of the first profile.
func (b *bench) create(t *testing.T) connectors.Account {
	t.Helper()
	a, err := b.conn.Create(attempt(t), b.Profile(1))
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	if a.ID == "" {
		t.Fatal("create gave no ID")
	}
	return a
}

func (b *bench) remote(t *testing.T, id string) Remote {
	t.Helper()
	for _, r := range b.target.Accounts() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("the target has no account %s", id)
	return Remote{}
}

func (b *bench) gone(id string) bool {
	for _, r := range b.target.Accounts() {
		if r.ID == id {
			return false
		}
	}
	return true
}

// wantKind fails unless err is itself a connectors.Error of the kind, fit to be shown: "every error it returns is an
// *Error", so one that is wrapped is refused, too.
func wantKind(t *testing.T, err error, kind connectors.Kind) {
	t.Helper()
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok || error(e) != err { //nolint:errorlint // the same, not one that wraps it
		t.Fatalf("error is %T (%v), want a *connectors.Error of kind %s", err, err, kind)
	}
	if e.Kind != kind {
		t.Fatalf("kind is %s (%v), want %s", e.Kind, e, kind)
	}
	if strings.TrimSpace(e.Message) == "" || e.Op == "" {
		t.Fatalf("error without words or operation: %+v", e)
	}
	if e.Remedy == "" && kind != connectors.NotFound {
		t.Fatalf("error without a remedy: %v", e)
	}
}
