package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"usher/directory"
)

// Error is why a message was not sent.
type Error struct {
	Words     string // what happened and what to do, with the server's own words; for people
	Permanent bool   // trying the same again would end the same
	Err       error
}

func (e *Error) Error() string { return e.Words }
func (e *Error) Unwrap() error { return e.Err }

func explain(to Server, err error) *Error {
	at := fmt.Sprintf("%s, port %d", to.Host, to.Port)
	out := &Error{Err: err}
	if e, ok := errors.AsType[*gomail.SendError](err); ok {
		out.Permanent = !e.IsTemp() && e.ErrorCode() >= 500 && (e.Reason == gomail.ErrSMTPRcptTo || e.Reason == gomail.ErrSMTPDataClose)
		out.Words = refusedWords(e, sendAnswer(e))
		return out
	}
	text := err.Error()
	var dns *net.DNSError
	var unknown *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &dns):
		out.Words = "There is no mail server named " + to.Host + ", or its address cannot be looked up. Check the name."
	case errors.As(err, &unknown):
		out.Words = "The mail server " + to.Host + " shows a certificate that is not trusted: " + unknown.Err.Error() + ". Use the name that its certificate is for."
	case errors.As(err, &record):
		out.Words = at + " does not speak TLS from the first byte. Choose STARTTLS, or another port."
	case strings.Contains(text, "does not support STARTTLS"):
		out.Words = at + " does not offer STARTTLS. Choose TLS with port 465, or ask who runs the server."
	case strings.Contains(text, "AUTH"):
		out.Words = authWords(answerOf(err), text)
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err), strings.Contains(text, net.ErrClosed.Error()): // closed by us when time was up
		out.Words = at + " does not answer in time. A firewall may be in between, or the port wants TLS from the first byte."
	default:
		if words := directory.PlainWords(err); words != "" {
			text = words + "."
		}
		out.Words = "The connection to " + at + " failed: " + answerOr(err, text)
	}
	return out
}

func refusedWords(e *gomail.SendError, answer string) string {
	what := map[gomail.SendErrReason]string{
		gomail.ErrSMTPMailFrom:  "The mail server refuses the sender’s address",
		gomail.ErrSMTPRcptTo:    "The mail server refuses the recipient",
		gomail.ErrSMTPData:      "The mail server does not take the message",
		gomail.ErrSMTPDataClose: "The mail server does not take the message",
	}[e.Reason]
	if what == "" {
		what = "The message could not be sent"
	}
	if answer == "" {
		return what + "."
	}
	return what + ": " + answer
}

func authWords(answer, text string) string {
	if strings.Contains(text, "does not support SMTP AUTH") {
		return "The mail server does not ask for a password, or only over TLS. Remove the user name, or choose STARTTLS or TLS."
	}
	if answer == "" {
		return "The mail server cannot check the password in a way that Usher knows: " + text
	}
	return "The mail server refuses user name or password: " + answer
}

const maxAnswer = 300 // bytes of the server's words that are kept

// sendAnswer is what the server said, which the library has in its own text only.
func sendAnswer(e *gomail.SendError) string {
	text := strings.TrimPrefix(e.Error(), e.Reason.String()+": ")
	for _, end := range []string{", affected recipient(s): ", ", affected message ID: "} {
		text, _, _ = strings.Cut(text, end)
	}
	return shorten(strings.ReplaceAll(text, `"`, ""))
}

// answerOf is what the server said, "" when it said nothing.
func answerOf(err error) string {
	var e *textproto.Error
	if !errors.As(err, &e) {
		return ""
	}
	return shorten(fmt.Sprintf("%d %s", e.Code, e.Msg))
}

func answerOr(err error, text string) string {
	if a := answerOf(err); a != "" {
		return a
	}
	return shorten(text)
}

func shorten(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "")
	if len(s) > maxAnswer {
		s = strings.ToValidUTF8(s[:maxAnswer], "") + "…"
	}
	return s
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}
