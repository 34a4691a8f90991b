package scim2

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"usher/connectors"
)

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

// traits are how a service differs from the RFCs. The zero value keeps to them and finds out the rest.
type traits struct {
	key, label string
	hosts      []string // patterns of the host names that give the service away, as of path.Match

	patchStyle  string         // "" is rfc_path, with one other try when a PATCH is not understood
	putProfile  bool           // PATCH only active and password; the rest goes by PUT
	updateMode  string         // "" finds out
	filters     string         // "" finds out
	pagination  string         // "" is by index, until the service gives a cursor
	pageSize    int            // 0 is 100
	contentType string         // "" is application/scim+json
	deleteMode  string         // "" deletes, and disables where that is refused
	noConfig    bool           // the ServiceProviderConfig is never asked for
	pluralConf  bool           // it is at /ServiceProviderConfigs
	required    []string       // attributes without which an account is refused
	most        map[string]int // entries that a list may have
	lowerName   bool           // user names are lower case
	longestName int            // in characters; 0 is no bound
	unconfirmed bool           // writes to people who have not accepted their invitation are accepted and not applied

	memberType    string // sent with each member
	memberChunk   int    // members that one PATCH may change; 0 is as configured
	noGroupCreate bool   // groups are made at the service only
	hidesMembers  bool   // groups are always sent without members
}

// allTraits are the compatibility profiles. The default comes first.
func allTraits() []traits {
	one := func(keys ...string) map[string]int {
		m := map[string]int{}
		for _, k := range keys {
			m[k] = 1
		}
		return m
	}
	return []traits{
		{key: profileRFC, label: "Standard (RFC 7644)"},
		{key: "atlassian", label: "Atlassian", hosts: []string{"api.atlassian.com"}},
		{key: "aws", label: "AWS IAM Identity Center", hosts: []string{"scim.*.amazonaws.com", "scim.*.api.aws"}, filters: filterOn, pagination: pagesByCursor,
			required: []string{"name.givenName", "name.familyName", "displayName"}, most: one("emails", "phoneNumbers", "addresses"),
			memberChunk: 100, hidesMembers: true},
		{key: "databricks", label: "Databricks", hosts: []string{"*.databricks.com", "*.azuredatabricks.net"}},
		{key: "entra_legacy", label: "Built for Microsoft Entra ID, without feature flags", patchStyle: styleEntraLegacy},
		{key: "entra_new", label: "Built for Microsoft Entra ID, with aadOptscim062020", patchStyle: styleEntraNew},
		{key: "github_emu", label: "GitHub Enterprise Managed Users", hosts: []string{"api.github.com", "*.ghe.com"}, deleteMode: disableAccounts},
		{key: "okta_like", label: "Built for Okta", patchStyle: styleObject, putProfile: true},
		{key: "onepassword", label: "1Password", unconfirmed: true},
		{key: "salesforce", label: "Salesforce (its SCIM interface)", hosts: []string{"*.my.salesforce.com"}, patchStyle: styleSalesforce, pluralConf: true,
			noGroupCreate: true},
		{key: "slack", label: "Slack", hosts: []string{"api.slack.com"}, filters: filterOn, lowerName: true, longestName: 21,
			most: map[string]int{"emails": 2}},
		{key: "snowflake", label: "Snowflake", hosts: []string{"*.snowflakecomputing.com"}, deleteMode: disableAccounts, most: one("emails", "phoneNumbers", "addresses")},
		{key: "vcenter", label: "VMware vCenter", noConfig: true},
		{key: "webex", label: "Cisco Webex", hosts: []string{"webexapis.com"}, memberType: "user"},
		{key: "zoom", label: "Zoom", hosts: []string{"api.zoom.us"}, unconfirmed: true},
	}
}

func profileOptions() []connectors.Option {
	var o []connectors.Option
	for _, t := range allTraits() {
		o = append(o, connectors.Option{Value: t.key, Label: t.label})
	}
	return o
}

// traitsOf is the chosen profile with the overrides of the single fields, which win unless they say auto.
func traitsOf(c connectors.Config) traits {
	all := allTraits()
	t := all[0]
	for _, x := range all {
		if x.key == c.Text(KeyProfile) {
			t = x
		}
	}
	for key, at := range map[string]*string{KeyPatchStyle: &t.patchStyle, KeyUpdateMode: &t.updateMode, KeyFilterSupport: &t.filters,
		KeyPagination: &t.pagination, KeyContentType: &t.contentType, KeyDeleteMode: &t.deleteMode} {
		if v := c.Text(key); v != "" && v != auto {
			*at = v
		}
	}
	if n := int(c.Number(KeyPageSize)); n > 0 {
		t.pageSize = n
	}
	if t.pageSize == 0 {
		t.pageSize = pageSize
	}
	return t
}

// profileOfHost is the profile of the service that is known to live at the URL's host, rfc for none.
func profileOfHost(base string) traits {
	all := allTraits()
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
