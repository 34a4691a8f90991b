package scim2

import (
	"net/url"
	"strings"
)

// escapeQuery escapes like url.QueryEscape, with %20 for a space: not every server reads + as one.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
