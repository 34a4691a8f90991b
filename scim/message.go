package scim

import "encoding/json"

// List is a ListResponse (RFC 7644 §3.4.2) with the cursor of RFC 9865. Missing and null Resources are none.
type List struct {
	Schemas      []string          `json:"schemas"`
	TotalResults Int               `json:"totalResults"`
	StartIndex   Int               `json:"startIndex,omitzero"`
	ItemsPerPage Int               `json:"itemsPerPage,omitzero"`
	NextCursor   Text              `json:"nextCursor,omitempty"`
	Resources    []json.RawMessage `json:"Resources"`
}

// Patch is a PATCH request (RFC 7644 §3.5.2).
type Patch struct {
	Schemas    []string    `json:"schemas"`
	Operations []Operation `json:"Operations"`
}

// Operation is one change. Value is left out when nil.
type Operation struct {
	Op    string `json:"op"` // Add, Replace or Remove
	Path  string `json:"path,omitempty"`
	Value any    `json:"value,omitempty"`
	Null  bool   `json:"-"` // the value was not left out, but null; for who reads requests
}

// Operations (RFC 7644 §3.5.2); lower case on the wire.
const (
	Add     = "add"
	Replace = "replace"
	Remove  = "remove"
)

// NewPatch wraps operations.
func NewPatch(ops ...Operation) Patch { return Patch{Schemas: []string{PatchURN}, Operations: ops} }

// Config is a ServiceProviderConfig (RFC 7643 §5), as far as a client acts on it.
type Config struct {
	Schemas          []string   `json:"schemas,omitempty"`
	DocumentationURI Text       `json:"documentationUri,omitempty"`
	Patch            Supported  `json:"patch"`
	Bulk             Bulk       `json:"bulk"`
	Filter           Filter     `json:"filter"`
	ChangePassword   Supported  `json:"changePassword"`
	Sort             Supported  `json:"sort"`
	ETag             Supported  `json:"etag"`
	Pagination       Pagination `json:"pagination,omitzero"`
	Schemes          []Scheme   `json:"authenticationSchemes"`
}

// Supported says whether a feature is there.
type Supported struct {
	Supported Bool `json:"supported"`
}

// Bulk is the bulk feature with its bounds.
type Bulk struct {
	Supported      Bool `json:"supported"`
	MaxOperations  Int  `json:"maxOperations"`
	MaxPayloadSize Int  `json:"maxPayloadSize"` // bytes
}

// Filter is the filter feature with its bound.
type Filter struct {
	Supported  Bool `json:"supported"`
	MaxResults Int  `json:"maxResults"`
}

// Pagination is RFC 9865 §4.
type Pagination struct {
	Cursor          Bool `json:"cursor,omitzero"`
	Index           Bool `json:"index,omitzero"`
	DefaultPageSize Int  `json:"defaultPageSize,omitzero"`
	MaxPageSize     Int  `json:"maxPageSize,omitzero"`
}

// Scheme is one way to sign in to the service.
type Scheme struct {
	Type        Text `json:"type"`
	Name        Text `json:"name"`
	Description Text `json:"description,omitempty"`
	Primary     Bool `json:"primary,omitzero"`
}

// DecodeConfig reads a ServiceProviderConfig, also one that comes wrapped in a list.
func DecodeConfig(body []byte) (Config, error) {
	var both struct {
		Config
		Resources []Config
	}
	if err := Decode(body, &both); err != nil {
		return Config{}, err
	}
	if len(both.Resources) > 0 {
		return both.Resources[0], nil
	}
	return both.Config, nil
}
