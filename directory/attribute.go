package directory

import (
	"slices"
	"strings"
)

// Attribute is a row of the one table of what is known about a user. Every place that knows attributes is made from the
// table, or a test walks it there: a place that leaves a row out says why.
type Attribute struct {
	Path   string    // SCIM's name (RFC 7643 §4.1, §4.3), a part of a complex one after a dot; stored: never rename
	URN    string    // of the extension that it belongs to; "" for the core schema
	Number int64     // in the index of values that db keeps, of a list that of its first part; stored: never renumber. 0: has a column of its own
	Field  string    // name of the input in forms and of its errors, and with hyphens the flag of the command
	Label  string    // what people call it; of a list, its primary value
	About  string    // a sentence for those who read the SCIM schema
	Each   string    // the same about one value of a list
	Types  []string  // of a list, the usual types of values
	Type   ValueType // of a list, of each value
	Multi  bool      // has several values
	Writer Writer

	// AnyText says that applications and files may write any text, of any length: what they could always write is not
	// refused now. What people type is checked all the same.
	AnyText bool

	// NotByHand says why the form, the page and the command have no field for it; "" when they have one.
	NotByHand string

	text   func(*User) *string
	items  func(*User) *[]Item
	places func(*User) *[]Address
}

// ValueType is what a value is (RFC 7643 §2.3).
type ValueType int

// The zero ValueType is a text whose case does not count.
const (
	TextValue   ValueType = iota
	ExactValue            // an ID, whose case counts
	LinkValue             // an address of something; its case counts
	BinaryValue           // base64; its case counts
	PlaceValue            // an Address
)

// Writer is who may write an attribute.
type Writer int

// The zero Writer is the organisation alone.
const (
	OrganisationWrites Writer = iota // its administrators, API clients, files and identity providers
	UserWrites                       // besides, the user whose it is
	FileWrites                       // files alone; to SCIM it is read-only
)

// EnterpriseURN is that of the enterprise extension (RFC 7643 §4.3).
const EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// Why rows are not written by hand.
const (
	rare      = "Few organisations keep it; it comes by the SCIM API or a file."
	employer  = "The personnel system keeps it; it comes by the SCIM API, a file or a sign-in."
	several   = "It has several values, and a row of the form holds one; it comes by the SCIM API."
	personal  = "Applications set it for the user by the SCIM API, a file or a sign-in."
	madeUp    = "It is put together from the other parts of the name."
	foreignID = "The system that the user comes from gives it."
)

// attributes are in the order of the SCIM schema. A file of users is read and a form is shown in an order of its own.
var attributes = [...]Attribute{
	{Path: "userName", Field: "user_name", Label: "User name", About: "The name by which the person signs in. No two users share one, whatever its case.",
		text: func(u *User) *string { return &u.UserName }},
	{Path: "externalId", Field: "external_id", Label: "External ID", About: "The name that the client has for the resource.", Type: ExactValue, NotByHand: foreignID,
		text: func(u *User) *string { return &u.ExternalID }},
	{Path: "name.formatted", Number: 1, Field: "formatted", Label: "Full name", About: "The full name as it is shown, with titles and suffixes.", Writer: UserWrites, NotByHand: madeUp,
		text: func(u *User) *string { return &u.Name.Formatted }},
	{Path: "name.familyName", Number: 2, Field: "family_name", Label: "Last name", About: "The family name, or last name.", Writer: UserWrites,
		text: func(u *User) *string { return &u.Name.FamilyName }},
	{Path: "name.givenName", Number: 3, Field: "given_name", Label: "First name", About: "The given name, or first name.", Writer: UserWrites,
		text: func(u *User) *string { return &u.Name.GivenName }},
	{Path: "name.middleName", Number: 4, Field: "middle_name", Label: "Middle name", About: "The middle names.", Writer: UserWrites, NotByHand: rare,
		text: func(u *User) *string { return &u.Name.MiddleName }},
	{Path: "name.honorificPrefix", Number: 5, Field: "honorific_prefix", Label: "Honorific prefix", About: "What goes before the name, such as Dr.", Writer: UserWrites, NotByHand: rare,
		text: func(u *User) *string { return &u.Name.HonorificPrefix }},
	{Path: "name.honorificSuffix", Number: 6, Field: "honorific_suffix", Label: "Honorific suffix", About: "What follows the name, such as III.", Writer: UserWrites, NotByHand: rare,
		text: func(u *User) *string { return &u.Name.HonorificSuffix }},
	{Path: "displayName", Number: 10, Field: "display_name", Label: "Display name", About: "The name to show to other people.", Writer: UserWrites,
		text: func(u *User) *string { return &u.DisplayName }},
	{Path: "nickName", Number: 11, Field: "nickname", Label: "Nickname", About: "What the person is called casually.", Writer: UserWrites, AnyText: true,
		text: func(u *User) *string { return &u.NickName }},
	{Path: "profileUrl", Number: 12, Field: "profile_url", Label: "Profile URL", About: "The address of a page about the person.", Type: LinkValue, Writer: UserWrites, NotByHand: personal,
		text: func(u *User) *string { return &u.ProfileURL }},
	{Path: "title", Number: 13, Field: "title", Label: "Title", About: "The person's job title.", Writer: UserWrites,
		text: func(u *User) *string { return &u.Title }},
	{Path: "userType", Number: 14, Field: "user_type", Label: "User type", About: "How the person relates to the organisation, such as Employee or Contractor.", NotByHand: employer,
		text: func(u *User) *string { return &u.UserType }},
	{Path: "preferredLanguage", Number: 15, Field: "preferred_language", Label: "Preferred language", About: "The languages that the person prefers, as an Accept-Language header lists them.", Writer: UserWrites, NotByHand: personal,
		text: func(u *User) *string { return &u.PreferredLanguage }},
	{Path: "locale", Number: 16, Field: "locale", Label: "Locale", About: "The language and region in which dates and numbers are written for the person, such as en-GB.", Writer: UserWrites, NotByHand: personal,
		text: func(u *User) *string { return &u.Locale }},
	{Path: "timezone", Number: 17, Field: "timezone", Label: "Time zone", About: "The person's time zone by its IANA name, such as Europe/Paris.", Writer: UserWrites, NotByHand: personal,
		text: func(u *User) *string { return &u.Timezone }},

	{Path: "emails", Number: 100, Field: "email", Label: "Email", About: "The person's e-mail addresses.", Each: "An e-mail address.", Multi: true,
		Types: []string{"work", "home", "other"}, items: func(u *User) *[]Item { return &u.Emails }},
	{Path: "phoneNumbers", Number: 110, Field: "phone", Label: "Phone", About: "The person's telephone numbers.", Each: "A telephone number.", Multi: true, Writer: UserWrites,
		Types: []string{"work", "home", "mobile", "fax", "pager", "other"}, items: func(u *User) *[]Item { return &u.PhoneNumbers }},
	{Path: "ims", Number: 120, Field: "im", Label: "Instant messaging", About: "The person's instant messaging addresses.", Each: "An instant messaging address.", Multi: true, Writer: UserWrites, NotByHand: several,
		Types: []string{"aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"}, items: func(u *User) *[]Item { return &u.IMs }},
	{Path: "photos", Number: 130, Field: "photo", Label: "Photo", About: "Pictures of the person.", Each: "The address of a picture.", Type: LinkValue, Multi: true, Writer: UserWrites, NotByHand: several,
		Types: []string{"photo", "thumbnail"}, items: func(u *User) *[]Item { return &u.Photos }},
	{Path: "addresses", Number: 170, Field: "address", Label: "Address", About: "The person's postal addresses.", Type: PlaceValue, Multi: true, Writer: UserWrites, NotByHand: several,
		Types: []string{"work", "home", "other"}, places: func(u *User) *[]Address { return &u.Addresses }},
	{Path: "entitlements", Number: 140, Field: "entitlement", Label: "Entitlement", About: "What the person is entitled to.", Each: "The name of an entitlement.", Multi: true, NotByHand: several,
		items: func(u *User) *[]Item { return &u.Entitlements }},
	{Path: "roles", Number: 150, Field: "role", Label: "Role", About: "The roles that the person has.", Each: "The name of a role.", Multi: true, NotByHand: several,
		items: func(u *User) *[]Item { return &u.Roles }},
	{Path: "x509Certificates", Number: 160, Field: "certificate", Label: "Certificate", About: "Certificates that were issued to the person.", Each: "An X.509 certificate in DER, written in base64.",
		Type: BinaryValue, Multi: true, Writer: UserWrites, NotByHand: several, items: func(u *User) *[]Item { return &u.X509Certificates }},

	{Path: "employeeNumber", URN: EnterpriseURN, Number: 20, Field: "employee_number", Label: "Employee number", About: "The number that the organisation gave to the person.", NotByHand: employer,
		text: func(u *User) *string { return &u.EmployeeNumber }},
	{Path: "costCenter", URN: EnterpriseURN, Number: 21, Field: "cost_center", Label: "Cost center", About: "The cost centre that pays for the person.", NotByHand: employer,
		text: func(u *User) *string { return &u.CostCenter }},
	{Path: "organization", URN: EnterpriseURN, Number: 22, Field: "organization", Label: "Organization", About: "The organisation that the person belongs to.", NotByHand: employer,
		text: func(u *User) *string { return &u.Organization }},
	{Path: "division", URN: EnterpriseURN, Number: 23, Field: "division", Label: "Division", About: "The division that the person belongs to.", NotByHand: employer,
		text: func(u *User) *string { return &u.Division }},
	{Path: "department", URN: EnterpriseURN, Number: 24, Field: "department", Label: "Department", About: "The department that the person belongs to.",
		text: func(u *User) *string { return &u.Department }},
	{Path: "manager.value", URN: EnterpriseURN, Number: 25, Field: "manager", Label: "Manager (ID)", About: "The ID of the manager.", Type: ExactValue, NotByHand: employer,
		text: func(u *User) *string { return &u.Manager.Value }},
	{Path: "manager.displayName", URN: EnterpriseURN, Number: 26, Field: "manager_name", Label: "Manager (name)", About: "The manager's name.", Writer: FileWrites, NotByHand: employer,
		text: func(u *User) *string { return &u.Manager.DisplayName }},
}

// Attributes are all rows, in the order of the SCIM schema. They are shared: never write to them.
func Attributes() []Attribute { return attributes[:] }

// AttributeOf is the row with this Path; ok is false when there is none.
func AttributeOf(path string) (a Attribute, ok bool) {
	i := slices.IndexFunc(attributes[:], func(a Attribute) bool { return a.Path == path })
	if i < 0 {
		return a, false
	}
	return attributes[i], true
}

// InOrder are the rows with the paths of first, in that order, and then those that neither first nor without names.
// A page with an order of its own so shows a new attribute, too.
func InOrder(first []string, without map[string]string) []Attribute {
	out := make([]Attribute, 0, len(attributes))
	for _, path := range first {
		if a, ok := AttributeOf(path); ok {
			out = append(out, a)
		}
	}
	for _, a := range attributes {
		if _, skipped := without[a.Path]; !skipped && !slices.Contains(first, a.Path) {
			out = append(out, a)
		}
	}
	return out
}

// InForms are those that people at the console and the command line write: the rows of first in that order, and then
// others, but for those that without names with a reason.
func InForms(first []string, without map[string]string) []Attribute {
	return slices.DeleteFunc(InOrder(first, without), func(a Attribute) bool { return a.NotByHand != "" && !slices.Contains(first, a.Path) })
}

// Name is what SCIM calls the attribute in filters, PATCH and mappings: Path, after the URN of an extension and a colon.
func (a Attribute) Name() string {
	if a.URN == "" {
		return a.Path
	}
	return a.URN + ":" + a.Path
}

// Whole is the first part of Path: of name.givenName that is name.
func (a Attribute) Whole() string {
	whole, _, _ := strings.Cut(a.Path, ".")
	return whole
}

// Exact reports whether the case of a value counts.
func (a Attribute) Exact() bool {
	return a.Type == ExactValue || a.Type == LinkValue || a.Type == BinaryValue
}

// Text points at the value; nil when the attribute has several.
func (a Attribute) Text(u *User) *string {
	if a.text == nil {
		return nil
	}
	return a.text(u)
}

// Items points at the values; nil when the attribute has one, or its values are addresses.
func (a Attribute) Items(u *User) *[]Item {
	if a.items == nil {
		return nil
	}
	return a.items(u)
}

// Places points at the values; nil when they are no addresses.
func (a Attribute) Places(u *User) *[]Address {
	if a.places == nil {
		return nil
	}
	return a.places(u)
}

// Get is the value, of a list the primary one, else the first, else "". An address is as it is on an envelope.
func (a Attribute) Get(u *User) string {
	switch {
	case a.text != nil:
		return *a.text(u)
	case a.items != nil:
		return primaryValue(*a.items(u))
	}
	return AddressParts()[0].Get(u)
}

// Set writes the value. In a list it takes the place of the primary one, and the others stay; "" removes it.
func (a Attribute) Set(u *User, v string) {
	switch {
	case a.text != nil:
		*a.text(u) = v
	case a.items != nil:
		items := a.items(u)
		*items = withPrimary(*items, v)
	default:
		AddressParts()[0].Set(u, v)
	}
}
