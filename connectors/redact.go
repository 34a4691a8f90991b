package connectors

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"
)

const (
	redactedValue = "[secret]"
	withheld      = "[not kept: it may hold a secret]"
)

// suspects begin the names of values that must never be kept, without "-" and "_".
func suspects() [9]string {
	return [...]string{"password", "passwd", "secret", "token", "assertion", "apikey", "privatekey", "credential", "authorization"}
}

func secretName(name string) bool {
	name = strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	for _, s := range suspects() {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// mayHoldSecret is the cheap look that every body gets; only a hit costs a parse. It may be wrong in one
// direction only: it finds the beginning of every suspect.
func mayHoldSecret(s string) bool {
	for i := 0; i+5 <= len(s); i++ {
		var start string
		switch s[i] | 0x20 {
		case 'p':
			start = "passw"
			if hasFold(s[i:], "priva") {
				return true
			}
		case 's':
			start = "secre"
		case 't':
			start = "token"
		case 'c':
			start = "crede"
		case 'a':
			start = "asser"
			if hasFold(s[i:], "apike") || hasFold(s[i:], "api_k") || hasFold(s[i:], "api-k") || hasFold(s[i:], "autho") {
				return true
			}
		default:
			continue
		}
		if hasFold(s[i:], start) {
			return true
		}
	}
	return false
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// redactBody blanks the values of secret names in a JSON text. A text that is no whole JSON document but
// looks like the beginning of one is withheld when it might hold a secret; other text is left as it is.
func redactBody(s string) string {
	if !mayHoldSecret(s) {
		return s
	}
	trimmed := strings.TrimSpace(s)
	if trimmed == "" || (trimmed[0] != '{' && trimmed[0] != '[') {
		if i := strings.IndexByte(s, '='); i > 0 && secretName(s[:i]) {
			return redactForm(s)
		}
		return s
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return withheld
	}
	if _, err := d.Token(); err != io.EOF {
		return withheld
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(redactValue(v)); err != nil {
		return withheld
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func redactValue(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	case map[string]any:
		path, _ := v["path"].(string) // of a PATCH operation: the name stands beside the value
		for k, x := range v {
			if secretName(k) || (k == "value" && secretName(path)) {
				v[k] = redactedValue
			} else {
				v[k] = redactValue(x)
			}
		}
	}
	return v
}

// redactForm blanks the values of secret names in key=value&… text.
func redactForm(s string) string {
	pairs := strings.Split(s, "&")
	for i, p := range pairs {
		name, _, _ := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if secretName(name) || slices.Contains([]string{"code", "key"}, name) {
			pairs[i] = name + "=" + redactedValue
		}
	}
	return strings.Join(pairs, "&")
}

// redactURL is the URL without user info and without the values of secret names in its query.
func redactURL(u *url.URL) string {
	if u.User == nil && (u.RawQuery == "" || !mayHoldSecret(u.RawQuery)) {
		return u.String()
	}
	c := *u
	c.User = nil
	c.RawQuery = redactForm(u.RawQuery)
	return c.String()
}
