package google

import (
	"maps"
	"slices"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

func applyList(p *patch, key string, v any) *connectors.Error {
	list, ok := v.([]any)
	if !ok && !blank(v) {
		return badValue(key, "a list")
	}
	field, member, kinds := "Phones", "value", phoneKinds()
	if key == attrEmails {
		field, member, kinds = "Emails", "address", []string{"home", "other", "work"}
	}
	out := make([]any, 0, len(list))
	for _, x := range list {
		m, ok := x.(map[string]any)
		value, isText := m["value"].(string)
		if !ok || !isText {
			return badValue(key, "a list of entries with a value")
		}
		entry := map[string]any{member: value}
		if m["primary"] == true && key == attrPhones { // the primary address is an attribute of its own
			entry["primary"] = true
		}
		kindOf(entry, m["type"], kinds)
		out = append(out, entry)
	}
	p.nullIf(len(out) == 0, field)
	switch {
	case len(out) == 0:
	case key == attrPhones:
		p.Phones = out
	default:
		p.Emails = out
	}
	return nil
}

// applyAddresses writes SCIM's postal addresses in Google's words. A country of two letters is a code there.
func applyAddresses(p *patch, v any) *connectors.Error {
	list, ok := v.([]any)
	if !ok && !blank(v) {
		return badValue(attrAddresses, "a list")
	}
	out := make([]any, 0, len(list))
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return badValue(attrAddresses, "a list of addresses")
		}
		entry := map[string]any{}
		for _, key := range []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country"} {
			text, isText := m[key].(string)
			if !isText && m[key] != nil {
				return badValue(attrAddresses, "a list of addresses made of text")
			}
			if key == "country" && len(text) == len("GB") {
				key = "countryCode"
			}
			if text != "" {
				entry[key] = text
			}
		}
		if len(entry) == 0 {
			continue
		}
		if m["primary"] == true {
			entry["primary"] = true
		}
		kindOf(entry, m["type"], []string{"home", "other", "work"})
		out = append(out, entry)
	}
	if p.nullIf(len(out) == 0, "Addresses"); len(out) > 0 {
		p.Addresses = out
	}
	return nil
}

// phoneKinds are the types that Google has and people use; fax is home_fax or work_fax there.
func phoneKinds() []string {
	return []string{"assistant", "company_main", "home", "home_fax", "main", "mobile", "other", "pager", "work", "work_fax", "work_mobile", "work_pager"}
}

// kindOf writes SCIM's type of an entry in Google's words.
func kindOf(entry map[string]any, v any, known []string) {
	kind, _ := v.(string)
	switch {
	case kind == "":
		entry["type"] = "work"
	case slices.Contains(known, kind):
		entry["type"] = kind
	case kind == "fax" && slices.Contains(known, "work_fax"):
		entry["type"] = "work_fax"
	default:
		entry["type"], entry["customType"] = "custom", kind
	}
}

// organize writes the organisation's changes into the ones that the user has: Google replaces the list whole,
// and what others wrote there must stay.
func (p *patch) organize(current any) {
	if p.organization == nil {
		return
	}
	list := entries(current)
	at := slices.IndexFunc(list, func(m map[string]any) bool { return m["primary"] == true })
	if at < 0 && len(list) == 1 {
		at = 0
	}
	if at < 0 {
		list = append(list, map[string]any{"primary": true, "type": "work"})
		at = len(list) - 1
	}
	for key, v := range p.organization {
		if blank(v) {
			delete(list[at], key)
		} else {
			list[at][key] = v
		}
	}
	list = slices.DeleteFunc(list, func(m map[string]any) bool {
		return !slices.ContainsFunc(slices.Collect(maps.Keys(m)), func(key string) bool { return key != "primary" && key != "type" && key != "customType" })
	})
	if p.nullIf(len(list) == 0, "Organizations"); len(list) > 0 {
		p.Organizations = list
	}
}

// entries reads a list of objects, which Google's client leaves as it came.
func entries(v any) (all []map[string]any) {
	list, _ := v.([]any)
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			all = append(all, maps.Clone(m))
		}
	}
	return all
}

// identify writes the employee ID among the external IDs that the user has: ours and others' stay.
func (p *patch) identify(current any) {
	if p.employeeID == nil {
		return
	}
	list := replaced(current, "organization", *p.employeeID)
	if p.nullIf(len(list) == 0, "ExternalIds"); len(list) > 0 {
		p.ExternalIds = list
	}
}

// relate writes the manager among the relations that the user has.
func (p *patch) relate(current any) {
	if p.manager == nil {
		return
	}
	list := replaced(current, "manager", *p.manager)
	if p.nullIf(len(list) == 0, "Relations"); len(list) > 0 {
		p.Relations = list
	}
}

// replaced is a list with one entry of a type, which has the value; "" is none.
func replaced(current any, kind, value string) []map[string]any {
	list := slices.DeleteFunc(entries(current), func(m map[string]any) bool { return m["type"] == kind })
	if value == "" {
		return list
	}
	return append(list, map[string]any{"type": kind, "value": value})
}

// merge works what the patch says about shared lists into what the user has.
func (p *patch) merge(u *directory.User) {
	p.organize(u.Organizations)
	p.identify(u.ExternalIds)
	p.relate(u.Relations)
}
