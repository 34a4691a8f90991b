// Package google provisions to Google Workspace through the Admin SDK Directory API, as a service account that
// acts for an administrator (domain-wide delegation). It is not for signing in with Google, and not for groups.
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
)

// Scopes that the administrator delegates to the service account.
const (
	userScope  = "https://www.googleapis.com/auth/admin.directory.user"
	groupScope = "https://www.googleapis.com/auth/admin.directory.group.readonly"
)

// lag covers what was seen in the field between a create and the first read that knows of it: seconds, and
// minutes at worst.
const lag = 2 * time.Minute

// Definition describes the kind.
func Definition() connectors.Definition {
	return connectors.Definition{
		Kind:       Kind,
		Name:       "Google", // as administrators know it from their console
		Summary:    "Users of a Google Workspace account, by the Admin SDK Directory API.",
		Icon:       "mail",
		Fields:     fields(),
		Attributes: attributes(),
		Modes:      []connectors.Mode{connectors.Disable, connectors.Delete},
		Budget:     connectors.Budget{RequestsPerSecond: 10, Concurrency: 4},
		Lag:        lag,
		Options: func(c connectors.Config) connectors.ClientOptions {
			return connectors.ClientOptions{AllowPrivate: c.On(keyAllowPrivate), AllowHTTP: c.On(keyAllowPrivate)}
		},
		Open: func(c connectors.Config, client *http.Client) (connectors.Connector, error) { return open(c, client) },
	}
}

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
	}
}
