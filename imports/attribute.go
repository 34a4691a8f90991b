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
	keyBlocked = "blocked"            // the opposite of active
	keyControl = "userAccountControl" // a number of Active Directory; one of its bits says that somebody is disabled
	keyGroups  = "groups"
	maxCell    = 250 // characters of a user name that are shown
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
		field(keyName, "User name", kind, "login user loginname userid uid account userprincipalname upn samaccountname accountname benutzername benutzer anmeldename identifiant nomdutilisateur",
			func(u *directory.User) *string { return &u.UserName }),
		{Key: keyEmail, Label: "Email", Kind: kind, also: "email mail emailaddress primaryemail workemail emailwork primaryworkemail businessemail companyemail workemailaddress emailsvalue emails0value emailprimary mailadresse emailadresse courriel adressemail adressedemessagerie",
			get: func(u *directory.User) string { return u.Email() }, set: func(u *directory.User, v string) { u.SetEmail(v) }},
		{Key: "phoneNumbers", Label: "Phone", Kind: kind, also: "phone primaryphone phonenumber workphone telephone telephonenumber officephone businessphone worknumber phonework tel phonenumbersvalue phonenumbers0value telefon telefonnummer rufnummer",
			get: func(u *directory.User) string { return u.Phone() }, set: func(u *directory.User, v string) { u.SetPhone(v) }},
		{Key: "phoneNumbers.mobile", Label: "Mobile phone", Kind: kind, also: "mobile mobilephone mobilenumber workmobilenumber cellphone cell mobiltelefon mobilnummer handy handynummer portable telephoneportable",
			get: mobile, set: setMobile},
		{Key: keyActive, Label: "Active", Kind: kind, also: "enabled status accountenabled isactive accountstatus userstatus workerstatus employmentstatus newstatus aktiv actif activo attivo ativo"},
		{Key: keyBlocked, Label: "Blocked (the opposite of Active)", Kind: kind, also: "blocksignin signinblocked blockcredential blocked isblocked disabled isdisabled accountdisabled suspended issuspended deactivated isdeactivated inactive gesperrt deaktiviert desactive bloque"},
		{Key: keyControl, Label: "Account control (Active Directory)", Kind: kind},
		{Key: keyGroups, Label: "Groups", Kind: kind, also: "group memberof membership teams gruppe gruppen groupe groupes"},
		field("externalId", "External ID", kind, "extid foreignid hrid", func(u *directory.User) *string { return &u.ExternalID }),
	}
}

func personAttributes() []Attribute {
	const kind = "Person"
	return []Attribute{
		field("name.givenName", "First name", kind, "firstname first given legalfirstname legalnamefirstname vorname prenom nombre nome voornaam", func(u *directory.User) *string { return &u.Name.GivenName }),
		field("name.familyName", "Last name", kind, "lastname last surname sn family legallastname legalnamelastname nachname familienname nom nomdefamille apellido apellidos cognome sobrenome achternaam", func(u *directory.User) *string { return &u.Name.FamilyName }),
		field("name.middleName", "Middle name", kind, "middle", func(u *directory.User) *string { return &u.Name.MiddleName }),
		field("name.formatted", "Full name", kind, "formattedname formatted", func(u *directory.User) *string { return &u.Name.Formatted }),
		field("name.honorificPrefix", "Honorific prefix", kind, "prefix salutation anrede", func(u *directory.User) *string { return &u.Name.HonorificPrefix }),
		field("name.honorificSuffix", "Honorific suffix", kind, "suffix", func(u *directory.User) *string { return &u.Name.HonorificSuffix }),
		field("displayName", "Display name", kind, "name fullname preferredname cn commonname anzeigename vollername nomcomplet nomaffiche", func(u *directory.User) *string { return &u.DisplayName }),
		field("nickName", "Nickname", kind, "nick spitzname surnom", func(u *directory.User) *string { return &u.NickName }),
		field("profileUrl", "Profile URL", kind, "profile profileurl url homepage", func(u *directory.User) *string { return &u.ProfileURL }),
		field("preferredLanguage", "Preferred language", kind, "language lang sprache langue", func(u *directory.User) *string { return &u.PreferredLanguage }),
		field("locale", "Locale", kind, "", func(u *directory.User) *string { return &u.Locale }),
		field("timezone", "Time zone", kind, "tz zoneinfo zeitzone fuseauhoraire", func(u *directory.User) *string { return &u.Timezone }),
		place("formatted", "Whole address", "address workaddress officeaddress anschrift adresse", func(a *directory.Address) *string { return &a.Formatted }),
		place("streetAddress", "Street", "street addressline1 address1 workstreetaddress workaddressline1 strasse rue", func(a *directory.Address) *string { return &a.StreetAddress }),
		place("locality", "City", "city town workcity worklocality l ort stadt ville", func(a *directory.Address) *string { return &a.Locality }),
		place("region", "Region", "province stateorprovince stateprovince workstate workregion st bundesland", func(a *directory.Address) *string { return &a.Region }),
		place("postalCode", "Postal code", "zip zipcode postcode ziporpostalcode zippostalcode workpostalcode workzipcode plz codepostal", func(a *directory.Address) *string { return &a.PostalCode }),
		place("country", "Country", "countrycode countryorregion workcountry c co land pays", func(a *directory.Address) *string { return &a.Country }),
	}
}

func workAttributes() []Attribute {
	const kind = "Work"
	return []Attribute{
		field("title", "Title", kind, "jobtitle employeetitle businesstitle job position role stelle funktion fonction poste", func(u *directory.User) *string { return &u.Title }),
		field("department", "Department", kind, "dept abteilung service departement", func(u *directory.User) *string { return &u.Department }),
		field("userType", "User type", kind, "type employeetype employmenttype workertype", func(u *directory.User) *string { return &u.UserType }),
		field("employeeNumber", "Employee number", kind, "employeeid employeeidentifier employee workerid staffid personnelnumber personalnummer mitarbeiternummer matricule", func(u *directory.User) *string { return &u.EmployeeNumber }),
		field("costCenter", "Cost center", kind, "costcentre kostenstelle centredecout", func(u *directory.User) *string { return &u.CostCenter }),
		field("organization", "Organization", kind, "organisation company companyname firma unternehmen entreprise societe", func(u *directory.User) *string { return &u.Organization }),
		field("division", "Division", kind, "businessunit bereich", func(u *directory.User) *string { return &u.Division }),
		field("manager.value", "Manager (ID)", kind, "managerid manageremployeeid manageremail supervisoremail supervisorid manager supervisor vorgesetzter responsable", func(u *directory.User) *string { return &u.Manager.Value }), //nolint:misspell // French
		field("manager.displayName", "Manager (name)", kind, "managername supervisorname reportsto reportingto managerfullname managersname manager supervisor", func(u *directory.User) *string { return &u.Manager.DisplayName }),
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

// mobile is the first number of this type.
func mobile(u *directory.User) string {
	for _, p := range u.PhoneNumbers {
		if p.Type == mobileType {
			return p.Value
		}
	}
	return ""
}

const mobileType = "mobile" // RFC 7643 §4.1.2

func setMobile(u *directory.User, v string) {
	for i := range u.PhoneNumbers {
		if u.PhoneNumbers[i].Type == mobileType {
			u.PhoneNumbers[i].Value = v
			return
		}
	}
	u.PhoneNumbers = append(u.PhoneNumbers, directory.Phone{Value: v, Type: mobileType, Primary: len(u.PhoneNumbers) == 0})
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
