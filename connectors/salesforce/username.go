package salesforce

import (
	"fmt"
	"strings"

	"usher/connectors"
)

// usernames makes Usernames, which have the form of an e-mail address, out of user names.
type usernames struct {
	pattern connectors.NamePattern
	domain  string // "" keeps the user's own
}

// parsePattern reads a pattern; wrong says in words what is not understood.
func parsePattern(text, separator, domain string) (u usernames, wrong string) {
	u.domain = strings.ToLower(domain)
	u.pattern, wrong = connectors.ParseNamePattern(text, separator, domain)
	return u, wrong
}

// username is the Salesforce Username of a user name or an address, in lower case.
func (u usernames) username(name string) (string, *connectors.Error) {
	local, domain := connectors.SplitName(name)
	if u.domain != "" {
		domain = u.domain
	}
	if local == "" || domain == "" {
		return "", &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("A Salesforce Username has the form of an e-mail address, and %q cannot become one.", name),
			Remedy: "Set the connector's provisioning domain, map an e-mail address to Username, or give the user one."}
	}
	return u.pattern.Name(local) + "@" + domain, nil
}

func checkPattern(v string) string {
	_, wrong := parsePattern(v, "", "example.com")
	return wrong
}
