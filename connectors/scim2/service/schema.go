package service

import (
	"encoding/json"
	"strings"

	"usher/connectors/scim2/wire"
	"usher/scim"
)

// schemaDoc is a Schema (RFC 7643 §7), as far as the connector acts on it.
type schemaDoc struct {
	ID         scim.Text    `json:"id"`
	Attributes []schemaAttr `json:"attributes"`
}

type schemaAttr struct {
	Name          scim.Text    `json:"name"`
	MultiValued   scim.Bool    `json:"multiValued"`
	Required      scim.Bool    `json:"required"`
	Mutability    scim.Text    `json:"mutability"`
	MaxLength     scim.Int     `json:"maxLength"` // of no RFC; some services say it
	SubAttributes []schemaAttr `json:"subAttributes"`
}

// typeDoc is a ResourceType (RFC 7643 §6).
type typeDoc struct {
	ID         scim.Text `json:"id"`
	Name       scim.Text `json:"name"`
	Endpoint   scim.Text `json:"endpoint"`
	Schema     scim.Text `json:"schema"`
	Extensions []struct {
		Schema   scim.Text `json:"schema"`
		Required scim.Bool `json:"required"`
	} `json:"schemaExtensions"`
}

// Published is what a service publishes about itself (RFC 7644 §4); nothing of it is certain to be there. The zero value is
// a service that publishes nothing.
type Published struct {
	schemas []schemaDoc
	whole   bool // schemas are all that there are, and not the one that was asked for
	types   []typeDoc
}

// AddSchemas takes in what /Schemas answers, document by document; what is no schema is left out.
func (p *Published) AddSchemas(documents []json.RawMessage) {
	for _, raw := range documents {
		if s, ok := schemaIn(raw); ok {
			p.schemas = append(p.schemas, s)
		}
	}
	p.whole = p.HasUserSchema()
}

// AddUserSchema takes in what was asked for as the schema of users alone.
func (p *Published) AddUserSchema(documents []json.RawMessage) {
	for _, raw := range documents {
		if s, ok := schemaIn(raw); ok && strings.EqualFold(string(s.ID), scim.UserURN) {
			p.schemas = append(p.schemas, s)
		}
	}
}

func schemaIn(raw json.RawMessage) (s schemaDoc, ok bool) {
	err := scim.Decode(raw, &s)
	return s, err == nil && s.ID != "" && len(s.Attributes) > 0
}

// AddTypes takes in what /ResourceTypes answers; what is no resource type is left out.
func (p *Published) AddTypes(documents []json.RawMessage) {
	for _, raw := range documents {
		var t typeDoc
		if scim.Decode(raw, &t) == nil && t.Endpoint != "" {
			p.types = append(p.types, t)
		}
	}
}

// HasUserSchema reports whether the schema of users is among the documents.
func (p *Published) HasUserSchema() bool { return p.schema(scim.UserURN) != nil }

// Endpoint is where the resource type of users or groups is said to be (RFC 7643 §6), as the service writes it; "" when
// that is not published. name and urn are those of the RFC's own types.
func (p *Published) Endpoint(name, urn string) string {
	if t := p.resourceType(name, urn); t != nil {
		return string(t.Endpoint)
	}
	return ""
}

func (p *Published) schema(urn string) *schemaDoc {
	for i := range p.schemas {
		if strings.EqualFold(string(p.schemas[i].ID), urn) {
			return &p.schemas[i]
		}
	}
	return nil
}

// resourceType is the resource type of users or groups, nil when it is not published.
func (p *Published) resourceType(name, urn string) *typeDoc {
	for i := range p.types {
		if t := &p.types[i]; strings.EqualFold(string(t.Name), name) || strings.EqualFold(string(t.ID), name) {
			return t
		}
	}
	for i := range p.types {
		if t := &p.types[i]; strings.EqualFold(string(t.Schema), urn) {
			return t
		}
	}
	return nil
}

// extends reports whether users may have an extension, and whether the service says so at all.
func (p *Published) extends(urn string) (yes, said bool) {
	if p.schema(urn) != nil {
		return true, true
	}
	t := p.resourceType("User", scim.UserURN)
	if t == nil {
		return false, p.whole
	}
	for _, e := range t.Extensions {
		if strings.EqualFold(string(e.Schema), urn) {
			return true, true
		}
	}
	return false, true
}

func attrNamed(list []schemaAttr, name string) *schemaAttr {
	for i := range list {
		if strings.EqualFold(string(list[i].Name), name) {
			return &list[i]
		}
	}
	return nil
}

// attribute finds a mapped attribute in the schemas. known is false when the schema that would have it is not published;
// at is the chain from the attribute to the part of it that is mapped, nil when the service does not know it.
func (p *Published) attribute(key string) (at []*schemaAttr, known bool) {
	parts, schema := wire.SplitKey(key), p.schema(scim.UserURN)
	if wire.IsURN(parts[0]) {
		schema, parts = p.schema(parts[0]), parts[1:]
	}
	if schema == nil {
		return nil, false
	}
	list := schema.Attributes
	for _, part := range parts {
		a := attrNamed(list, part)
		if a == nil {
			return nil, true
		}
		at = append(at, a)
		if list = a.SubAttributes; len(list) == 0 {
			break // what it is made of is not said
		}
	}
	return at, true
}
