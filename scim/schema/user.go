package schema

import (
	"slices"
	"strings"
	"sync"

	"usher/directory"
	"usher/scim"
)

// Values of Mutability (RFC 7643 §2.2).
const (
	ReadOnly  = "readOnly"
	ReadWrite = "readWrite"
	Immutable = "immutable"
	WriteOnly = "writeOnly"
)

// Values of Returned (RFC 7643 §2.2).
const (
	Always  = "always"
	Never   = "never"
	Default = "default"
	Request = "request"
)

// Values of Uniqueness (RFC 7643 §2.2).
const (
	None   = "none"
	Server = "server"
)

// User is the User of RFC 7643 §4.1 with the enterprise extension of §4.3. It is shared: never write to it.
func User() *ResourceType { return user() }

var user = sync.OnceValue(func() *ResourceType {
	return complete(&ResourceType{
		Name:        "User",
		Endpoint:    "/Users",
		Description: "User Account: a person of the organisation",
		Core: &Schema{
			URN:         scim.UserURN,
			Name:        "User",
			Description: "User Account: a person of the organisation, and how to reach them",
			Common:      []Attribute{externalID()},
			Attributes:  userAttributes(),
		},
		Extensions: []*Schema{enterprise()},
	})
})

// userAttributes are those of the table, and those that are none of the profile.
func userAttributes() []Attribute {
	active := flag("active", "Whether the person may sign in and use what they were given. A new user who comes without it is active.")
	active.Required = true // it always has a value: to remove it is refused (RFC 7644 §3.5.2.2)
	password := text("password", "A new password in clear. It can be set, and is never given back or searched.")
	password.Mutability, password.Returned, password.CaseExact = WriteOnly, Never, true
	all := rowsOf("")
	lists := slices.IndexFunc(all, func(a Attribute) bool { return a.Multi })
	all = slices.Insert(all, lists, active, password)
	places := slices.IndexFunc(all, func(a Attribute) bool { return a.Name == "addresses" })
	return slices.Insert(all, places+1, groupsOfUser())
}

// rowsOf are the attributes of the table in the core schema or in the extension with this URN.
func rowsOf(urn string) (all []Attribute) {
	about := map[string]string{"name": "The parts of the person's name.", "manager": "Whom the person reports to."}
	for _, row := range directory.Attributes() {
		if row.URN != urn || row.Path == "externalId" { // that is a common attribute (RFC 7643 §3.1)
			continue
		}
		name, part, isPart := strings.Cut(row.Path, ".")
		if !isPart {
			all = append(all, attributeOf(name, row))
			continue
		}
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, complexOf(name, about[name]))
		}
		whole := &all[len(all)-1]
		whole.Sub = append(whole.Sub, attributeOf(part, row))
	}
	return all
}

// attributeOf is a row of the table in SCIM's words.
func attributeOf(name string, row directory.Attribute) Attribute {
	switch {
	case row.Type == directory.PlaceValue:
		return list(name, row.About, address(row.Types)...)
	case row.Multi:
		return list(name, row.About, entry(valueOf("value", row.Each, row.Type), row.Types...)...)
	}
	a := valueOf(name, row.About, row.Type)
	if row.Path == "userName" {
		a.Required, a.Uniqueness = true, Server
	}
	if row.Writer == directory.FileWrites {
		a.Mutability = ReadOnly
	}
	return a
}

func valueOf(name, about string, kind directory.ValueType) Attribute {
	a := text(name, about)
	switch kind {
	case directory.ExactValue:
		a.CaseExact = true
	case directory.LinkValue:
		return link(name, about, "external")
	case directory.BinaryValue:
		a.Type, a.CaseExact = Binary, true
	}
	return a
}

func address(types []string) (parts []Attribute) {
	for _, p := range directory.AddressParts() {
		parts = append(parts, text(p.Name, p.About))
	}
	return append(parts, typeOf(types...), primary())
}

func groupsOfUser() Attribute {
	a := list("groups", "The groups that the person is in. To change them, change the groups.",
		text("value", "The ID of a group."),
		link("$ref", "The address of the group.", "Group"),
		text("display", "The group's name."),
		typeOf("direct", "indirect"),
	)
	a.Mutability = ReadOnly
	for i := range a.Sub {
		a.Sub[i].Mutability = ReadOnly
	}
	a.Sub[0].CaseExact = true
	return a
}

func enterprise() *Schema {
	all := rowsOf(scim.EnterpriseURN)
	for i := range all {
		if all[i].Name == "manager" {
			all[i].Sub = slices.Insert(all[i].Sub, 1, link("$ref", "The address of the manager's user.", "User"))
		}
	}
	return &Schema{
		URN:         scim.EnterpriseURN,
		Name:        "EnterpriseUser",
		Description: "What an employer keeps about a person",
		Attributes:  all,
	}
}
