package service

import (
	"fmt"

	"usher/connectors"
	"usher/scim"
)

// Keys of the settings about what the service does. Stored: never rename.
const (
	keyProfile       = "profile"
	keyUpdateMode    = "update_mode"
	keyPatchStyle    = "patch_style"
	keyFilterSupport = "filter_support"
	keyMatchAttrs    = "match_attrs"
	keyDeleteMode    = "delete_mode"
	keyPagination    = "pagination"
	keyPageSize      = "page_size"
	keyContentType   = "content_type"
	keyConfig        = "spc_override"
	keyMemberChunk   = "member_chunk"
)

// Values of the selections. Stored: never rename.
const (
	auto      = "auto"
	usePatch  = "patch"
	usePut    = "put"
	filterOn  = "on"
	filterOff = "off"
)

// usualChunk is how many members one request changes unless the settings say otherwise; AWS takes no more.
const usualChunk = 100

// MaxMemberChunk is how many members the settings may allow in one request.
const MaxMemberChunk = 2 * usualChunk

// ProfileField is for the choice of a compatibility profile.
func ProfileField() connectors.Field {
	return connectors.Field{Key: keyProfile, Label: "Compatibility profile", Type: connectors.Select, Default: profileRFC, Options: profileOptions(),
		Help: "How the target differs from the standard. Choose the product if it is listed. The test of the connection says which one seems to fit."}
}

// Fields are for what wins over the profile, and for how accounts are recognised.
func Fields() []connectors.Field {
	policy := connectors.SectionPolicy
	asProfile := connectors.Option{Value: auto, Label: "As the profile says"}
	return []connectors.Field{
		{Key: keyUpdateMode, Label: "Update method", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "PATCH sends only what changed. PUT reads the account first and keeps what Usher does not manage.",
			Options: []connectors.Option{{Value: auto, Label: "PATCH, or PUT where PATCH is not there"}, {Value: usePatch, Label: "Always PATCH"}, {Value: usePut, Label: "Always PUT"}}},
		{Key: keyPatchStyle, Label: "PATCH dialect", Section: policy, Type: connectors.Select, Default: auto,
			Help: "How a change is written. Change it only when the target refuses changes as not understood.",
			Options: []connectors.Option{asProfile, {Value: styleRFC, Label: "One operation for each attribute, with its path (standard)"},
				{Value: styleObject, Label: "One operation without a path"}, {Value: styleEntraNew, Label: "One operation without a path, with dotted names"},
				{Value: styleEntraLegacy, Label: "Capitalised operations, and booleans as text"},
				{Value: styleSalesforce, Label: "One operation without a path, and members in an object of their own"}}},
		{Key: keyFilterSupport, Label: "Filters", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "How an existing account is looked for. Without filters Usher has to read the whole list.",
			Options: []connectors.Option{{Value: auto, Label: "Find out"}, {Value: filterOn, Label: "Always filter"}, {Value: filterOff, Label: "Never filter, read the list"}}},
		{Key: keyMatchAttrs, Label: "Match order", Section: policy, Type: connectors.Text, Required: true, Default: matchDefault, Check: checkMatch,
			Help: "How an existing account is recognised, first to last: externalId, userName, emails. Add emails only where nobody can choose their own address."},
		{Key: keyDeleteMode, Label: "Removing accounts", Section: policy, Type: connectors.Select, Default: auto,
			Help:    "What happens to an account that is to be removed. At some services a removal cannot be taken back.",
			Options: []connectors.Option{asProfile, {Value: deleteAccounts, Label: "Remove it (DELETE)"}, {Value: disableAccounts, Label: "Disable it instead"}}},
		{Key: keyPagination, Label: "Paging", Section: policy, Type: connectors.Select, Default: auto,
			Options: []connectors.Option{asProfile, {Value: pagesByIndex, Label: "By index (startIndex)"}, {Value: pagesByCursor, Label: "By cursor (RFC 9865)"}}},
		{Key: keyPageSize, Label: "Page size", Section: policy, Type: connectors.Number, Max: 10_000, Help: "Empty or 0: as the profile says, else 100."},
		{Key: keyContentType, Label: "Content type", Section: policy, Type: connectors.Select, Default: auto,
			Options: []connectors.Option{{Value: auto, Label: "application/scim+json, or application/json where that is refused"}, {Value: scim.MediaType, Label: scim.MediaType}, {Value: scim.JSONMediaType, Label: scim.JSONMediaType}}},
		{Key: keyConfig, Label: "ServiceProviderConfig override", Section: policy, Type: connectors.Lines, File: ".json", Check: checkConfig, Placeholder: `{"patch":{"supported":false}}`,
			Help: "JSON, for a target whose own document is wrong or missing. It overrides the target's own document."},
		{Key: keyMemberChunk, Label: "Members in one request", Section: policy, Type: connectors.Number,
			Default: fmt.Sprint(usualChunk), Max: MaxMemberChunk, When: connectors.When{Key: connectors.PushGroups, Value: "true"},
			Help: "How many members of a group are changed at once. Usher sends fewer where the target takes fewer."},
	}
}
