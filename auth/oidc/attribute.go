package oidc

import (
	"slices"
	"strings"

	"usher/directory"
)

// Attribute is a user attribute that a provider's claims can fill.
type Attribute struct {
	Key      string // SCIM's name (RFC 7643 §4.1); stored: never rename
	Label    string
	Default  string // expression over the standard claims (OpenID Connect Core §5.1)
	Help     string
	Required bool
	List     bool // a list of texts is taken, too; the first is primary

	get func(*directory.User) []string // the primary value first
	set func(*directory.User, []string)
}

// FieldName is the name of the attribute's input, and of its errors.
func (a Attribute) FieldName() string { return "map." + a.Key }

// UserName is the key of the one attribute that must have a value, and that no later sign-in changes.
const UserName = "userName"

// Attributes are all of them, in the order of the form.
func Attributes() []Attribute {
	first := []string{UserName, "name.givenName", "name.familyName", "displayName", "emails", "phoneNumbers", "title", "department", "organization",
		"employeeNumber", "nickName", "locale", "timezone"}
	var all []Attribute
	for _, row := range directory.InOrder(first, noClaim()) {
		all = append(all, attributeOf(row))
	}
	return all
}

// noClaim says why a row of the table is not offered.
func noClaim() map[string]string {
	const (
		rare    = "providers seldom say it, and the form is long"
		several = "claims say one value or a list of texts, and these have types or parts"
		access  = "it can give access at targets, which is not for an identity provider to say"
	)
	return map[string]string{"externalId": "a provider's ID of a user is the subject, which is kept with the identity",
		"name.formatted": rare, "name.middleName": rare, "name.honorificPrefix": rare, "name.honorificSuffix": rare, "profileUrl": rare, "preferredLanguage": rare,
		"ims": several, "photos": several, "addresses": several, "x509Certificates": several, "userType": access, "entitlements": access, "roles": access,
		"costCenter": rare, "division": rare, "manager.value": rare, "manager.displayName": rare}
}

// claims are the names that OpenID Connect Core §5.1 and the usual providers have for attributes. Nothing is taken for one
// without a name, until an administrator writes an expression.
func claims() map[string]string {
	return map[string]string{"name.givenName": "given_name", "name.familyName": "family_name", "displayName": "name", "emails": "email", "phoneNumbers": "phone_number",
		"title": "title", "department": "department", "organization": "organization", "employeeNumber": "employee_number", "nickName": "nickname",
		"locale": "locale", "timezone": "zoneinfo"}
}

func attributeOf(row directory.Attribute) Attribute {
	a := Attribute{Key: row.Path, Label: row.Label, List: row.Multi}
	if name, ok := claims()[row.Path]; ok {
		a.Default = `claims[?"` + name + `"].orValue("")`
	}
	if row.Path == UserName {
		a.Required, a.Default = true, `claims[?"preferred_username"].orValue(claims[?"email"].orValue(claims.sub))`
	}
	if row.Multi {
		a.get = func(u *directory.User) []string { return valuesOf(*row.Items(u)) }
		a.set = func(u *directory.User, v []string) { *row.Items(u) = asItems(*row.Items(u), v) }
		return a
	}
	a.get = func(u *directory.User) []string { return []string{row.Get(u)} }
	a.set = func(u *directory.User, v []string) { row.Set(u, strings.Join(v, "")) }
	return a
}

// valuesOf are those of the items, the primary one first.
func valuesOf(items []directory.Item) (values []string) {
	for _, i := range items {
		if i.Primary {
			values = append([]string{i.Value}, values...)
		} else {
			values = append(values, i.Value)
		}
	}
	return values
}

// asItems makes the values the list, the first one primary. What is known beyond the value is kept.
func asItems(old []directory.Item, values []string) []directory.Item {
	var out []directory.Item
	for i, v := range values {
		item := directory.Item{Value: v, Type: "work"}
		if at := slices.IndexFunc(old, func(o directory.Item) bool { return o.Value == v }); at >= 0 {
			item = old[at]
		}
		item.Primary = i == 0
		out = append(out, item)
	}
	return out
}
