package filter

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"usher/scim"
)

// scanner reads the smallest parts of a filter.
type scanner struct {
	text     string
	pos      int
	scimType string // of the errors
}

// literal is a value as it was written.
type literal struct {
	kind byte   // '"' string, 't' boolean, '0' number, 'n' null
	text string // of a string decoded, else as written
}

func (s *scanner) check() error {
	switch {
	case len(s.text) > MaxLength:
		return scim.Invalid(s.scimType, "This has %d bytes; at most %d are read.", len(s.text), MaxLength)
	case !utf8.ValidString(s.text):
		return scim.Invalid(s.scimType, "This is not valid UTF-8.")
	case strings.TrimSpace(s.text) == "":
		return scim.Invalid(s.scimType, "This is empty.")
	}
	return nil
}

func (s *scanner) end() bool { return s.pos >= len(s.text) }

// space skips blanks and reports whether there were any.
func (s *scanner) space() bool {
	start := s.pos
	for !s.end() && isSpace(s.text[s.pos]) {
		s.pos++
	}
	return s.pos > start
}

func (s *scanner) take(c byte) bool {
	if s.end() || s.text[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

// name reads an attribute's name with all that may be before or in it: URN, colons, dots.
func (s *scanner) name() string { return s.while(isName) }

// word reads up to a blank or a bracket.
func (s *scanner) word() string {
	return s.while(func(c byte) bool { return !isSpace(c) && !strings.ContainsRune(`()[]"`, rune(c)) })
}

func (s *scanner) while(ok func(byte) bool) string {
	start := s.pos
	for !s.end() && ok(s.text[s.pos]) {
		s.pos++
	}
	return s.text[start:s.pos]
}

// keyword reads "and" or "or" between two terms; when it is not there, nothing is read.
func (s *scanner) keyword(word string) bool {
	start := s.pos
	apart := s.space() || start > 0 && strings.IndexByte(")]", s.text[start-1]) >= 0
	if apart && strings.EqualFold(s.while(isName), word) && (s.end() || isSpace(s.text[s.pos]) || s.text[s.pos] == '(') {
		return true
	}
	s.pos = start
	return false
}

// negation reads "not (".
func (s *scanner) negation() bool {
	start := s.pos
	if strings.EqualFold(s.while(isName), "not") {
		if s.space(); s.take('(') {
			return true
		}
	}
	s.pos = start
	return false
}

// literal reads a JSON string, number, true, false or null; the words in any case.
func (s *scanner) literal() (literal, error) {
	if !s.end() && s.text[s.pos] == '"' {
		return s.quoted()
	}
	start := s.pos
	word := s.word()
	switch lower := strings.ToLower(word); {
	case word == "":
		return literal{}, s.fail("A value is missing")
	case lower == "true" || lower == "false":
		return literal{'t', lower}, nil
	case lower == "null":
		return literal{'n', lower}, nil
	case strings.IndexByte("-0123456789", word[0]) >= 0 && json.Valid([]byte(word)):
		return literal{'0', word}, nil
	}
	if QuotedOtherwise(word) {
		return literal{}, s.failAt(start, `%s has the wrong quotation marks; text goes between straight double quotes, as in "x"`, clip(word))
	}
	return literal{}, s.failAt(start, "%q is no value; text goes between double quotes", clip(word))
}

// QuotedOtherwise reports whether a word looks as if somebody had put it between other quotation marks than SCIM's: it
// begins with one, as in 'x', or has one that is in no name, as in “x”. The name O’Brien has none.
func QuotedOtherwise(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return strings.ContainsRune("'`´′＇‚‘’‛", first) || strings.ContainsAny(word, "“”„‟″〝〞＂«»‹›「」『』")
}

func (s *scanner) quoted() (literal, error) {
	start := s.pos
	for s.pos++; !s.end() && s.text[s.pos] != '"'; s.pos++ {
		if s.text[s.pos] == '\\' {
			s.pos++
		}
	}
	if !s.take('"') {
		s.pos = len(s.text)
		return literal{}, s.failAt(start, "The closing quote is missing")
	}
	var v string
	if err := json.Unmarshal([]byte(s.text[start:s.pos]), &v); err != nil {
		return literal{}, s.failAt(start, "%s is not a JSON string", clip(s.text[start:s.pos]))
	}
	if strings.IndexByte(v, 0) >= 0 {
		return literal{}, s.failAt(start, "A value cannot contain the character NUL")
	}
	return literal{'"', v}, nil
}

// rest is what follows, fit for a message.
func (s *scanner) rest() string { return clip(s.text[min(s.pos, len(s.text)):]) }

func (s *scanner) fail(format string, args ...any) error { return s.failAt(s.pos, format, args...) }

// failAt says where, as a person counts.
func (s *scanner) failAt(pos int, format string, args ...any) error {
	at := utf8.RuneCountInString(s.text[:min(pos, len(s.text))]) + 1
	return scim.Invalid(s.scimType, "%s (at character %d).", fmt.Sprintf(format, args...), at)
}

const maxClip = 60

func clip(s string) string {
	if len(s) <= maxClip {
		return s
	}
	return strings.ToValidUTF8(s[:maxClip], "") + "…"
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.:$", c) >= 0
}
