// Package scim is SCIM 2.0 on the wire (RFC 7643, RFC 7644): resources, lists, patches and errors, read
// tolerantly and written strictly. It is not for deciding anything: who asks and who answers live elsewhere.
package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Schema URNs (RFC 7643 §10.3, RFC 7644 §8.2).
const (
	UserURN         = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN        = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN   = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	ConfigURN       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	ResourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	SchemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	ListURN         = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	PatchURN        = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	ErrorURN        = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// Media types (RFC 7644 §3.1, §8.1).
const (
	MediaType     = "application/scim+json"
	JSONMediaType = "application/json"
)

// Decode reads JSON into v as far as it can be understood: names match in any case, and an attribute of a
// type that nobody expects is left out. Only what is not one JSON document is an error.
func Decode(body []byte, v any) error {
	err := json.Unmarshal(body, v)
	var shape *json.UnmarshalTypeError
	if errors.As(err, &shape) && shape.Field != "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read SCIM message: %w", err)
	}
	return nil
}

// Encode writes v without the escapes for HTML, which some servers do not undo.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write SCIM message: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Quote is s as a JSON string, which is how a filter writes a value (RFC 7644 §3.4.2.2).
func Quote(s string) string { return string(AppendString(nil, s)) }
