package imports

import (
	"strings"
	"unicode"

	"usher/latin"
)

// plain is a name as it is compared: letters and digits only, without case and accents, in ASCII where it has a spelling.
func plain(name string) string {
	var b strings.Builder
	for r, ascii := range latin.Letters(latin.Fold(name)) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		case ascii != "":
			b.WriteString(ascii)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// remarks are words in brackets, or at the end of a name, that say something about the column and do not name it.
var remarks = map[string]bool{"required": true, "optional": true, "mandatory": true, "readonly": true, "uploadonly": true, "unique": true,
	"erforderlich": true, "pflichtfeld": true, "obligatoire": true, "requis": true, "obligatorio": true, "requerido": true, "obrigatorio": true,
	"obbligatorio": true, "vereist": true, "mustbeinthee164format": true, "yesno": true, "truefalse": true, "janein": true, "ouinon": true}

// heading is a column's name, taken apart.
type heading struct {
	said  string // what stands outside of brackets, plain
	named string // what stands in brackets and is no remark: the attribute's own name, plain
	whole string // all of it, plain
}

// headingOf reads a name as templates write them: Name [displayName] Required, First Name [Required], E-mail*. SCIM
// writes an extension's attribute after its URN, others write user. or profile. before it.
func headingOf(name string) heading {
	name = name[strings.LastIndexByte(name, ':')+1:]
	for _, before := range []string{"user.", "profile.", "attributes."} {
		if len(name) > len(before) && strings.EqualFold(name[:len(before)], before) {
			name = name[len(before):]
		}
	}
	h := heading{whole: plain(name)}
	var outside strings.Builder
	for rest := name; rest != ""; {
		open := strings.IndexAny(rest, "[(")
		if open < 0 {
			outside.WriteString(rest)
			break
		}
		outside.WriteString(rest[:open] + " ")
		inside, after, _ := strings.Cut(rest[open+1:], map[byte]string{'[': "]", '(': ")"}[rest[open]])
		if p := plain(inside); rest[open] == '[' && !remarks[p] {
			h.named = p
		}
		rest = after
	}
	words := strings.Fields(outside.String())
	for len(words) > 1 && remarks[plain(words[len(words)-1])] {
		words = words[:len(words)-1]
	}
	h.said = plain(strings.Join(words, " "))
	return h
}
