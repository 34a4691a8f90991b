package imports

import (
	"usher/directory"
)

// Keys of what a column can be. Stored: never rename.
const (
	Ignore     = ""
	keyName    = "userName"
	keyEmail   = "emails"
	keyActive  = "active"
	keyGroups  = "groups"
	maxCell    = 250
	maxEmail   = 254
	maxGroups  = 100 // that one row may name
	groupSplit = "|"
)

// Attribute is something about a user that a column can hold, by the name that SCIM has for it (RFC 7643 §4.1, §4.3).
type Attribute struct {
	Key   string
	Label string
	Kind  string // heading that it stands under
	also  string // further names that files give it, separated by spaces
	get   func(*directory.User) string
	set   func(*directory.User, string)
}

// Attributes are all that can be imported, in the order in which they are offered. A password is not among them.
func Attributes() []Attribute {
	return append(append(identityAttributes(), personAttributes()...), workAttributes()...)
}

func field(key, label, kind, also string, at func(*directory.User) *string) Attribute {
	return Attribute{Key: key, Label: label, Kind: kind, also: also,
		get: func(u *directory.User) string { return *at(u) },
		set: func(u *directory.User, v string) { *at(u) = v }}
}

func identityAttributes() []Attribute {
	const kind = "Identity"
	return []Attribute{
		field(keyName, "User name", kind, "user login loginname userid uid account samaccountname userprincipalname upn benutzername benutzer anmeldename identifiant nomdutilisateur",
			func(u *directory.User) *string { return &u.UserName }),
		{Key: keyEmail, Label: "Email", Kind: kind, also: "email mail emailaddress primaryemail workemail emailsvalue emails0value emailprimary mailadresse emailadresse courriel adressemail adressedemessagerie",
			get: func(u *directory.User) string { return u.Email() }, set: func(u *directory.User, v string) { u.SetEmail(v) }},
		{Key: "phoneNumbers", Label: "Phone", Kind: kind, also: "phone phonenumber telephone telephonenumber workphone mobile mobilephone tel phonenumbersvalue phonenumbers0value telefon telefonnummer rufnummer handy",
			get: func(u *directory.User) string { return u.Phone() }, set: func(u *directory.User, v string) { u.SetPhone(v) }},
		{Key: keyActive, Label: "Active", Kind: kind, also: "enabled status state accountenabled isactive aktiv actif"},
		{Key: keyGroups, Label: "Groups", Kind: kind, also: "group memberof membership teams gruppe gruppen groupe groupes"},
		field("externalId", "External ID", kind, "extid foreignid hrid", func(u *directory.User) *string { return &u.ExternalID }),
	}
}

func personAttributes() []Attribute {
	const kind = "Person"
	return []Attribute{
		field("name.givenName", "First name", kind, "firstname first given vorname prenom", func(u *directory.User) *string { return &u.Name.GivenName }),
		field("name.familyName", "Last name", kind, "lastname last surname sn family nachname familienname nom nomdefamille", func(u *directory.User) *string { return &u.Name.FamilyName }),
		field("name.middleName", "Middle name", kind, "middle", func(u *directory.User) *string { return &u.Name.MiddleName }),
		field("name.formatted", "Full name", kind, "formattedname formatted", func(u *directory.User) *string { return &u.Name.Formatted }),
		field("name.honorificPrefix", "Honorific prefix", kind, "prefix salutation anrede", func(u *directory.User) *string { return &u.Name.HonorificPrefix }),
		field("name.honorificSuffix", "Honorific suffix", kind, "suffix", func(u *directory.User) *string { return &u.Name.HonorificSuffix }),
		field("displayName", "Display name", kind, "name fullname cn commonname anzeigename vollername nomcomplet nomaffiche", func(u *directory.User) *string { return &u.DisplayName }),
		field("nickName", "Nickname", kind, "nick spitzname surnom", func(u *directory.User) *string { return &u.NickName }),
		field("profileUrl", "Profile URL", kind, "profile profileurl url homepage", func(u *directory.User) *string { return &u.ProfileURL }),
		field("preferredLanguage", "Preferred language", kind, "language lang sprache langue", func(u *directory.User) *string { return &u.PreferredLanguage }),
		field("locale", "Locale", kind, "", func(u *directory.User) *string { return &u.Locale }),
		field("timezone", "Time zone", kind, "tz zoneinfo zeitzone fuseauhoraire", func(u *directory.User) *string { return &u.Timezone }),
		place("streetAddress", "Street", "street strasse rue", func(a *directory.Address) *string { return &a.StreetAddress }),
		place("locality", "City", "city town ort stadt ville", func(a *directory.Address) *string { return &a.Locality }),
		place("region", "Region", "state province bundesland region", func(a *directory.Address) *string { return &a.Region }),
		place("postalCode", "Postal code", "zip zipcode postcode plz codepostal", func(a *directory.Address) *string { return &a.PostalCode }),
		place("country", "Country", "land pays countrycode", func(a *directory.Address) *string { return &a.Country }),
	}
}

func workAttributes() []Attribute {
	const kind = "Work"
	return []Attribute{
		field("title", "Title", kind, "jobtitle job position role stelle funktion fonction poste", func(u *directory.User) *string { return &u.Title }),
		field("department", "Department", kind, "dept abteilung service departement", func(u *directory.User) *string { return &u.Department }),
		field("userType", "User type", kind, "type employeetype employmenttype", func(u *directory.User) *string { return &u.UserType }),
		field("employeeNumber", "Employee number", kind, "employeeid employee staffid personnelnumber personalnummer mitarbeiternummer matricule", func(u *directory.User) *string { return &u.EmployeeNumber }),
		field("costCenter", "Cost center", kind, "costcentre kostenstelle centredecout", func(u *directory.User) *string { return &u.CostCenter }),
		field("organization", "Organization", kind, "organisation company firma unternehmen entreprise societe", func(u *directory.User) *string { return &u.Organization }),
		field("division", "Division", kind, "businessunit bereich", func(u *directory.User) *string { return &u.Division }),
		field("manager.value", "Manager (ID)", kind, "managerid manager supervisor vorgesetzter responsable", func(u *directory.User) *string { return &u.Manager.Value }), //nolint:misspell // French
		field("manager.displayName", "Manager (name)", kind, "managername", func(u *directory.User) *string { return &u.Manager.DisplayName }),
	}
}

// place is a part of the primary address; without any address there is one for work from then on.
func place(part, label, also string, at func(*directory.Address) *string) Attribute {
	return Attribute{Key: "addresses." + part, Label: label, Kind: "Person", also: also,
		get: func(u *directory.User) string {
			if len(u.Addresses) == 0 {
				return ""
			}
			return *at(&u.Addresses[primary(u.Addresses)])
		},
		set: func(u *directory.User, v string) {
			u.Addresses = append([]directory.Address(nil), u.Addresses...)
			if len(u.Addresses) == 0 {
				u.Addresses = []directory.Address{{Type: "work", Primary: true}}
			}
			*at(&u.Addresses[primary(u.Addresses)]) = v
		}}
}

func primary(all []directory.Address) int {
	for i, a := range all {
		if a.Primary {
			return i
		}
	}
	return 0
}

// labelOf is how people call the attribute with this key.
func labelOf(key string) string {
	for _, a := range Attributes() {
		if a.Key == key {
			return a.Label
		}
	}
	return key
}
