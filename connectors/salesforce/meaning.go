package salesforce

import "usher/connectors"

// meaning is what one code of Salesforce stands for.
type meaning struct {
	kind     connectors.Kind
	remedy   string
	doubtful bool // a create that got this may have happened
}

// meanings are the codes that are known; the vocabulary is open, and what is not here is told by the status.
func meanings() map[string]meaning {
	out := map[string]meaning{}
	add := func(m meaning, codes ...string) {
		for _, c := range codes {
			out[c] = m
		}
	}
	add(meaning{connectors.Denied, remedyCredentials, false}, codeSession, "INVALID_AUTH_HEADER", "INVALID_LOGIN")
	add(meaning{connectors.Denied, "The password of the user that Usher runs as has expired. Set a new one, or move to client credentials.", false}, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD")
	add(meaning{connectors.Denied, "Enter the security token, or move to client credentials.", false}, "LOGIN_MUST_USE_SECURITY_TOKEN")

	add(meaning{connectors.RateLimited, remedyBusy, false}, codeRequests)
	add(meaning{connectors.Temporary, remedyWait, true}, "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "REQUEST_RUNNING_TOO_LONG", "TOO_MANY_APEX_REQUESTS", "QUERY_TIMEOUT")
	add(meaning{connectors.Temporary, "Salesforce is being maintained. Usher tries again by itself.", true}, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE")
	add(meaning{connectors.Temporary, "Something else was writing the same record. Usher tries again by itself.", false}, "UNABLE_TO_LOCK_ROW")
	add(meaning{connectors.Temporary, remedyWait, false}, "INVALID_QUERY_LOCATOR")

	add(meaning{connectors.Misconfigured, remedyAPI, false}, "API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG")
	add(meaning{connectors.Limit, remedyLicence, false}, "LICENSE_LIMIT_EXCEEDED")
	add(meaning{connectors.Misconfigured, remedyReference, false}, codeCrossReference, "MALFORMED_ID", "INVALID_ID_FIELD")
	add(meaning{connectors.Misconfigured, remedyFields, false}, "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_TYPE")
	add(meaning{connectors.Limit, "The organization is at one of its limits. Make room in Setup. Changes and leavers still go.", false}, "STORAGE_LIMIT_EXCEEDED", "LIMIT_EXCEEDED")
	add(meaning{connectors.Misconfigured, "The organization is read-only at the moment. Usher looks again by itself.", false}, "INVALID_READ_ONLY_USER_DML")
	add(meaning{connectors.Misconfigured, remedyVersion, false}, "UNSUPPORTED_API_VERSION", "GONE")

	add(meaning{connectors.Conflict, remedyTaken, false}, codeUsername, codeDuplicate, "DUPLICATE_EXTERNAL_ID")
	add(meaning{connectors.NotFound, remedyGone, false}, codeNotFound, codeDeleted)

	add(meaning{connectors.Invalid, remedyValues, false}, "REQUIRED_FIELD_MISSING", "STRING_TOO_LONG", "INVALID_EMAIL_ADDRESS", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
		"JSON_PARSER_ERROR", "INVALID_TYPE_ON_FIELD_IN_RECORD", "MALFORMED_QUERY", codeNickname)
	add(meaning{connectors.Invalid, "A validation rule of the organization refuses these values. Correct the user, or the rule in Setup.", false}, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
	add(meaning{connectors.Invalid, "An automation of the organization (a trigger or a flow) failed. Ask your Salesforce administrator to look at it, then retry.", false},
		"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER")
	add(meaning{connectors.Invalid, "A duplicate rule of the organization refuses this user. Correct the user, or the rule in Setup.", false}, "DUPLICATES_DETECTED")
	add(meaning{connectors.Invalid, remedyInUse, false}, "CANNOT_DISABLE_LAST_ADMIN", "DEPENDENCY_EXISTS", "RECORD_IN_USE_BY_WORKFLOW", "FIELD_INTEGRITY_EXCEPTION",
		"INACTIVE_OWNER_OR_USER", "ENTITY_IS_LOCKED")
	add(meaning{connectors.Invalid, "The password does not fit the organization's password policies. Choose another.", false}, "INVALID_NEW_PASSWORD")
	add(meaning{connectors.Invalid, remedyMixed, false}, "MIXED_DML_OPERATION")
	return out
}

// What a person can do about an error.
const (
	remedyWait        = "Usher tries again by itself. If this lasts, look at status.salesforce.com, and quote Salesforce's words to its support."
	remedyDoubt       = "Usher looks for the user before it sends it again."
	remedyBusy        = "Usher waits and asks less at a time. If this happens often, lower Requests per second."
	remedyDaily       = "The organization's requests of the last 24 hours are used up. Usher looks again every hour; Setup → System Overview shows who uses them."
	remedyCredentials = "Salesforce refuses the login. Check consumer key, secret, the app's policies and the user that it runs as, then save the connector."
	remedyRights      = "The user that Usher runs as may not do this. Give it API Enabled and Manage Internal Users, and for freezing, groups and permission sets Manage Users and Assign Permission Sets."
	remedyAPI         = "This organization or user may not use the API. Give the user that Usher runs as the permission API Enabled; some editions have no API."
	remedyLicence     = "No free licence is left for the profile. Buy licences or deactivate users; Usher tries again by itself. Changes and leavers still go."
	remedyReference   = "A profile, role or other record that the configuration or the mapping names does not exist, or not for this licence. Correct it."
	remedyFields      = "The organization does not know this field, or the user that Usher runs as may not write it. Check the correlation field, the mapping and the field-level security."
	remedyVersion     = "Salesforce does not serve this API version any more. Enter a newer one in the connector's configuration."
	remedyPath        = "This answer does not come from the API that Usher speaks. Check the My Domain URL and the API version."
	remedyGone        = "The account is not at the target any more."
	remedyTaken       = "Another user has this value. Adopt that user, or give one of the two another."
	remedyValues      = "Salesforce does not accept these values. Correct the user or the attribute mapping."
	remedyMixed       = "An automation of the organization (a trigger or a flow that runs when this record changes) also writes records of another sort in the same transaction, which Salesforce forbids for users, groups and permission sets. Ask your Salesforce administrator to move that part into a @future or queueable method, or into the flow's asynchronous path, then retry."
	remedyInUse       = "Something in the organization depends on this user as it is. Resolve that in Setup, or let disabling freeze the user, then retry."
)
