package scim2

import "usher/connectors"

// Keys of the fields. Stored: never rename.
const (
	KeyBaseURL       = "base_url"
	KeyUserEndpoint  = "user_endpoint"
	KeyGroupEndpoint = "group_endpoint"
	KeyProfile       = "profile"
	KeyAuthMode      = "auth_mode"
	KeyToken         = "token"
	KeyUsername      = "username"
	KeyPassword      = "password"
	KeyAPIKeyHeader  = "api_key_header"
	KeyAPIKey        = "api_key"
	KeyTokenURL      = "token_url"
	KeyClientID      = "client_id"
	KeyClientSecret  = "client_secret"
	KeyScope         = "scope"
	KeyClientAuth    = "client_auth"
	KeyClientCert    = "client_cert"
	KeyClientKey     = "client_key"
	KeyHeaders       = "headers"
	KeyUpdateMode    = "update_mode"
	KeyPatchStyle    = "patch_style"
	KeyFilterSupport = "filter_support"
	KeyMatchAttrs    = "match_attrs"
	KeyDeleteMode    = "delete_mode"
	KeyPagination    = "pagination"
	KeyPageSize      = "page_size"
	KeyContentType   = "content_type"
	KeyConfig        = "spc_override"
	KeyRoots         = "ca_bundle"
	KeyAllowPrivate  = "allow_private_network"
)

// Values of the selections. Stored: never rename.
const (
	authBearer = "bearer"
	authBasic  = "basic"
	authOAuth2 = "oauth2_cc"
	authAPIKey = "api_key"
	authMTLS   = "mtls"
	authNone   = "none"

	clientAuthBasic = "basic"
	clientAuthBody  = "body"

	auto      = "auto"
	usePatch  = "patch"
	usePut    = "put"
	filterOn  = "on"
	filterOff = "off"

	matchDefault = AttrExternalID + "," + AttrUserName
)

func fields() []connectors.Field {
	all := []connectors.Field{
		{Key: KeyBaseURL, Label: "SCIM base URL", Type: connectors.URL, Identity: connectors.Address, Required: true, Placeholder: "https://example.com/scim/v2",
			Help: "The address that comes before /Users."},
		{Key: KeyProfile, Label: "Compatibility profile", Type: connectors.Select, Default: profileRFC, Options: profileOptions(),
			Help: "How the target differs from the standard. Choose the product if it is listed. The test of the connection says which one seems to fit."},
	}
	all = append(all, authFields()...)
	all = append(all, protocolFields()...)
	all = append(all, memberField())
	return append(all,
		connectors.Field{Key: KeyRoots, Label: "Certificate authorities", Section: connectors.SectionDanger, Type: connectors.Lines, File: certificateFiles, Check: checkCertificates,
			Placeholder: "-----BEGIN CERTIFICATE-----",
			Help:        "PEM. Only for a target whose certificate no public authority has signed: these are trusted instead of the public ones."},
		connectors.Field{Key: KeyAllowPrivate, Label: "Allow private network", Section: connectors.SectionDanger, Type: connectors.Switch, Default: "false",
			Help: "Lets Usher call addresses inside your own network, and without TLS. Turn it on only for a target that you run yourself."})
}

func authFields() []connectors.Field {
	auth := connectors.SectionAuth
	in := func(mode string) connectors.When { return connectors.When{Key: KeyAuthMode, Value: mode} }
	return []connectors.Field{
		{Key: KeyAuthMode, Label: "Authentication", Section: auth, Type: connectors.Select, Required: true, Default: authBearer,
			Options: []connectors.Option{{Value: authBearer, Label: "Bearer token"}, {Value: authBasic, Label: "User name and password"},
				{Value: authOAuth2, Label: "OAuth 2.0 client credentials"}, {Value: authAPIKey, Label: "API key in a header"},
				{Value: authMTLS, Label: "Client certificate (mTLS)"}, {Value: authNone, Label: "None"}}},
		{Key: KeyToken, Label: "Token", Section: auth, Type: connectors.Password, Required: true, When: in(authBearer),
			Help: "Sent as Authorization: Bearer. The service shows it where provisioning is set up."},
		{Key: KeyUsername, Label: "User name", Section: auth, Type: connectors.Text, Required: true, When: in(authBasic)},
		{Key: KeyPassword, Label: "Password", Section: auth, Type: connectors.Password, Required: true, When: in(authBasic)},
		{Key: KeyAPIKeyHeader, Label: "Header name", Section: auth, Type: connectors.Text, Required: true, Default: "X-API-Key", When: in(authAPIKey), Check: checkKeyHeader},
		{Key: KeyAPIKey, Label: "API key", Section: auth, Type: connectors.Password, Required: true, When: in(authAPIKey)},
		{Key: KeyTokenURL, Label: "Token URL", Section: auth, Type: connectors.URL, Required: true, When: in(authOAuth2), Placeholder: "https://example.com/oauth2/token",
			Help: "Where Usher gets its access tokens. The client secret is sent there and nowhere else."},
		{Key: KeyClientID, Label: "Client ID", Section: auth, Type: connectors.Text, Required: true, When: in(authOAuth2)},
		{Key: KeyClientSecret, Label: "Client secret", Section: auth, Type: connectors.Password, Required: true, When: in(authOAuth2)},
		{Key: KeyScope, Label: "Scopes", Section: auth, Type: connectors.Text, When: in(authOAuth2), Help: "Separated by spaces. Many services need none."},
		{Key: KeyClientAuth, Label: "Client authentication", Section: auth, Type: connectors.Select, Default: clientAuthBasic, When: in(authOAuth2),
			Options: []connectors.Option{{Value: clientAuthBasic, Label: "In the Authorization header (Basic)"}, {Value: clientAuthBody, Label: "In the body of the request"}}},
		{Key: KeyClientCert, Label: "Client certificate", Section: auth, Type: connectors.Lines, File: certificateFiles, Required: true, When: in(authMTLS), Check: checkCertificates,
			Placeholder: "-----BEGIN CERTIFICATE-----", Help: "PEM, with the intermediate certificates after it."},
		{Key: KeyClientKey, Label: "Private key of the certificate", Section: auth, Type: connectors.PEM, File: ".pem,.key", Required: true, When: in(authMTLS), Check: checkKey,
			Help: "PEM, without a pass phrase."},
	}
}

const certificateFiles = ".pem,.crt,.cer"

func headersField() connectors.Field {
	return connectors.Field{Key: KeyHeaders, Label: "Extra headers", Section: connectors.SectionPolicy, Type: connectors.PEM, Check: checkHeaders, Placeholder: "X-Tenant: acme",
		Help: "One a line, as Name: value. They are sent with every request to the target, and are kept like secrets."}
}

func protocolFields() []connectors.Field {
	policy := connectors.SectionPolicy
	asProfile := connectors.Option{Value: auto, Label: "As the profile says"}
	return []connectors.Field{
		{Key: KeyUserEndpoint, Label: "Users endpoint", Section: policy, Type: connectors.URL, Identity: connectors.Address, Placeholder: "https://example.com/scim/v2/Users",
			Help: "Only when it is not the base URL followed by /Users."},
		{Key: KeyGroupEndpoint, Label: "Groups endpoint", Section: policy, Type: connectors.URL, Identity: connectors.Address, Placeholder: "https://example.com/scim/v2/Groups",
			Help: "Only when it is not the base URL followed by /Groups."},
		headersField(),
		{Key: KeyUpdateMode, Label: "Update method", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "PATCH sends only what changed. PUT reads the account first and keeps what Usher does not manage.",
			Options: []connectors.Option{{Value: auto, Label: "PATCH, or PUT where PATCH is not there"}, {Value: usePatch, Label: "Always PATCH"}, {Value: usePut, Label: "Always PUT"}}},
		{Key: KeyPatchStyle, Label: "PATCH dialect", Section: policy, Type: connectors.Select, Default: auto,
			Help: "How a change is written. Change it only when the target refuses changes as not understood.",
			Options: []connectors.Option{asProfile, {Value: styleRFC, Label: "One operation for each attribute, with its path (standard)"},
				{Value: styleObject, Label: "One operation without a path"}, {Value: styleEntraNew, Label: "One operation without a path, with dotted names"},
				{Value: styleEntraLegacy, Label: "Capitalised operations, and booleans as text"},
				{Value: styleSalesforce, Label: "One operation without a path, and members in an object of their own"}}},
		{Key: KeyFilterSupport, Label: "Filters", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "How an existing account is looked for. Without filters Usher has to read the whole list.",
			Options: []connectors.Option{{Value: auto, Label: "Find out"}, {Value: filterOn, Label: "Always filter"}, {Value: filterOff, Label: "Never filter, read the list"}}},
		{Key: KeyMatchAttrs, Label: "Match order", Section: policy, Type: connectors.Text, Required: true, Default: matchDefault, Check: checkMatch,
			Help: "By what an existing account is recognised, first to last: externalId, userName, emails. Add emails only where nobody can choose their own address."},
		{Key: KeyDeleteMode, Label: "Removing accounts", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "What becomes of an account that is to be removed. At some services a removal cannot be taken back.",
			Options: []connectors.Option{asProfile, {Value: deleteAccounts, Label: "Remove it (DELETE)"}, {Value: disableAccounts, Label: "Disable it instead"}}},
		{Key: KeyPagination, Label: "Paging", Section: policy, Type: connectors.Select, Default: auto,
			Options: []connectors.Option{asProfile, {Value: pagesByIndex, Label: "By index (startIndex)"}, {Value: pagesByCursor, Label: "By cursor (RFC 9865)"}}},
		{Key: KeyPageSize, Label: "Page size", Section: policy, Type: connectors.Number, Max: 10_000, Help: "Empty or 0: as the profile says, else 100."},
		{Key: KeyContentType, Label: "Content type", Section: policy, Type: connectors.Select, Default: auto,
			Options: []connectors.Option{{Value: auto, Label: "application/scim+json, or application/json where that is refused"}, {Value: contentSCIM, Label: contentSCIM}, {Value: contentJSON, Label: contentJSON}}},
		{Key: KeyConfig, Label: "ServiceProviderConfig override", Section: policy, Type: connectors.Lines, File: ".json", Check: checkConfig, Placeholder: `{"patch":{"supported":false}}`,
			Help: "JSON, for a target whose own document is wrong or missing. What stands here wins over what the target says."},
	}
}
