package googlefake

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"usher/connectors/fakekit"
)

// body reads a user out of a request. What only Google may write is dropped, as Google does; what it does not
// know, and values of the wrong type, are refused.
func (s *Server) body(b []byte) (map[string]any, *refusal) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil || doc == nil {
		return nil, refuse(400, "parseError", "Parse Error")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, refuse(400, "parseError", "Parse Error")
	}
	for key, v := range doc {
		check, known := writable()[key]
		switch {
		case slices.Contains(outputOnly(), key):
			delete(doc, key)
		case !known:
			return nil, invalid(`Invalid JSON payload received. Unknown name "` + key + `": Cannot find field.`)
		case v != nil && !check(v):
			return nil, invalid("Invalid Input: " + key)
		}
	}
	return doc, s.place(doc)
}

func outputOnly() []string {
	return []string{"id", "kind", "etag", "isAdmin", "isDelegatedAdmin", "aliases", "nonEditableAliases", "creationTime", "deletionTime", "lastLoginTime",
		"customerId", "isMailboxSetup", "suspensionReason", "thumbnailPhotoUrl", "thumbnailPhotoEtag", "agreedToTerms", "isEnrolledIn2Sv", "isEnforcedIn2Sv"}
}

// writable are the fields of a user and what each may be (limits of the Directory API's reference).
func writable() map[string]func(any) bool {
	str := func(most int) func(any) bool {
		return func(v any) bool { s, ok := v.(string); return ok && utf8.RuneCountInString(s) <= most }
	}
	return map[string]func(any) bool{
		"primaryEmail":               func(v any) bool { s, ok := v.(string); return ok && validAddress(s) },
		"name":                       validName,
		"password":                   validPassword,
		"hashFunction":               func(v any) bool { return slices.Contains([]any{"MD5", "SHA-1", "crypt"}, v) },
		"suspended":                  boolean,
		"archived":                   boolean,
		"changePasswordAtNextLogin":  boolean,
		"includeInGlobalAddressList": boolean,
		"orgUnitPath":                str(500),
		"recoveryEmail":              str(250),
		"recoveryPhone":              validRecoveryPhone,
		"emails":                     list(10<<10, "address", "custom", "home", "other", "work"),
		"phones":                     list(1<<10, "value", phoneTypes()...),
		"externalIds":                list(2<<10, "value", "account", "custom", "customer", "login_id", "network", "organization"),
		"organizations":              list(10<<10, "", "custom", "domain_only", "school", "unknown", "work"),
		"relations":                  list(2<<10, "value", relationTypes()...),
		"addresses":                  list(10<<10, "", "custom", "home", "other", "work"),
		"languages":                  list(1<<10, ""),
		"customSchemas":              func(v any) bool { _, ok := v.(map[string]any); return ok },
	}
}

func phoneTypes() []string {
	return []string{"assistant", "callback", "car", "company_main", "custom", "grand_central", "home", "home_fax", "isdn", "main", "mobile", "other",
		"other_fax", "pager", "radio", "telex", "tty_tdd", "work", "work_fax", "work_mobile", "work_pager"}
}

func relationTypes() []string {
	return []string{"admin_assistant", "assistant", "brother", "child", "custom", "domestic_partner", "dotted_line_manager", "exec_assistant", "father", "friend",
		"manager", "mother", "parent", "partner", "referred_by", "relative", "sister", "spouse"}
}

// validRecoveryPhone: E.164, or none.
func validRecoveryPhone(v any) bool {
	s, ok := v.(string)
	if digits, plus := strings.CutPrefix(s, "+"); s != "" {
		ok = ok && plus && len(digits) >= 7 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
	}
	return ok
}

func boolean(v any) bool { _, ok := v.(bool); return ok }

// validAddress: letters, digits, - _ . and ', 64 at most, and no dot at the ends or beside another.
func validAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || domain == "" || local == "" || len(local) > 64 || strings.Contains(local, "..") || strings.Trim(local, ".") != local {
		return false
	}
	return !strings.ContainsFunc(local, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.'", r)
	})
}

func validName(v any) bool {
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	for key, x := range m {
		s, text := x.(string)
		most := map[string]int{"givenName": 60, "familyName": 60, "displayName": 256, "fullName": 122}[key]
		switch {
		case x == nil && key == "displayName":
		case !text, most == 0, utf8.RuneCountInString(s) > most, strings.TrimSpace(s) == "":
			return false
		}
	}
	return true
}

func validPassword(v any) bool {
	s, ok := v.(string)
	return ok && len(s) >= 8 && len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// list checks an array of objects: its size in bytes, the member that each must have, the types it may have,
// one primary at most.
func list(size int, must string, types ...string) func(any) bool {
	return func(v any) bool {
		all, ok := v.([]any)
		if !ok || len(fakekit.JSON(all)) > size {
			return false
		}
		primaries := 0
		for _, x := range all {
			m, ok := x.(map[string]any)
			if !ok || (must != "" && text(m, must) == "") {
				return false
			}
			if m["primary"] == true {
				primaries++
			}
			if t := text(m, "type"); t != "" && len(types) > 0 && !slices.Contains(types, t) || t == "custom" && text(m, "customType") == "" {
				return false
			}
		}
		return primaries <= 1
	}
}

func text(m map[string]any, key string) string { s, _ := m[key].(string); return s }

// place checks what depends on the Workspace account: the domain and the org unit.
func (s *Server) place(doc map[string]any) *refusal {
	if address, ok := doc["primaryEmail"].(string); ok {
		_, domain, _ := strings.Cut(address, "@")
		if !slices.Contains(s.options.Domains, fold(domain)) {
			return refuse(404, "notFound", "Domain not found.")
		}
		doc["primaryEmail"] = fold(address)
	}
	if path, ok := doc["orgUnitPath"].(string); ok && path != "/" && !slices.Contains(s.options.OrgUnits, path) {
		return invalid("Invalid Input: INVALID_OU_ID")
	}
	return nil
}
