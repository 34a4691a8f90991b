package salesforce

import (
	"net/http"
	"strings"
	"time"

	"usher/connectors"
	"usher/directory"
)

// connector speaks to one organization. It is safe for concurrent use.
type connector struct {
	client  *http.Client
	login   *login
	base    string // scheme and host
	version string // "v60.0"

	names       usernames
	suffix      string
	profile     string // name or ID
	defaults    map[string]string
	correlation string
	mapped      []connectors.Attribute // that the mapping sends something to; nil is not known
	disable     string
	allowAdmins bool
	sets        bool // groups are permission sets

	budget   *budget
	schema   *connectors.Cached[schema]
	profiles *connectors.CachedBy[string, string] // IDs by name
	mails    mails
	now      func() time.Time
}

// String and GoString keep the secrets out of logs: fmt would print a field that is not exported as it is.
func (k *connector) String() string   { return "salesforce connector of " + k.base }
func (k *connector) GoString() string { return k.String() }

// read is the connector as far as no secrets are needed.
func read(c connectors.Config) (*connector, error) {
	text := func(key, otherwise string) string {
		if v := c.Text(key); v != "" {
			return v
		}
		return otherwise
	}
	k := &connector{
		base: strings.TrimRight(c.Text(keyMyDomain), "/"), version: text(keyAPIVersion, defaultVersion), suffix: strings.ToLower(c.Text(keySuffix)), profile: c.Text(keyProfile),
		correlation: text(keyCorrelation, defaultKeyColumn), disable: text(keyDisableMode, disableDeactivate), allowAdmins: c.On(keyAllowAdmins),
		sets: c.Text(keyGroupTarget) == targetPermissionSets, now: time.Now, mapped: c.Mapped,
		defaults: map[string]string{attrTimeZone: text(keyTimeZone, "GMT"), attrLocale: text(keyLocale, "en_US"), attrLanguage: text(keyLanguage, "en_US"), attrEncoding: text(keyEncoding, "UTF-8")},
	}
	k.schema, k.profiles = connectors.NewCached[schema](k.clock), connectors.NewCachedBy[string, string](k.clock)
	k.budget = &budget{percent: c.Number(keyDailyBudget)}
	var wrong string
	if k.names, wrong = parsePattern(text(keyPattern, connectors.UserNamePattern), c.Text(keySeparator), c.Text(keyDomain)); wrong != "" {
		return nil, cannotOpen(wrong)
	}
	if wrong = checkCorrelation(k.correlation); wrong != "" {
		return nil, cannotOpen(wrong) // it becomes a part of queries
	}
	return k, nil
}

func open(c connectors.Config, client *http.Client) (*connector, error) {
	k, err := read(c)
	if err != nil {
		return nil, err
	}
	k.client = client
	l := &login{client: client, base: k.base, insecure: c.On(keyAllowPrivate), mode: c.Text(keyAuthMode), id: c.Text(keyClientID), org: c.Text(keyOrgID),
		secret: directory.Secret(c.Secret(keyClientSecret)), now: k.clock, held: connectors.NewCached[session](k.clock), tokens: map[string]bool{}}
	k.login = l
	switch l.mode {
	case authJWT:
		l.user, l.audience = c.Text(keyJWTUser), c.Text(keyJWTAudience)
		switch l.audience {
		case "":
			l.audience = audienceLogin
		case audienceMyDomain:
			l.audience = k.base
		}
		var wrong string
		if l.key, wrong = parseKey(c.Secret(keyJWTKey)); wrong != "" {
			return nil, cannotOpen(wrong)
		}
		return k, nil
	case authPassword:
		l.user, l.password = c.Text(keyLegacyUser), directory.Secret(c.Secret(keyLegacyPass))
		l.suffix = directory.Secret(c.Secret(keyLegacyToken))
	}
	if l.secret == "" {
		return nil, cannotOpen("The consumer secret is missing, which this kind of login needs.")
	}
	return k, nil
}

func (k *connector) clock() time.Time { return k.now() }

func cannotOpen(message string) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: message, Remedy: "Correct the connector's configuration."}
}

// isID reports whether s is a record ID of 15 or 18 characters with one of the prefixes, which tell the object.
func isID(s string, prefixes ...string) bool {
	if len(s) != 15 && len(s) != 18 {
		return false
	}
	for _, r := range []byte(s) {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// shortID is how many characters of an ID tell it from others; the last three of 18 are a checksum.
const shortID = 15

// sameID compares two IDs, of which either may have the checksum.
func sameID(a, b string) bool {
	return len(a) >= shortID && len(b) >= shortID && a[:shortID] == b[:shortID]
}

// significant is an ID without its checksum.
func significant(id string) string { return id[:min(len(id), shortID)] }
