package mail_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"usher/mail"
	"usher/mail/mailtest"
)

const rowID = "01939b8c-0000-7000-8000-000000000001"

func at(s *mailtest.Server) mail.Server {
	return mail.Server{Host: "127.0.0.1", Port: s.Port(), Security: mail.NoTLS, From: "usher@example.com", FromName: "Example, Inc."}
}

func queued(to string) mail.Queued {
	return mail.Queued{ID: rowID, CreatedAt: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		Message: mail.Message{To: to, Subject: "Grüße aus Zürich", Text: "Open this link:\n\nhttps://usher.example.com/verify?token=abc=def\n.\nüber\n"}}
}

func TestSend(t *testing.T) {
	s := mailtest.New(t)
	s.Start(t)
	if err := (mail.Sender{}).Send(t.Context(), at(s), queued("ada@example.com")); err != nil {
		t.Fatal(err)
	}
	m := s.Inbox.Wait(t, "ada@example.com", 1)
	if m.Subject != "Grüße aus Zürich" || m.Text != queued("").Text || m.From != "usher@example.com" {
		t.Errorf("arrived as %+v", m)
	}
	for header, want := range map[string]string{"Message-Id": "<" + rowID + "@example.com>", "From": `"Example, Inc." <usher@example.com>`,
		"Auto-Submitted": "auto-generated", "Date": "Mon, 23 Nov 2026 12:00:00 +0000"} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if links := m.Links(); len(links) != 1 || links[0] != "https://usher.example.com/verify?token=abc=def" {
		t.Errorf("links %q", links)
	}
}

func TestSendOverTLSWithPassword(t *testing.T) {
	s := mailtest.New(t)
	s.Secure, s.UserName, s.Password = true, "usher", "hunter2"
	s.Start(t)
	to := at(s)
	to.Security, to.UserName, to.Password = mail.STARTTLS, "usher", "hunter2"
	sender := mail.Sender{TLS: s.TLS()}
	if err := sender.Send(t.Context(), to, queued("ada@example.com")); err != nil {
		t.Fatal(err)
	}
	s.Inbox.Wait(t, "ada@example.com", 1)

	// A certificate that nobody vouches for is refused, and so is a server without STARTTLS: nothing crosses readable.
	fails(t, mail.Sender{}.Send(t.Context(), to, queued("ada@example.com")), "certificate that is not trusted", false)
	plain := mailtest.New(t)
	plain.Start(t)
	to.Port = plain.Port()
	fails(t, sender.Send(t.Context(), to, queued("ada@example.com")), "does not offer STARTTLS", false)
	if n := len(plain.Inbox.All()); n != 0 {
		t.Errorf("%d messages crossed readable", n)
	}
}

func fails(t *testing.T, err error, words string, permanent bool) {
	t.Helper()
	e, ok := errors.AsType[*mail.Error](err)
	if !ok || !strings.Contains(e.Words, words) || e.Permanent != permanent {
		t.Errorf("error is %+v, want %q, permanent %v", err, words, permanent)
	}
	if err != nil && strings.Contains(err.Error(), "hunter") {
		t.Errorf("the error has the password: %v", err)
	}
}

func TestSendFailures(t *testing.T) {
	s := mailtest.New(t)
	s.UserName, s.Password = "usher", "hunter2"
	s.Refuse = func(to string) string {
		return map[string]string{"nobody@example.com": "550 5.1.1 nobody here", "full@example.com": "452 4.2.2 mailbox full"}[to]
	}
	s.Start(t)
	to := at(s)
	to.UserName, to.Password = "usher", "hunter2"
	send := func(to mail.Server, address string) error {
		return mail.Sender{}.Send(t.Context(), to, queued(address))
	}
	fails(t, send(to, "nobody@example.com"), "refuses the recipient: 550 5.1.1 nobody here", true)
	fails(t, send(to, "full@example.com"), "refuses the recipient: 452 4.2.2 mailbox full", false)
	wrong := to
	wrong.Password = "hunter3"
	fails(t, send(wrong, "ada@example.com"), "refuses user name or password: 535 5.7.8 wrong user name or password", false)
	open := to
	open.UserName, open.Password = "", ""
	fails(t, send(open, "ada@example.com"), "refuses the sender’s address: 530 5.7.0 sign in first", false)
	gone := to
	gone.Host = "no-such-host.invalid"
	fails(t, send(gone, "ada@example.com"), "no mail server named no-such-host.invalid", false)
	s.Down(true)
	fails(t, send(to, "ada@example.com"), "The connection to 127.0.0.1", false)
}

// A server that accepts and then says nothing must not hold a delivery for ever.
func TestSendToSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	to := mail.Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: mail.NoTLS, From: "usher@example.com"}
	began := time.Now()
	fails(t, mail.Sender{Timeout: 200 * time.Millisecond}.Send(t.Context(), to, queued("ada@example.com")), "does not answer in time", false)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestHeadersCannotBeInjected(t *testing.T) {
	s := mailtest.New(t)
	s.Start(t)
	good := queued("ada@example.com")
	for _, evil := range []string{"x\r\nBcc: eve@example.com", "x\nBcc: eve@example.com", "x\rBcc: eve@example.com", "x\x00", "x\u2028Bcc: eve", "x\xff"} {
		for name, m := range map[string]mail.Message{
			"subject": {To: good.To, Subject: evil, Text: "x"}, "address": {To: "ada@example.com" + evil[1:], Subject: "x", Text: "x"},
			"named address": {To: "Eve <eve@example.com>", Subject: "x", Text: "x"}, "two addresses": {To: "ada@example.com, eve@example.com", Subject: "x", Text: "x"},
		} {
			q := good
			q.Message = m
			if err := (mail.Sender{}).Send(t.Context(), at(s), q); err == nil {
				t.Errorf("%s %q was sent", name, evil)
			}
		}
		for field, v := range map[string]mail.Server{
			"from_name": {Host: "h", Port: 25, Security: mail.TLS, From: "a@example.com", FromName: evil},
			"from":      {Host: "h", Port: 25, Security: mail.TLS, From: "a@example.com" + evil[1:]},
			"user_name": {Host: "h", Port: 25, Security: mail.TLS, From: "a@example.com", UserName: evil},
			"host":      {Host: "h" + evil[1:], Port: 25, Security: mail.TLS, From: "a@example.com"},
		} {
			if v.Check()[field] == "" {
				t.Errorf("%s %q is accepted", field, evil)
			}
		}
	}
	if n := len(s.Inbox.All()); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}

func TestServerCheck(t *testing.T) {
	fine := mail.Server{Host: "smtp.example.com", Port: 587, Security: mail.STARTTLS, From: "usher@example.com"}
	if f := fine.Check(); len(f) != 0 {
		t.Errorf("refused: %v", f)
	}
	for _, host := range []string{"127.0.0.1", "::1", "[::1]", "mail", "smtp_relay.internal", "mail.example.com."} {
		s := fine
		if s.Host = host; len(s.Check()) != 0 {
			t.Errorf("host %q: %v", host, s.Check())
		}
	}
	for field, wrong := range map[string]func(*mail.Server){
		"host":      func(s *mail.Server) { s.Host = "unix:///var/run/smtp" },
		"port":      func(s *mail.Server) { s.Port = 0 },
		"security":  func(s *mail.Server) { s.Security = "maybe" },
		"from":      func(s *mail.Server) { s.From = "Usher <usher@example.com>" },
		"user_name": func(s *mail.Server) { s.Password = "x" },
	} {
		s := fine
		wrong(&s)
		if s.Check()[field] == "" {
			t.Errorf("%s: nothing is wrong with %+v", field, s)
		}
	}
}
