package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/directory"
	"usher/mail"
	"usher/mail/mailtest"
)

func message(to string) mail.Message {
	return mail.Message{To: to, Subject: "Verify your address", Text: "https://usher.example.com/verify?token=abc"}
}

func claimMail(now time.Time, lease string) mail.Claim {
	return mail.Claim{Lease: lease, Limit: 10, Now: now, Until: now.Add(time.Minute)}
}

func TestOutbox(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range 5 {
			w.must(w.QueueMail(ctx, message(fmt.Sprintf("u%d@example.com", i)), at.Add(time.Duration(i)*time.Second)))
		}
		if err := w.QueueMail(ctx, mail.Message{To: "a@example.com", Subject: "x\r\nBcc: eve@example.com", Text: "x"}, at); err == nil {
			t.Error("a subject of two lines was queued")
		}
		var stored string
		w.must(writer(w).QueryRow(`SELECT body FROM outbox LIMIT 1`).Scan(&stored))
		if strings.Contains(stored, "token") {
			t.Errorf("the text is stored readable: %s", stored)
		}
		var seen []string
		for before := ""; ; {
			page, next, err := w.Outbox(ctx, before, 2)
			w.must(err)
			for _, e := range page {
				seen = append(seen, e.To[:2])
				if e.Text != "" {
					t.Error("the list has a text")
				}
			}
			if before = next; next == "" {
				break
			}
		}
		same(t, "newest first", fmt.Sprint(seen), "[u4 u3 u2 u1 u0]")
		_, err := w.OutboxEntry(ctx, "nothing")
		wantCode(t, err, directory.NotFound)
	})
}

func TestMailIsClaimedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.must(w.QueueMail(ctx, message("a@example.com"), at))
		var wg sync.WaitGroup
		var mu sync.Mutex
		var got []mail.Claimed
		for i := range 4 { // several replicas
			wg.Go(func() {
				c, err := w.ClaimMail(ctx, claimMail(at, fmt.Sprint("lease", i)))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				got = append(got, c...)
			})
		}
		wg.Wait()
		if len(got) != 1 {
			t.Fatalf("claimed %d times", len(got))
		}
		first := got[0]
		same(t, "text", first.Text, message("").Text)
		due, err := w.DueMail(ctx, at.Add(59*time.Second))
		w.must(err)
		same(t, "due while it is leased", due, false)

		// Whoever was killed loses the message when the lease ends, and the word of a late one counts for nothing.
		again, err := w.ClaimMail(ctx, claimMail(at.Add(time.Minute), "later"))
		w.must(err)
		if len(again) != 1 || again[0].Attempts != 2 {
			t.Fatalf("after the lease: %+v", again)
		}
		ok, err := w.RecordMail(ctx, mail.Result{ID: first.ID, Lease: first.Lease, At: at, Sent: true})
		w.must(err)
		same(t, "a lost lease counts", ok, false)
		ok, err = w.RecordMail(ctx, mail.Result{ID: first.ID, Lease: "later", At: at.Add(time.Minute), Again: at.Add(time.Hour), Error: "no\x00pe"})
		w.must(err)
		same(t, "recorded", ok, true)
		e, err := w.OutboxEntry(ctx, first.ID)
		w.must(err)
		same(t, "state", e.State(at.Add(2*time.Minute)), mail.Retrying)
		same(t, "next attempt", e.DueAt, at.Add(time.Hour))
	})
}

func TestTidyMail(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, to := range []string{"sent@example.com", "failed@example.com", "open@example.com"} {
			w.must(w.QueueMail(ctx, message(to), at))
		}
		claimed, err := w.ClaimMail(ctx, claimMail(at, "l"))
		w.must(err)
		for _, m := range claimed {
			r := mail.Result{ID: m.ID, Lease: m.Lease, At: at, Sent: m.To == "sent@example.com"}
			if m.To == "open@example.com" {
				r.Again = at
			}
			_, err := w.RecordMail(ctx, r)
			w.must(err)
		}
		texts := func() (n int) {
			w.must(writer(w).QueryRow(`SELECT count(*) FROM outbox WHERE body <> ''`).Scan(&n))
			return n
		}
		w.must(w.TidyMail(ctx, at, at))
		same(t, "texts at once", texts(), 3)
		w.must(w.TidyMail(ctx, at.Add(time.Second), at))
		same(t, "texts of what ended", texts(), 1)
		page, _, err := w.Outbox(ctx, "", 0)
		w.must(err)
		same(t, "lines", len(page), 3)
		w.must(w.TidyMail(ctx, at, at.Add(time.Second)))
		page, _, err = w.Outbox(ctx, "", 0)
		w.must(err)
		same(t, "lines in the end", len(page), 0)
	})
}

// One row that does not open must not keep the others from being sent.
func TestUnreadableMail(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.must(w.QueueMail(ctx, message("a@example.com"), at))
		w.must(w.QueueMail(ctx, message("b@example.com"), at))
		_, err := writer(w).Exec(`UPDATE outbox SET body = 'v1:zz:zz' WHERE to_addr = 'a@example.com'`)
		w.must(err)
		claimed, err := w.ClaimMail(ctx, claimMail(at, "l"))
		w.must(err)
		same(t, "claimed", len(claimed), 2)
		for _, m := range claimed {
			same(t, "unreadable "+m.To, m.Unreadable, m.To == "a@example.com")
		}
	})
}

func TestMailServerIsSealed(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		m := mail.Server{Host: "smtp.example.com", Port: 587, Security: mail.STARTTLS, UserName: "usher", Password: "hunter2", From: "usher@example.com"}
		w.must(w.SaveMailServer(ctx, m, change(at)))
		got, err := w.MailServer(ctx)
		w.must(err)
		got.Revision = 0
		same(t, "server", got, m)
		same(t, "password", got.Password.Reveal(), "hunter2")
		var n int
		w.must(writer(w).QueryRow(`SELECT count(*) FROM settings WHERE value LIKE '%hunter%'`).Scan(&n))
		same(t, "readable passwords", n, 0)
		w.must(w.SaveMailServer(ctx, mail.Server{}, change(at)))
		got, err = w.MailServer(ctx)
		w.must(err)
		got.Revision = 0
		same(t, "removed", got, mail.Server{})
		w.must(writer(w).QueryRow(`SELECT count(*) FROM settings WHERE name LIKE 'mail.%'`).Scan(&n))
		same(t, "what is left", n, 0)
	})
}

func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, v := range []string{"one", "two", ""} {
			w.must(w.SaveSetting(ctx, "x", v, change(at)))
			got, err := w.Setting(ctx, "x")
			w.must(err)
			same(t, "setting", got, v)
		}
		w.must(w.SaveSecretSetting(ctx, "s", "hunter2", change(at)))
		got, err := w.SecretSetting(ctx, "s")
		w.must(err)
		same(t, "secret", got.Reveal(), "hunter2")
		_, err = writer(w).Exec(`UPDATE settings SET name = 't' WHERE name = 's'`)
		w.must(err)
		if _, err = w.SecretSetting(ctx, "t"); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a secret opens under another name: %v", err)
		}
	})
}

// Two workers over one database, a server that is down and comes up: everybody gets their message, once.
func TestWorkersShareTheOutbox(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		smtp := mailtest.New(t)
		smtp.Start(t)
		w.must(w.SaveMailServer(ctx, mail.Server{Host: "127.0.0.1", Port: smtp.Port(), Security: mail.NoTLS, From: "usher@example.com"}, change(at)))
		work, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for range 2 {
			m := mail.NewWorker(w.Store, mail.Sender{}, func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }, slog.New(slog.DiscardHandler))
			m.Poll = 10 * time.Millisecond
			wg.Go(func() { m.Run(work) })
		}
		const n = 30
		for i := range n {
			w.must(w.QueueMail(ctx, message(fmt.Sprintf("u%d@example.com", i)), time.Now()))
		}
		for i := range n {
			smtp.Inbox.Wait(t, fmt.Sprintf("u%d@example.com", i), 1)
		}
		stop()
		wg.Wait()
		same(t, "messages", len(smtp.Inbox.All()), n)
		due, err := w.DueMail(ctx, time.Now().Add(time.Hour))
		w.must(err)
		same(t, "left", due, false)
	})
}
