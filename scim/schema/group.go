package schema

import (
	"sync"

	"usher/scim"
)

// Group is the Group of RFC 7643 §4.2; its members are users. It is shared: never write to it.
func Group() *ResourceType { return group() }

var group = sync.OnceValue(func() *ResourceType {
	name := text("displayName", "The name of the group. No two groups share one, whatever its case.")
	name.Required, name.Uniqueness = true, Server
	return complete(&ResourceType{
		Name:        "Group",
		Endpoint:    "/Groups",
		Description: "A group of people",
		Core: &Schema{
			URN:         scim.GroupURN,
			Name:        "Group",
			Description: "A group of people",
			Common:      []Attribute{externalID()},
			Attributes:  []Attribute{name, members()},
		},
	})
})

const membersName = "members"

func members() Attribute {
	id := text("value", "The ID of a user.")
	id.Required, id.CaseExact, id.Mutability = true, true, Immutable
	ref := link("$ref", "The address of the user.", "User")
	ref.Mutability = Immutable
	kind := typeOf("User")
	kind.Description, kind.Mutability = "What the member is; only users can be members.", Immutable
	shown := text("display", "The user's name.")
	shown.Mutability, shown.Returned = ReadOnly, Request // a client compares members with what it sent
	return list(membersName, "The users who are in the group.", id, ref, kind, shown)
}

// ResourceTypes are all that there are.
func ResourceTypes() []*ResourceType { return []*ResourceType{User(), Group()} }

// Schemas are those of all resource types, each once.
func Schemas() []*Schema {
	var all []*Schema
	for _, rt := range ResourceTypes() {
		all = append(append(all, rt.Core), rt.Extensions...)
	}
	return all
}
