package google

// What a person can do about an error.
const (
	remedyWait       = "Usher tries again by itself. If this lasts, look at Google's status page, and quote Google's words to its support."
	remedyQuota      = "Usher waits as long as Google asked. If this happens often, lower Requests per second."
	remedyDaily      = "The project's daily quota is used up. Raise it in the Google Cloud console, or wait until tomorrow."
	remedyDenied     = "Google refuses the service account's tokens. Check the key, its delegation and the administrator to act as, then save the connector."
	remedyLicence    = "The Workspace account has no free licence, or has reached its limit of users. Buy licences or remove users, then retry."
	remedyArchive    = "There are not enough Archived User licences. Buy some, or let disabling mean Suspend the user."
	remedyEnable     = "Enable the Admin SDK API in the service account's project in the Google Cloud console."
	remedyAPIs       = "The Workspace account may not use this API. Switch API access on in the Admin console."
	remedyCreate     = "Only a super administrator can create users, and only in domains of the Workspace account. Check the administrator to act as and the allowed domains."
	remedyForbidden  = "The administrator to act as may not do this. Give them the right to manage users in the Admin console, and check the delegated scopes."
	remedyElsewhere  = "This answer did not come from the Directory API. Check the connector's endpoint."
	remedyDomain     = "The domain does not belong to the Workspace account. Correct the allowed e-mail domains, or add the domain in the Admin console."
	remedyCustomer   = "Correct the customer ID, or use my_customer."
	remedyGone       = "The account is not at the target any more."
	remedyTaken      = "The address is taken. Adopt the account that has it, or give one of the two another address."
	remedyUnfinished = "Google is still making this user. Usher tries again by itself."
	remedyAbuse      = "Google suspended this user for abuse, and only Google's support can lift that."
	remedyUnit       = "There is no such org unit. Correct the connector's org unit, or make it in the Admin console."
	remedyMappedUnit = "The org unit came from the attribute mapping. Correct the mapping or the user, or make the org unit in the Admin console."
	remedySchema     = "There is no such custom schema. Correct the attribute mapping, or make the schema in the Admin console."
	remedyValues     = "Google does not accept these values. Correct the user or the attribute mapping."

	remedyGroupForbidden = "The administrator to act as may not do this. Give them the right to manage groups in the Admin console, and check the delegated scopes."
	remedyGroupTaken     = "The address is taken. Adopt the group that has it, or give one of the two another name."
	remedyGroupGone      = "The group is not at the target any more."
	remedyGroupValues    = "Google does not accept these values. Correct the group."
)
