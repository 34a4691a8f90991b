package google

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"usher/connectors"
)

// addresses makes Google addresses out of user names.
type addresses struct {
	pattern connectors.NamePattern
	domains []string // that may be written to; the first is for names without one
}

// parsePattern reads a pattern; wrong says in words what is not understood.
func parsePattern(text, separator string, domains []string) (a addresses, wrong string) {
	a.domains = domains
	a.pattern, wrong = connectors.ParseNamePattern(text, separator, domains[0])
	return a, wrong
}

// address is the Google address of a user name or an address, in lower case.
func (a addresses) address(name string) (string, *connectors.Error) {
	local, domain := connectors.SplitName(name)
	switch {
	case !strings.Contains(name, "@"):
		domain = a.domains[0]
	case !slices.Contains(a.domains, domain):
		return "", &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("%s is not in the domains that this connector may write to (%s).", name, strings.Join(a.domains, ", ")),
			Remedy: "Give the user an address in one of these domains, map another attribute to the primary e-mail address, or add the domain to the connector."}
	}
	if local == "" {
		return "", &connectors.Error{Kind: connectors.Invalid, Message: "The user has no name to make a Google address of.", Remedy: "Correct the user or the attribute mapping."}
	}
	return a.pattern.Name(local) + "@" + domain, nil
}

func splitDomains(text string) (all []string) {
	for d := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		all = append(all, strings.ToLower(strings.TrimPrefix(d, "@")))
	}
	return all
}

func checkDomains(v string) string {
	all := splitDomains(v)
	if len(all) == 0 || slices.ContainsFunc(all, func(d string) bool { return !strings.Contains(d, ".") || strings.ContainsAny(d, "@/:") }) {
		return "Enter domains such as example.com, separated by commas."
	}
	return ""
}

func checkDomain(v string) string {
	if all := splitDomains(v); len(all) != 1 || checkDomains(v) != "" {
		return "Enter one domain, such as example.com."
	}
	return ""
}

func checkPattern(v string) string {
	_, wrong := parsePattern(v, "", []string{"example.com"})
	return wrong
}

func checkOrgUnit(v string) string {
	if !strings.HasPrefix(v, "/") || (len(v) > 1 && strings.HasSuffix(v, "/")) {
		return "An org unit begins with / and does not end with it, such as /Staff/London."
	}
	return ""
}

func checkSubject(v string) string {
	if a, err := mail.ParseAddress(v); err != nil || a.Address != v {
		return "Enter the administrator's e-mail address, such as admin@example.com."
	}
	return ""
}
