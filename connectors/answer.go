package connectors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"usher/directory"
)

// Values of Error.Op. Stored: never rename.
const (
	OpCheck       = "check"
	OpFind        = "find"
	OpRead        = "read"
	OpCreate      = "create"
	OpUpdate      = "update"
	OpDeprovision = "deprovision"
)

// NoAnswer classifies a request that failed without a status: refused by the client's own rules, never
// sent, or lost on the way. A create that may have gone out is Unknown; anything else is safe to repeat.
func NoAnswer(op string, err error) *Error {
	e := &Error{Kind: Temporary, Op: op, Err: err, Message: "No answer came: " + cause(err),
		Remedy: "Usher tries again by itself. If this lasts, check that the target is up and can be reached from here."}
	var dns *net.DNSError
	var dial *net.OpError
	var early notSent
	errors.As(err, &dial)
	switch {
	case errors.Is(err, ErrPrivateAddress):
		e.Kind, e.Message = Misconfigured, "The target's address is private or otherwise special, and was not called."
		e.Remedy = "If the target really is inside your own network, turn on Allow private network in the connector's configuration. Otherwise correct the URL."
	case errors.Is(err, ErrPlainHTTP):
		e.Kind, e.Message = Misconfigured, "The URL begins with http://, which would send credentials unencrypted, and was not called."
		e.Remedy = "Use an https:// URL."
	case isCertificate(err):
		e.Kind, e.Message = Misconfigured, "The target's certificate is not trusted: "+cause(err)
		e.Remedy = "Have the target serve a valid certificate for this host name, or correct the URL."
	case dial != nil && dial.Op == "remote error": // a TLS alert
		e.Kind, e.Message = alertKind(op, dial.Err), "The target ended the secure connection: "+cause(err)+"."
		if e.Kind == lost(op) {
			break
		}
		e.Remedy = "Check the client certificate and its key in the connector's configuration: the target must know who issued it, and it must not have expired."
	case errors.Is(err, ErrTooLarge):
		e.Message = "The target's answer was larger than 16 MiB, and was not read to the end."
		e.Remedy = "Check that the URL points to the API and not to something else."
		e.Kind = lost(op)
	case errors.Is(err, ErrNoRoom):
		e.Message = "The target's answer is larger than 1 MiB, and Usher was reading other answers of that size until the attempt was over."
		e.Kind = lost(op)
	case errors.Is(err, ErrWrongUTF):
		e.Message = "The target's answer is written in UTF-16, and JSON is UTF-8 (RFC 8259 §8.1)."
		e.Remedy = "Have whoever runs the target send UTF-8, or check that the URL points to the API and not to something else."
		e.Kind = lost(op)
	case errors.As(err, &dns) && dns.IsNotFound:
		e.Message = "The host name " + dns.Name + " was not found."
		e.Remedy = "Correct the host name in the URL, or wait until the name can be resolved again."
	case errors.As(err, &early), dial != nil && dial.Op == "dial":
	default:
		e.Kind = lost(op)
	}
	return e
}

func lost(op string) Kind {
	if op == OpCreate {
		return Unknown
	}
	return Temporary
}

// alertKind tells a certificate that the target refuses from what two sides cannot agree on (RFC 8446 §6.2). Any other
// alert may also come in the middle of an exchange, when the request was looked at. crypto/tls does not export them.
func alertKind(op string, alert error) Kind {
	says := func(words string) bool { return strings.Contains(alert.Error(), words) }
	switch {
	case slices.ContainsFunc([]string{"certificate", "access denied", "decrypt error"}, says):
		return Denied
	case slices.ContainsFunc([]string{"handshake failure", "protocol version", "insufficient security", "unrecognized name", "application protocol", "extension"}, says):
		return Misconfigured
	}
	return lost(op)
}

func isCertificate(err error) bool {
	var verify *tls.CertificateVerificationError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	return errors.As(err, &verify) || errors.As(err, &host) || errors.As(err, &authority)
}

// cause is the innermost useful wording: url.Error and net.OpError repeat the address and the verb.
func cause(err error) string {
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the target took too long."
	case errors.Is(err, context.Canceled):
		return "the attempt was broken off."
	case directory.PlainWords(err) != "":
		return directory.PlainWords(err) + "."
	case errors.As(err, &op) && op.Err != nil:
		return op.Err.Error()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// RetryAfter reads the header in both its forms (RFC 9110 §10.2.3), 0 when it is missing, malformed or past. A date is
// measured against the answer's own Date header, because the target's clock need not be ours; now stands in for it.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		const decade = 10 * 365 * 24 * 3600 // keeps the product below the largest Duration
		return time.Duration(min(max(s, 0), decade)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		if sent, err := http.ParseTime(h.Get("Date")); err == nil {
			now = sent
		}
		return max(t.Sub(now), 0)
	}
	return 0
}
