package scim2

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/scim"
)

// maxDocuments bounds what is looked at of a service's schemas or resource types.
const maxDocuments = 200

// discover reads /Schemas and /ResourceTypes (RFC 7644 §4). Many services have none, and nothing depends on them.
func (k *connector) discover(ctx context.Context) service.Published {
	var p service.Published
	if k.service.NoConfig {
		return p
	}
	p.AddSchemas(k.documents(ctx, "/Schemas"))
	if !p.HasUserSchema() {
		p.AddUserSchema(k.documents(ctx, "/Schemas/"+url.PathEscape(scim.UserURN)))
	}
	p.AddTypes(k.documents(ctx, "/ResourceTypes"))
	return p
}

// documents reads a list of documents, however it is wrapped: in a ListResponse, as a bare array, or one alone.
func (k *connector) documents(ctx context.Context, path string) []json.RawMessage {
	a, err := k.get(ctx, connectors.OpCheck, k.wire.Base+path)
	if err != nil || !a.OK() {
		return nil
	}
	var all []json.RawMessage
	if body := bytes.TrimSpace(a.Body); len(body) > 0 && body[0] == '[' {
		_ = json.Unmarshal(body, &all) // what cannot be read is not published
		return all[:min(len(all), maxDocuments)]
	}
	var l scim.List
	if scim.Decode(a.Body, &l) != nil {
		return nil
	}
	if l.Resources == nil {
		return []json.RawMessage{a.Body}
	}
	return l.Resources[:min(len(l.Resources), maxDocuments)]
}
