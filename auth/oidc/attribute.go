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
	return []Attribute{
		text(UserName, "User name", `claims[?"preferred_username"].orValue(claims[?"email"].orValue(claims.sub))`, func(u *directory.User) *string { return &u.UserName }),
		text("name.givenName", "First name", claim("given_name"), func(u *directory.User) *string { return &u.Name.GivenName }),
		text("name.familyName", "Last name", claim("family_name"), func(u *directory.User) *string { return &u.Name.FamilyName }),
		text("displayName", "Display name", claim("name"), func(u *directory.User) *string { return &u.DisplayName }),
		items("emails", "Email", claim("email"), func(u *directory.User) *[]directory.Item { return &u.Emails }),
		items("phoneNumbers", "Phone", claim("phone_number"), func(u *directory.User) *[]directory.Item { return &u.PhoneNumbers }),
		text("title", "Title", claim("title"), func(u *directory.User) *string { return &u.Title }),
		text("department", "Department", claim("department"), func(u *directory.User) *string { return &u.Department }),
		text("organization", "Organization", claim("organization"), func(u *directory.User) *string { return &u.Organization }),
		text("employeeNumber", "Employee number", claim("employee_number"), func(u *directory.User) *string { return &u.EmployeeNumber }),
		text("nickName", "Nickname", claim("nickname"), func(u *directory.User) *string { return &u.NickName }),
		text("locale", "Locale", claim("locale"), func(u *directory.User) *string { return &u.Locale }),
		text("timezone", "Time zone", claim("zoneinfo"), func(u *directory.User) *string { return &u.Timezone }),
	}
}

func claim(name string) string { return `claims[?"` + name + `"].orValue("")` }

func text(key, label, expression string, at func(*directory.User) *string) Attribute {
	return Attribute{Key: key, Label: label, Default: expression, Required: key == UserName,
		get: func(u *directory.User) []string { return []string{*at(u)} },
		set: func(u *directory.User, v []string) { *at(u) = strings.Join(v, "") }}
}

func items(key, label, expression string, at func(*directory.User) *[]directory.Item) Attribute {
	return Attribute{Key: key, Label: label, Default: expression, List: true,
		get: func(u *directory.User) (values []string) {
			for _, i := range *at(u) {
				if i.Primary {
					values = append([]string{i.Value}, values...)
				} else {
					values = append(values, i.Value)
				}
			}
			return values
		},
		set: func(u *directory.User, v []string) { *at(u) = asItems(*at(u), v) }}
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
