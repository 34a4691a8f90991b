package imports

import (
	"sync"

	"usher/directory"
)

// Keys of what a column can be. Stored: never rename.
const (
	Ignore     = ""
	keyName    = "userName"
	keyEmail   = "emails"
	keyMobile  = "phoneNumbers.mobile"
	keyActive  = "active"
	keyBlocked = "blocked"            // the opposite of active
	keyControl = "userAccountControl" // a number of Active Directory; one of its bits says that somebody is disabled
	keyGroups  = "groups"
	maxCell    = 250 // characters of a user name that are shown
	maxGroups  = 100 // that one row may name
	groupSplit = "|"
)

// Attribute is something about a user that a column can hold: a row of the table in directory by its path, or one of the few
// things that only files say.
type Attribute struct {
	Key   string
	Label string
	also  string // further names that files give it, separated by spaces
	get   func(*directory.User) string
	set   func(*directory.User, string)
}

// Attributes are all that can be imported, in the order in which they are offered. A password is not among them. They are
// shared: never write to them.
func Attributes() []Attribute { return attributes() }

var attributes = sync.OnceValue(func() []Attribute {
	var all []Attribute
	known := synonyms()
	for _, row := range directory.InOrder(columnOrder(), noColumn()) {
		a := Attribute{Key: row.Path, Label: row.Label, also: known[row.Path]}
		a.get, a.set = row.Get, row.Set
		if row.Type == directory.PlaceValue {
			all = append(all, addressAttributes(row.Path)...)
		} else {
			all = append(all, a)
		}
		if row.Path == "phoneNumbers" {
			all = append(all, fileAttributes()...)
		}
	}
	return all
})

// columnOrder is the order in which attributes are offered; those that it lacks follow.
func columnOrder() []string {
	return []string{keyName, keyEmail, "phoneNumbers", "externalId",
		"name.givenName", "name.familyName", "name.middleName", "name.formatted", "name.honorificPrefix", "name.honorificSuffix",
		"displayName", "nickName", "profileUrl", "preferredLanguage", "locale", "timezone", "addresses",
		"title", "department", "userType", "employeeNumber", "costCenter", "organization", "division", "manager.value", "manager.displayName"}
}

// noColumn says why a row of the table is not offered.
func noColumn() map[string]string {
	const several = "it has several values that mean as much as each other, and a cell holds one"
	return map[string]string{"ims": several, "photos": several, "entitlements": several, "roles": several, "x509Certificates": several}
}

// fileAttributes are what only files say, beside the rows of the table.
func fileAttributes() []Attribute {
	known := synonyms()
	return []Attribute{
		{Key: keyMobile, Label: "Mobile phone", also: known[keyMobile], get: mobile, set: setMobile},
		{Key: keyActive, Label: "Active", also: known[keyActive]},
		{Key: keyBlocked, Label: "Blocked (the opposite of Active)", also: known[keyBlocked]},
		{Key: keyControl, Label: "Account control (Active Directory)"},
		{Key: keyGroups, Label: "Groups", also: known[keyGroups]},
	}
}

// addressAttributes are the parts of the primary address.
func addressAttributes(path string) (all []Attribute) {
	known := synonyms()
	for _, p := range directory.AddressParts() {
		key := path + "." + p.Name
		all = append(all, Attribute{Key: key, Label: p.Label, also: known[key], get: p.Get, set: p.Set})
	}
	return all
}

// synonyms are further names that files give an attribute, by its key. The likelier come first.
func synonyms() map[string]string {
	return map[string]string{
		keyName:                   "login user loginname userid uid account userprincipalname upn samaccountname accountname benutzername benutzer anmeldename identifiant nomdutilisateur",
		keyEmail:                  "email mail emailaddress primaryemail workemail emailwork primaryworkemail businessemail companyemail workemailaddress emailsvalue emails0value emailprimary mailadresse emailadresse courriel adressemail adressedemessagerie",
		"phoneNumbers":            "phone primaryphone phonenumber workphone telephone telephonenumber officephone businessphone worknumber phonework tel phonenumbersvalue phonenumbers0value telefon telefonnummer rufnummer",
		keyMobile:                 "mobile mobilephone mobilenumber workmobilenumber cellphone cell mobiltelefon mobilnummer handy handynummer portable telephoneportable",
		keyActive:                 "enabled status accountenabled isactive accountstatus userstatus workerstatus employmentstatus newstatus aktiv actif activo attivo ativo",
		keyBlocked:                "blocksignin signinblocked blockcredential blocked isblocked disabled isdisabled accountdisabled suspended issuspended deactivated isdeactivated inactive gesperrt deaktiviert desactive bloque",
		keyGroups:                 "group memberof membership teams gruppe gruppen groupe groupes",
		"externalId":              "extid foreignid hrid",
		"name.givenName":          "firstname first given legalfirstname legalnamefirstname vorname prenom nombre nome voornaam",
		"name.familyName":         "lastname last surname sn family legallastname legalnamelastname nachname familienname nom nomdefamille apellido apellidos cognome sobrenome achternaam",
		"name.middleName":         "middle",
		"name.formatted":          "formattedname formatted",
		"name.honorificPrefix":    "prefix salutation anrede",
		"name.honorificSuffix":    "suffix",
		"displayName":             "name fullname preferredname cn commonname anzeigename vollername nomcomplet nomaffiche",
		"nickName":                "nick spitzname surnom",
		"profileUrl":              "profile profileurl url homepage",
		"preferredLanguage":       "language lang sprache langue",
		"timezone":                "tz zoneinfo zeitzone fuseauhoraire",
		"addresses.formatted":     "address workaddress officeaddress anschrift adresse",
		"addresses.streetAddress": "street addressline1 address1 workstreetaddress workaddressline1 strasse rue",
		"addresses.locality":      "city town workcity worklocality l ort stadt ville",
		"addresses.region":        "province stateorprovince stateprovince workstate workregion st bundesland",
		"addresses.postalCode":    "zip zipcode postcode ziporpostalcode zippostalcode workpostalcode workzipcode plz codepostal",
		"addresses.country":       "countrycode countryorregion workcountry c co land pays",
		"title":                   "jobtitle employeetitle businesstitle job position role stelle funktion fonction poste",
		"department":              "dept abteilung service departement",
		"userType":                "type employeetype employmenttype workertype",
		"employeeNumber":          "employeeid employeeidentifier employee workerid staffid personnelnumber personalnummer mitarbeiternummer matricule",
		"costCenter":              "costcentre kostenstelle centredecout",
		"organization":            "organisation company companyname firma unternehmen entreprise societe",
		"division":                "businessunit bereich",
		"manager.value":           "managerid manageremployeeid manageremail supervisoremail supervisorid manager supervisor vorgesetzter responsable", //nolint:misspell // French
		"manager.displayName":     "managername supervisorname reportsto reportingto managerfullname managersname manager supervisor",
	}
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

// labelOf is how people call the attribute with this key.
func labelOf(key string) string {
	for _, a := range Attributes() {
		if a.Key == key {
			return a.Label
		}
	}
	return key
}
