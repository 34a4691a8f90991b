package google

import (
	"strings"
	"unicode"

	"usher/connectors"
	"usher/latin"
)

// longestLocal leaves room below the 64 characters that Google takes before the @.
const longestLocal = 50

// groupAddress is the address that a group is made with: its name in the letters that an address may have, in the
// groups' domain. A name of which letters get lost has a part of our ID added, so that two such names stay apart.
func (k *connector) groupAddress(g connectors.GroupProfile) string {
	name := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(g.Name)), "@"+k.groupDomain)
	local, whole := slug(name)
	if !whole || local == "" {
		const unlike = 8 // UUIDs of one moment differ at their end
		tail := strings.ToLower(g.ResourceID[max(0, len(g.ResourceID)-unlike):])
		local = strings.Trim(local+"-"+tail, "-")
	}
	if local == "" {
		return ""
	}
	return local + "@" + k.groupDomain
}

// slug writes a name in lower case with letters of ASCII, digits and -. whole is false when letters were lost.
func slug(name string) (out string, whole bool) {
	var b strings.Builder
	whole = true
	for letter, plain := range latin.Letters(name) {
		if plain == "" {
			plain = string(letter)
		}
		for _, r := range plain {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
				b.WriteRune(r)
			case unicode.IsLetter(r), unicode.IsDigit(r):
				whole = false
			case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
				b.WriteByte('-')
			}
		}
	}
	out = strings.Trim(b.String(), "-_")
	if len(out) > longestLocal {
		out, whole = strings.TrimRight(out[:longestLocal], "-_"), false
	}
	return out, whole
}
