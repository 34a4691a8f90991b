package wire

import (
	"fmt"
	"net/http"
	"strings"
)

// parseHeaders reads "Name: value", one a line. Its error is in words, and names no value.
func parseHeaders(text string) (http.Header, error) {
	h := http.Header{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || value == "" || !validHeaderName(name):
			return nil, fmt.Errorf("Line %d is not a header such as X-Tenant: acme.", i+1) //nolint:staticcheck // shown to people as it is
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, fmt.Errorf("The value in line %d has characters that no header may have.", i+1) //nolint:staticcheck // shown to people as it is
		case ownHeader(name):
			return nil, fmt.Errorf("Usher sets the header %s itself. Leave line %d out.", name, i+1) //nolint:staticcheck // shown to people as it is
		}
		h.Add(name, value)
	}
	return h, nil
}

// ownHeader knows the headers that belong to one connection (RFC 9110 §7.6.1), that say who is asked for and by whom,
// and that describe the body: a wrong one would send a request somewhere else or make it another.
func ownHeader(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
		"Authorization", "Host", "Accept", "Accept-Encoding", "If-Match", "If-None-Match":
		return true
	}
	return strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "Content-")
}

// checkKeyHeader allows Authorization, which some services want with a bare key.
func checkKeyHeader(v string) string {
	name := http.CanonicalHeaderKey(v)
	switch {
	case !validHeaderName(name):
		return "Enter the name of a header, such as X-API-Key, without spaces or a colon."
	case ownHeader(name) && name != "Authorization", name == "User-Agent":
		return "Usher sets the header " + name + " itself. Enter the one in which the target wants the key."
	}
	return ""
}

func checkHeaders(v string) string {
	if _, err := parseHeaders(v); err != nil {
		return err.Error()
	}
	return ""
}

// validHeaderName is RFC 9110's token; net/http would refuse anything else at every request.
func validHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
