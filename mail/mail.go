// Package mail writes to people: messages are kept in the outbox, in the transaction of the act that causes them, and
// sent by SMTP when there is a server. It is not for deciding who is written to.
package mail

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Message is one plain-text message to one address.
type Message struct {
	To      string
	Subject string
	Text    string
}

const (
	maxAddress = 254      // bytes (RFC 5321 §4.5.3.1.3, less the angle brackets)
	maxSubject = 200      // characters
	maxText    = 64 << 10 // bytes
)

// Check refuses what could reach another header or another person. The errors do not repeat what was given.
func (m Message) Check() error {
	if !IsAddress(m.To) {
		return errors.New("the recipient is not an e-mail address")
	}
	if m.Subject == "" || utf8.RuneCountInString(m.Subject) > maxSubject || !oneLine(m.Subject) {
		return errors.New("the subject is empty, too long or more than one line")
	}
	if len(m.Text) > maxText || !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0) {
		return errors.New("the text is too long or not text")
	}
	return nil
}

// IsAddress reports whether v is one bare e-mail address such as ada@example.com, without a name or angle brackets.
func IsAddress(v string) bool {
	a, err := mail.ParseAddress(v)
	return err == nil && a.Address == v && len(v) <= maxAddress && oneLine(v)
}

// oneLine: a line's end would begin another header (RFC 5322 §2.2).
func oneLine(v string) bool {
	return utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}
