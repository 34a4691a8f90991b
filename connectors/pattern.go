package connectors

import (
	"fmt"
	"slices"
	"strings"
)

// UserNamePattern is the NamePattern that leaves user names as they are.
const UserNamePattern = "{" + userNamePart + "}"

const (
	userNamePart = "UN"
	userStore    = "primary" // there are no others here
)

// NamePattern makes the name of an account out of a user name. It is written as WSO2 Identity Server writes provisioning
// patterns: {UN, UD, TD, 'text'} is the user name, the user store, the target's domain and any text, with a separator
// between them.
type NamePattern struct {
	parts     []string // userNamePart, or lower-case text
	separator string
}

// ParseNamePattern reads a pattern; wrong says in words what is not understood. domain is what TD stands for, "" when the
// target has none.
func ParseNamePattern(text, separator, domain string) (p NamePattern, wrong string) {
	p.separator = separator
	inner, open := strings.CutPrefix(strings.TrimSpace(text), "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !open || !closed {
		return p, "A pattern stands in braces, such as {UN}."
	}
	for part := range strings.SplitSeq(inner, ",") {
		made, wrong := p.part(strings.TrimSpace(part), domain)
		if wrong != "" {
			return p, wrong
		}
		p.parts = append(p.parts, made)
	}
	if !slices.Contains(p.parts, userNamePart) {
		return p, "Without UN, every user would get the same name. Put UN into the pattern."
	}
	return p, ""
}

func (p NamePattern) part(name, domain string) (made, wrong string) {
	quoted := len(name) > 2 && (name[0] == '\'' || name[0] == '"') && name[len(name)-1] == name[0]
	switch {
	case name == userNamePart:
		return name, ""
	case name == "UD":
		name = userStore
	case name == "TD" && domain != "":
		name = domain
	case name == "TD":
		return "", "TD is the provisioning domain, and none is set. Set it, or take TD out of the pattern."
	case name == "IDP":
		return "", "IDP, the connection's name, is not known here. Write the name itself in quotes, such as {UN, 'acme'}."
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

// Name is what the pattern makes of a user name without a domain.
func (p NamePattern) Name(local string) string {
	parts := slices.Clone(p.parts)
	for i, part := range parts {
		if part == userNamePart {
			parts[i] = local
		}
	}
	return strings.Join(parts, p.separator)
}

// SplitName is a user name or an address in lower case, parted at its last @; domain is "" without one.
func SplitName(name string) (local, domain string) {
	name = strings.ToLower(strings.TrimSpace(name))
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}
