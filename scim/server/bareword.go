package server

import (
	"encoding/json"
	"regexp"
	"strings"

	"usher/scim"
)

// bareWord is an operator and a value without quotes after it, or something that is skipped: text in quotes.
var bareWord = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|(?i:\b(eq|ne|co|sw|ew|gt|ge|lt|le|pr))( +)([^\s"()\[\]]+)`)

// quoteWords puts values without quotes into quotes, as in the example of RFC 7644 §3.4.2.1,
// meta.resourceType eq User, and as some clients send. Numbers, true, false and null stay. A word after pr, which has
// no value, is one that the attribute must have: so no answer is wider than what the client may have meant.
func quoteWords(text string) string {
	if len(text) > maxFilter {
		return text
	}
	return bareWord.ReplaceAllStringFunc(text, func(found string) string {
		m := bareWord.FindStringSubmatch(found)
		word := m[3]
		if strings.EqualFold(m[1], "pr") {
			if strings.EqualFold(word, "and") || strings.EqualFold(word, "or") {
				return found
			}
			return "eq" + m[2] + scim.Quote(word)
		}
		if word == "" || json.Valid([]byte(strings.ToLower(word))) {
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
