// Package salesforce provisions to a Salesforce organization through its REST sObject API: users, their permission
// sets and public groups. It is not for signing in with Salesforce, and not for Salesforce's own SCIM endpoint, which
// the SCIM connector speaks to.
package salesforce

import (
	"net/http"

	"usher/connectors"
)

// Kind is stored: never rename.
const Kind = "salesforce"

// Keys of the fields. Stored: never rename.
const (
	keyMyDomain      = "my_domain_url"
	keyAPIVersion    = "api_version"
	keyPattern       = "provisioning_pattern"
	keySeparator     = "provisioning_separator"
	keyDomain        = "provisioning_domain"
	keySuffix        = "username_suffix"
	keyProfile       = "profile"
	keyTimeZone      = "time_zone"
	keyLocale        = "locale"
	keyLanguage      = "language"
	keyEncoding      = "email_encoding"
	keyAuthMode      = "auth_mode"
	keyClientID      = "client_id"
	keyClientSecret  = "client_secret"
	keyJWTUser       = "jwt_username"
	keyJWTKey        = "jwt_private_key"
	keyJWTAudience   = "jwt_audience"
	keyLegacyUser    = "legacy_username"
	keyLegacyPass    = "legacy_password"
	keyLegacyToken   = "legacy_security_token"
	keyOrgID         = "organization_id"
	keyCorrelation   = "correlation_field"
	keyDisableMode   = "disable_mode"
	keyAllowAdmins   = "allow_admins"
	keyGroupTarget   = "group_target"
	keyDailyBudget   = "daily_api_budget_pct"
	keyAllowPrivate  = "allow_private_network"
	defaultVersion   = "v60.0"
	defaultKeyColumn = attrFederation
)

// Values of the selections. Stored: never rename.
const (
	authClient   = "client_credentials"
	authJWT      = "jwt_bearer"
	authPassword = "password_legacy"

	disableDeactivate = "deactivate"
	disableFreeze     = "freeze"
	disableBoth       = "freeze_then_deactivate"

	targetGroups         = "public_group"
	targetPermissionSets = "permission_set"

	audienceLogin    = "https://login.salesforce.com"
	audienceTest     = "https://test.salesforce.com"
	audienceMyDomain = "my_domain"
)

// Keys of the attributes, which are the API names of the fields of User. Stored: never rename.
const (
	attrUsername   = "Username"
	attrLastName   = "LastName"
	attrEmail      = "Email"
	attrAlias      = "Alias"
	attrNickname   = "CommunityNickname"
	attrActive     = "IsActive"
	attrProfile    = "ProfileId"
	attrTimeZone   = "TimeZoneSidKey"
	attrLocale     = "LocaleSidKey"
	attrLanguage   = "LanguageLocaleKey"
	attrEncoding   = "EmailEncodingKey"
	attrFederation = "FederationIdentifier"
)

// memberChunk is how many records one collections request may hold.
const memberChunk = 200

// Definition describes the kind.
func Definition() connectors.Definition {
	return connectors.Definition{
		Kind:       Kind,
		Name:       "Salesforce",
		Summary:    "Users of a Salesforce organization, with permission sets or public groups, by the REST API.",
		Icon:       "cloud",
		Fields:     fields(),
		Attributes: attributes(),
		Modes:      []connectors.Mode{connectors.Disable}, // a User record cannot be deleted
		Groups:     &connectors.Groups{Noun: "Public groups or permission sets", Create: true, Chunk: memberChunk},
		Passwords:  []connectors.PasswordMode{connectors.PasswordNone, connectors.PasswordSend},
		Budget:     connectors.Budget{RequestsPerSecond: 5, Concurrency: 3},
		Options: func(c connectors.Config) connectors.ClientOptions {
			return connectors.ClientOptions{AllowPrivate: c.On(keyAllowPrivate), AllowHTTP: c.On(keyAllowPrivate)}
		},
		Open: func(c connectors.Config, client *http.Client) (connectors.Connector, error) { return open(c, client) },
		Sent: sent,
	}
}

func attributes() []connectors.Attribute {
	str := connectors.String
	const (
		local = `user.userName.split("@")[0]`
		email = `user.emails.exists(e, e.primary) ? user.emails.filter(e, e.primary)[0].value : (user.emails.size() > 0 ? user.emails[0].value : user.userName)`
		phone = `user.phoneNumbers.exists(p, p.type != "mobile") ? user.phoneNumbers.filter(p, p.type != "mobile")[0].value : ""`
	)
	return []connectors.Attribute{
		{Key: attrUsername, Label: "Username", Type: str, Required: true, Matching: true, Default: `user.userName.contains("@") ? user.userName : (` + email + `)`},
		{Key: attrLastName, Label: "Last name", Type: str, Required: true,
			Default: `user.name.familyName != "" ? user.name.familyName : (user.displayName != "" ? user.displayName : ` + local + `)`},
		{Key: "FirstName", Label: "First name", Type: str, Default: `user.name.givenName`},
		{Key: attrEmail, Label: "E-mail", Type: str, Required: true, Default: email},
		{Key: attrAlias, Label: "Alias", Type: str, Required: true,
			Default: `user.name.familyName != "" ? (user.name.givenName != "" ? user.name.givenName.substring(0, 1) : "") + user.name.familyName : ` + local},
		{Key: attrNickname, Label: "Nickname", Type: str, OnCreate: true, Default: local},
		{Key: "Title", Label: "Title", Type: str, Default: `user.title`},
		{Key: "Department", Label: "Department", Type: str, Default: `user.department`},
		{Key: "Phone", Label: "Phone", Type: str, Default: phone},
		{Key: "MobilePhone", Label: "Mobile phone", Type: str, Default: `user.phoneNumbers.exists(p, p.type == "mobile") ? user.phoneNumbers.filter(p, p.type == "mobile")[0].value : ""`},
		{Key: attrActive, Label: "Active", Type: connectors.Boolean, Default: `user.active`},
		{Key: "EmployeeNumber", Label: "Employee number", Type: str, Default: `user.employeeNumber`},
		{Key: "CompanyName", Label: "Company name", Type: str, Default: `user.organization`},
		{Key: "Division", Label: "Division", Type: str, Default: `user.division`},
		{Key: "Street", Label: "Street", Type: str, Default: place("streetAddress")},
		{Key: "City", Label: "City", Type: str, Default: place("locality")},
		// State and Country are refused where an organization has picklists for them, so that they are mapped by choice only.
		{Key: "State", Label: "State or province", Type: str},
		{Key: "PostalCode", Label: "Postal code", Type: str, Default: place("postalCode")},
		{Key: "Country", Label: "Country", Type: str},
		{Key: attrProfile, Label: "Profile (name or ID)", Type: str},
		{Key: "UserRoleId", Label: "Role (ID)", Type: str},
		{Key: attrTimeZone, Label: "Time zone", Type: str},
		{Key: attrLocale, Label: "Locale", Type: str},
		{Key: attrLanguage, Label: "Language", Type: str},
		{Key: attrEncoding, Label: "E-mail encoding", Type: str},
		{Key: attrFederation, Label: "Federation ID", Type: str},
	}
}

// place is a part of the user's address, the primary one or else the first.
func place(part string) string {
	return `user.addresses.exists(a, a.primary) ? user.addresses.filter(a, a.primary)[0].` + part + ` : (user.addresses.size() > 0 ? user.addresses[0].` + part + ` : "")`
}

// sent is what becomes of a mapped profile, as far as that is known without asking Salesforce.
func sent(c connectors.Config, p connectors.Profile) (connectors.Profile, error) {
	k, err := read(c)
	if err != nil {
		return p, err
	}
	values, wrong := k.prepare(p.Values)
	if wrong != nil {
		return p, wrong
	}
	k.complete(values, p.ResourceID)
	if blank(values[attrProfile]) {
		values[attrProfile] = k.profile
	}
	cutShort(values, usualLengths())
	p.Values = values
	return p, nil
}
