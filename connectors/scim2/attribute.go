package scim2

import (
	"usher/connectors"
	"usher/scim"
)

// Keys of the attributes that the code itself speaks of. Stored: never rename.
const (
	attrUserName = "userName"
	attrActive   = "active"
	attrPassword = "password" // no attribute of a mapping; only a path
)

// attributes are what can be mapped. Only what every strict service takes has an expression from the start; the rest
// is sent once an administrator gives it one.
func attributes() []connectors.Attribute {
	str, list := connectors.String, connectors.List
	return []connectors.Attribute{
		{Key: attrUserName, Label: "User name", Type: str, Required: true, Matching: true, Default: `user.userName`},
		{Key: "name.givenName", Label: "Given name", Type: str, Default: `user.name.givenName`},
		{Key: "name.familyName", Label: "Family name", Type: str, Default: `user.name.familyName`},
		{Key: "displayName", Label: "Display name", Type: str,
			Default: `user.displayName != "" ? user.displayName : (user.name.givenName + " " + user.name.familyName).trim()`},
		{Key: "title", Label: "Title", Type: str, Default: `user.title`},
		{Key: attrEmails, Label: "E-mail addresses", Type: list, Default: `user.emails`},
		{Key: "phoneNumbers", Label: "Phone numbers", Type: list, Default: `user.phoneNumbers`},
		{Key: scim.EnterpriseURN + ":department", Label: "Department", Type: str, Default: `user.department`},
		{Key: attrActive, Label: "Active", Type: connectors.Boolean, Default: `user.active`},
		{Key: "name.formatted", Label: "Full name", Type: str},
		{Key: "name.middleName", Label: "Middle name", Type: str},
		{Key: "name.honorificPrefix", Label: "Honorific prefix", Type: str},
		{Key: "name.honorificSuffix", Label: "Honorific suffix", Type: str},
		{Key: "nickName", Label: "Nickname", Type: str},
		{Key: "profileUrl", Label: "Profile URL", Type: str},
		{Key: "userType", Label: "User type", Type: str},
		{Key: "preferredLanguage", Label: "Preferred language", Type: str},
		{Key: "locale", Label: "Locale", Type: str},
		{Key: "timezone", Label: "Time zone", Type: str},
		{Key: "addresses", Label: "Addresses", Type: list},
		{Key: scim.EnterpriseURN + ":employeeNumber", Label: "Employee number", Type: str},
		{Key: scim.EnterpriseURN + ":costCenter", Label: "Cost centre", Type: str},
		{Key: scim.EnterpriseURN + ":organization", Label: "Organisation", Type: str},
		{Key: scim.EnterpriseURN + ":division", Label: "Division", Type: str},
		{Key: scim.EnterpriseURN + ":manager.value", Label: "Manager (the manager's ID at the target)", Type: str},
	}
}
