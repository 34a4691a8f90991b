package scim

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"
)

// Error is an error answer (RFC 7644 §3.12).
type Error struct {
	Schemas  []string `json:"schemas"`
	Status   Text     `json:"status"` // a string by the RFC, a number at some services
	ScimType string   `json:"scimType,omitempty"`
	Detail   string   `json:"detail,omitempty"`
}

func (e *Error) Error() string {
	if e.ScimType == "" {
		return fmt.Sprintf("%s (SCIM %s)", e.Detail, e.Status)
	}
	return fmt.Sprintf("%s (SCIM %s, %s)", e.Detail, e.Status, e.ScimType)
}

// Values of scimType (RFC 7644 §3.12; the last three RFC 9865 §2.2).
const (
	InvalidFilter = "invalidFilter"
	TooMany       = "tooMany"
	Uniqueness    = "uniqueness"
	Mutability    = "mutability"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	NoTarget      = "noTarget"
	InvalidValue  = "invalidValue"
	InvalidVers   = "invalidVers"
	Sensitive     = "sensitive"
	InvalidCursor = "invalidCursor"
	ExpiredCursor = "expiredCursor"
	InvalidCount  = "invalidCount"
)

// Invalid is a 400 with this scimType; the words say what is wrong and where.
func Invalid(scimType, format string, args ...any) *Error {
	return &Error{Schemas: []string{ErrorURN}, Status: "400", ScimType: scimType, Detail: fmt.Sprintf(format, args...)}
}

const maxWords = 500

// ParseError finds the code and the words in whatever a service answered: RFC 7644, the common other JSON
// shapes, HTML or plain text. Conforms says that the body was a SCIM error message.
func ParseError(body []byte) (e Error, conforms bool) {
	fold, ok := folded(body)
	if !ok {
		return Error{Detail: words(plainText(string(body)))}, false
	}
	for _, key := range []string{"schemas", "schema"} {
		conforms = conforms || strings.Contains(strings.ToLower(fmt.Sprint(fold[key])), strings.ToLower(ErrorURN))
	}
	e.Status = Text(firstText(fold, "status"))
	e.ScimType = firstText(fold, "scimtype", "code", "errorcode", "error_code", "error")
	e.Detail = words(detailOf(fold))
	if e.Detail == e.ScimType && strings.Contains(e.ScimType, " ") {
		e.ScimType = ""
	}
	return e, conforms
}

// ErrorText is the words of an answer as ParseError finds them, with their line breaks and of any length.
func ErrorText(body []byte) string {
	if fold, ok := folded(body); ok {
		return detailOf(fold)
	}
	return plainText(string(body))
}

// folded is a JSON object by its names in lower case.
func folded(body []byte) (fold map[string]any, ok bool) {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return nil, false
	}
	fold = make(map[string]any, len(m))
	for k, v := range m {
		fold[strings.ToLower(k)] = v
	}
	return fold, true
}

func detailOf(fold map[string]any) string {
	return firstText(fold, "detail", "message", "error_description", "description", "error_message", "msg", "error", "errors", "title")
}

// firstText is the first of the keys that holds text, also a level below, as in {"errors":[{"description":…}]}.
func firstText(m map[string]any, keys ...string) string {
	for _, k := range keys {
		switch v := m[k].(type) {
		case string:
			if v != "" {
				return v
			}
		case float64:
			return fmt.Sprint(v)
		case []any:
			if len(v) == 0 {
				continue
			}
			if s, ok := v[0].(string); ok {
				return s
			}
			if inner, ok := v[0].(map[string]any); ok {
				return firstText(inner, keys...)
			}
		case map[string]any:
			if s := firstText(v, keys...); s != "" {
				return s
			}
		}
	}
	return ""
}

func plainText(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	title := regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`).FindStringSubmatch(s)
	if title != nil && strings.TrimSpace(title[1]) != "" {
		return html.UnescapeString(title[1])
	}
	s = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>`).ReplaceAllString(s, " ")
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(s, " "))
}

// Words makes foreign text fit to be shown: one line, printable, not too long.
func Words(s string) string { return words(s) }

func words(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "") + "…"
	}
	return s
}
