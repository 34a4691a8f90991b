package oidc

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"usher/directory"
)

// ConnectionType is a connection that people sign in through; stored: never rename.
const ConnectionType directory.ConnectionType = "oidc"

// DefaultScopes are asked for when an administrator enters nothing else (OpenID Connect Core §5.4).
const DefaultScopes = "openid profile email"

// SignIn says how people sign in through a connection.
type SignIn struct {
	ConnectionID string
	Connection   string // the connection's name, for people; not written
	Enabled      bool   // the button stands on the sign-in page
	Issuer       string // exactly as the provider calls itself
	ClientID     string
	ClientSecret directory.Secret // "" for a public client, which PKCE alone protects
	Scopes       string           // separated by spaces
	Settings     Settings
	Revision     int64 // counts writes; an edit names the revision that it read
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Settings are stored as one JSON document. Stored: never rename.
type Settings struct {
	AllowPrivate bool              `json:"allowPrivate,omitempty"` // the provider may have a private address
	JIT          bool              `json:"jit,omitempty"`          // JIT User Provisioning
	Mapping      map[string]string `json:"mapping,omitempty"`      // expressions by Attribute.Key; an absent key has its default
	Groups       []string          `json:"groups,omitempty"`       // IDs of the groups that a new user joins
	Sync         Sync              `json:"sync,omitempty"`
	LinkByEmail  bool              `json:"linkByEmail,omitempty"`
	TrustEmail   bool              `json:"trustEmail,omitempty"` // addresses are verified unless the provider says that they are not
	NoAccount    NoAccount         `json:"noAccount,omitempty"`
}

// Sync is what a later sign-in does with the attributes of a user who is here already.
type Sync string

// Stored: never rename.
const (
	OverrideAll   Sync = "override_all"   // mapped attributes become what the provider says, also when it says nothing
	NoSync        Sync = "none"           // nothing changes after the first sign-in
	PreserveLocal Sync = "preserve_local" // mapped attributes that the provider has are written; others stay
)

// NoAccount is what happens to somebody who has no account here.
type NoAccount string

// Stored: never rename.
const (
	CreateAccount NoAccount = "create"
	RefuseSignIn  NoAccount = "refuse"
)

// NewSettings are those of a new connection.
func NewSettings() Settings {
	return Settings{JIT: true, Sync: PreserveLocal, NoAccount: CreateAccount}
}

// Bounds of what is entered.
const (
	maxIssuer = 1000
	maxClient = 500
	maxSecret = 4000
	maxGroups = 50
)

// Check says what is wrong with the connection to the provider, by the names of the form's fields.
func (s *SignIn) Check() directory.FieldErrors {
	f := directory.FieldErrors{}
	s.Issuer, s.ClientID = strings.TrimSpace(s.Issuer), strings.TrimSpace(s.ClientID)
	if words := checkIssuer(s.Issuer); words != "" {
		f.Add("issuer", words)
	}
	switch {
	case s.ClientID == "":
		f.Add("client_id", "Enter the client ID that the provider gave you.")
	case utf8.RuneCountInString(s.ClientID) > maxClient || strings.ContainsFunc(s.ClientID, unprintable):
		f.Add("client_id", fmt.Sprintf("A client ID has at most %d characters and no control characters.", maxClient))
	}
	if secret := s.ClientSecret.Reveal(); len(secret) > maxSecret || strings.ContainsFunc(secret, unprintable) {
		f.Add("client_secret", fmt.Sprintf("A client secret has at most %d characters and no control characters.", maxSecret))
	}
	s.checkScopes(f)
	return f
}

func (s *SignIn) checkScopes(f directory.FieldErrors) {
	scopes := strings.Fields(s.Scopes)
	if len(scopes) == 0 {
		scopes = strings.Fields(DefaultScopes)
	}
	s.Scopes = strings.Join(scopes, " ")
	if !slices.Contains(scopes, "openid") {
		f.Add("scopes", "The scopes must contain openid: without it this is not OpenID Connect and no ID token comes back.")
	}
	if len(s.Scopes) > maxClient || strings.ContainsFunc(s.Scopes, outsideScope) {
		f.Add("scopes", "Enter scopes such as openid profile email, separated by spaces.")
	}
}

// outsideScope is what RFC 6749 §3.3 leaves out of a scope token, the separating space apart.
func outsideScope(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }

func unprintable(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

// checkIssuer says in words what is wrong (OpenID Connect Discovery §3: https, no query, no fragment).
func checkIssuer(issuer string) string {
	if issuer == "" {
		return "Enter the provider's issuer URL, such as https://login.example.com."
	}
	u, err := url.Parse(issuer)
	switch {
	case len(issuer) > maxIssuer, err != nil, u.Host == "", u.Opaque != "", strings.ContainsFunc(issuer, unprintable), strings.Contains(issuer, " "):
		return "Please enter a valid URL, such as https://login.example.com."
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil:
		return "An issuer URL has no user name, no query and no fragment."
	case strings.HasSuffix(u.Path, "/.well-known/openid-configuration"):
		return "Enter the issuer only, without /.well-known/openid-configuration."
	}
	return checkScheme(u)
}

func checkScheme(u *url.URL) string {
	switch {
	case u.Scheme == "https":
		return ""
	case u.Scheme == "http" && loopback(u.Hostname()):
		return ""
	case u.Scheme == "http":
		return "The URL must begin with https://. Only a provider on this machine may be reached by http://."
	}
	return "The URL must begin with https://."
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

// plain reports whether the provider may be spoken to without TLS.
func (s SignIn) plain() bool {
	u, err := url.Parse(s.Issuer)
	return err == nil && u.Scheme == "http" && loopback(u.Hostname())
}

// Host is the provider's host, for people.
func (s SignIn) Host() string {
	u, err := url.Parse(s.Issuer)
	if err != nil {
		return s.Issuer
	}
	if name, _, err := net.SplitHostPort(u.Host); err == nil && !loopback(name) {
		return name
	}
	return u.Host
}

// Check says what is wrong with the settings of the Just-in-Time Provisioning tab; errors of an expression have the
// field "map." and the attribute's key.
func (s *Settings) Check() directory.FieldErrors {
	f := directory.FieldErrors{}
	if !slices.Contains([]Sync{OverrideAll, NoSync, PreserveLocal}, s.Sync) {
		f.Add("sync", "Choose what happens to attributes at later sign-ins.")
	}
	if !slices.Contains([]NoAccount{CreateAccount, RefuseSignIn}, s.NoAccount) {
		f.Add("no_account", "Choose what happens when there is no local account.")
	}
	if len(s.Groups) > maxGroups {
		f.Add("groups", fmt.Sprintf("A new user can join at most %d groups.", maxGroups))
	}
	slices.Sort(s.Groups)
	s.Groups = slices.Compact(s.Groups)
	s.checkMapping(f)
	return f
}
