package scim2fake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"
)

// Dialects of PATCH: each service understands its own and refuses the others.
const (
	SingleObject = "single_object" // what is set comes in one object, without a path
	EntraNew     = "entra_new"     // the same, with dotted keys
	EntraLegacy  = "entra_legacy"  // capitalised operations with a path, and booleans as text
)

// WireQuirks are the peculiarities of real services about how things are written.
type WireQuirks struct {
	Dialect string // "" is RFC 7644

	PluralConfig bool // the configuration is at /ServiceProviderConfigs only
	ConfigStatus int  // instead of the configuration
	NeedsAgent   bool // a request without User-Agent is refused with 403
	NoStartIndex bool // startIndex is refused with 400; pages go by cursor
	NeedsMatch   int  // status for a write without If-Match, 412 or 428
	NumberStatus bool // status is a number in errors
	Serial       bool // a write that meets another of the same resource is refused with 429

	Required    []string // attributes without which a user is refused
	MostEntries int      // of emails, phoneNumbers and addresses; 0 is no bound
	LongestName int      // of userName, in characters, which are lower case then; 0 is no bound
	Password    int      // the shortest password; one that is shorter is repeated in the refusal
	ReadOnly    []string // attributes that a PATCH may not name
	Unconfirmed bool     // users have not accepted their invitation: they are not found by filters, and writes do nothing
}

func (q *Quirks) configPath() string {
	if q.Wire.PluralConfig {
		return "/ServiceProviderConfigs"
	}
	return "/ServiceProviderConfig"
}

// checkWire refuses what the service does not look at, whatever it is about.
func (r request) checkWire() (reply, bool) {
	if r.q.Wire.NeedsAgent && r.Header.Get("User-Agent") == "" {
		return reply{Status: http.StatusForbidden, Body: []byte(`{"message":"Request forbidden by administrative rules. Please make sure your request has a User-Agent header.","code":"U"}`)}, true
	}
	if query, err := url.ParseQuery(r.query); err == nil && r.q.Wire.NoStartIndex && query.Has("startIndex") {
		return problem(http.StatusBadRequest, "invalidValue", "startIndex is not supported."), true
	}
	return reply{}, false
}

// locked is Slack's answer to two writes at once.
func locked() reply {
	return reply{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}, Body: []byte(`{"Errors":{"description":"resource_locked","code":429}}`)}
}

// takes checks a whole user against the service's own rules.
func (q WireQuirks) takes(u *user, v shape) error {
	m, err := u.attributes()
	if err != nil {
		return err
	}
	for _, key := range q.Required {
		p := attributeNames()[fold(key)]
		var at any = m
		for _, part := range p {
			inner, _ := at.(map[string]any)
			at = inner[part]
		}
		if s, _ := at.(string); s == "" {
			return invalid("Missing %s in request.", key)
		}
	}
	if n := q.MostEntries; n > 0 && (len(v.Emails) > n || len(v.PhoneNumbers) > n || len(v.Addresses) > n) {
		return invalid("At most %d value may be in a list.", n)
	}
	if n := q.LongestName; n > 0 && (utf8.RuneCountInString(v.UserName) > n || v.UserName != fold(v.UserName)) {
		return invalid("invalid_username: at most %d lower-case characters.", n)
	}
	if v.Password != nil && len(*v.Password) < q.Password {
		return invalid("The password %q is shorter than %d characters.", *v.Password, q.Password)
	}
	return nil
}

// numberStatus makes the status of a SCIM error a number, as Slack does.
func (q WireQuirks) numberStatus(out *reply) {
	if q.NumberStatus && out.Status >= http.StatusBadRequest {
		text := strconv.Itoa(out.Status)
		out.Body = bytes.Replace(out.Body, []byte(`"status":"`+text+`"`), []byte(`"status":`+text), 1)
	}
}

// applyAs applies an operation in the service's dialect, and refuses it in any other.
func applyAs(dialect string, m map[string]any, op, path string, raw json.RawMessage) error {
	dotted := false
	switch dialect {
	case "":
	case EntraLegacy:
		return applyLegacy(m, op, path, raw)
	case EntraNew:
		dotted = true
		fallthrough
	case SingleObject:
		if op != "remove" && path != "" {
			return &refusal{http.StatusBadRequest, "invalidPath", "Send the value without a path."}
		}
	}
	if path == "" {
		if err := checkKeys(raw, dotted); err != nil {
			return err
		}
	}
	return apply(m, op, path, raw)
}

// fixed refuses an operation on an attribute that cannot be changed.
func (q WireQuirks) fixed(path string, raw json.RawMessage) error {
	for _, key := range q.ReadOnly {
		if fold(path) == fold(key) || (path == "" && bytes.Contains(raw, []byte(strconv.Quote(key)))) {
			return &refusal{http.StatusBadRequest, "mutability", "Attribute '" + key + "' is immutable."}
		}
	}
	return nil
}

// checkKeys refuses the keys that only Entra sends, for the name of an attribute has no dot, or those that it does not.
func checkKeys(raw json.RawMessage, dotted bool) error {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return nil //nolint:nilerr // apply says what is wrong with it
	}
	for key, value := range object {
		p, known := attributeNames()[fold(key)]
		if !known || (len(p) > 1 && !dotted) || (dotted && value[0] == '{') {
			return &refusal{http.StatusBadRequest, "invalidSyntax", "unknown attribute " + key}
		}
	}
	return nil
}

func applyLegacy(m map[string]any, op, path string, raw json.RawMessage) error {
	known := map[string]string{"Add": "add", "Replace": "replace", "Remove": "remove"}
	if known[op] == "" {
		return &refusal{http.StatusBadRequest, "invalidSyntax", "unknown op " + op + ": it is Add, Replace or Remove"}
	}
	if path == "" {
		return &refusal{http.StatusBadRequest, "noTarget", op + " needs a path"}
	}
	if fold(path) == "active" {
		switch string(raw) {
		case `"True"`:
			raw = json.RawMessage("true")
		case `"False"`:
			raw = json.RawMessage("false")
		default:
			return invalid(`active is "True" or "False"`)
		}
	}
	return apply(m, known[op], path, raw)
}

// merge sets an attribute of an operation without path: the parts of a complex one that are not named stay (RFC 7644
// §3.5.2.3).
func merge(m map[string]any, key string, v any) error {
	parts, ok := v.(map[string]any)
	if !ok {
		return assign(m, key, v)
	}
	separator := "."
	if fold(key) == fold(enterpriseURN) {
		separator = ":"
	}
	for k, x := range parts {
		if err := merge(m, key+separator+k, x); err != nil {
			return err
		}
	}
	return nil
}

// Password is what a user's password was last set to, "" for none.
func (s *Server) Password(id string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if u := s.byID[id]; u != nil {
		return u.password
	}
	return ""
}
