// Package google provisions to Google Workspace through the Admin SDK Directory API, as a service account that
// acts for an administrator (domain-wide delegation): users, groups and who is in them. It is not for signing in with
// Google, and not for a group's settings, owners or managers.
package google

import (
	"net/http"
	"time"

	"usher/connectors"
)

// Kind is stored: never rename.
const Kind = "google"

// Keys of the fields. Stored: never rename.
const (
	keySubject        = "subject"
	keyCustomer       = "customer"
	keyDomains        = "domains"
	keyOrgUnit        = "org_unit_path"
	keyPattern        = "provisioning_pattern"
	keySeparator      = "provisioning_separator"
	keyCredentials    = "credentials_json"
	keyForceChange    = "change_password_at_next_login"
	keyExternalIDType = "external_id_type"
	keyInvite         = "resolve_conflict_account"
	keyOnRemoved      = "on_removed"
	keyDisableMode    = "disable_mode"
	keyDisabledUnit   = "disabled_org_unit_path"
	keyAllowAdmins    = "allow_admins"
	keyAllowPrivate   = "allow_private_network"
	keyEndpoint       = "endpoint"
	keyTokenURL       = "token_url"
	keyGroupDomain    = "group_domain"
)

// Values of the selections. Stored: never rename.
const (
	disableSuspend = "suspend"
	disableArchive = "archive"

	removedHold    = "hold"
	removedRestore = "restore"
)

// Keys of the attributes. Stored: never rename.
const (
	attrEmail      = "primaryEmail"
	attrGiven      = "name.givenName"
	attrFamily     = "name.familyName"
	attrDisplay    = "name.displayName"
	attrSuspended  = "suspended"
	attrTitle      = "title"
	attrDepartment = "department"
	attrEmails     = "emails"
	attrPhones     = "phones"
	attrOrgUnit    = "orgUnitPath"
	attrEmployeeID = "externalIds.organization"
	attrManager    = "relations.manager"
	attrCostCenter = "organizations.costCenter"
	attrCompany    = "organizations.name"
	attrEmployment = "organizations.description"
	attrLanguage   = "languages"
	attrAddresses  = "addresses"
	attrRecoverTo  = "recoveryEmail"
	attrRecoverBy  = "recoveryPhone"
	attrListed     = "includeInGlobalAddressList"
)

// Scopes that the administrator delegates to the service account: the first always, the second, which is for members,
// too, to push groups, and the last one only if Check is to look for the org units.
const (
	userScope  = "https://www.googleapis.com/auth/admin.directory.user"
	groupScope = "https://www.googleapis.com/auth/admin.directory.group"
	unitScope  = "https://www.googleapis.com/auth/admin.directory.orgunit.readonly"
)

// chunk keeps an attempt of 30 seconds safe: a member costs one request, two when it is there already, and four
// workers share ten requests a second.
const chunk = 30

// lag covers what was seen in the field between a create and the first read that knows of it: seconds, and
// minutes at worst.
const lag = 2 * time.Minute

// Definition describes the kind.
func Definition() connectors.Definition {
	return connectors.Definition{
		Kind:       Kind,
		Name:       "Google", // as administrators know it from their console
		Summary:    "Users and groups of a Google Workspace account, by the Admin SDK Directory API.",
		Icon:       "mail",
		Fields:     fields(),
		Attributes: attributes(),
		Modes:      []connectors.Mode{connectors.Disable, connectors.Delete},
		Groups:     &connectors.Groups{Noun: "Google groups", Create: true, Chunk: chunk},
		Passwords:  []connectors.PasswordMode{connectors.PasswordRandom, connectors.PasswordSend},
		// Google publishes 2,400 queries a minute for each user of a project (Admin SDK, “Usage limits and quotas”).
		Budget: connectors.Budget{RequestsPerSecond: 10, Published: 40, Concurrency: 4},
		Lag:    lag,
		Options: func(c connectors.Config) connectors.ClientOptions {
			return connectors.ClientOptions{AllowPrivate: c.On(keyAllowPrivate), AllowHTTP: c.On(keyAllowPrivate)}
		},
		Sent: sent,
		Open: func(c connectors.Config, client *http.Client) (connectors.Connector, error) { return open(c, client) },
	}
}

// attributes have a default where every user's value is fit to be seen by the whole organisation. The manager has none,
// for SCIM's is an ID and Google's an address; nor have the ways to recover an account, which are a way in.
func attributes() []connectors.Attribute {
	str := connectors.String
	const fallback = `user.displayName != "" ? user.displayName : user.userName.split("@")[0]`
	return []connectors.Attribute{
		{Key: attrEmail, Label: "Primary e-mail address", Type: str, Required: true, Matching: true, Default: `user.userName`},
		{Key: attrGiven, Label: "Given name", Type: str, Required: true, Default: `user.name.givenName != "" ? user.name.givenName : (` + fallback + `)`},
		{Key: attrFamily, Label: "Family name", Type: str, Required: true, Default: `user.name.familyName != "" ? user.name.familyName : (` + fallback + `)`},
		{Key: attrDisplay, Label: "Display name", Type: str, Default: `user.displayName`},
		{Key: attrSuspended, Label: "Suspended", Type: connectors.Boolean, Default: `!user.active`},
		{Key: attrTitle, Label: "Title", Type: str, Default: `user.title`},
		{Key: attrDepartment, Label: "Department", Type: str, Default: `user.department`},
		{Key: attrPhones, Label: "Phone numbers", Type: connectors.List, Default: `user.phoneNumbers`},
		{Key: attrEmails, Label: "Other e-mail addresses", Type: connectors.List},
		{Key: attrOrgUnit, Label: "Org unit", Type: str},
		{Key: attrEmployeeID, Label: "Employee ID", Type: str, Default: `user.employeeNumber`},
		{Key: attrEmployment, Label: "Type of employee", Type: str, Default: `user.userType`},
		{Key: attrCostCenter, Label: "Cost centre", Type: str, Default: `user.costCenter`},
		{Key: attrCompany, Label: "Organisation", Type: str, Default: `user.organization`},
		{Key: attrManager, Label: "Manager's e-mail address", Type: str},
		{Key: attrAddresses, Label: "Addresses", Type: connectors.List, Default: `user.addresses.filter(a, a.type == "work")`},
		{Key: attrLanguage, Label: "Preferred language", Type: str},
		{Key: attrRecoverTo, Label: "Recovery e-mail address", Type: str},
		{Key: attrRecoverBy, Label: "Recovery phone number", Type: str},
		{Key: attrListed, Label: "In the global address list", Type: connectors.Boolean},
	}
}
