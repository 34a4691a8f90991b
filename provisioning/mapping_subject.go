package provisioning

import (
	"reflect"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
)

// userSubject is what attribute mappings are about.
func userSubject() expression.Subject {
	return expression.Subject{
		Variables: []expression.Variable{{Name: "user", Type: reflect.TypeFor[subject]()}, {Name: "connection", Type: reflect.TypeFor[connectionSubject]()},
			{Name: "settings", Type: reflect.TypeFor[map[string]string]()}},
		Whose: "for this user",
		Use:   "sent",
		Begin: func(string) string {
			return "Expressions begin with user, connection or settings, such as user.userName."
		},
		Attributes: "Names are SCIM’s, such as user.name.givenName, and the case of letters counts.",
		OneOf:      firstOf("emails"),
		Compared:   `user.title == "Manager"`,
		Habits: map[string]string{"firstname": "user.name.givenName", "lastname": "user.name.familyName", "surname": "user.name.familyName",
			"fullname": "user.displayName", "mail": firstOf("emails"), "login": "user.userName", "mobile": firstOf("phoneNumbers"),
			"city": addressPart("locality"), "street": addressPart("streetAddress"), "zip": addressPart("postalCode"),
			"company": "user.organization", "employeeid": "user.employeeNumber", "enabled": "user.active"},
	}
}

func firstOf(list string) string { return "user." + list + `[?0].value.orValue("")` }

func addressPart(name string) string { return "user.addresses[?0]." + name + `.orValue("")` }

// subject is `user` as expressions see it: SCIM's names (RFC 7643 §4.1, §4.3), every field always there.
type subject struct {
	ID                string         `cel:"id"`
	ExternalID        string         `cel:"externalId"`
	UserName          string         `cel:"userName"`
	Name              subjectName    `cel:"name"`
	DisplayName       string         `cel:"displayName"`
	NickName          string         `cel:"nickName"`
	ProfileURL        string         `cel:"profileUrl"`
	Title             string         `cel:"title"`
	UserType          string         `cel:"userType"`
	PreferredLanguage string         `cel:"preferredLanguage"`
	Locale            string         `cel:"locale"`
	Timezone          string         `cel:"timezone"`
	Emails            []subjectValue `cel:"emails"`
	PhoneNumbers      []subjectValue `cel:"phoneNumbers"`
	IMs               []subjectValue `cel:"ims"`
	Photos            []subjectValue `cel:"photos"`
	Addresses         []subjectPlace `cel:"addresses"`
	Entitlements      []subjectValue `cel:"entitlements"`
	Roles             []subjectValue `cel:"roles"`
	X509Certificates  []subjectValue `cel:"x509Certificates"`

	EmployeeNumber string         `cel:"employeeNumber"`
	CostCenter     string         `cel:"costCenter"`
	Organization   string         `cel:"organization"`
	Division       string         `cel:"division"`
	Department     string         `cel:"department"`
	Manager        subjectManager `cel:"manager"`

	Active bool     `cel:"active"`
	Source string   `cel:"source"`
	Groups []string `cel:"groups"` // their names
}

type subjectName struct {
	Formatted       string `cel:"formatted"`
	FamilyName      string `cel:"familyName"`
	GivenName       string `cel:"givenName"`
	MiddleName      string `cel:"middleName"`
	HonorificPrefix string `cel:"honorificPrefix"`
	HonorificSuffix string `cel:"honorificSuffix"`
}

type subjectValue struct {
	Value   string `cel:"value"`
	Display string `cel:"display"`
	Type    string `cel:"type"`
	Primary bool   `cel:"primary"`
}

type subjectPlace struct {
	Formatted     string `cel:"formatted"`
	StreetAddress string `cel:"streetAddress"`
	Locality      string `cel:"locality"`
	Region        string `cel:"region"`
	PostalCode    string `cel:"postalCode"`
	Country       string `cel:"country"`
	Type          string `cel:"type"`
	Primary       bool   `cel:"primary"`
}

type subjectManager struct {
	Value       string `cel:"value"`
	DisplayName string `cel:"displayName"`
}

// connectionSubject is `connection` as expressions see it.
type connectionSubject struct {
	Name string `cel:"name"`
}

func subjectOf(u directory.User) *subject {
	return &subject{ID: u.ID, ExternalID: u.ExternalID, UserName: u.UserName, Name: subjectName(u.Name), DisplayName: u.DisplayName, NickName: u.NickName,
		ProfileURL: u.ProfileURL, Title: u.Title, UserType: u.UserType, PreferredLanguage: u.PreferredLanguage, Locale: u.Locale, Timezone: u.Timezone,
		Emails: subjectValues(u.Emails), PhoneNumbers: subjectValues(u.PhoneNumbers), IMs: subjectValues(u.IMs), Photos: subjectValues(u.Photos),
		Addresses: subjectPlaces(u.Addresses), Entitlements: subjectValues(u.Entitlements), Roles: subjectValues(u.Roles),
		X509Certificates: subjectValues(u.X509Certificates), EmployeeNumber: u.EmployeeNumber, CostCenter: u.CostCenter, Organization: u.Organization,
		Division: u.Division, Department: u.Department, Manager: subjectManager(u.Manager), Active: u.Active, Source: string(u.Source), Groups: u.Groups}
}

func subjectValues(items []directory.Item) []subjectValue {
	out := make([]subjectValue, len(items))
	for i, v := range items {
		out[i] = subjectValue{v.Value, v.Display, v.Type, v.Primary}
	}
	return out
}

func subjectPlaces(items []directory.Address) []subjectPlace {
	out := make([]subjectPlace, len(items))
	for i, v := range items {
		out[i] = subjectPlace{v.Formatted, v.StreetAddress, v.Locality, v.Region, v.PostalCode, v.Country, v.Type, v.Primary}
	}
	return out
}

// settingsSubject is `settings`: every field of the kind that is no secret, with its default when it is not set.
func settingsSubject(def connectors.Definition, s directory.Settings) map[string]string {
	out := map[string]string{}
	for _, f := range def.AllFields() {
		if !f.Secret() {
			out[f.Key] = f.Default
		}
	}
	for key, v := range s.Values {
		if _, known := out[key]; known {
			out[key] = v
		}
	}
	return out
}
