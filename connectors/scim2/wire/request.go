package wire

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

// Call is one request.
type Call struct {
	Op      string // of connectors.Error
	Method  string
	URL     string
	Body    []byte   // nil for none
	IfMatch string   // "" for none
	Secrets []string // that the body bears, beyond the connector's own
}

// Answer is what came back, read to its end.
type Answer struct {
	Call
	Status int
	Header http.Header
	Body   []byte
}

// OK reports a status that says yes: that of the error message in the body, if there is one, else that of the status line.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Send makes the request, a second time only when the service refused the media type, and therefore did not
// look at the body, or the access token. Its error is a connectors.Error that says that no answer came; any status is an
// answer.
func (c *Client) Send(ctx context.Context, r Call) (Answer, error) {
	for _, secret := range r.Secrets {
		ctx = connectors.WithSecret(ctx, secret)
	}
	plain := c.contentType == scim.JSONMediaType || c.plainJSON.Load()
	a, err := c.signed(ctx, r, plain)
	if err != nil || plain || r.Body == nil || c.contentType != "" || !refusesMediaType(a) {
		return a, err
	}
	if a, err = c.signed(ctx, r, true); err == nil && !refusesMediaType(a) {
		c.plainJSON.Store(true)
	}
	return a, err
}

// signed sends with the credentials. An access token that is refused is exchanged for a new one, once: it may have
// been revoked before its time.
func (c *Client) signed(ctx context.Context, r Call, plain bool) (Answer, error) {
	if c.tokens == nil {
		return c.once(ctx, r, c.header(r, plain, c.credential))
	}
	token := ""
	for try := 0; ; try++ {
		fresh, err := c.tokens.get(ctx, token)
		if err != nil {
			return Answer{}, c.noToken(r.Op, err)
		}
		token = fresh
		r.Secrets = append(r.Secrets[:len(r.Secrets):len(r.Secrets)], token)
		a, err := c.once(ctx, r, c.header(r, plain, [2]string{"Authorization", "Bearer " + token}))
		if err != nil || a.Status != http.StatusUnauthorized || try > 0 {
			return a, err
		}
	}
}

func (c *Client) once(ctx context.Context, r Call, header http.Header) (Answer, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, c.address(r.URL), body)
	if err != nil {
		return Answer{}, &connectors.Error{Kind: connectors.Misconfigured, Op: r.Op, Err: err,
			Message: "The URL cannot be used: " + c.scrub(err.Error()), Remedy: "Correct the URLs in the connector's configuration."}
	}
	req.Header = header
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, connectors.NoAnswer(r.Op, err)
	}
	defer resp.Body.Close()
	c.noteMove(r.URL, resp.Request)
	a := Answer{Call: r, Status: resp.StatusCode, Header: resp.Header}
	if a.Body, err = readAll(resp); err != nil && a.OK() {
		return a, connectors.NoAnswer(r.Op, err)
	}
	return refusedInside(a), nil
}

func (c *Client) header(r Call, plain bool, credential [2]string) http.Header {
	h := http.Header{
		"Accept":     {scim.MediaType + ", " + scim.JSONMediaType + ";q=0.9"},
		"User-Agent": {connectors.UserAgent},
	}
	for name, values := range c.headers {
		h[name] = values
	}
	if r.Body != nil {
		h["Content-Type"] = []string{scim.MediaType}
		if plain {
			h["Content-Type"] = []string{scim.JSONMediaType}
		}
	}
	if credential[0] != "" {
		h[credential[0]] = []string{credential[1]}
	}
	if r.IfMatch != "" {
		h["If-Match"] = []string{r.IfMatch}
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

// ItemURL is the URL of one resource of a collection. The ID must be usable.
func ItemURL(collection, id string) string {
	return strings.TrimRight(collection, "/") + "/" + url.PathEscape(id)
}

// UsableID reports whether an ID names a resource when it is a part of a path.
func UsableID(id string) bool { return id != "" && id != "." && id != ".." }

// LocationID is the ID of the resource that was made, as the header Location has it (RFC 7644 §3.3); "" when it has none.
// Only the last part of the path is trusted, and it is no ID when it is the name of a collection.
func (a Answer) LocationID() string {
	location := a.Header.Get("Location")
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	last := path.Base(strings.TrimRight(u.EscapedPath(), "/"))
	id, err := url.PathUnescape(last)
	if err != nil || id == "/" || strings.EqualFold(id, "Users") || strings.EqualFold(id, "Groups") {
		return ""
	}
	return id
}
