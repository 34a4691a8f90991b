package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"usher/directory"
)

// Store keeps the outbox and the mail server's settings. Times have microseconds at most.
type Store interface {
	// MailServer has only a Revision when there is none.
	MailServer(ctx context.Context) (Server, error)
	SaveMailServer(ctx context.Context, s Server, c directory.Change) error
	// DueMail reports whether a message waits to be sent at that time.
	DueMail(ctx context.Context, now time.Time) (bool, error)
	// ClaimMail leases up to c.Limit open messages that are due; others leave them alone until c.Until.
	ClaimMail(ctx context.Context, c Claim) ([]Claimed, error)
	// RecordMail writes what became of a message; false, and nothing written, when the lease is not this one any more.
	RecordMail(ctx context.Context, r Result) (bool, error)
	// TidyMail wipes the text of messages that ended before wipe, and forgets those created before forget, open or not.
	TidyMail(ctx context.Context, wipe, forget time.Time) error
}

// Claim asks for messages.
type Claim struct {
	Lease      string
	Limit      int
	Now, Until time.Time
}

// Claimed is a message that is leased to be sent.
type Claimed struct {
	Queued
	Lease      string
	Attempts   int  // this one included
	Unreadable bool // the text does not open with the data keys
}

// Result is what became of a Claimed message: sent, or given up, or to be tried again at Again.
type Result struct {
	ID, Lease string
	At        time.Time
	Sent      bool
	Again     time.Time // zero when sent or given up
	Error     string    // why not; for people
}

// How long is waited, kept and tried. Everything here is a promise of docs/guide/settings.md.
const (
	batch     = 5 // connections at once; mail servers refuse many
	firstWait = time.Minute
	mostWait  = 6 * time.Hour
	giveUp    = 3 * 24 * time.Hour
	staleness = 24 * time.Hour // what was never tried by then says nothing useful any more
	keepText  = 24 * time.Hour
	keepLine  = 30 * 24 * time.Hour
	tidyEvery = time.Hour
	slack     = 30 * time.Second // what a delivery may take beyond its timeout, and recording it
)

// Worker sends what is in the outbox. Make it with NewWorker.
type Worker struct {
	Poll time.Duration // how often it looks; set before Run, a second unless a test is in a hurry

	store  Store
	sender Sender
	now    func() time.Time
	log    *slog.Logger
	set    atomic.Bool
	wake   chan struct{}
}

// NewWorker makes a worker; it does nothing before Run.
func NewWorker(store Store, sender Sender, now func() time.Time, log *slog.Logger) *Worker {
	return &Worker{Poll: time.Second, store: store, sender: sender, now: now, log: log, wake: make(chan struct{}, 1)}
}

// Configured reports whether there is a mail server, as of the last look, which Run repeats every second.
func (w *Worker) Configured() bool { return w.set.Load() }

// Run sends until ctx ends. What is under way then is finished and recorded.
func (w *Worker) Run(ctx context.Context) {
	var tidied time.Time
	for ctx.Err() == nil {
		more, err := w.round(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.Error("cannot send the mails of the outbox", "err", err)
		}
		if now := w.now(); err == nil && now.Sub(tidied) >= tidyEvery {
			tidied = now
			if err := w.store.TidyMail(ctx, now.Add(-keepText), now.Add(-keepLine)); err != nil && ctx.Err() == nil {
				w.log.Error("cannot tidy the outbox", "err", err)
			}
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-time.After(w.Poll):
		}
	}
}

// round sends one batch and reports whether it was a full one.
func (w *Worker) round(ctx context.Context) (bool, error) {
	server, err := w.store.MailServer(ctx)
	if err != nil {
		return false, err
	}
	w.set.Store(server.Set())
	if !server.Set() {
		return false, nil
	}
	now := w.now()
	if due, err := w.store.DueMail(ctx, now); err != nil || !due {
		return false, err
	}
	claimed, err := w.store.ClaimMail(ctx, Claim{Lease: directory.NewToken(), Limit: batch, Now: now, Until: now.Add(w.sender.timeout() + slack)})
	if err != nil {
		return false, err
	}
	// A stop lets what is being said to the server be said to its end; the timeout bounds that.
	last := context.WithoutCancel(ctx)
	errs := make([]error, len(claimed))
	var sending sync.WaitGroup
	for i, m := range claimed {
		sending.Go(func() { errs[i] = w.deliver(last, server, m) })
	}
	sending.Wait()
	return len(claimed) == batch, errors.Join(errs...)
}

func (w *Worker) deliver(ctx context.Context, server Server, m Claimed) error {
	var err error
	switch {
	case m.Unreadable:
		err = &Error{Words: "The text cannot be read: it was sealed with a data key that Usher does not have any more.", Permanent: true}
	case m.Attempts == 1 && w.now().Sub(m.CreatedAt) >= staleness:
		err = &Error{Words: "It was not sent, because it was more than a day old when it could have been.", Permanent: true}
	default:
		err = w.sender.Send(ctx, server, m.Queued)
	}
	r := w.resultOf(m, err)
	if _, err := w.store.RecordMail(ctx, r); err != nil {
		return fmt.Errorf("record message %s: %w", m.ID, err)
	}
	return nil
}

// resultOf decides what follows from an attempt.
func (w *Worker) resultOf(m Claimed, err error) Result {
	now := w.now()
	r := Result{ID: m.ID, Lease: m.Lease, At: now, Sent: err == nil}
	if err == nil {
		return r
	}
	r.Error = err.Error()
	e, ok := errors.AsType[*Error](err)
	if ok && e.Permanent {
		return r
	}
	if again := now.Add(wait(m.Attempts)); again.Sub(m.CreatedAt) < giveUp {
		r.Again = again
	}
	return r
}

// wait is a minute after the first attempt, and doubles up to six hours.
func wait(attempts int) time.Duration {
	d := firstWait
	for range attempts - 1 {
		if d *= 2; d >= mostWait {
			return mostWait
		}
	}
	return d
}

// ActionServerUpdate is the action of a directory.Change that sets or removes the mail server. Stored: never rename.
const ActionServerUpdate = "mail.server"

// SaveServer sets the mail server; one that has nothing but a Revision removes it. Conflict when s.Revision is not the
// stored one. A Password of "" keeps the stored one when host and
// user name stay as they are. Invalid names the form's fields.
func (w *Worker) SaveServer(ctx context.Context, s Server, by directory.Actor) error {
	s, err := w.complete(ctx, s)
	if err != nil {
		return err
	}
	c := directory.Change{ID: directory.NewID(), At: w.now(), Actor: by, Action: ActionServerUpdate, Label: s.Host}
	if err := w.store.SaveMailServer(ctx, s, c); err != nil {
		return err
	}
	w.set.Store(s.Set())
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

// Try sends a test message with settings that need not be saved. The error is an *Error when the server refused or
// was not reached, and Invalid with the form's fields, or the field to, when the input is wrong.
func (w *Worker) Try(ctx context.Context, s Server, to string) error {
	s, err := w.complete(ctx, s)
	if err != nil {
		return err
	}
	if !IsAddress(to) {
		f := directory.FieldErrors{}
		f.Add("to", "Enter an e-mail address such as ada@example.com.")
		return f.Err()
	}
	now := w.now()
	return w.sender.Send(ctx, s, Queued{ID: directory.NewID(), CreatedAt: now, Message: Message{To: to, Subject: "Test message from Usher",
		Text: "This is a test. Usher can send e-mail through " + s.Host + ".\n"}})
}

// complete adds the stored password where none was typed. It goes to no other host and no other user name than it was
// entered for, so that nobody can have it sent to a server of their own.
func (w *Worker) complete(ctx context.Context, s Server) (Server, error) {
	if s == (Server{Revision: s.Revision}) {
		return s, nil
	}
	f := s.Check()
	old, err := w.store.MailServer(ctx)
	if err != nil {
		return s, err
	}
	if s.Password == "" && s.UserName != "" {
		if same := s.Host == old.Host && s.UserName == old.UserName; same {
			s.Password = old.Password
		} else if old.Password != "" {
			f.Add("password", "Enter the password again: it was saved for another server or user name.")
		}
	}
	return s, f.Err()
}
