package directory

import (
	"slices"
	"strings"
	"unicode"

	"go.mau.fi/util/confusable"
)

// NameSkeleton is equal for user names that look alike (UTS #39 §4), whatever letters they are written in. It is not for
// showing.
func NameSkeleton(name string) string {
	key := NameKey(name)
	if skeleton := strings.ToLower(confusable.Skeleton(key)); skeleton != "" {
		return skeleton
	}
	return key // of nothing that can be seen
}

// together are the scripts that one word may have besides Latin letters: UTS #39 §5.2, Highly Restrictive.
var together = [][]string{{"Han", "Hiragana", "Katakana"}, {"Han", "Bopomofo"}, {"Han", "Hangul"}}

// MixedScripts names two scripts that do not belong together in one word of the text, such as Latin and Cyrillic, whose
// letters look alike; "" when there are none.
func MixedScripts(text string) string {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(partBreaks+".", r) }) {
		if words := mixedIn(word); words != "" {
			return words
		}
	}
	return ""
}

func mixedIn(word string) string {
	if ascii(word) {
		return ""
	}
	var found []string
	for _, r := range word {
		if s := scriptOf(r); s != "" && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(found), func(s string) bool { return s == "Latin" })
	allowed := len(found) < 2 || slices.ContainsFunc(together, func(set []string) bool {
		return !slices.ContainsFunc(rest, func(s string) bool { return !slices.Contains(set, s) })
	})
	if allowed {
		return ""
	}
	return found[0] + " and " + found[1]
}

// scriptOf is "" for what all scripts share, such as digits.
func scriptOf(r rune) string {
	if r < 0x80 {
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return ""
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

// NameWarning says in a few words what an administrator should know about a user name that is there already, "" for nothing.
func NameWarning(name string) string {
	if _, words := PrepareName(name); words != "" {
		return "Has a character that new names cannot have"
	}
	if scripts := MixedScripts(name); scripts != "" {
		return "Mixes " + scripts + " letters"
	}
	return ""
}
