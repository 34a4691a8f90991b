package google

import (
	"slices"
	"strings"

	"usher/connectors"
)

func fields() []connectors.Field {
	return slices.Concat(targetFields(), groupFields(), policyFields(), networkFields())
}

func targetFields() []connectors.Field {
	auth := connectors.SectionAuth
	return []connectors.Field{
		{Key: keyDomains, Label: "Allowed e-mail domains", Type: connectors.Text, Required: true, Placeholder: "example.com, example.org", Check: checkDomains,
			Help: "Separated by commas. Users outside of them are rejected before Google is called. A user name without a domain gets the first."},
		{Key: keyOrgUnit, Label: "Default org unit", Type: connectors.Text, Default: "/", Check: checkOrgUnit,
			Help: "Where new users go when the attribute mapping gives no org unit. Begins with /."},
		{Key: keyPattern, Label: "Google Outbound Provisioning pattern", Type: connectors.Text, Default: connectors.UserNamePattern, Check: checkPattern,
			Help: "What the address before the @ is made of: UN is the user name, UD is “primary”, TD is the first allowed domain, and text in quotes is itself. " +
				"Example: {UN, 'emea'}."},
		{Key: keySeparator, Label: "Google Provisioning Separator", Type: connectors.Text, Default: "_",
			Help: "Stands between the parts of the pattern."},
		{Key: keyCredentials, Label: "Service account key (JSON)", Section: auth, Type: connectors.PEM, File: ".json", Required: true, Check: checkKey,
			Help: "The whole file, pasted or chosen. Then, in the Admin console under Security → Access and data control → API controls → Domain-wide delegation, add the key's client ID with exactly this scope: " +
				userScope},
		{Key: keySubject, Label: "Administrator to act as", Section: auth, Type: connectors.Text, Identity: domainOf, Required: true, Placeholder: "admin@example.com", Check: checkSubject,
			Help: "The e-mail address of a super administrator. Delegated administrators can change users but not create them."},
	}
}

func groupFields() []connectors.Field {
	return []connectors.Field{
		{Key: keyGroupDomain, Label: "Domain of groups", Section: connectors.SectionGroups, Type: connectors.Text, Placeholder: "example.com", Check: checkDomain,
			When: connectors.When{Key: connectors.PushGroups, Value: "true"},
			Help: "A group's address is made of its name and this domain when it is created, and kept when the name changes. Empty: the first allowed domain. " +
				"To push groups, also add this scope to the domain-wide delegation: " + groupScope},
	}
}

func policyFields() []connectors.Field {
	policy := connectors.SectionPolicy
	return []connectors.Field{
		{Key: keyCustomer, Label: "Customer ID", Section: policy, Type: connectors.Text, Identity: customerOf, Default: ownCustomer,
			Help: "my_customer is the Workspace account that the administrator belongs to."},
		{Key: keyForceChange, Label: "Change the password at the first sign-in", Section: policy, Type: connectors.Switch, Default: "false",
			Help: "Only new users with a random password are asked. Google ignores it for users who sign in with single sign-on."},
		{Key: keyExternalIDType, Label: "External ID label", Section: policy, Type: connectors.Text, Required: true, Default: "idp-id",
			Help: "Usher writes its own ID on every user and group that it creates, as an external ID with this label. Do not change it later."},
		{Key: keyInvite, Label: "Invite personal accounts", Section: policy, Type: connectors.Switch, Default: "false",
			Help: "When a personal Google account has a new user's address, Google invites its owner to hand it over."},
		{Key: keyOnRemoved, Label: "When a deleted user has the address", Section: policy, Type: connectors.Select, Default: removedHold,
			Help: "Google keeps deleted users for 20 days. Restoring brings mail and files back. A user that Usher did not create is restored only if existing accounts are adopted.",
			Options: []connectors.Option{{Value: removedHold, Label: "Hold it for an administrator"},
				{Value: removedRestore, Label: "Restore the deleted user"}}},
		{Key: keyDisableMode, Label: "Disabling means", Section: policy, Type: connectors.Select, Default: disableSuspend,
			Help: "A suspended user keeps the data and the licence. Archiving needs Archived User licences.",
			Options: []connectors.Option{{Value: disableSuspend, Label: "Suspend the user"},
				{Value: disableArchive, Label: "Archive the user"}}},
		{Key: keyDisabledUnit, Label: "Org unit for disabled users", Section: policy, Type: connectors.Text, Check: checkOrgUnit,
			Help: "Leave empty to leave disabled users where they are."},
		{Key: keyAllowAdmins, Label: "Disable and remove administrators, too", Section: policy, Type: connectors.Switch, Default: "false",
			Help: "Off: Usher never suspends, archives or removes a Google administrator, and never changes their password or how they recover their account."},
	}
}

func networkFields() []connectors.Field {
	danger, private := connectors.SectionDanger, connectors.When{Key: keyAllowPrivate, Value: "true"}
	return []connectors.Field{
		{Key: keyAllowPrivate, Label: "Call a simulated Google", Section: danger, Type: connectors.Switch, Default: "false",
			Help: "For demonstrations and tests: lets Usher call addresses inside your own network, and without TLS, in place of Google."},
		{Key: keyEndpoint, Label: "API endpoint", Section: danger, Type: connectors.URL, Identity: connectors.Address, When: private, Placeholder: "http://localhost:8080"},
		{Key: keyTokenURL, Label: "Token URL", Section: danger, Type: connectors.URL, When: private, Placeholder: "http://localhost:8080/token"},
	}
}

// domainOf is what an administrator's address says about whose Workspace account it is.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	return domain
}

// customerOf is a customer ID, "" for the one of the administrator whom we act as.
func customerOf(id string) string {
	if id == ownCustomer {
		return ""
	}
	return id
}
