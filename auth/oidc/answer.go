package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds what a provider answers, unpacked, in bytes: documents, keys, tokens and what it says of one person.
const maxAnswer = 1 << 20

// wrongAnswer is an answer that came, and is not what was asked for. It is not for what a token endpoint says in the
// words of OAuth 2.0.
type wrongAnswer struct {
	address string // without its query
	status  int    // of HTTP
	what    string // it is, after "with"
}

func (w *wrongAnswer) Error() string {
	return fmt.Sprintf("%s answered with %s", w.address, w.what)
}

// passing says that the provider itself calls it a trouble of the moment.
func (w *wrongAnswer) passing() bool {
	return w.status >= 500 || w.status == http.StatusTooManyRequests || w.status == http.StatusRequestTimeout
}

// answers lets an answer through that is one: whole, bounded, JSON (or a JWT, as UserInfo may be) and without a byte
// order mark. Any other is a *wrongAnswer. The libraries that speak for us would make the same error of it as of no
// answer at all.
type answers struct{ next http.RoundTripper }

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (a answers) CloseIdleConnections() {
	if c, ok := a.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip implements http.RoundTripper.
func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if what := wrongWith(r, resp, body); what != "" {
		return nil, &wrongAnswer{address: (&url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path}).String(), status: resp.StatusCode, what: what}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// wrongWith says what the answer is instead of one; "" when it is one.
func wrongWith(r *http.Request, resp *http.Response, body []byte) string {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	isObject := json.Valid(body) && bytes.HasPrefix(bytes.TrimSpace(body), []byte("{"))
	form := kind == "application/x-www-form-urlencoded" || kind == "text/plain" && bytes.Contains(body, []byte("="))
	atTokens := r.Method == http.MethodPost
	switch {
	case len(body) > maxAnswer:
		return "more than 1 MiB"
	case atTokens && (isObject || form) && resp.StatusCode < 500:
		return "" // an error, too, is said in the words of OAuth 2.0 (RFC 6749 §5.2)
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return fmt.Sprintf("a redirect (HTTP %d) to %s, and redirects are not followed", resp.StatusCode, printable(resp.Header.Get("Location"), 200))
	case resp.StatusCode != http.StatusOK:
		return "an error (HTTP " + printable(resp.Status, 60) + ")"
	case isObject, kind == "application/jwt":
		return ""
	case len(bytes.TrimSpace(body)) == 0:
		return "an empty page (HTTP 200)"
	case strings.Contains(kind, "html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return "a web page (HTML) instead of JSON"
	}
	return "something that is not a JSON object"
}

// wrongWords say why an answer is no use: the words for an administrator, and what to do. ok is false when none came.
func wrongWords(err error) (words, remedy string, ok bool) {
	w, ok := errors.AsType[*wrongAnswer](err)
	if !ok {
		return "", "", false
	}
	if w.passing() {
		return w.Error() + ".", "The provider has a problem of its own. Try again later.", true
	}
	return w.Error() + ".", "Check that the address is the provider's, and that no proxy in between answers for it.", true
}
