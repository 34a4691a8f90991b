package mailtest

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Message is one that the server took.
type Message struct {
	From    string // of the envelope
	To      []string
	Subject string // decoded
	Text    string // decoded, with line feeds
	Header  mail.Header
	Raw     string
}

// Inbox is what the server took, oldest first.
type Inbox struct {
	mu      sync.Mutex
	all     []Message
	changed chan struct{} // closed when something arrives
}

func (b *Inbox) add(from string, to []string, raw string) {
	m := Message{From: from, To: slices.Clone(to), Raw: raw}
	if parsed, err := mail.ReadMessage(strings.NewReader(raw)); err == nil {
		m.Header = parsed.Header
		m.Subject, _ = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		body := parsed.Body
		if strings.EqualFold(parsed.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(body)
		}
		text, _ := io.ReadAll(body)
		m.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, m)
	close(b.changed)
	b.changed = make(chan struct{})
}

// All is every message so far.
func (b *Inbox) All() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// To are the messages to one address.
func (b *Inbox) To(address string) []Message {
	return slices.DeleteFunc(b.All(), func(m Message) bool { return !slices.Contains(m.To, address) })
}

// Wait waits, for at most 20 seconds, for the newest message to the address when there are n of them.
func (b *Inbox) Wait(t testing.TB, address string, n int) Message {
	t.Helper()
	end := time.After(20 * time.Second)
	for {
		b.mu.Lock()
		changed := b.changed
		b.mu.Unlock()
		if got := b.To(address); len(got) >= n {
			return got[len(got)-1]
		}
		select {
		case <-changed:
		case <-end:
			t.Fatalf("%s got %d messages, want %d", address, len(b.To(address)), n)
		}
	}
}

var link = regexp.MustCompile(`https?://[^\s<>"]+`)

// Links are the addresses of web pages in the text.
func (m Message) Links() []string { return link.FindAllString(m.Text, -1) }
