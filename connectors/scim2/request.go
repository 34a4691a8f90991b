package scim2

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// Values of the field content_type. Stored: never rename.
const (
	contentSCIM = scim.MediaType
	contentJSON = scim.JSONMediaType
)

// call is one request.
type call struct {
	op      string // of connectors.Error
	method  string
	url     string
	body    []byte
	ifMatch string
	secrets []string // that the body bears, beyond the connector's own
}

// answer is what came back, read to its end.
type answer struct {
	call
	status int
	header http.Header
	body   []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// send makes the request, a second time only when the service refused the media type, and therefore did not
// look at the body, or the access token. Its error says that no answer came; any status is an answer.
func (k *connector) send(ctx context.Context, c call) (answer, error) {
	for _, secret := range c.secrets {
		ctx = connectors.WithSecret(ctx, secret)
	}
	plain := k.learned.plainJSON.Load()
	a, err := k.signed(ctx, c, plain)
	if err != nil || plain || c.body == nil || k.traits.contentType != "" || !refusesMediaType(a) {
		return a, err
	}
	if a, err = k.signed(ctx, c, true); err == nil && !refusesMediaType(a) {
		k.learned.plainJSON.Store(true)
	}
	return a, err
}

func refusesMediaType(a answer) bool {
	if a.status == http.StatusUnsupportedMediaType {
		return true
	}
	if a.status != http.StatusBadRequest {
		return false
	}
	text := strings.ToLower(string(a.body))
	return containsAny(text, "media type", "content-type", "content type", scim.MediaType)
}

// signed sends with the credentials. An access token that is refused is exchanged for a new one, once: it may have
// been revoked before its time.
func (k *connector) signed(ctx context.Context, c call, plain bool) (answer, error) {
	if k.tokens == nil {
		return k.once(ctx, c, k.header(c, plain, k.credential))
	}
	token := ""
	for try := 0; ; try++ {
		fresh, err := k.tokens.get(ctx, token)
		if err != nil {
			return answer{}, k.noToken(c.op, err)
		}
		token = fresh
		c.secrets = append(c.secrets[:len(c.secrets):len(c.secrets)], token)
		a, err := k.once(ctx, c, k.header(c, plain, [2]string{"Authorization", "Bearer " + token}))
		if err != nil || a.status != http.StatusUnauthorized || try > 0 {
			return a, err
		}
	}
}

func (k *connector) once(ctx context.Context, c call, header http.Header) (answer, error) {
	var body io.Reader
	if c.body != nil {
		body = bytes.NewReader(c.body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, k.address(c.url), body)
	if err != nil {
		return answer{}, &connectors.Error{Kind: connectors.Misconfigured, Op: c.op, Err: err,
			Message: "The URL cannot be used: " + k.scrub(err.Error()), Remedy: "Correct the URLs in the connector's configuration."}
	}
	req.Header = header
	resp, err := k.client.Do(req)
	if err != nil {
		return answer{}, connectors.NoAnswer(c.op, err)
	}
	defer resp.Body.Close()
	k.noteMove(c.url, resp.Request)
	a := answer{call: c, status: resp.StatusCode, header: resp.Header}
	if a.body, err = readAll(resp); err != nil && a.ok() {
		return a, connectors.NoAnswer(c.op, err)
	}
	return refusedInside(a), nil
}

func (k *connector) header(c call, plain bool, credential [2]string) http.Header {
	h := http.Header{
		"Accept":     {contentSCIM + ", " + contentJSON + ";q=0.9"},
		"User-Agent": {connectors.UserAgent},
	}
	for name, values := range k.headers {
		h[name] = values
	}
	if c.body != nil {
		h["Content-Type"] = []string{contentSCIM}
		if plain {
			h["Content-Type"] = []string{contentJSON}
		}
	}
	if credential[0] != "" {
		h[credential[0]] = []string{credential[1]}
	}
	if c.ifMatch != "" {
		h["If-Match"] = []string{c.ifMatch}
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

// item is the URL of one account. An ID that would name something else than an account is refused.
func (k *connector) item(op, id string) (string, error) {
	if !usableID(id) {
		return "", &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The account's ID " + scim.Quote(id) + " cannot be used in a URL.",
			Remedy: "Unlink the account and let Usher find it again."}
	}
	return itemURL(k.users, id), nil
}

// itemURL is the URL of one resource of a collection.
func itemURL(collection, id string) string {
	return strings.TrimRight(collection, "/") + "/" + url.PathEscape(id)
}

func usableID(id string) bool { return id != "" && id != "." && id != ".." }
