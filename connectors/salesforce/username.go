package salesforce

import (
	"fmt"
	"slices"
	"strings"

	"usher/connectors"
)

const userNamePart = "UN"

// pattern makes Usernames, which have the form of an e-mail address, out of user names.
type pattern struct {
	parts     []string // "UN", or lower-case text
	separator string
	domain    string // "" keeps the user's own
}

// parsePattern reads {UN, UD, TD, 'text'}; wrong says in words what is not understood.
func parsePattern(text, separator, domain string) (p pattern, wrong string) {
	p = pattern{separator: separator, domain: strings.ToLower(domain)}
	inner, open := strings.CutPrefix(strings.TrimSpace(text), "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !open || !closed {
		return p, "A pattern stands in braces, such as {UN}."
	}
	for part := range strings.SplitSeq(inner, ",") {
		made, wrong := p.part(strings.TrimSpace(part))
		if wrong != "" {
			return p, wrong
		}
		p.parts = append(p.parts, made)
	}
	if !slices.Contains(p.parts, userNamePart) {
		return p, "Without UN, every user would get the same Username. Put UN into the pattern."
	}
	return p, ""
}

func (p pattern) part(name string) (made, wrong string) {
	quoted := len(name) > 2 && (name[0] == '\'' || name[0] == '"') && name[len(name)-1] == name[0]
	switch {
	case name == userNamePart:
		return name, ""
	case name == "UD":
		name = "primary"
	case name == "TD" && p.domain != "":
		name = p.domain
	case name == "TD":
		return "", "TD is the provisioning domain, and none is set. Set it, or take TD out of the pattern."
	case name == "IDP":
		return "", "IDP, the connection's name, is not known here. Write the name itself in quotes, such as {UN, 'salesforce'}."
	case quoted:
		name = name[1 : len(name)-1]
	default:
		return "", fmt.Sprintf("The pattern cannot contain %q. It knows UN, UD, TD, and text in quotes.", name)
	}
	if p.separator != "" {
		name = strings.ReplaceAll(name, p.separator, "") // so that the parts can be told from each other
	}
	return strings.ToLower(name), ""
}

// username is the Salesforce Username of a user name or an address, in lower case.
func (p pattern) username(name string) (string, *connectors.Error) {
	local, domain := strings.ToLower(strings.TrimSpace(name)), p.domain
	if i := strings.LastIndexByte(local, '@'); i >= 0 {
		if domain == "" {
			domain = local[i+1:]
		}
		local = local[:i]
	}
	if local == "" || domain == "" {
		return "", &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("A Salesforce Username has the form of an e-mail address, and %q cannot become one.", name),
			Remedy: "Set the connector's provisioning domain, map an e-mail address to Username, or give the user one."}
	}
	parts := slices.Clone(p.parts)
	for i, part := range parts {
		if part == userNamePart {
			parts[i] = local
		}
	}
	return strings.Join(parts, p.separator) + "@" + domain, nil
}

func checkPattern(v string) string {
	_, wrong := parsePattern(v, "", "example.com")
	return wrong
}
