package scim2fake

import (
	"net/http"
	"time"
)

// Quirks are the peculiarities of real services. The zero value is a service that keeps to the RFCs.
type Quirks struct {
	CreateStatus   int    // instead of 201
	CreateEmpty    bool   // no body after a create
	NoLocation     bool   // no Location header after a create
	LocationHost   string // scheme and host of every location
	TakenStatus    int    // instead of 409
	TakenBody      string // instead of the SCIM error with scimType uniqueness
	ReturnExisting bool   // a create of a taken name answers with the account that has it

	FilterIgnored    bool   // every filter lets everybody through
	FilterStatus     int    // filters are refused, with this status
	NoExternalFilter bool   // only filters on externalId are refused, with 400 invalidFilter
	CaseSensitive    bool   // filters compare userName by case
	NoneIs404        bool   // a filter that finds nobody is answered with 404
	NoResources      string // Resources of an empty list: "missing" or "null" instead of []
	PageCap          int    // the largest page, whatever count asks for
	StartIgnored     bool   // always the first page
	Totals           string // totalResults: "string", "small" or "missing"
	Cursor           bool   // pages by cursor (RFC 9865) instead of startIndex

	NumericIDs     bool   // IDs are JSON numbers of 20 digits
	AwkwardIDs     bool   // IDs need escaping in a path
	HideExternalID bool   // externalId is never sent back
	OtherCase      bool   // attribute names are sent as UserName, Emails
	Role           string // value of a role that every user is sent with

	NoPatch      int  // PATCH is answered with this status
	PatchNoBody  bool // PATCH is answered with 204
	ConfigDenies bool // the ServiceProviderConfig says that there is no PATCH
	NoDelete     int  // DELETE is answered with this status
	GoneStatus   int  // instead of 404 for a user that is not there
	KeepsActive  bool // active never changes, and the answer is 200 all the same
	JSONOnly     bool // application/scim+json is refused with 415

	Documents map[string]string // what discovery answers, by path: "/Schemas", "/ResourceTypes"
	UsersAt   string            // where users are, instead of /Users

	Groups GroupQuirks
	Wire   WireQuirks

	WriteDelay time.Duration // how long every write takes
}

func (s *Server) config(r request) reply {
	if r.q.Wire.ConfigStatus != 0 {
		return problem(r.q.Wire.ConfigStatus, "", "There is no configuration.")
	}
	patch := "true"
	if r.q.ConfigDenies {
		patch = "false"
	}
	return reply{Status: http.StatusOK, Body: []byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],` +
		`"patch":{"supported":` + patch + `},"bulk":{"supported":false,"maxOperations":0,"maxPayloadSize":0},` +
		`"filter":{"supported":true,"maxResults":200},"changePassword":{"supported":false},"sort":{"supported":false},` +
		`"etag":{"supported":true},"authenticationSchemes":[{"type":"oauthbearertoken","name":"Bearer token","description":"A fixed token"}]}`)}
}
