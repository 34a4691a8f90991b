package schema

import (
	"sync"

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
			Attributes:  append(userAttributes(), userLists()...),
		},
		Extensions: []*Schema{enterprise()},
	})
})

func userAttributes() []Attribute {
	userName := text("userName", "The name by which the person signs in. No two users share one, whatever its case.")
	userName.Required, userName.Uniqueness = true, Server
	active := flag("active", "Whether the person may sign in and use what they were given. A new user who comes without it is active.")
	active.Required = true // it always has a value: to remove it is refused (RFC 7644 §3.5.2.2)
	password := text("password", "A new password in clear. It can be set, and is never given back or searched.")
	password.Mutability, password.Returned, password.CaseExact = WriteOnly, Never, true
	return []Attribute{
		userName,
		complexOf("name", "The parts of the person's name.",
			text("formatted", "The full name as it is shown, with titles and suffixes."),
			text("familyName", "The family name, or last name."),
			text("givenName", "The given name, or first name."),
			text("middleName", "The middle names."),
			text("honorificPrefix", "What goes before the name, such as Dr."),
			text("honorificSuffix", "What follows the name, such as III."),
		),
		text("displayName", "The name to show to other people."),
		text("nickName", "What the person is called casually."),
		link("profileUrl", "The address of a page about the person.", "external"),
		text("title", "The person's job title."),
		text("userType", "How the person relates to the organisation, such as Employee or Contractor."),
		text("preferredLanguage", "The languages that the person prefers, as an Accept-Language header lists them."),
		text("locale", "The language and region in which dates and numbers are written for the person, such as en-GB."),
		text("timezone", "The person's time zone by its IANA name, such as Europe/Paris."),
		active,
		password,
	}
}

func userLists() []Attribute {
	certificate := text("value", "An X.509 certificate in DER, written in base64.")
	certificate.Type, certificate.CaseExact = Binary, true
	return []Attribute{
		list("emails", "The person's e-mail addresses.",
			entry(text("value", "An e-mail address."), "work", "home", "other")...),
		list("phoneNumbers", "The person's telephone numbers.",
			entry(text("value", "A telephone number."), "work", "home", "mobile", "fax", "pager", "other")...),
		list("ims", "The person's instant messaging addresses.",
			entry(text("value", "An instant messaging address."), "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo")...),
		list("photos", "Pictures of the person.",
			entry(link("value", "The address of a picture.", "external"), "photo", "thumbnail")...),
		list("addresses", "The person's postal addresses.", address()...),
		groupsOfUser(),
		list("entitlements", "What the person is entitled to.", entry(text("value", "The name of an entitlement."))...),
		list("roles", "The roles that the person has.", entry(text("value", "The name of a role."))...),
		list("x509Certificates", "Certificates that were issued to the person.", entry(certificate)...),
	}
}

func address() []Attribute {
	return []Attribute{
		text("formatted", "The whole address as it is written on an envelope; it may have several lines."),
		text("streetAddress", "Street, house number and whatever else is needed to find the door."),
		text("locality", "The city or town."),
		text("region", "The state or region."),
		text("postalCode", "The postal code."),
		text("country", "The country, as a code of two letters (ISO 3166-1)."),
		typeOf("work", "home", "other"),
		primary(),
	}
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
	shown := text("displayName", "The manager's name.")
	shown.Mutability = ReadOnly
	id := text("value", "The ID of the manager.")
	id.CaseExact = true
	return &Schema{
		URN:         scim.EnterpriseURN,
		Name:        "EnterpriseUser",
		Description: "What an employer keeps about a person",
		Attributes: []Attribute{
			text("employeeNumber", "The number that the organisation gave to the person."),
			text("costCenter", "The cost centre that pays for the person."),
			text("organization", "The organisation that the person belongs to."),
			text("division", "The division that the person belongs to."),
			text("department", "The department that the person belongs to."),
			complexOf("manager", "Whom the person reports to.", id, link("$ref", "The address of the manager's user.", "User"), shown),
		},
	}
}
