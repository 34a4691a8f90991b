package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/directory"
	"usher/mail"
)

func bodyPlace(id string) place { return place{"outbox", id, "body"} }

// queueMail leaves a message to be sent, in the transaction of the act that causes it. What the address, subject and
// text may be is checked by mail.Message.Check.
func (s *Store) queueMail(ctx context.Context, tx *sql.Tx, m mail.Message, now time.Time) error {
	if err := m.Check(); err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	id := logID(now, 0)
	_, err := tx.ExecContext(ctx, `INSERT INTO outbox (id, to_addr, subject, body, created_at, due_at) VALUES ($1, $2, $3, $4, $5, $5)`,
		id, m.To, m.Subject, s.ring.seal(bodyPlace(id), []byte(m.Text)), now.UnixMicro())
	if err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	return nil
}

// QueueMail leaves a message to be sent.
func (s *Store) QueueMail(ctx context.Context, m mail.Message, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return s.queueMail(ctx, tx, m, now) })
}

const openMail = `sent_at IS NULL AND failed_at IS NULL`

const dueMailQuery = `SELECT EXISTS (SELECT 1 FROM outbox WHERE due_at <= $1 AND ` + openMail + `)`

// DueMail implements mail.Store.
func (s *Store) DueMail(ctx context.Context, now time.Time) (bool, error) {
	var due bool
	if err := s.r.QueryRowContext(ctx, dueMailQuery, now.UnixMicro()).Scan(&due); err != nil {
		return false, fmt.Errorf("look for due mail: %w", err)
	}
	return due, nil
}

func (s *Store) claimMailQuery() string {
	return `UPDATE outbox SET lease = $1, lease_until = $2, due_at = $2, attempts = attempts + 1 WHERE id IN (` +
		s.skipLocked(`SELECT id FROM outbox WHERE due_at <= $3 AND `+openMail+` ORDER BY due_at LIMIT $4`) +
		`) RETURNING id, to_addr, subject, body, created_at, attempts`
}

// ClaimMail implements mail.Store. A leased message has due_at at the end of its lease, so no other process finds it due.
func (s *Store) ClaimMail(ctx context.Context, c mail.Claim) ([]mail.Claimed, error) {
	var claimed []mail.Claimed
	err := s.tx(ctx, func(tx *sql.Tx) error {
		var err error
		claimed, err = list(ctx, tx, s.scanClaimed, s.claimMailQuery(), c.Lease, c.Until.UnixMicro(), c.Now.UnixMicro(), c.Limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim mail: %w", err)
	}
	for i := range claimed {
		claimed[i].Lease = c.Lease
	}
	return claimed, nil
}

func (s *Store) scanClaimed(row scanner) (mail.Claimed, error) {
	var m mail.Claimed
	var body string
	var created sql.NullInt64
	if err := row.Scan(&m.ID, &m.To, &m.Subject, &body, &created, &m.Attempts); err != nil {
		return m, err
	}
	m.CreatedAt = timeOf(created)
	text, err := s.openBody(m.ID, body)
	m.Text, m.Unreadable = text, err != nil // one damaged row must not keep the others from being sent
	return m, nil
}

func (s *Store) openBody(id, body string) (string, error) {
	if body == "" {
		return "", nil
	}
	plain, err := s.ring.open(bodyPlace(id), body)
	return string(plain), err
}

// RecordMail implements mail.Store.
func (s *Store) RecordMail(ctx context.Context, r mail.Result) (bool, error) {
	set, when := `sent_at = $4`, r.At
	switch {
	case r.Sent:
	case r.Again.IsZero():
		set = `failed_at = $4`
	default:
		set, when = `due_at = $4`, r.Again
	}
	n, err := exec(ctx, s.w, `UPDATE outbox SET lease = NULL, lease_until = NULL, error = $3, `+set+` WHERE id = $1 AND lease = $2`,
		r.ID, r.Lease, clean(r.Error), when.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("record mail: %w", err)
	}
	return n == 1, nil
}

const (
	wipeSentQuery   = `UPDATE outbox SET body = '' WHERE sent_at IS NOT NULL AND body <> '' AND sent_at < $1`
	wipeFailedQuery = `UPDATE outbox SET body = '' WHERE failed_at IS NOT NULL AND body <> '' AND failed_at < $1`
	forgetMailQuery = `DELETE FROM outbox WHERE id < $1 AND lease IS NULL`
)

// TidyMail implements mail.Store. A message that is being sent stays, even when it is old.
func (s *Store) TidyMail(ctx context.Context, wipe, forget time.Time) error {
	for _, query := range []string{wipeSentQuery, wipeFailedQuery} {
		if err := s.do(ctx, "wipe mail", query, wipe.UnixMicro()); err != nil {
			return err
		}
	}
	return s.do(ctx, "forget mail", forgetMailQuery, boundID(forget).String())
}

const outboxColumns = `id, to_addr, subject, created_at, due_at, attempts, lease_until, sent_at, failed_at, error, body`

func (s *Store) scanEntry(row scanner) (mail.Entry, error) {
	var e mail.Entry
	var created, due, lease, sent, failed sql.NullInt64
	var body string
	err := row.Scan(&e.ID, &e.To, &e.Subject, &created, &due, &e.Attempts, &lease, &sent, &failed, &e.Error, &body)
	e.CreatedAt, e.DueAt, e.LeaseUntil, e.SentAt, e.FailedAt = timeOf(created), timeOf(due), timeOf(lease), timeOf(sent), timeOf(failed)
	e.Text, e.Wiped = body, body == "" // sealed as yet
	return e, err
}

const outboxQuery = `SELECT ` + outboxColumns + ` FROM outbox WHERE id < $1 ORDER BY id DESC LIMIT $2`

// Outbox is one page of messages, newest first, without their texts. before is the cursor of the page before, "" for
// the first; limit is 50 when 0 and at most 200.
func (s *Store) Outbox(ctx context.Context, before string, limit int) (entries []mail.Entry, next string, err error) {
	if before == "" {
		before = "~" // after every ID
	}
	limit = pageSize(limit)
	entries, err = list(ctx, s.r, s.scanEntry, outboxQuery, clean(before), limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list the outbox: %w", err)
	}
	if len(entries) > limit {
		entries = entries[:limit]
		next = entries[limit-1].ID
	}
	for i := range entries {
		entries[i].Text = ""
	}
	return entries, next, nil
}

// OutboxEntry is one message with its text; NotFound when there is none with the ID.
func (s *Store) OutboxEntry(ctx context.Context, id string) (mail.Entry, error) {
	e, err := s.scanEntry(s.r.QueryRowContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE id = $1`, id))
	if missing(err) {
		return e, &directory.Error{Code: directory.NotFound, Message: "There is no such message. Messages are forgotten after 30 days."}
	}
	if err != nil {
		return e, fmt.Errorf("read message: %w", err)
	}
	e.Text, err = s.openBody(e.ID, e.Text)
	return e, err
}

var _ mail.Store = (*Store)(nil)
