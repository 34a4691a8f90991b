package imports

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// plain is a name as it is compared: letters and digits only, without case and accents.
func plain(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		if r == 'ß' {
			b.WriteString("ss")
		} else if unicode.IsLetter(r) || unicode.IsNumber(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Guess says what each column probably is, by its name. No attribute is guessed twice.
func Guess(header []string) Mapping {
	known := spellings()
	m, taken := make(Mapping, len(header)), map[string]bool{}
	for i, name := range header {
		key := known[plain(name[strings.LastIndexByte(name, ':')+1:])] // SCIM writes an extension's attribute after its URN
		if key == "" || taken[key] {
			continue
		}
		m[i], taken[key] = key, true
	}
	return m
}

// spellings maps every known name to its attribute; of two attributes with one name the first has it.
func spellings() map[string]string {
	known := map[string]string{}
	add := func(name, key string) {
		if _, ok := known[name]; !ok && name != "" {
			known[name] = key
		}
	}
	all := Attributes()
	for _, a := range all {
		add(plain(a.Key), a.Key)
		add(plain(a.Key[strings.LastIndexByte(a.Key, '.')+1:]), a.Key)
		add(plain(a.Label), a.Key)
	}
	for _, a := range all {
		for _, name := range strings.Fields(a.also) {
			add(name, a.Key)
		}
	}
	return known
}

// isPassword reports a column that looks like it holds what must not be imported.
func isPassword(name string) bool {
	p := plain(name)
	for _, word := range []string{"password", "passwort", "passwd", "kennwort", "motdepasse"} {
		if strings.Contains(p, word) {
			return true
		}
	}
	return false
}
