package scim2

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// Values of the field content_type. Stored: never rename.
const (
	contentSCIM = scim.MediaType
	contentJSON = scim.JSONMediaType
)

// Call is one request.
type Call struct {
	Op      string // of connectors.Error
	Method  string
	URL     string
	Body    []byte
	IfMatch string
	Secrets []string // that the body bears, beyond the connector's own
}

// Answer is what came back, read to its end.
type Answer struct {
	Call
	Status int
	Header http.Header
	Body   []byte
}

func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// send makes the request, a second time only when the service refused the media type, and therefore did not
// look at the body, or the access token. Its error says that no answer came; any status is an answer.
func (k *connector) send(ctx context.Context, c Call) (Answer, error) {
	for _, secret := range c.Secrets {
		ctx = connectors.WithSecret(ctx, secret)
	}
	plain := k.learned.plainJSON.Load()
	a, err := k.signed(ctx, c, plain)
	if err != nil || plain || c.Body == nil || k.traits.contentType != "" || !refusesMediaType(a) {
		return a, err
	}
	if a, err = k.signed(ctx, c, true); err == nil && !refusesMediaType(a) {
		k.learned.plainJSON.Store(true)
	}
	return a, err
}

// signed sends with the credentials. An access token that is refused is exchanged for a new one, once: it may have
// been revoked before its time.
func (k *connector) signed(ctx context.Context, c Call, plain bool) (Answer, error) {
	if k.tokens == nil {
		return k.once(ctx, c, k.header(c, plain, k.credential))
	}
	token := ""
	for try := 0; ; try++ {
		fresh, err := k.tokens.get(ctx, token)
		if err != nil {
			return Answer{}, k.noToken(c.Op, err)
		}
		token = fresh
		c.Secrets = append(c.Secrets[:len(c.Secrets):len(c.Secrets)], token)
		a, err := k.once(ctx, c, k.header(c, plain, [2]string{"Authorization", "Bearer " + token}))
		if err != nil || a.Status != http.StatusUnauthorized || try > 0 {
			return a, err
		}
	}
}

func (k *connector) once(ctx context.Context, c Call, header http.Header) (Answer, error) {
	var body io.Reader
	if c.Body != nil {
		body = bytes.NewReader(c.Body)
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, k.address(c.URL), body)
	if err != nil {
		return Answer{}, &connectors.Error{Kind: connectors.Misconfigured, Op: c.Op, Err: err,
			Message: "The URL cannot be used: " + k.scrub(err.Error()), Remedy: "Correct the URLs in the connector's configuration."}
	}
	req.Header = header
	resp, err := k.client.Do(req)
	if err != nil {
		return Answer{}, connectors.NoAnswer(c.Op, err)
	}
	defer resp.Body.Close()
	k.noteMove(c.URL, resp.Request)
	a := Answer{Call: c, Status: resp.StatusCode, Header: resp.Header}
	if a.Body, err = readAll(resp); err != nil && a.OK() {
		return a, connectors.NoAnswer(c.Op, err)
	}
	return refusedInside(a), nil
}

func (k *connector) header(c Call, plain bool, credential [2]string) http.Header {
	h := http.Header{
		"Accept":     {contentSCIM + ", " + contentJSON + ";q=0.9"},
		"User-Agent": {connectors.UserAgent},
	}
	for name, values := range k.headers {
		h[name] = values
	}
	if c.Body != nil {
		h["Content-Type"] = []string{contentSCIM}
		if plain {
			h["Content-Type"] = []string{contentJSON}
		}
	}
	if credential[0] != "" {
		h[credential[0]] = []string{credential[1]}
	}
	if c.IfMatch != "" {
		h["If-Match"] = []string{c.IfMatch}
	}
	return h
}

// readAll reads in one piece where the length is known, which is nearly always.
func readAll(resp *http.Response) ([]byte, error) {
	const modest = 1 << 20
	if n := resp.ContentLength; n > 0 && n <= modest {
		b := make([]byte, n)
		got, err := io.ReadFull(resp.Body, b)
		return b[:got], err
	}
	return io.ReadAll(resp.Body)
}

// ItemURL is the URL of one resource of a collection.
func ItemURL(collection, id string) string {
	return strings.TrimRight(collection, "/") + "/" + url.PathEscape(id)
}

func UsableID(id string) bool { return id != "" && id != "." && id != ".." }

// idFromLocation is the last part of the path, which is all of meta.location and Location that is trusted.
func idFromLocation(location string) string {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	last := path.Base(strings.TrimRight(u.EscapedPath(), "/"))
	id, err := url.PathUnescape(last)
	if err != nil || id == "/" || strings.EqualFold(id, "Users") {
		return ""
	}
	return id
}
