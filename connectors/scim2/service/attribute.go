package service

import (
	"usher/connectors"
	"usher/directory"
)

// Keys of the attributes that the code itself speaks of. Stored: never rename.
const (
	AttrUserName    = "userName"
	AttrActive      = "active"
	AttrEmails      = "emails"
	AttrPassword    = "password"    // no attribute of a mapping; only a path
	AttrExternalID  = "externalId"  // our name for the account or group
	AttrDisplayName = "displayName" // of a group
)

// Attributes are what can be mapped: the table of what is known about a user. Only what every strict service takes has an
// expression from the start; the rest is sent once an administrator gives it one.
func Attributes() []connectors.Attribute {
	first := []string{AttrUserName, "name.givenName", "name.familyName", "displayName", "title", AttrEmails, "phoneNumbers", "department"}
	var all []connectors.Attribute
	for _, row := range directory.InOrder(first, notSent()) {
		all = append(all, attributeOf(row))
		if row.Path == "department" {
			all = append(all, connectors.Attribute{Key: AttrActive, Label: "Active", Type: connectors.Boolean, Default: `user.active`})
		}
	}
	return all
}

// notSent says why a row of the table cannot be mapped.
func notSent() map[string]string {
	const access = "it can give access at the target, which roles and licences there are for"
	return map[string]string{"externalId": "it is our name for the account, by which it is known again", "ims": "services with users' messengers are not known",
		"photos": "a service fetches them by an address of ours, and there is none", "x509Certificates": "services that take them are not known",
		"entitlements": access, "roles": access, "manager.displayName": "it is read-only in SCIM (RFC 7643 §4.3)"}
}

func attributeOf(row directory.Attribute) connectors.Attribute {
	a := connectors.Attribute{Key: row.Name(), Label: row.Label, Type: connectors.String}
	if row.Multi {
		a.Type = connectors.List
	}
	switch row.Path {
	case AttrUserName:
		a.Required, a.Matching, a.Default = true, true, `user.userName`
	case "displayName":
		a.Default = `user.displayName != "" ? user.displayName : (user.name.givenName + " " + user.name.familyName).trim()`
	case "name.givenName", "name.familyName", "title", AttrEmails, "phoneNumbers", "department":
		a.Default = "user." + row.Path
	case "manager.value":
		a.Label = "Manager (the manager's ID at the target)"
	}
	switch row.Path { // the whole list is sent
	case AttrEmails:
		a.Label = "E-mail addresses"
	case "phoneNumbers":
		a.Label = "Phone numbers"
	case "addresses":
		a.Label = "Addresses"
	}
	return a
}
