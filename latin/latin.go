// Package latin writes text with the letters of ASCII, and folds it for searching and comparing. It is not for names that
// people sign in with: directory.NameKey compares those.
package latin

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ASCII writes a text without accents: decomposed (Unicode TR15, NFKD), its marks dropped, and letters that do not
// decompose as passports write them. What has no Latin letters is left out.
func ASCII(s string) string {
	var b strings.Builder
	for _, plain := range Letters(s) {
		b.WriteString(plain)
	}
	return b.String()
}

// Letters gives each character of a text, decomposed and without marks, and how ASCII writes it: "" when it does not.
func Letters(s string) iter.Seq2[rune, string] {
	return func(yield func(rune, string) bool) {
		for _, r := range norm.NFKD.String(s) {
			if !unicode.Is(unicode.Mn, r) && !yield(r, spell(r)) {
				return
			}
		}
	}
}

// Fold makes words comparable: case, accents and compatibility forms do not count, in every script. ß is ss, as in
// Unicode's case folding; other letters that do not decompose stay what they are. What is not UTF-8, and NUL, which
// PostgreSQL does not take, is left out. db stores what Fold gives: another fold needs the terms of all users again.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "")) {
		switch r = unicode.ToLower(r); {
		case unicode.Is(unicode.Mn, r), r == 0:
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spellings are the characters that do not decompose, and that have a spelling in ASCII.
var spellings = map[rune]string{
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'ł': "l", 'Ł': "L",
	'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'þ': "th", 'Þ': "TH", 'ħ': "h", 'Ħ': "H", 'ı': "i",
	'‘': "'", '’': "'", '‐': "-", '–': "-", '—': "-",
}

// spell is how one decomposed character is written in ASCII; "" when it is not.
func spell(r rune) string {
	if r < utf8.RuneSelf {
		return string(r)
	}
	return spellings[r]
}
