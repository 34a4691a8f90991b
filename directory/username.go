package directory

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
	"golang.org/x/text/width"
)

// User names are prepared and compared by the profile UsernameCaseMapped (RFC 8265 §3.3), as RFC 7644 §5 wants it. A
// name may have several parts, with spaces or at signs between them (RFC 8265 §3.5); each is prepared by itself.

// partBreaks separate the parts of a user name.
const partBreaks = " @"

// letters is the identifier class (RFC 8264 §4.2) without the rules about whole words.
var letters = precis.NewIdentifier(precis.FoldWidth, precis.Norm(norm.NFC))

// PrepareName gives the form in which a new user name is stored: composed, with wide and narrow letters made ordinary
// ones, in the case in which it was typed. words says what is wrong with the name, "" for nothing.
func PrepareName(name string) (prepared, words string) {
	prepared = trimName(name)
	switch {
	case prepared == "":
		return prepared, "Enter a user name."
	case utf8.RuneCountInString(prepared) > maxUserName:
		return prepared, fmt.Sprintf("A user name has at most %d characters.", maxUserName)
	case strings.ContainsFunc(prepared, unprintable):
		return prepared, "A user name cannot contain control characters."
	}
	out, ok := eachPart(prepared, precis.UsernameCasePreserved.String)
	if ok {
		_, ok = eachPart(prepared, precis.UsernameCaseMapped.String)
	}
	if !ok {
		return prepared, "A user name cannot contain " + wrongIn(prepared) + "."
	}
	return out, ""
}

// NameKey is equal for user names that are the same (RFC 8265 §3.3.3). A name that the profile refuses is one of
// before, and is compared as names were then.
func NameKey(name string) string {
	if key, ok := eachPart(trimName(name), precis.UsernameCaseMapped.String); ok {
		return key
	}
	return Key(name)
}

// NameKeys are the keys under which the user with the name may be stored: as names were compared before, which is right
// for those that stand in each other's way, and by NameKey. The first that somebody has is theirs.
func NameKeys(name string) []string {
	before, now := Key(name), NameKey(name)
	if before == now {
		return []string{now}
	}
	return []string{before, now}
}

// NameText prepares a part of a name for a search in keys. It refuses nothing.
func NameText(text string) string {
	if ascii(text) {
		return strings.ToLower(text)
	}
	return norm.NFC.String(cases.Lower(language.Und, cases.HandleFinalSigma(false)).String(width.Fold.String(text)))
}

func trimName(name string) string {
	if ascii(name) {
		return strings.TrimSpace(name)
	}
	return strings.TrimSpace(width.Fold.String(name))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// eachPart prepares the parts of a name. Several spaces between them are one.
func eachPart(name string, prepare func(string) (string, error)) (string, bool) {
	var b strings.Builder
	for name != "" {
		n := strings.IndexAny(name, partBreaks)
		if n < 0 {
			n = len(name)
		}
		if n > 0 {
			part, err := prepare(name[:n])
			if err != nil {
				return "", false
			}
			b.WriteString(part)
		}
		name = name[n:]
		if name == "" {
			break
		}
		b.WriteByte(name[0])
		if name[0] == ' ' {
			name = strings.TrimLeft(name, " ")
		} else {
			name = name[1:]
		}
	}
	return b.String(), true
}

// wrongIn names what keeps a text from being an identifier: a code point, or the order of writing.
func wrongIn(text string) string {
	for _, r := range text {
		if !strings.ContainsRune(partBreaks, r) && !isLetter(r) {
			return CodePoint(r)
		}
	}
	return "letters that are written from right to left beside ones that are not, or digits of two kinds"
}

// isLetter reports whether the character may stand in an identifier.
func isLetter(r rune) bool {
	_, err := letters.String(string(r))
	return err == nil
}

// CodePoint names a character for people: “’” (U+2019 RIGHT SINGLE QUOTATION MARK), or without the quotes when it cannot
// be seen.
func CodePoint(r rune) string {
	name := fmt.Sprintf("%U %s", r, runenames.Name(r))
	if !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.IsMark(r) || runenames.Name(r) == "" {
		return strings.TrimSpace(name)
	}
	return "“" + string(r) + "” (" + name + ")"
}
