// Package scim2 provisions to any service that speaks SCIM 2.0 (RFC 7643, RFC 7644), and learns while it
// works what the service cannot do. It is not for receiving SCIM: that is scim/server.
package scim2

import (
	"net/http"
	"time"

	"usher/connectors"
	"usher/scim"
)

// Kind is stored: never rename.
const Kind = "scim2"

// Keys of the fields. Stored: never rename.
const (
	keyBaseURL       = "base_url"
	keyUserEndpoint  = "user_endpoint"
	keyGroupEndpoint = "group_endpoint"
	keyAuthMode      = "auth_mode"
	keyToken         = "token"
	keyUsername      = "username"
	keyPassword      = "password"
	keyAPIKeyHeader  = "api_key_header"
	keyAPIKey        = "api_key"
	keyUpdateMode    = "update_mode"
	keyFilterSupport = "filter_support"
	keyAllowPrivate  = "allow_private_network"
)

// Values of the selections. Stored: never rename.
const (
	authBearer = "bearer"
	authBasic  = "basic"
	authAPIKey = "api_key"
	authNone   = "none"

	auto      = "auto"
	usePatch  = "patch"
	usePut    = "put"
	filterOn  = "on"
	filterOff = "off"
)

// Keys of the attributes that the code itself speaks of. Stored: never rename.
const (
	attrUserName = "userName"
	attrActive   = "active"
)

// Definition describes the kind.
func Definition() connectors.Definition {
	return connectors.Definition{
		Kind:       Kind,
		Name:       "SCIM2",
		Summary:    "Any service with a SCIM 2.0 interface.",
		Icon:       "network",
		Fields:     fields(),
		Attributes: attributes(),
		Modes:      []connectors.Mode{connectors.Disable, connectors.Delete},
		Budget:     connectors.Budget{RequestsPerSecond: 5, Concurrency: 4},
		Lag:        10 * time.Second,
		Options: func(c connectors.Config) connectors.ClientOptions {
			return connectors.ClientOptions{AllowPrivate: c.On(keyAllowPrivate), AllowHTTP: c.On(keyAllowPrivate)}
		},
		Open: func(c connectors.Config, client *http.Client) (connectors.Connector, error) { return open(c, client) },
	}
}

func fields() []connectors.Field {
	auth, policy := connectors.SectionAuth, connectors.SectionPolicy
	return []connectors.Field{
		{Key: keyBaseURL, Label: "SCIM base URL", Type: connectors.URL, Required: true, Placeholder: "https://example.com/scim/v2",
			Help: "The address that comes before /Users."},
		{Key: keyUserEndpoint, Label: "Users endpoint", Type: connectors.URL, Placeholder: "https://example.com/scim/v2/Users",
			Help: "Only when it is not the base URL followed by /Users."},
		{Key: keyGroupEndpoint, Label: "Groups endpoint", Type: connectors.URL, Placeholder: "https://example.com/scim/v2/Groups",
			Help: "Only when it is not the base URL followed by /Groups."},
		{Key: keyAuthMode, Label: "Authentication", Section: auth, Type: connectors.Select, Required: true, Default: authBearer,
			Options: []connectors.Option{{Value: authBearer, Label: "Bearer token"}, {Value: authBasic, Label: "User name and password"},
				{Value: authAPIKey, Label: "API key in a header"}, {Value: authNone, Label: "None"}}},
		{Key: keyToken, Label: "Token", Section: auth, Type: connectors.Password, Required: true, When: connectors.When{Key: keyAuthMode, Value: authBearer},
			Help: "Sent as Authorization: Bearer. The service shows it where provisioning is set up."},
		{Key: keyUsername, Label: "User name", Section: auth, Type: connectors.Text, Required: true, When: connectors.When{Key: keyAuthMode, Value: authBasic}},
		{Key: keyPassword, Label: "Password", Section: auth, Type: connectors.Password, Required: true, When: connectors.When{Key: keyAuthMode, Value: authBasic}},
		{Key: keyAPIKeyHeader, Label: "Header name", Section: auth, Type: connectors.Text, Required: true, Default: "X-API-Key", When: connectors.When{Key: keyAuthMode, Value: authAPIKey}},
		{Key: keyAPIKey, Label: "API key", Section: auth, Type: connectors.Password, Required: true, When: connectors.When{Key: keyAuthMode, Value: authAPIKey}},
		{Key: keyUpdateMode, Label: "Update method", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "PATCH sends only what changed. PUT reads the account first and keeps what Usher does not manage.",
			Options: []connectors.Option{{Value: auto, Label: "PATCH, or PUT where PATCH is not there"}, {Value: usePatch, Label: "Always PATCH"}, {Value: usePut, Label: "Always PUT"}}},
		{Key: keyFilterSupport, Label: "Filters", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "How an existing account is looked for. Without filters Usher has to read the whole list.",
			Options: []connectors.Option{{Value: auto, Label: "Find out"}, {Value: filterOn, Label: "Always filter"}, {Value: filterOff, Label: "Never filter, read the list"}}},
		{Key: keyAllowPrivate, Label: "Allow private network", Section: connectors.SectionDanger, Type: connectors.Switch, Default: "false",
			Help: "Lets Usher call addresses inside your own network, and without TLS. Turn it on only for a target that you run yourself."},
	}
}

func attributes() []connectors.Attribute {
	str, list := connectors.String, connectors.List
	return []connectors.Attribute{
		{Key: attrUserName, Label: "User name", Type: str, Required: true, Matching: true, Default: `user.userName`},
		{Key: "name.givenName", Label: "Given name", Type: str, Default: `user.name.givenName`},
		{Key: "name.familyName", Label: "Family name", Type: str, Default: `user.name.familyName`},
		{Key: "displayName", Label: "Display name", Type: str,
			Default: `user.displayName != "" ? user.displayName : (user.name.givenName + " " + user.name.familyName).trim()`},
		{Key: "title", Label: "Title", Type: str, Default: `user.title`},
		{Key: "emails", Label: "E-mail addresses", Type: list, Default: `user.emails`},
		{Key: "phoneNumbers", Label: "Phone numbers", Type: list, Default: `user.phoneNumbers`},
		{Key: scim.EnterpriseURN + ":department", Label: "Department", Type: str, Default: `user.department`},
		{Key: attrActive, Label: "Active", Type: connectors.Boolean, Default: `user.active`},
	}
}
