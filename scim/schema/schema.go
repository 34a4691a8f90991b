// Package schema is what SCIM 2.0 says about resources and their attributes (RFC 7643 §7): the schemas that Usher
// serves, finding an attribute by the name that a client wrote, and the form of a resource that obeys its schema. It is
// not for changing resources, storage or HTTP.
package schema

// Type is the type of an attribute's values (RFC 7643 §2.3).
type Type string

// The types of RFC 7643 §2.3.1 to §2.3.8, without decimal, which no attribute of a user or group has.
const (
	String    Type = "string"
	Boolean   Type = "boolean"
	Integer   Type = "integer"
	DateTime  Type = "dateTime"
	Reference Type = "reference"
	Binary    Type = "binary"
	Complex   Type = "complex"
)

// Attribute is one attribute, or a sub-attribute (RFC 7643 §7).
type Attribute struct {
	Name        string
	Type        Type
	Multi       bool // has several values
	Description string
	Required    bool
	CaseExact   bool
	Mutability  string // readOnly, readWrite, immutable, writeOnly
	Returned    string // always, never, default, request
	Uniqueness  string // none, server
	Canonical   []string
	References  []string // resource types that a reference may name; also "external" and "uri"
	Sub         []Attribute
}

// Schema is a named set of attributes.
type Schema struct {
	URN         string
	Name        string
	Description string
	Attributes  []Attribute
	Common      []Attribute // common attributes that clients may write; those whom /Schemas tells what to map need to see them
}

// ResourceType is a kind of resource: its core schema, extensions, and the common attributes id, externalId, meta.
type ResourceType struct {
	Name        string // "User", "Group"
	Endpoint    string // "/Users"
	Description string
	Core        *Schema
	Extensions  []*Schema

	common []Attribute    // schemas, id, externalId and meta; in no schema (RFC 7643 §3.1)
	names  map[string]Ref // every name that Find knows, folded
}

// Ref is an attribute that a client named, found in a schema.
type Ref struct {
	URN  string     // of the extension that it belongs to; "" for the core schema and the common attributes
	Attr *Attribute // never nil
	Sub  *Attribute // nil when the attribute itself is meant
}

// Path is the canonical name: userName, name.familyName, emails.value; an extension's is its URN, a colon, and the name.
func (r Ref) Path() string {
	p := r.Attr.Name
	if r.URN != "" {
		p = r.URN + ":" + p
	}
	if r.Sub != nil {
		p += "." + r.Sub.Name
	}
	return p
}

// Leaf is the attribute whose values are compared: Sub, or Attr when there is none.
func (r Ref) Leaf() *Attribute {
	if r.Sub != nil {
		return r.Sub
	}
	return r.Attr
}
