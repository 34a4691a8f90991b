package service

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	"usher/connectors"
)

// UsualPage is how many resources are asked for at once where nothing else is set.
const UsualPage = 100

// Values of the fields that take the place of a profile's override. Stored: never rename.
const (
	profileRFC = "rfc"

	styleRFC         = "rfc_path"      // one operation an attribute, with its path (RFC 7644 §3.5.2)
	styleObject      = "single_object" // one operation without a path, whose value is a piece of the resource
	styleEntraNew    = "entra_new"     // one operation without a path, with dotted keys (Entra with aadOptscim062020)
	styleEntraLegacy = "entra_legacy"  // capitalised operations, booleans as text (Entra without the flag)
	styleSalesforce  = "salesforce"    // single_object, with the list of members in an object of its own

	pagesByIndex  = "index"
	pagesByCursor = "cursor"

	deleteAccounts  = "delete"
	disableAccounts = "disable"
)

// Traits are how a service differs from the RFCs, as far as that is known before anything is sent. They are a compatibility
// profile, with the settings that win over it.
type Traits struct {
	key   string
	Label string   // of the profile, for people
	hosts []string // patterns of the host names that give the service away, as of path.Match

	patchStyle   string         // "" is rfc_path, with one other try when a PATCH is not understood
	putProfile   bool           // PATCH only active and password; the rest goes by PUT
	updateMode   string         // auto finds out
	filters      string         // auto finds out
	pagination   string         // "" is by index, until the service gives a cursor
	pageSize     int            // 0 is UsualPage
	ContentType  string         // of request bodies; "" is application/scim+json, or application/json where that is refused
	deleteMode   string         // "" deletes, and disables where that is refused
	NoConfig     bool           // the ServiceProviderConfig is never asked for
	PluralConfig bool           // it is at /ServiceProviderConfigs
	required     []string       // attributes without which an account is refused
	most         map[string]int // entries that a list may have
	lowerName    bool           // user names are lower case
	longestName  int            // in characters; 0 is no bound
	perSecond    float64        // requests that the vendor allows; 0 is unknown
	atOnce       int            // requests at once at the most; 0 is as many as of any service
	Unconfirmed  bool           // writes to people who have not accepted their invitation are accepted and not applied

	MemberType    string // sent with each member; "" for none
	memberChunk   int    // members that one PATCH may change; 0 is as configured
	NoGroupCreate bool   // groups are made at the service only
	HidesMembers  bool   // groups are always sent without members
}

// profiles are the compatibility profiles. The default, which keeps to the RFCs and finds out the rest, comes first.
func profiles() []Traits {
	one := func(keys ...string) map[string]int {
		m := map[string]int{}
		for _, k := range keys {
			m[k] = 1
		}
		return m
	}
	return []Traits{
		{key: profileRFC, Label: "Standard (RFC 7644)"},
		{key: "atlassian", Label: "Atlassian", hosts: []string{"api.atlassian.com"}},
		{key: "aws", Label: "AWS IAM Identity Center", hosts: []string{"scim.*.amazonaws.com", "scim.*.api.aws"}, filters: filterOn, pagination: pagesByCursor,
			required: []string{"name.givenName", "name.familyName", "displayName"}, most: one("emails", "phoneNumbers", "addresses"),
			memberChunk: 100, HidesMembers: true},
		{key: "databricks", Label: "Databricks", hosts: []string{"*.databricks.com", "*.azuredatabricks.net"}},
		{key: "entra_legacy", Label: "Built for Microsoft Entra ID, without feature flags", patchStyle: styleEntraLegacy},
		{key: "entra_new", Label: "Built for Microsoft Entra ID, with aadOptscim062020", patchStyle: styleEntraNew},
		{key: "github_emu", Label: "GitHub Enterprise Managed Users", hosts: []string{"api.github.com", "*.ghe.com"}, deleteMode: disableAccounts,
			perSecond: 5, atOnce: startAtOnce},
		{key: "okta_like", Label: "Built for Okta", patchStyle: styleObject, putProfile: true},
		{key: "onepassword", Label: "1Password", Unconfirmed: true},
		{key: "salesforce", Label: "Salesforce (its SCIM interface)", hosts: []string{"*.my.salesforce.com"}, patchStyle: styleSalesforce, PluralConfig: true,
			NoGroupCreate: true},
		{key: "slack", Label: "Slack", hosts: []string{"api.slack.com"}, filters: filterOn, lowerName: true, longestName: 21,
			most: map[string]int{"emails": 2}, perSecond: 3, atOnce: startAtOnce},
		{key: "snowflake", Label: "Snowflake", hosts: []string{"*.snowflakecomputing.com"}, deleteMode: disableAccounts, most: one("emails", "phoneNumbers", "addresses")},
		{key: "vcenter", Label: "VMware vCenter", NoConfig: true},
		{key: "webex", Label: "Cisco Webex", hosts: []string{"webexapis.com"}, MemberType: "user"},
		{key: "zoom", Label: "Zoom", hosts: []string{"api.zoom.us"}, Unconfirmed: true},
	}
}

const (
	startAtOnce = 4
	mostAtOnce  = 32
)

// Budget is what is spent at a service of which nothing is known.
func Budget() connectors.Budget { return Traits{}.Budget() }

// Budget is what may be spent at the service. GitHub and Slack publish limits that leave no use for more requests at once.
func (t Traits) Budget() connectors.Budget {
	return connectors.Budget{Published: t.perSecond, Concurrency: startAtOnce, MostConcurrency: cmp.Or(t.atOnce, mostAtOnce)}
}

func profileOptions() []connectors.Option {
	var o []connectors.Option
	for _, t := range profiles() {
		o = append(o, connectors.Option{Value: t.key, Label: t.Label})
	}
	return o
}

// TraitsOf is the chosen profile with the overrides of the single fields, which win unless they say auto.
func TraitsOf(c connectors.Config) Traits {
	all := profiles()
	t := all[0]
	for _, x := range all {
		if x.key == c.Text(keyProfile) {
			t = x
		}
	}
	for key, at := range map[string]*string{keyPatchStyle: &t.patchStyle, keyUpdateMode: &t.updateMode, keyFilterSupport: &t.filters,
		keyPagination: &t.pagination, keyContentType: &t.ContentType, keyDeleteMode: &t.deleteMode} {
		if v := c.Text(key); v != "" && v != auto {
			*at = v
		}
	}
	t.updateMode, t.filters = cmp.Or(t.updateMode, auto), cmp.Or(t.filters, auto)
	t.pageSize = cmp.Or(max(int(c.Number(keyPageSize)), 0), t.pageSize, UsualPage)
	return t
}

// profileOfHost is the profile of the service that is known to live at the URL's host, rfc for none.
func profileOfHost(base string) Traits {
	all := profiles()
	u, err := url.Parse(base)
	if err != nil {
		return all[0]
	}
	host := strings.ToLower(u.Hostname())
	for _, t := range all {
		if slices.ContainsFunc(t.hosts, func(pattern string) bool { ok, _ := path.Match(pattern, host); return ok }) {
			return t
		}
	}
	return all[0]
}
