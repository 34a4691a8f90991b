package google

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"usher/connectors"
)

// pattern makes addresses out of user names.
type pattern struct {
	parts     []string // "UN", or lower-case text
	separator string
	domains   []string
}

const userNamePart = "UN"

// parsePattern reads {UN, UD, TD, 'text'}; wrong says in words what is not understood.
func parsePattern(text, separator string, domains []string) (p pattern, wrong string) {
	p = pattern{separator: separator, domains: domains}
	inner, open := strings.CutPrefix(strings.TrimSpace(text), "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !open || !closed {
		return p, "A pattern stands in braces, such as {UN}."
	}
	for part := range strings.SplitSeq(inner, ",") {
		part = strings.TrimSpace(part)
		quoted := len(part) > 2 && (part[0] == '\'' || part[0] == '"') && part[len(part)-1] == part[0]
		switch {
		case part == userNamePart:
			p.parts = append(p.parts, userNamePart)
			continue
		case part == "UD":
			part = "primary"
		case part == "TD" && len(domains) > 0:
			part = domains[0]
		case part == "IDP":
			return p, "IDP, the connection's name, is not known here. Write the name itself in quotes, such as {UN, 'google'}."
		case quoted:
			part = part[1 : len(part)-1]
		default:
			return p, fmt.Sprintf("The pattern cannot contain %q. It knows UN, UD, TD, and text in quotes.", part)
		}
		p.parts = append(p.parts, p.without(part))
	}
	if !slices.Contains(p.parts, userNamePart) {
		return p, "Without UN, every user would get the same address. Put UN into the pattern."
	}
	return p, ""
}

// without takes the separator out of a part, so that the parts can be told from each other.
func (p pattern) without(part string) string {
	if p.separator == "" {
		return strings.ToLower(part)
	}
	return strings.ToLower(strings.ReplaceAll(part, p.separator, ""))
}

// address is the Google address of a user name or an address, in lower case.
func (p pattern) address(name string) (string, *connectors.Error) {
	local, domain := strings.ToLower(strings.TrimSpace(name)), ""
	if i := strings.LastIndexByte(local, '@'); i >= 0 {
		local, domain = local[:i], local[i+1:]
		if !slices.Contains(p.domains, domain) {
			return "", &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("%s is not in the domains that this connector may write to (%s).", name, strings.Join(p.domains, ", ")),
				Remedy: "Give the user an address in one of these domains, map another attribute to the primary e-mail address, or add the domain to the connector."}
		}
	} else if len(p.domains) > 0 {
		domain = p.domains[0]
	}
	if local == "" || domain == "" {
		return "", &connectors.Error{Kind: connectors.Invalid, Message: "The user has no name to make a Google address of.", Remedy: "Correct the user or the attribute mapping."}
	}
	parts := slices.Clone(p.parts)
	for i, part := range parts {
		if part == userNamePart {
			parts[i] = local
		}
	}
	return strings.Join(parts, p.separator) + "@" + domain, nil
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
