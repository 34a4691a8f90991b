package wire

import (
	"net/http"
	"strings"

	"usher/scim"
)

// LacksPatch reports a refusal of the method PATCH, which is certain not to have changed anything.
func (a Answer) LacksPatch() bool {
	if a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented {
		return true
	}
	said, _ := scim.ParseError(a.Body)
	text := strings.ToLower(said.Detail)
	return a.Status == http.StatusBadRequest && strings.Contains(text, "patch") && containsAny(text, "not support", "unsupported", "not implement")
}

// Misread reports a refusal of how the change was written, rather than of what it says.
func (a Answer) Misread() bool {
	said, _ := scim.ParseError(a.Body)
	return a.Status == http.StatusBadRequest && containsAny(strings.ToLower(said.ScimType), "invalidpath", "invalidsyntax")
}

// PerhapsMisread reports a refusal that may be about how the change was written.
func (a Answer) PerhapsMisread() bool {
	if a.Status != http.StatusBadRequest || a.LacksPatch() {
		return false
	}
	said, _ := scim.ParseError(a.Body)
	if duplicate(strings.ToLower(said.ScimType + " " + said.Detail)) {
		return false
	}
	switch said.ScimType {
	case scim.InvalidPath, scim.NoTarget, scim.InvalidValue, scim.InvalidSyntax:
		return true
	}
	return false
}

func refusesMediaType(a Answer) bool {
	if a.Status == http.StatusUnsupportedMediaType {
		return true
	}
	if a.Status != http.StatusBadRequest {
		return false
	}
	text := strings.ToLower(string(a.Body))
	return containsAny(text, "media type", "content-type", "content type", scim.MediaType)
}

func containsAny(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// duplicate knows the ways to say that a unique value is taken. text is lower case.
func duplicate(text string) bool {
	return containsAny(text, "uniqueness", "already exist", "already in use", "already used", "already taken", "already registered",
		"not unique", "must be unique", "duplicate", "unique constraint", "is taken", "_taken", "already been taken")
}

// full knows the ways to say that there is no room for another account. text is lower case.
func full(text string) bool {
	return containsAny(text, "license limit", "licence limit", "licenses available", "licences available", "available license", "available licence",
		"no more licen", "out of licen", "seat limit", "seats available", "available seat", "no more seats", "out of seats",
		"user limit", "limit of users", "number of users", "maximum users", "max users", "too many users")
}

// ofUs knows the ways to say that it is our credentials that may not do this, whoever it is about. text is lower case.
func ofUs(a Answer, text string) bool {
	challenge := strings.ToLower(a.Header.Get("WWW-Authenticate"))
	return strings.Contains(challenge, "insufficient_scope") ||
		containsAny(text, "scope", "token", "credential", "api key", "not enabled", "disabled for", "subscription", "your plan")
}

// clash knows the ways to say that two writes met. text is lower case.
func clash(text string) bool {
	return containsAny(text, "concurrent", "modified by another", "version mismatch", "optimistic", "being modified", "locked")
}
