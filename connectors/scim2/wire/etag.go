package wire

import (
	"cmp"
	"context"
	"net/http"
)

// SendVersioned writes to a resource. Where the service wants to know which version is meant (412 or 428, RFC 7644 §3.14,
// RFC 6585 §3), the version is read and the write sent once more. It is for writes that stay right whatever somebody
// else wrote in between: a PATCH or a DELETE, never a PUT.
func (c *Client) SendVersioned(ctx context.Context, r Call) (Answer, error) {
	var err error
	if c.versioned.Load() {
		if r.IfMatch, err = c.version(ctx, r); err != nil {
			return Answer{}, err
		}
	}
	a, err := c.Send(ctx, r)
	if err != nil || (a.Status != http.StatusPreconditionFailed && a.Status != http.StatusPreconditionRequired) {
		return a, err
	}
	if r.IfMatch, err = c.version(ctx, r); err != nil || r.IfMatch == "" {
		return a, err
	}
	again, err := c.Send(ctx, r)
	if err == nil && again.OK() {
		c.versioned.Store(true)
	}
	return again, err
}

// version is the ETag of the resource at the call's URL, "" when it has none or cannot be read.
func (c *Client) version(ctx context.Context, r Call) (string, error) {
	a, err := c.Send(ctx, Call{Op: r.Op, Method: http.MethodGet, URL: r.URL})
	if err != nil || !a.OK() {
		return "", err
	}
	d, err := DecodeDocument(a.Body)
	if err != nil {
		return a.Header.Get("Etag"), nil //nolint:nilerr // an answer without a readable body has its header still
	}
	return a.ETag(d), nil
}

// ETag is the version of the resource that the answer shows: its meta.version (RFC 7643 §3.1), else the header's. d is the
// answer's body. "" is a service that does not version.
func (a Answer) ETag(d Document) string {
	inBody, _ := d.Get("meta.version").(string)
	return cmp.Or(inBody, a.Header.Get("Etag"))
}
