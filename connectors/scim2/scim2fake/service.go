package scim2fake

import "net/http"

// Like gives the peculiarities of a service that a compatibility profile is for, by the profile's key, as far as they
// are documented. An unknown key is a service that keeps to the RFCs.
func Like(profile string) Quirks {
	var q Quirks
	switch profile {
	case "aws":
		q.Cursor, q.PageCap = true, 100
		q.Wire = WireQuirks{NoStartIndex: true, MostEntries: 1, Required: []string{"name.givenName", "name.familyName", "displayName"}}
		q.Groups = GroupQuirks{Limit: 100, LimitStatus: http.StatusBadRequest, Members: "empty", NoReplaceAll: true, UniqueNames: true}
	case "entra_legacy":
		q.Wire.Dialect = EntraLegacy
	case "entra_new":
		q.Wire.Dialect = EntraNew
	case "github_emu":
		q.Wire.NeedsAgent = true
	case "okta_like":
		q.Wire.Dialect, q.NoneIs404 = SingleObject, true
	case "onepassword":
		q.Wire.Unconfirmed = true
	case "salesforce":
		q.Wire = WireQuirks{Dialect: SingleObject, PluralConfig: true}
		q.Groups = GroupQuirks{NoCreate: http.StatusForbidden, Nested: true}
		q.PageCap = 200
	case "slack":
		q.Wire = WireQuirks{NumberStatus: true, Serial: true, LongestName: 21}
		q.PageCap = 1000
	case "snowflake":
		q.Wire.MostEntries = 1
	case "vcenter":
		q.Wire.ConfigStatus, q.NoPatch = http.StatusInternalServerError, http.StatusMethodNotAllowed
	case "webex":
		q.Groups.MemberType = "user"
	case "zoom":
		q.Wire.Unconfirmed = true
	}
	return q
}
