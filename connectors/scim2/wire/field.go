package wire

import "usher/connectors"

// Keys of the settings of requests. Stored: never rename.
const (
	KeyBaseURL       = "base_url"
	KeyUserEndpoint  = "user_endpoint"
	KeyGroupEndpoint = "group_endpoint"
	keyAuthMode      = "auth_mode"
	keyToken         = "token"
	keyUsername      = "username"
	keyPassword      = "password"
	keyAPIKeyHeader  = "api_key_header"
	keyAPIKey        = "api_key"
	keyTokenURL      = "token_url"
	keyClientID      = "client_id"
	keyClientSecret  = "client_secret"
	keyScope         = "scope"
	keyClientAuth    = "client_auth"
	keyClientCert    = "client_cert"
	keyClientKey     = "client_key"
	keyHeaders       = "headers"
	keyRoots         = "ca_bundle"
	keyAllowPrivate  = "allow_private_network"
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
)

// BaseURLField is for the address of the service.
func BaseURLField() connectors.Field {
	return connectors.Field{Key: KeyBaseURL, Label: "SCIM base URL", Type: connectors.URL, Identity: connectors.Address, Required: true, Placeholder: "https://example.com/scim/v2",
		Help: "The address that comes before /Users."}
}

// SignInFields are for the credentials, of each way to sign in.
func SignInFields() []connectors.Field {
	auth := connectors.SectionAuth
	in := func(mode string) connectors.When { return connectors.When{Key: keyAuthMode, Value: mode} }
	return []connectors.Field{
		{Key: keyAuthMode, Label: "Authentication", Section: auth, Type: connectors.Select, Required: true, Default: authBearer,
			Options: []connectors.Option{{Value: authBearer, Label: "Bearer token"}, {Value: authBasic, Label: "User name and password"},
				{Value: authOAuth2, Label: "OAuth 2.0 client credentials"}, {Value: authAPIKey, Label: "API key in a header"},
				{Value: authMTLS, Label: "Client certificate (mTLS)"}, {Value: authNone, Label: "None"}}},
		{Key: keyToken, Label: "Token", Section: auth, Type: connectors.Password, Required: true, When: in(authBearer),
			Help: "Sent as Authorization: Bearer. The service shows it where provisioning is set up."},
		{Key: keyUsername, Label: "User name", Section: auth, Type: connectors.Text, Required: true, When: in(authBasic)},
		{Key: keyPassword, Label: "Password", Section: auth, Type: connectors.Password, Required: true, When: in(authBasic)},
		{Key: keyAPIKeyHeader, Label: "Header name", Section: auth, Type: connectors.Text, Required: true, Default: "X-API-Key", When: in(authAPIKey), Check: checkKeyHeader},
		{Key: keyAPIKey, Label: "API key", Section: auth, Type: connectors.Password, Required: true, When: in(authAPIKey)},
		{Key: keyTokenURL, Label: "Token URL", Section: auth, Type: connectors.URL, Required: true, When: in(authOAuth2), Placeholder: "https://example.com/oauth2/token",
			Help: "Where Usher gets its access tokens. The client secret is sent there and nowhere else."},
		{Key: keyClientID, Label: "Client ID", Section: auth, Type: connectors.Text, Required: true, When: in(authOAuth2)},
		{Key: keyClientSecret, Label: "Client secret", Section: auth, Type: connectors.Password, Required: true, When: in(authOAuth2)},
		{Key: keyScope, Label: "Scopes", Section: auth, Type: connectors.Text, When: in(authOAuth2), Help: "Separated by spaces. Many services need none."},
		{Key: keyClientAuth, Label: "Client authentication", Section: auth, Type: connectors.Select, Default: clientAuthBasic, When: in(authOAuth2),
			Options: []connectors.Option{{Value: clientAuthBasic, Label: "In the Authorization header (Basic)"}, {Value: clientAuthBody, Label: "In the body of the request"}}},
		{Key: keyClientCert, Label: "Client certificate", Section: auth, Type: connectors.Lines, File: certificateFiles, Required: true, When: in(authMTLS), Check: checkCertificates,
			Placeholder: "-----BEGIN CERTIFICATE-----", Help: "PEM, with the intermediate certificates after it."},
		{Key: keyClientKey, Label: "Private key of the certificate", Section: auth, Type: connectors.PEM, File: ".pem,.key", Required: true, When: in(authMTLS), Check: checkKey,
			Help: "PEM, without a pass phrase."},
	}
}

const certificateFiles = ".pem,.crt,.cer"

// RequestFields are for where requests go and what they bear besides.
func RequestFields() []connectors.Field {
	policy := connectors.SectionPolicy
	return []connectors.Field{
		{Key: KeyUserEndpoint, Label: "Users endpoint", Section: policy, Type: connectors.URL, Identity: connectors.Address, Placeholder: "https://example.com/scim/v2/Users",
			Help: "Only when it is not the base URL followed by /Users."},
		{Key: KeyGroupEndpoint, Label: "Groups endpoint", Section: policy, Type: connectors.URL, Identity: connectors.Address, Placeholder: "https://example.com/scim/v2/Groups",
			Help: "Only when it is not the base URL followed by /Groups."},
		{Key: keyHeaders, Label: "Extra headers", Section: policy, Type: connectors.PEM, Check: checkHeaders, Placeholder: "X-Tenant: acme",
			Help: "One a line, as Name: value. They are sent with every request to the target, and are kept like secrets."},
	}
}

// NetworkFields are for what a connection may do.
func NetworkFields() []connectors.Field {
	return []connectors.Field{
		{Key: keyRoots, Label: "Certificate authorities", Section: connectors.SectionDanger, Type: connectors.Lines, File: certificateFiles, Check: checkCertificates,
			Placeholder: "-----BEGIN CERTIFICATE-----",
			Help:        "PEM. Only for a target whose certificate no public authority has signed: these are trusted instead of the public ones."},
		{Key: keyAllowPrivate, Label: "Allow private network", Section: connectors.SectionDanger, Type: connectors.Switch, Default: "false",
			Help: "Lets Usher call addresses inside your own network, and without TLS. Turn it on only for a target that you run yourself."},
	}
}
