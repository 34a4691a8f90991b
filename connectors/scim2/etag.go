package scim2

import (
	"cmp"
	"context"
	"net/http"
)

// versioned writes to a resource. Where the service wants to know which version is meant (412 or 428, RFC 7644 §3.14,
// RFC 6585 §3), the version is read and the write sent once more. It is for writes that stay right whatever somebody
// else wrote in between: a PATCH or a DELETE, never a PUT.
func (k *connector) versioned(ctx context.Context, c call) (answer, error) {
	var err error
	if k.learned.versioned.Load() {
		if c.ifMatch, err = k.version(ctx, c); err != nil {
			return answer{}, err
		}
	}
	a, err := k.send(ctx, c)
	if err != nil || (a.status != http.StatusPreconditionFailed && a.status != http.StatusPreconditionRequired) {
		return a, err
	}
	if c.ifMatch, err = k.version(ctx, c); err != nil || c.ifMatch == "" {
		return a, err
	}
	again, err := k.send(ctx, c)
	if err == nil && again.ok() {
		k.learned.versioned.Store(true)
	}
	return again, err
}

// version is the ETag of the resource at the call's URL, "" when it has none or cannot be read.
func (k *connector) version(ctx context.Context, c call) (string, error) {
	a, err := k.send(ctx, call{op: c.op, method: http.MethodGet, url: c.url})
	if err != nil || !a.ok() {
		return "", err
	}
	d, err := decodeDocument(a.body)
	if err != nil {
		return a.header.Get("Etag"), nil //nolint:nilerr // an answer without a readable body has its header still
	}
	return etag(a, d), nil
}

func etag(a answer, d document) string {
	inBody, _ := d.get("meta.version").(string)
	return cmp.Or(inBody, a.header.Get("Etag"))
}
