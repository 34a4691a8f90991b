package salesforce

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"usher/connectors"
)

func fields() []connectors.Field {
	return slices.Concat(targetFields(), newUserFields(), authFields(), groupFields(), policyFields(), networkFields())
}

func targetFields() []connectors.Field {
	return []connectors.Field{
		{Key: keyMyDomain, Label: "My Domain URL", Type: connectors.URL, Identity: connectors.Address, Required: true, Placeholder: "https://yourorg.my.salesforce.com", Check: checkMyDomain,
			Help: "Setup → My Domain shows it. A sandbox's is like https://yourorg--name.sandbox.my.salesforce.com. Not login.salesforce.com."},
	}
}

func newUserFields() []connectors.Field {
	return []connectors.Field{
		{Key: keyProfile, Label: "Profile for new users", Type: connectors.Text, Required: true, Placeholder: "Standard User",
			Help: "A profile's name or ID. A profile that the attribute mapping gives goes first."},
		{Key: keyPattern, Label: "Salesforce Outbound Provisioning pattern", Type: connectors.Text, Default: connectors.UserNamePattern, Check: checkPattern,
			Help: "What the Username before the @ is made of: UN is the user name, UD is “primary”, TD is the provisioning domain, and text in quotes is itself. Example: {UN, 'emea'}."},
		{Key: keySeparator, Label: "Salesforce Provisioning Separator", Type: connectors.Text, Default: "_", Help: "Stands between the parts of the pattern."},
		{Key: keyDomain, Label: "Salesforce Provisioning Domain", Type: connectors.Text, Placeholder: "example.com.crm", Check: checkDomain,
			Help: "What stands after the @. Usernames are unique in all organizations of the world, so a domain of your own avoids clashes. Empty: the user's own domain."},
	}
}

func authFields() []connectors.Field {
	auth := connectors.SectionAuth
	jwt, legacy := connectors.When{Key: keyAuthMode, Value: authJWT}, connectors.When{Key: keyAuthMode, Value: authPassword}
	return []connectors.Field{
		{Key: keyAuthMode, Label: "Authentication", Section: auth, Type: connectors.Select, Required: true, Default: authClient,
			Help: "An External Client App in Setup, with the scope “Manage user data via APIs (api)”. Client credentials run as the user that the app names.",
			Options: []connectors.Option{{Value: authClient, Label: "Client credentials"}, {Value: authJWT, Label: "JWT bearer"},
				{Value: authPassword, Label: "Username and password (legacy: Salesforce is retiring it)"}}},
		{Key: keyClientID, Label: "Consumer key", Section: auth, Type: connectors.Text, Required: true, Help: "From the External Client App."},
		{Key: keyClientSecret, Label: "Consumer secret", Section: auth, Type: connectors.Password, Required: true, When: connectors.When{Key: keyAuthMode, Value: authClient + "|" + authPassword},
			Help: "From the External Client App."},
		{Key: keyJWTUser, Label: "User to act as", Section: auth, Type: connectors.Text, Required: true, When: jwt, Placeholder: "integration@example.com",
			Help: "The Username of a user who is pre-authorized for the app."},
		{Key: keyJWTKey, Label: "Private key (PEM)", Section: auth, Type: connectors.PEM, File: ".pem,.key", Required: true, When: jwt, Check: checkKey,
			Help: "The RSA key whose certificate was uploaded to the app."},
		{Key: keyJWTAudience, Label: "Audience", Section: auth, Type: connectors.Select, Default: audienceLogin, When: jwt,
			Options: []connectors.Option{{Value: audienceLogin, Label: "login.salesforce.com (production)"}, {Value: audienceTest, Label: "test.salesforce.com (sandboxes)"},
				{Value: audienceMyDomain, Label: "The My Domain URL"}}},
		{Key: keyLegacyUser, Label: "Username (legacy)", Section: auth, Type: connectors.Text, Required: true, When: legacy},
		{Key: keyLegacyPass, Label: "Password (legacy)", Section: auth, Type: connectors.Password, Required: true, When: legacy,
			Help: "This flow works with existing connected apps only, and not with multi-factor authentication. Move to client credentials."},
		{Key: keyLegacyToken, Label: "Security token (legacy)", Section: auth, Type: connectors.Password, When: legacy,
			Help: "Needed unless Usher's address is in the trusted IP ranges."},
		{Key: keyOrgID, Label: "Organization ID", Section: auth, Type: connectors.Text, Identity: significant, Placeholder: "00D…", Check: checkOrg,
			Help: "Test connection proposes it. Once set, Usher refuses to work with any other organization, even if somebody exchanges the credentials."},
	}
}

func groupFields() []connectors.Field {
	return []connectors.Field{
		{Key: keyGroupTarget, Label: "Groups become", Section: connectors.SectionGroups, Type: connectors.Select, Default: targetGroups,
			When: connectors.When{Key: connectors.PushGroups, Value: "true"},
			Help: "Permission sets cannot be made from here: their members are assigned only, and a group finds its permission set by the name.",
			Options: []connectors.Option{{Value: targetGroups, Label: "Public groups"},
				{Value: targetPermissionSets, Label: "Permission sets"}}},
	}
}

func policyFields() []connectors.Field {
	policy := connectors.SectionPolicy
	return []connectors.Field{
		{Key: keyCorrelation, Label: "Correlation field", Section: policy, Type: connectors.Text, Required: true, Default: defaultKeyColumn, Check: checkCorrelation,
			Help: "Usher writes its own ID into this field of every user that it creates. Best is a custom External ID field, such as IdP_Id__c. " +
				"Take another than FederationIdentifier if single sign-on compares that. With Username nothing is written, and every account found counts as somebody else's. Do not change it later."},
		{Key: keyDisableMode, Label: "Disabling means", Section: policy, Type: connectors.Select, Default: disableDeactivate,
			Help: "Salesforce users cannot be deleted. A deactivated user frees the licence. A frozen one cannot sign in and keeps licence and assignments.",
			Options: []connectors.Option{{Value: disableDeactivate, Label: "Deactivate the user"}, {Value: disableFreeze, Label: "Freeze the user"},
				{Value: disableBoth, Label: "Freeze at once, then deactivate"}}},
		{Key: keyAllowAdmins, Label: "Disable administrators, too", Section: policy, Type: connectors.Switch, Default: "false",
			Help: "Off: Usher leaves administrators alone, and users who are no standard users and bear no ID of Usher's: it does not disable them or set their passwords. The user that it runs as is never touched."},
		{Key: keyDailyBudget, Label: "Daily API budget (%)", Section: policy, Type: connectors.Number, Default: "80", Max: 100,
			Help: "When the organization has used this share of its daily API requests, Usher waits; users who leave are still disabled. 0 means no limit but Salesforce's own."},
		{Key: keySuffix, Label: "Suffix when a Username is taken elsewhere", Section: policy, Type: connectors.Text, Placeholder: ".acme", Check: checkDomainSuffix,
			Help: "Added once when another organization has the Username. Empty: the user fails, and an administrator decides."},
		{Key: keyTimeZone, Label: "Time zone", Section: policy, Type: connectors.Text, Required: true, Default: "GMT", Help: "Of new users, when the attribute mapping gives none, as the three below."},
		{Key: keyLocale, Label: "Locale", Section: policy, Type: connectors.Text, Required: true, Default: "en_US"},
		{Key: keyLanguage, Label: "Language", Section: policy, Type: connectors.Text, Required: true, Default: "en_US"},
		{Key: keyEncoding, Label: "E-mail encoding", Section: policy, Type: connectors.Text, Required: true, Default: "UTF-8"},
		{Key: keyAPIVersion, Label: "API version", Section: policy, Type: connectors.Text, Required: true, Default: defaultVersion, Check: checkVersion,
			Help: "Usher keeps to this version until you change it."},
	}
}

func networkFields() []connectors.Field {
	return []connectors.Field{
		{Key: keyAllowPrivate, Label: "Allow private network", Section: connectors.SectionDanger, Type: connectors.Switch, Default: "false",
			Help: "For demonstrations and tests: lets Usher call addresses inside your own network, and without TLS."},
	}
}

func checkMyDomain(v string) string {
	u, err := url.Parse(v)
	switch {
	case err != nil || strings.Trim(u.Path, "/") != "":
		return "Enter the host only, such as https://yourorg.my.salesforce.com, without a path."
	case slices.Contains([]string{"login.salesforce.com", "test.salesforce.com"}, strings.ToLower(u.Hostname())):
		return "This is the general sign-in host. Enter your organization's My Domain, such as https://yourorg.my.salesforce.com."
	}
	return ""
}

const oldestVersion = 60

func checkVersion(v string) string {
	number, ok := strings.CutPrefix(v, "v")
	number, whole := strings.CutSuffix(number, ".0")
	if n, err := strconv.Atoi(number); !ok || !whole || err != nil || n < oldestVersion || n > 999 || strconv.Itoa(n) != number {
		return fmt.Sprintf("Enter a version such as v%d.0. Older ones are not supported.", oldestVersion)
	}
	return ""
}

func checkDomain(v string) string {
	if strings.ContainsAny(v, "@/: ") || !strings.Contains(strings.Trim(v, "."), ".") {
		return "Enter a domain such as example.com, without the @."
	}
	return ""
}

func checkDomainSuffix(v string) string {
	if ok, _ := regexp.MatchString(`^\.[A-Za-z0-9][A-Za-z0-9.-]*$`, v); !ok {
		return "A suffix begins with a dot and has letters, digits, dots and hyphens, such as .acme."
	}
	return ""
}

func checkOrg(v string) string {
	if !isID(v, "00D") {
		return "An organization ID begins with 00D and has 15 or 18 letters and digits. Setup → Company Information shows it."
	}
	return ""
}

func checkCorrelation(v string) string {
	switch ok, _ := regexp.MatchString(`^[A-Za-z][A-Za-z0-9_]*$`, v); {
	case !ok:
		return "Enter the API name of a field of User, such as FederationIdentifier or IdP_Id__c."
	case strings.EqualFold(v, attrEmail):
		return "E-mail addresses are not unique in Salesforce. Choose another field."
	case strings.EqualFold(v, "Id"), slices.ContainsFunc(attributes(), func(a connectors.Attribute) bool {
		return strings.EqualFold(a.Key, v) && a.Key != attrUsername && a.Key != attrFederation
	}):
		return "This field holds something else. Choose a field of its own, such as FederationIdentifier or IdP_Id__c."
	case strings.EqualFold(v, attrUsername) && v != attrUsername, strings.EqualFold(v, attrFederation) && v != attrFederation:
		return "Write it as Salesforce does: FederationIdentifier or Username."
	}
	return ""
}
