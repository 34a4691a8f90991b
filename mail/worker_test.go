package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/directory"
	"usher/mail"
	"usher/mail/mailtest"
)

// memory is an outbox without a database; db's own tests run the worker over both engines.
type memory struct {
	mu      sync.Mutex
	server  mail.Server
	entries []mail.Entry
	changes []directory.Change
}

func (m *memory) lock() func() { m.mu.Lock(); return m.mu.Unlock }

func (m *memory) MailServer(context.Context) (mail.Server, error) {
	defer m.lock()()
	return m.server, nil
}

func (m *memory) SaveMailServer(_ context.Context, s mail.Server, c directory.Change) error {
	defer m.lock()()
	m.server, m.changes = s, append(m.changes, c)
	return nil
}

func due(e mail.Entry, now time.Time) bool {
	return e.SentAt.IsZero() && e.FailedAt.IsZero() && !e.DueAt.After(now)
}

func (m *memory) DueMail(_ context.Context, now time.Time) (bool, error) {
	defer m.lock()()
	return slices.ContainsFunc(m.entries, func(e mail.Entry) bool { return due(e, now) }), nil
}

func (m *memory) ClaimMail(_ context.Context, c mail.Claim) (out []mail.Claimed, err error) {
	defer m.lock()()
	for i := range m.entries {
		if e := &m.entries[i]; due(*e, c.Now) && len(out) < c.Limit {
			e.DueAt, e.LeaseUntil, e.Attempts = c.Until, c.Until, e.Attempts+1
			out = append(out, mail.Claimed{Queued: e.Queued, Lease: c.Lease, Attempts: e.Attempts})
		}
	}
	return out, nil
}

func (m *memory) RecordMail(_ context.Context, r mail.Result) (bool, error) {
	defer m.lock()()
	for i := range m.entries {
		e := &m.entries[i]
		if e.ID != r.ID {
			continue
		}
		e.Error, e.LeaseUntil = r.Error, time.Time{}
		switch {
		case r.Sent:
			e.SentAt = r.At
		case r.Again.IsZero():
			e.FailedAt = r.At
		default:
			e.DueAt = r.Again
		}
	}
	return true, nil
}

func (m *memory) TidyMail(context.Context, time.Time, time.Time) error { return nil }

func (m *memory) queue(to string, at time.Time) {
	defer m.lock()()
	q := mail.Queued{ID: directory.NewID(), CreatedAt: at, Message: mail.Message{To: to, Subject: "Hello", Text: "x"}}
	m.entries = append(m.entries, mail.Entry{Queued: q, DueAt: at})
}

func (m *memory) entry(i int) mail.Entry { defer m.lock()(); return m.entries[i] }

// clock is moved by tests.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

type fixture struct {
	*memory
	*clock
	*mail.Worker
	smtp *mailtest.Server
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	o := &fixture{memory: &memory{}, clock: &clock{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}, smtp: mailtest.New(t)}
	o.smtp.Start(t)
	o.Worker = mail.NewWorker(o.memory, mail.Sender{Timeout: 5 * time.Second}, o.now, slog.New(slog.DiscardHandler))
	o.Poll = 5 * time.Millisecond
	return o
}

var ada = directory.Actor{Kind: directory.ByAdmin, Name: "Ada"}

func (o *fixture) work(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

func (o *fixture) until(t *testing.T, i int, what string, ok func(mail.Entry) bool) mail.Entry {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if e := o.entry(i); ok(e) {
			return e
		}
	}
	t.Fatalf("never %s: %+v", what, o.entry(i))
	return mail.Entry{}
}

func sent(e mail.Entry) bool { return !e.SentAt.IsZero() }

func TestWorkerWaitsForAServer(t *testing.T) {
	o := newFixture(t)
	o.queue("old@example.com", o.now().Add(-25*time.Hour))
	o.queue("new@example.com", o.now().Add(-23*time.Hour))
	o.work(t)
	time.Sleep(50 * time.Millisecond)
	if o.Configured() || o.entry(0).Attempts+o.entry(1).Attempts != 0 {
		t.Error("it worked without a server")
	}
	if err := o.SaveServer(t.Context(), at(o.smtp), ada); err != nil {
		t.Fatal(err)
	}
	o.until(t, 1, "sent", sent)
	e := o.until(t, 0, "given up", func(e mail.Entry) bool { return !e.FailedAt.IsZero() })
	if !strings.Contains(e.Error, "more than a day old") || len(o.smtp.Inbox.To("old@example.com")) != 0 {
		t.Errorf("a stale message: %+v", e)
	}
	if !o.Configured() || o.changes[0].Action != mail.ActionServerUpdate {
		t.Error("the server is not known to be set, or the change not recorded")
	}
}

func TestWorkerTriesAgain(t *testing.T) {
	o := newFixture(t)
	o.server = at(o.smtp)
	o.smtp.Down(true)
	o.queue("ada@example.com", o.now())
	o.work(t)
	wait := time.Minute
	for n := 1; n <= 12; n++ {
		e := o.until(t, 0, "tried", func(e mail.Entry) bool { return e.Attempts == n && e.Error != "" && e.DueAt.Sub(o.now()) == wait })
		if !e.FailedAt.IsZero() || e.State(o.now()) != mail.Retrying {
			t.Fatalf("attempt %d: %+v", n, e)
		}
		if n == 12 {
			break
		}
		o.add(wait)
		wait = min(2*wait, 6*time.Hour)
	}
	o.smtp.Down(false)
	o.add(wait)
	e := o.until(t, 0, "sent", sent)
	if got := o.smtp.Inbox.Wait(t, "ada@example.com", 1); got.Header.Get("Message-Id") != "<"+e.ID+"@example.com>" || e.Error != "" {
		t.Errorf("%+v arrived as %v", e, got.Header)
	}
}

func TestWorkerGivesUp(t *testing.T) {
	o := newFixture(t)
	o.server = at(o.smtp)
	o.smtp.Refuse = func(to string) string {
		return map[string]string{"nobody@example.com": "550 5.1.1 nobody here", "full@example.com": "452 4.2.2 mailbox full"}[to]
	}
	o.queue("nobody@example.com", o.now())
	o.queue("full@example.com", o.now())
	o.work(t)
	failed := func(e mail.Entry) bool { return e.State(o.now()) == mail.Failed }
	if e := o.until(t, 0, "given up", failed); e.Attempts != 1 || !strings.Contains(e.Error, "nobody here") {
		t.Errorf("a permanent refusal: %+v", e)
	}
	for n := 1; n < 40; n++ {
		e := o.until(t, 1, "tried", func(e mail.Entry) bool { return e.Attempts == n && e.LeaseUntil.IsZero() })
		if failed(e) {
			break
		}
		o.add(e.DueAt.Sub(o.now()))
	}
	e := o.until(t, 1, "given up", failed)
	if age := e.FailedAt.Sub(e.CreatedAt); age < 2*24*time.Hour+12*time.Hour || age > 3*24*time.Hour || !strings.Contains(e.Error, "mailbox full") {
		t.Errorf("given up after %v: %+v", age, e)
	}
}

func TestPasswordStaysWithItsServer(t *testing.T) {
	o := newFixture(t)
	o.smtp.UserName, o.smtp.Password = "usher", "hunter2"
	s := at(o.smtp)
	s.UserName, s.Password = "usher", "hunter2"
	if err := o.SaveServer(t.Context(), s, ada); err != nil {
		t.Fatal(err)
	}
	s.Password, s.FromName = "", "Another name"
	if err := o.SaveServer(t.Context(), s, ada); err != nil || o.server.Password.Reveal() != "hunter2" {
		t.Errorf("the password was not kept: %v", err)
	}
	if err := o.Try(t.Context(), s, "ada@example.com"); err != nil {
		t.Errorf("a test with the stored password: %v", err)
	}
	o.smtp.Inbox.Wait(t, "ada@example.com", 1)
	other := s
	other.Host = "localhost"
	for name, err := range map[string]error{"save": o.SaveServer(t.Context(), other, ada), "test": o.Try(t.Context(), other, "ada@example.com")} {
		if e, ok := errors.AsType[*directory.Error](err); !ok || e.Fields["password"] == "" {
			t.Errorf("%s: the password goes to another server: %v", name, err)
		}
	}
	if err := o.Try(t.Context(), s, "ada"); directory.CodeOf(err) != directory.Invalid {
		t.Errorf("a test to nobody: %v", err)
	}
	if err := o.SaveServer(t.Context(), mail.Server{}, ada); err != nil || o.Configured() || o.server.Password != "" {
		t.Errorf("the server was not removed: %v %+v", err, o.server)
	}
}
