package scim2

import (
	"strings"

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

// discovered is what a service publishes about itself; whatever it does not publish is nil.
type discovered struct {
	schemas []schemaDoc
	whole   bool // schemas are all that there are, and not the one that was asked for
	types   []typeDoc
}

func (d discovered) schema(urn string) *schemaDoc {
	for i := range d.schemas {
		if strings.EqualFold(string(d.schemas[i].ID), urn) {
			return &d.schemas[i]
		}
	}
	return nil
}

// resourceType is the resource type of users or groups, nil when it is not published.
func (d discovered) resourceType(name, urn string) *typeDoc {
	for i := range d.types {
		if t := &d.types[i]; strings.EqualFold(string(t.Name), name) || strings.EqualFold(string(t.ID), name) {
			return t
		}
	}
	for i := range d.types {
		if t := &d.types[i]; strings.EqualFold(string(t.Schema), urn) {
			return t
		}
	}
	return nil
}

// extends reports whether users may have an extension, and whether the service says so at all.
func (d discovered) extends(urn string) (yes, said bool) {
	if d.schema(urn) != nil {
		return true, true
	}
	t := d.resourceType("User", scim.UserURN)
	if t == nil {
		return false, d.whole
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
func (d discovered) attribute(key string) (at []*schemaAttr, known bool) {
	parts, schema := SplitKey(key), d.schema(scim.UserURN)
	if IsURN(parts[0]) {
		schema, parts = d.schema(parts[0]), parts[1:]
	}
	if schema == nil {
		return nil, false
	}
	list := schema.Attributes
	for _, p := range parts {
		a := attrNamed(list, p)
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
