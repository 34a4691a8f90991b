package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"usher/mail"
	"usher/mail/mailtest"
)

// mailer gives the console a worker that is not running, unless run is set.
func (o *console) mailer(t *testing.T, run bool) *mail.Worker {
	t.Helper()
	w := mail.NewWorker(o.store, mail.Sender{Timeout: 5 * time.Second}, time.Now, slog.New(slog.DiscardHandler))
	w.Poll = 10 * time.Millisecond
	o.Mail = w
	if run {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
	}
	return w
}

func TestMailSettings(t *testing.T) {
	o := newConsole(t)
	o.mailer(t, false)
	smtp := mailtest.New(t)
	smtp.UserName, smtp.Password = "usher", "hunter2hunter2"
	smtp.Start(t)
	port := strconv.Itoa(smtp.Port())

	o.get("/settings/mail").says(t, "No mail server is set")
	a := o.edit("/settings/mail", "host", "http://smtp", "security", "starttls", "user_name", "me", "password", "hunter2hunter2", "from", "nobody", "port", "99999")
	if a.code != http.StatusUnprocessableEntity || a.field("host") != "http://smtp" || a.field("from") != "nobody" || a.field("port") != "99999" {
		t.Errorf("%d: %s", a.code, a.text)
	}
	for _, want := range []string{"Enter only a name or an address", "Enter a number from 1 to 65535", "Enter an e-mail address such as"} {
		a.says(t, want)
	}
	a.silent(t, "hunter2")
	if m, _ := o.store.MailServer(t.Context()); m.Set() {
		t.Error("a wrong server was stored")
	}
	if a := o.edit("/settings/mail"); a.code != http.StatusUnprocessableEntity {
		t.Errorf("an empty form: %d", a.code)
	}

	form := []string{"host", "127.0.0.1", "port", port, "security", "none", "user_name", "usher", "password", "hunter2hunter2", "from", "usher@example.com", "from_name", "Example"}
	page := o.led(t, o.edit("/settings/mail", form...), "/settings/mail")
	page.says(t, "The mail server was updated")
	page.silent(t, "hunter2")
	o.led(t, o.browser.post("/settings/mail/test", "to", "ada@example.com"), "/settings/mail").says(t, "The mail server took the message")
	if m := smtp.Inbox.Wait(t, "ada@example.com", 1); m.Subject != "Test message from Usher" {
		t.Errorf("arrived: %+v", m)
	}
	if a = o.browser.post("/settings/mail/test", "to", "ada"); a.code != http.StatusUnprocessableEntity || a.field("to") != "ada" {
		t.Errorf("%d %q", a.code, a.field("to"))
	}
	smtp.Down(true)
	a = o.browser.post("/settings/mail/test", "to", "ada@example.com")
	if a.code != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.code)
	}
	a.says(t, "The test message was not sent")
	a.says(t, "The connection to 127.0.0.1, port "+port+" failed")

	// The stored password goes to no other server.
	form[1], form[9] = "localhost", ""
	a = o.edit("/settings/mail", form...)
	if a.code != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.code)
	}
	a.says(t, "Enter the password again")
	o.led(t, o.browser.post("/settings/mail/remove", "revision", o.get("/settings/mail").field("revision")), "/settings/mail").says(t, "No mail server is set")
	if m, _ := o.store.MailServer(t.Context()); m != (mail.Server{Revision: m.Revision}) {
		t.Errorf("left: %+v", m)
	}
}

func TestOutboxPages(t *testing.T) {
	o := newConsole(t)
	o.mailer(t, true)
	o.get("/settings/outbox").says(t, "No messages")
	must(t, o.store.QueueMail(t.Context(), mail.Message{To: "grace@example.com", Subject: "Verify <your> address",
		Text: "Open this link:\n\nhttps://usher.example/verify?token=abc&x=1.\n\n<script>alert(1)</script> javascript:alert(1)\n"}, time.Now()))
	list := o.get("/settings/outbox").ok(t)
	for _, want := range []string{"Nothing is sent, because no mail server is set", "grace@example.com", "Verify <your> address", "kept here"} {
		list.says(t, want)
	}
	if list.doc.Find(`nav a[href="/settings/outbox"]`).Length() == 0 {
		t.Error("the sidebar does not lead to the outbox")
	}
	path, _ := list.doc.Find("tbody a").Attr("href")
	page := o.get(path).ok(t)
	if links := page.doc.Find("#text a"); links.Length() != 1 || links.AttrOr("href", "") != "https://usher.example/verify?token=abc&x=1" {
		t.Errorf("links: %s", page.doc.Find("#text").Text())
	}
	page.silent(t, "<script>alert(1)")
	if got := page.doc.Find("#text p").Text(); !strings.Contains(got, "Open this link:\n\nhttps://usher.example/verify?token=abc&x=1.\n\n<script>") {
		t.Errorf("the text is shown as %q", got)
	}
	if a := o.get("/settings/outbox/nothing"); a.code != http.StatusNotFound {
		t.Errorf("a message that is not there: %d", a.code)
	}

	smtp := mailtest.New(t)
	smtp.Start(t)
	o.led(t, o.edit("/settings/mail", "host", "127.0.0.1", "port", strconv.Itoa(smtp.Port()), "security", "none", "from", "usher@example.com"), "/settings/mail")
	smtp.Inbox.Wait(t, "grace@example.com", 1)
	sent := o.until(t, "/settings/outbox", "sent")
	if sent.doc.Find(`nav[aria-label=Main] a[href="/settings/outbox"]`).Length() != 0 {
		t.Error("the sidebar still has the outbox")
	}
}
