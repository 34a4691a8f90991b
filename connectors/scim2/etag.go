package scim2

import (
	"cmp"
	"context"
	"net/http"
)

// versioned writes to a resource. Where the service wants to know which version is meant (412 or 428, RFC 7644 §3.14,
// RFC 6585 §3), the version is read and the write sent once more. It is for writes that stay right whatever somebody
// else wrote in between: a PATCH or a DELETE, never a PUT.
func (k *connector) versioned(ctx context.Context, c Call) (Answer, error) {
	var err error
	if k.learned.versioned.Load() {
		if c.IfMatch, err = k.version(ctx, c); err != nil {
			return Answer{}, err
		}
	}
	a, err := k.send(ctx, c)
	if err != nil || (a.Status != http.StatusPreconditionFailed && a.Status != http.StatusPreconditionRequired) {
		return a, err
	}
	if c.IfMatch, err = k.version(ctx, c); err != nil || c.IfMatch == "" {
		return a, err
	}
	again, err := k.send(ctx, c)
	if err == nil && again.OK() {
		k.learned.versioned.Store(true)
	}
	return again, err
}

// version is the ETag of the resource at the call's URL, "" when it has none or cannot be read.
func (k *connector) version(ctx context.Context, c Call) (string, error) {
	a, err := k.send(ctx, Call{Op: c.Op, Method: http.MethodGet, URL: c.URL})
	if err != nil || !a.OK() {
		return "", err
	}
	d, err := DecodeDocument(a.Body)
	if err != nil {
		return a.Header.Get("Etag"), nil //nolint:nilerr // an answer without a readable body has its header still
	}
	return etag(a, d), nil
}

func etag(a Answer, d Document) string {
	inBody, _ := d.Get("meta.version").(string)
	return cmp.Or(inBody, a.Header.Get("Etag"))
}
