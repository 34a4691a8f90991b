package schema

func text(name, description string) Attribute {
	return Attribute{Name: name, Type: String, Description: description, Mutability: ReadWrite, Returned: Default, Uniqueness: None}
}

func flag(name, description string) Attribute {
	a := text(name, description)
	a.Type = Boolean
	return a
}

// link is a reference, which is always case exact (RFC 7643 §2.3.7).
func link(name, description string, to ...string) Attribute {
	a := text(name, description)
	a.Type, a.CaseExact, a.References = Reference, true, to
	return a
}

func complexOf(name, description string, sub ...Attribute) Attribute {
	a := text(name, description)
	a.Type, a.Sub = Complex, sub
	return a
}

func list(name, description string, sub ...Attribute) Attribute {
	a := complexOf(name, description, sub...)
	a.Multi = true
	return a
}

// entry is the sub-attributes that lists have in common (RFC 7643 §2.4).
func entry(value Attribute, types ...string) []Attribute {
	return []Attribute{value, text("display", "How the value is shown to people."), typeOf(types...), primary()}
}

func typeOf(canonical ...string) Attribute {
	a := text("type", "What the value is for.")
	a.Canonical = canonical
	return a
}

func primary() Attribute {
	return flag("primary", "Whether this is the value to prefer. At most one value is.")
}

// commonAttributes are those of every resource (RFC 7643 §3.1).
func commonAttributes() []Attribute {
	schemas := link("schemas", "The URNs of the schemas that the resource uses.", "uri")
	schemas.Multi, schemas.Required, schemas.Mutability, schemas.Returned = true, true, ReadOnly, Always
	id := text("id", "The ID of the resource, given by this service.")
	id.CaseExact, id.Mutability, id.Returned, id.Uniqueness = true, ReadOnly, Always, Server
	kind, version := text("resourceType", "The name of the resource type."), text("version", "The entity tag of the resource as it is now.")
	kind.CaseExact, version.CaseExact = true, true
	created, modified := text("created", "When the resource was made."), text("lastModified", "When the resource was last changed.")
	created.Type, modified.Type = DateTime, DateTime
	meta := complexOf("meta", "What this service keeps about the resource.",
		kind, created, modified, link("location", "The address of the resource.", "uri"), version)
	meta.Mutability = ReadOnly
	for i := range meta.Sub {
		meta.Sub[i].Mutability = ReadOnly
	}
	return []Attribute{schemas, id, externalID(), meta}
}

func externalID() Attribute {
	a := text("externalId", "The name that the client has for the resource.")
	a.CaseExact = true
	return a
}
