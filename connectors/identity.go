package connectors

import (
	"net/url"
	"strings"

	"usher/directory"
)

// Retargeted gives the fields whose new values mean another target than the old ones. A URL that is added or left out
// counts; a text that is added to nothing does not, for it only says more about the same target.
func Retargeted(fields []Field, old, new directory.Settings) []Field {
	var changed []Field
	for _, f := range fields {
		if f.Identity == nil {
			continue
		}
		was, is := f.Identity(old.Values[f.Key]), f.Identity(new.Values[f.Key])
		if f.Type != URL && (was == "" || is == "") {
			continue
		}
		if was != is {
			changed = append(changed, f)
		}
	}
	return changed
}

// Whereabouts says in words which target settings point to.
func Whereabouts(fields []Field, s directory.Settings) string {
	var parts []string
	for _, f := range fields {
		if v := s.Values[f.Key]; f.Identity != nil && f.Identity(v) != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, ", ")
}

// Address is the Identity of a URL: scheme and host have no case, the usual port may be left out (RFC 3986 §6.2), and
// neither a slash at the end nor the change from http to https makes another target of it.
func Address(value string) string {
	u, err := url.Parse(strings.TrimSpace(value))
	if err != nil || u.Host == "" {
		return value
	}
	host := strings.ToLower(u.Host)
	switch strings.ToLower(u.Scheme) {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return host + strings.TrimRight(u.EscapedPath(), "/")
}

// AsItIs is the Identity of a value of which every letter counts.
func AsItIs(value string) string { return value }
