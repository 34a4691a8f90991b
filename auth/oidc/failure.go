package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"usher/directory"
)

// Kind says what ended a sign-in.
type Kind string

// The kinds of failure, by who has to do something about it.
const (
	Expired     Kind = "expired"     // the browser brings nothing that was begun here, or too late
	Refused     Kind = "refused"     // by the provider, by the person, or by what an administrator chose
	Unreachable Kind = "unreachable" // the provider does not answer
	Untrusted   Kind = "untrusted"   // the provider's answer did not pass the checks
	Clash       Kind = "clash"       // what the provider says does not go with the users who are here
)

// Failure is a sign-in that ended without anybody signed in, in words for the person in front of the browser. Err is
// for the log.
type Failure struct {
	Kind  Kind
	Title string // what happened
	Text  string // why
	Next  string // what to do
	Err   error
}

func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Text
	}
	return f.Text + " " + f.Err.Error()
}

func (f *Failure) Unwrap() error { return f.Err }

const (
	askAdmin = "Tell your administrator if this happens again."
	again    = "Go back to the sign-in page and try again."

	cannotBeUsed = "The answer of the sign-in service cannot be used"
	tellAdmin    = "Tell your administrator what this page says: sign-in fails until the connection or the provider is changed."
)

func expired(err error) *Failure {
	return &Failure{Kind: Expired, Title: "This sign-in has ended",
		Text: "It was used already, took longer than ten minutes, or was begun in another browser.", Next: "Start again from the sign-in page.", Err: err}
}

func (s SignIn) notThere() *Failure {
	return &Failure{Kind: Refused, Title: "Nobody can sign in this way", Text: "The connection is switched off or was deleted.",
		Next: "Choose another way on the sign-in page, or ask your administrator."}
}

// failed is for a request to the provider that led to nothing: it tells an answer that came from none. what was asked
// for, after "Usher asked for".
func (s SignIn) failed(what string, err error) *Failure {
	if bad, ok := errors.AsType[*badDocument](err); ok {
		return &Failure{Kind: Untrusted, Title: cannotBeUsed, Text: fmt.Sprintf("Usher cannot work with %s: %s.", s.Connection, bad.why), Next: tellAdmin, Err: err}
	}
	w, ok := errors.AsType[*wrongAnswer](err)
	switch {
	case !ok:
		return s.unreachable(err)
	case w.passing():
		return &Failure{Kind: Unreachable, Title: "The sign-in service has a problem",
			Text: fmt.Sprintf("Usher asked %s for %s, and it answered with %s.", s.Connection, what, w.what),
			Next: "Wait a minute, then try again. " + askAdmin, Err: err}
	}
	return &Failure{Kind: Untrusted, Title: cannotBeUsed, Text: fmt.Sprintf("Usher asked %s for %s, and it answered with %s.", s.Connection, what, w.what), Next: tellAdmin, Err: err}
}

func (s SignIn) unreachable(err error) *Failure {
	text := s.Connection + " cannot be reached at the moment."
	if errors.Is(err, context.DeadlineExceeded) {
		text = s.Connection + " took too long to answer."
	}
	return &Failure{Kind: Unreachable, Title: "The sign-in service does not answer", Text: text,
		Next: "Wait a minute, then try again. " + askAdmin, Err: err}
}

func (s SignIn) untrusted(err error) *Failure {
	return &Failure{Kind: Untrusted, Title: "The answer of the sign-in service was not accepted",
		Text: "What came from " + s.Connection + " did not pass the checks that protect you, so nobody was signed in.", Next: again + " " + askAdmin, Err: err}
}

// The codes of OAuth 2.0 (RFC 6749 §4.1.2.1) and OpenID Connect (Core §3.1.2.6), for people.
func errorWords(code string) string {
	switch code {
	case "access_denied":
		return "The sign-in was cancelled, or you are not allowed to use this application."
	case "login_required", "interaction_required", "account_selection_required", "consent_required":
		return "It needs you to sign in, or to agree, on its own page first."
	case "temporarily_unavailable", "server_error":
		return "It has a problem of its own at the moment."
	case "invalid_scope", "invalid_request", "unauthorized_client", "unsupported_response_type", "request_not_supported":
		return "It does not accept the way in which Usher is set up there."
	}
	return "It ended the sign-in."
}

// refusedBy says what the provider's error answer says.
func (s SignIn) refusedBy(q url.Values) *Failure {
	code := printable(q.Get("error"), 60)
	f := &Failure{Kind: Refused, Title: s.Connection + " did not sign you in", Text: errorWords(code), Next: again + " " + askAdmin,
		Err: fmt.Errorf("the provider answered %s: %s", code, printable(q.Get("error_description"), 200))}
	if d := printable(q.Get("error_description"), 200); d != "" {
		f.Text += " It says: “" + d + "”"
	}
	return f
}

// printable cuts foreign text to something that can stand in a sentence.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// directoryError is nil when err is not for people.
func directoryError(err error) *directory.Error {
	e, _ := errors.AsType[*directory.Error](err)
	return e
}

// fieldLabel is the attribute as people know it, by the name of a field here or in directory.User.Check.
func fieldLabel(field string) string {
	for _, a := range Attributes() {
		if field == a.FieldName() {
			return a.Label
		}
	}
	r := []rune(strings.ReplaceAll(field, "_", " "))
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}
