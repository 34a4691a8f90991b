package google

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// externalIDKind is the type of our entry among a user's external IDs; its customType is the configured label.
const externalIDKind = "custom"

// blank reports whether a value says nothing.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// patch is what a create or an update sends, as Google's client wants it: a zero value goes out only when it is
// named in ForceSendFields, and null only when it is named in NullFields.
type patch struct {
	directory.User
	organization map[string]any // what becomes of the primary organisation; nil removes a member
	empty        bool
}

// apply puts one attribute into the patch; a blank value clears it.
func (k *connector) apply(p *patch, key string, v any) *connectors.Error {
	text, isText := v.(string)
	if !blank(v) && !isText && key != attrSuspended && key != attrPhones && key != attrEmails {
		return badValue(key, "text")
	}
	p.empty = false
	switch key {
	case attrEmail:
		address, err := k.names.address(text)
		if err != nil {
			return err
		}
		p.PrimaryEmail = address
	case attrGiven, attrFamily, attrDisplay:
		applyName(p, key, text)
	case attrSuspended:
		suspended, ok := v.(bool)
		if !ok && !blank(v) {
			return badValue(key, "true or false")
		}
		p.Suspended = suspended
		p.ForceSendFields = append(p.ForceSendFields, "Suspended")
	case attrTitle, attrDepartment:
		if p.organization == nil {
			p.organization = map[string]any{}
		}
		p.organization[key] = v
	case attrOrgUnit:
		if p.OrgUnitPath = text; text == "" {
			p.OrgUnitPath = k.orgUnit
		}
	case attrPhones, attrEmails:
		return applyList(p, key, v)
	}
	return nil
}

func applyName(p *patch, key, text string) {
	if p.Name == nil {
		p.Name = &directory.UserName{}
	}
	switch key {
	case attrGiven:
		p.Name.GivenName = text
	case attrFamily:
		p.Name.FamilyName = text
	default:
		if p.Name.DisplayName = text; text == "" {
			p.Name.NullFields = append(p.Name.NullFields, "DisplayName")
		}
	}
}

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
	switch {
	case len(out) == 0:
		p.NullFields = append(p.NullFields, field)
	case key == attrPhones:
		p.Phones = out
	default:
		p.Emails = out
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

func badValue(key, want string) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("The attribute %s must be %s.", key, want), Remedy: "Correct the attribute mapping."}
}

// patchOf is the changes as one patch, without what only an update can know.
func (k *connector) patchOf(c connectors.Changes) (*patch, *connectors.Error) {
	p := &patch{empty: true}
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		if err := k.apply(p, key, c.Set[key]); err != nil {
			return nil, err
		}
	}
	for _, key := range c.Clear {
		if _, set := c.Set[key]; set || key == attrEmail || key == attrGiven || key == attrFamily {
			continue // Google has no user without them
		}
		if err := k.apply(p, key, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
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
	if p.Organizations = list; len(list) == 0 {
		p.Organizations = nil
		p.NullFields = append(p.NullFields, "Organizations")
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

// stamp is our external ID on a user, "" when it bears none of ours.
func (k *connector) stamp(u *directory.User) string {
	for _, m := range entries(u.ExternalIds) {
		if m["type"] == externalIDKind && m["customType"] == k.labelled {
			v, _ := m["value"].(string)
			return v
		}
	}
	return ""
}

func (k *connector) account(u *directory.User) connectors.Account {
	return connectors.Account{ID: u.Id, ExternalID: k.stamp(u), Protected: k.isAdmin(u), Shown: shown(u)}
}

// isAdmin also counts the administrator whom we act as: without them nothing works any more.
func (k *connector) isAdmin(u *directory.User) bool {
	return u.IsAdmin || u.IsDelegatedAdmin || strings.EqualFold(u.PrimaryEmail, k.subject)
}

// shown is what Google says about a user, by our attributes' keys.
func shown(u *directory.User) map[string]any {
	out := map[string]any{attrEmail: u.PrimaryEmail, attrSuspended: u.Suspended, attrOrgUnit: u.OrgUnitPath}
	if u.Name != nil {
		out[attrGiven], out[attrFamily], out[attrDisplay] = u.Name.GivenName, u.Name.FamilyName, u.Name.DisplayName
	}
	for _, m := range entries(u.Organizations) {
		if out[attrTitle] == nil || m["primary"] == true {
			out[attrTitle], out[attrDepartment] = m["title"], m["department"]
		}
	}
	if phones, ok := u.Phones.([]any); ok {
		out[attrPhones] = phones
	}
	maps.DeleteFunc(out, func(_ string, v any) bool { return blank(v) })
	return out
}

// decodeStatus is the canonical name of an error, which newer front ends send in place of reasons.
func decodeStatus(body string) string {
	var said struct {
		Error struct {
			Status string `json:"status"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(body), &said) != nil {
		return ""
	}
	return said.Error.Status
}
