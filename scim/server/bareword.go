package server

import (
	"encoding/json"
	"regexp"
	"strings"

	"usher/scim"
)

// bareWord is an operator and a value without quotes after it, or something that is skipped: text in quotes.
var bareWord = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|(?i:\b(eq|ne|co|sw|ew|gt|ge|lt|le))( +)([^\s"()\[\]]+)`)

// quoteWords puts values without quotes into quotes, as in the example of RFC 7644 §3.4.2.1,
// meta.resourceType eq User, and as some clients send. Numbers, true, false and null stay.
func quoteWords(text string) string {
	if len(text) > maxFilter {
		return text
	}
	return bareWord.ReplaceAllStringFunc(text, func(found string) string {
		m := bareWord.FindStringSubmatch(found)
		word := m[3]
		if word == "" || json.Valid([]byte(strings.ToLower(word))) {
			return found
		}
		return m[1] + m[2] + scim.Quote(word)
	})
}
