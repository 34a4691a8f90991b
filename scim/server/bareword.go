package server

import (
	"encoding/json"
	"regexp"
	"strings"

	"usher/scim"
	"usher/scim/filter"
)

// bareWord is an operator and a value without quotes after it, or something that is skipped: text in quotes.
var bareWord = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|(?i:\b(eq|ne|co|sw|ew|gt|ge|lt|le))( +)([^\s"()\[\]]+)`)

// quoteWords puts values without quotes into quotes, as in the example of RFC 7644 §3.4.2.1,
// meta.resourceType eq User, and as some clients send. Numbers, true, false and null stay, and so does what is between
// quotation marks of another kind: it is refused.
func quoteWords(text string) string {
	if len(text) > maxFilter {
		return text
	}
	return bareWord.ReplaceAllStringFunc(text, func(found string) string {
		m := bareWord.FindStringSubmatch(found)
		word := m[3]
		if word == "" || filter.QuotedOtherwise(word) || json.Valid([]byte(strings.ToLower(word))) {
			return found
		}
		return m[1] + m[2] + scim.Quote(word)
	})
}

// quoted is text in quotes.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// closeBracket adds the "]" that some clients forget at the end of a path. With one bracket opened and none closed,
// there is one place for it.
func closeBracket(path string) string {
	bare := quoted.ReplaceAllString(path, "")
	if strings.Count(bare, "[") == 1 && !strings.ContainsAny(bare, `]"`) {
		return path + "]"
	}
	return path
}
