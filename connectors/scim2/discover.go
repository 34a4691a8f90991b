package scim2

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"usher/connectors"
	"usher/scim"
)

// maxDocuments bounds what is looked at of a service's schemas or resource types.
const maxDocuments = 200

// discover reads /Schemas and /ResourceTypes (RFC 7644 §4). Many services have none, and nothing depends on them.
func (k *connector) discover(ctx context.Context) discovered {
	var d discovered
	if k.traits.noConfig {
		return d
	}
	for _, raw := range k.documents(ctx, "/Schemas") {
		var s schemaDoc
		if scim.Decode(raw, &s) == nil && s.ID != "" && len(s.Attributes) > 0 {
			d.schemas = append(d.schemas, s)
		}
	}
	if d.whole = d.schema(scim.UserURN) != nil; !d.whole {
		for _, raw := range k.documents(ctx, "/Schemas/"+url.PathEscape(scim.UserURN)) {
			var s schemaDoc
			if scim.Decode(raw, &s) == nil && strings.EqualFold(string(s.ID), scim.UserURN) && len(s.Attributes) > 0 {
				d.schemas = append(d.schemas, s)
			}
		}
	}
	for _, raw := range k.documents(ctx, "/ResourceTypes") {
		var t typeDoc
		if scim.Decode(raw, &t) == nil && t.Endpoint != "" {
			d.types = append(d.types, t)
		}
	}
	return d
}

// documents reads a list of documents, however it is wrapped: in a ListResponse, as a bare array, or one alone.
func (k *connector) documents(ctx context.Context, path string) []json.RawMessage {
	a, err := k.send(ctx, Call{Op: connectors.OpCheck, Method: http.MethodGet, URL: k.base + path})
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
