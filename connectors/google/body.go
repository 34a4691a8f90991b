package google

import (
	"cmp"
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
	employeeID   *string        // what becomes of the employee ID; "" removes it
	manager      *string        // what becomes of the manager; "" removes it
	empty        bool
}

// needsCurrent reports whether the patch changes a part of a list that others write to, too.
func (p *patch) needsCurrent() bool {
	return p.organization != nil || p.employeeID != nil || p.manager != nil
}

// harmsAdmins reports whether the patch would lock an administrator out, or open another way into their account.
func (p *patch) harmsAdmins() bool {
	return p.Suspended || slices.ContainsFunc([]string{"RecoveryEmail", "RecoveryPhone"}, func(field string) bool { return slices.Contains(p.ForceSendFields, field) })
}

// apply puts one attribute into the patch, the address as it is; a blank value clears it.
func (k *connector) apply(p *patch, key string, v any) *connectors.Error {
	p.empty = false
	switch key {
	case attrSuspended, attrListed:
		return applyFlag(p, key, v)
	case attrPhones, attrEmails:
		return applyList(p, key, v)
	case attrAddresses:
		return applyAddresses(p, v)
	}
	text, isText := v.(string)
	if !blank(v) && !isText {
		return badValue(key, "text")
	}
	switch key {
	case attrEmail:
		p.PrimaryEmail = text
	case attrGiven, attrFamily, attrDisplay:
		applyName(p, key, text)
	case attrTitle, attrDepartment, attrCostCenter, attrCompany, attrEmployment:
		if p.organization == nil {
			p.organization = map[string]any{}
		}
		p.organization[strings.TrimPrefix(key, "organizations.")] = v
	case attrEmployeeID:
		p.employeeID = &text
	case attrManager:
		p.manager = &text
	case attrOrgUnit:
		p.OrgUnitPath = cmp.Or(text, k.orgUnit)
	case attrLanguage:
		if p.nullIf(text == "", "Languages"); text != "" {
			p.Languages = []any{map[string]any{"languageCode": text, "preference": "preferred"}}
		}
	case attrRecoverTo:
		p.RecoveryEmail = text
		p.ForceSendFields = append(p.ForceSendFields, "RecoveryEmail")
	case attrRecoverBy:
		p.RecoveryPhone = text
		p.ForceSendFields = append(p.ForceSendFields, "RecoveryPhone")
	}
	return nil
}

// nullIf clears a field that has no value.
func (p *patch) nullIf(empty bool, field string) {
	if empty {
		p.NullFields = append(p.NullFields, field)
	}
}

func applyFlag(p *patch, key string, v any) *connectors.Error {
	on, ok := v.(bool)
	if !ok && !blank(v) {
		return badValue(key, "true or false")
	}
	if key == attrSuspended {
		p.Suspended = on
		p.ForceSendFields = append(p.ForceSendFields, "Suspended")
		return nil
	}
	p.IncludeInGlobalAddressList = on || blank(v) // Google lists everybody until told otherwise
	p.ForceSendFields = append(p.ForceSendFields, "IncludeInGlobalAddressList")
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

func badValue(key, want string) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("The attribute %s must be %s.", key, want), Remedy: "Correct the attribute mapping."}
}

// patchOf is the changes as one patch, without what only an update can know.
func (k *connector) patchOf(c connectors.Changes) (*patch, *connectors.Error) {
	p := &patch{empty: true}
	set, wrong := k.addressed(c.Set)
	if wrong == nil {
		wrong = withinLimits(set)
	}
	if wrong != nil {
		return nil, wrong
	}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		if err := k.apply(p, key, set[key]); err != nil {
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
