package provisioning

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"usher/connectors"
	"usher/directory"
)

// script is a connector that answers what a test says, call by call, and keeps what it was asked.
type script struct {
	mu      sync.Mutex
	answers map[string][]answer // by operation; without one left, the call works
	calls   []string
	changes []connectors.Changes
	finds   []connectors.Profile

	passwords []string // that creates came with
	hangs     bool     // a check waits until its context ends
}

type answer struct {
	account connectors.Account
	err     error
}

func (s *script) next(op string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, op)
	if left := s.answers[op]; len(left) > 0 {
		s.answers[op] = left[1:]
		return left[0]
	}
	if op == "update" || op == "name" {
		return answer{} // said nothing about the account
	}
	return answer{account: connectors.Account{ID: "made", ExternalID: "ada"}}
}

// reading is what a read answers: the account, stamped as ours, unless the test says otherwise.
func (s *script) reading(id, ours string) (connectors.Account, error) {
	a := s.next("read")
	if a.err == nil && a.account.ID == "made" {
		a.account = connectors.Account{ID: id, ExternalID: ours}
	}
	return a.account, a.err
}

func (s *script) asked() string { return strings.Join(s.calls, " ") }

func (s *script) Check(ctx context.Context) (connectors.Report, error) {
	a := s.next("check")
	if s.hangs {
		<-ctx.Done()
		return connectors.Report{}, ctx.Err()
	}
	return connectors.Report{}, a.err
}

func (s *script) Find(_ context.Context, p connectors.Profile) (connectors.Account, error) {
	s.finds = append(s.finds, p)
	a := s.next("find")
	return a.account, a.err
}

func (s *script) Create(_ context.Context, p connectors.Profile) (connectors.Account, error) {
	if p.Password != "" {
		s.passwords = append(s.passwords, p.Password.Reveal())
	}
	a := s.next("create")
	return a.account, a.err
}

func (s *script) Read(_ context.Context, id string) (connectors.Account, error) {
	return s.reading(id, "ada")
}

func (s *script) Update(_ context.Context, _ string, c connectors.Changes) (connectors.Account, error) {
	s.changes = append(s.changes, c)
	a := s.next("update")
	return a.account, a.err
}

func (s *script) Deprovision(_ context.Context, _ string, m connectors.Mode) error {
	return s.next(string(m)).err
}

// ledger is as much of a store as one attempt needs; what a test does not expect panics.
type ledger struct {
	Store
	mu          sync.Mutex
	calls       []string
	linkErr     error
	beginErr    error
	leaving     func(remoteID, externalID string) bool
	holder      Holder            // of whatever is found
	waiting     map[string]Holder // by ID, whom it waits for and so on
	waits       map[string]string // who waits for whom
	contenders  []Account
	left        LeftAccount // what is known of whatever is found
	released    int
	quarantines []Quarantine
	resumed     []Class
}

func (l *ledger) Begin(context.Context, Task, time.Time) error {
	l.calls = append(l.calls, "begin")
	return l.beginErr
}

func (l *ledger) Link(_ context.Context, _ Task, to Link, _ time.Time) error {
	back := ""
	if to.ReturnedFrom != "" {
		back = " from " + to.ReturnedFrom
	}
	l.calls = append(l.calls, "link "+to.RemoteID+" "+string(to.Origin)+back)
	return l.linkErr
}

func (l *ledger) Holder(_ context.Context, _ Task, remoteID, externalID string) (Holder, bool, error) {
	if l.leaving != nil && l.leaving(remoteID, externalID) {
		return Holder{ID: "leaver", Leaving: true}, true, nil
	}
	if h, ok := l.waiting[externalID]; ok {
		return h, true, nil
	}
	if other, ok := l.waits[externalID]; ok && remoteID == "" {
		return Holder{ID: externalID, Unsettled: true, WaitsFor: other}, true, nil
	}
	return l.holder, l.holder.ID != "", nil
}

func (l *ledger) Contenders(context.Context, Task, int) ([]Account, error) { return l.contenders, nil }

func (l *ledger) Left(context.Context, Task, string, string) (LeftAccount, bool, error) {
	return l.left, l.left.ResourceID != "", nil
}

func (l *ledger) Record(_ context.Context, rs []Result, _ time.Time) ([]bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range rs {
		if r.Released {
			l.released++
		}
	}
	return make([]bool, len(rs)), nil
}

func (l *ledger) Quarantine(_ context.Context, _ string, q Quarantine, _ time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quarantines = append(l.quarantines, q)
	return nil
}

func (l *ledger) Resume(_ context.Context, _ string, c Class, _ time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resumed = append(l.resumed, c)
	return nil
}

var scriptAttributes = []connectors.Attribute{
	{Key: "userName", Label: "User name", Type: connectors.String, Required: true, Default: "user.userName"},
	{Key: "title", Label: "Title", Type: connectors.String, Default: "user.title"},
	{Key: "active", Label: "Active", Type: connectors.Boolean, Default: "user.active"},
}

// scripted opens a script with these settings; the target hides new accounts for a minute.
func scripted(s *script, settings map[string]string, modes ...connectors.Mode) *Opened {
	if modes == nil {
		modes = []connectors.Mode{connectors.Disable, connectors.Delete}
	}
	def := connectors.Definition{Kind: "k", Attributes: scriptAttributes, Modes: modes, Lag: time.Minute}
	m, err := CompileMapping(def)
	if err != nil {
		panic(err)
	}
	return &Opened{Connector: s, Definition: def, Mapping: m, Policy: PolicyOf(def, connectors.Config{Settings: directory.Settings{Values: settings}})}
}

func fails(k connectors.Kind) answer {
	return answer{err: &connectors.Error{Kind: k, Message: "no: " + string(k), Remedy: "remedy of " + string(k)}}
}

func finds(id, externalID string) answer {
	return answer{account: connectors.Account{ID: id, ExternalID: externalID}}
}

func quietEngine(s Store) *Engine {
	return New(s, nil, Config{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
}
