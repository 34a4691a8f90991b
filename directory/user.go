package directory

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Source is how a user arrived.
type Source string

// Stored: never rename.
const (
	Console Source = "console"
	Import  Source = "import"
	SCIM    Source = "scim"
	SignUp  Source = "signup"
	JIT     Source = "jit"
)

// State is where a user is in life.
type State string

// Stored: never rename.
const (
	Staged    State = "staged"   // name reserved while blocking targets are tried; not visible, cannot sign in
	Live      State = "live"     // a user like any other
	Deleted   State = "deleted"  // gone here; stays as a row until the last account is gone at its target
	TakenBack State = "rejected" // was staged and refused; only accounts that staging created are removed
)

// User is a person, in SCIM's attribute names (RFC 7643 §4.1, §4.3).
type User struct {
	ID         string `json:"id"` // UUIDv7
	ExternalID string `json:"externalId,omitempty"`
	UserName   string `json:"userName"`
	Profile
	Active    bool      `json:"active"`
	Source    Source    `json:"source"`
	State     State     `json:"-"`
	Version   int64     `json:"-"` // counts writes; an edit names the version that it read
	CreatedAt time.Time `json:"-"`
	UpdatedAt time.Time `json:"-"`
	DeletedAt time.Time `json:"-"`

	// PasswordHash is argon2id in PHC form, "" when the user was invited and has not chosen one.
	PasswordHash string `json:"-"`

	// VerifiedEmail is the address that the user has shown to be theirs; "" when none. Stored with the user.
	VerifiedEmail string `json:"-"`

	// SelfAddressed says that the user, or a provider for them, wrote an address that nobody has verified, since the
	// organisation wrote the addresses last. Stored with the user.
	SelfAddressed bool `json:"-"`

	// Groups are the names of the user's groups, sorted. They are read only for attribute mappings that ask for them.
	Groups []string `json:"-"`

	// Arrival is written together with the user and is not read back.
	Arrival Arrival `json:"-"`
}

// Arrival is what a door writes in the same transaction as the user. Zero fields write nothing.
type Arrival struct {
	Groups   []string // IDs of the groups that a new user joins; UpdateUser does not look at them
	ClientID ClientID
	Password Secret   // in clear, for targets that are sent passwords: sealed until they have it. PasswordHash is set besides.
	Identity Identity // of a user who arrives by, or is linked to, an external identity provider
	Row      ImportRow

	// Typed says that a person wrote the attributes, in a form or at the command line: then also those are checked of which
	// applications may send any text.
	Typed bool

	// Unchecked says that the organisation takes people's word for their address, which then may be their user name.
	Unchecked bool

	// Registration is the ID of the sign-up that a new user settles; "" for none. It is used up when the user is live,
	// and works again when the user is taken back. One user at a time can settle it: others are a Conflict.
	Registration string
}

// ImportRow is the row of an imported file that a new user comes from. The row is marked with the user in the same
// transaction, so that no crash can make a user twice or lose sight of one.
type ImportRow struct {
	ImportID string
	N        int64
	Before   string // the user that the row was marked with before and who came to nothing; "" for none
}

// ClientID is the name that one API client has for a user or a group (RFC 7643 §3.1: externalId). Tokens of the
// same name are one client.
type ClientID struct {
	Client string // the token's name; "" writes nothing
	Value  string // "" forgets it
}

// Identity is a user as an external identity provider knows them (OpenID Connect Core §2: iss, sub).
type Identity struct {
	ConnectionID string
	Issuer       string
	Subject      string
}

// Profile is what is stored as one JSON document: the rest of RFC 7643 §4.1 and of its enterprise extension (§4.3).
type Profile struct {
	Name              Name      `json:"name,omitzero"`
	DisplayName       string    `json:"displayName,omitempty"`
	NickName          string    `json:"nickName,omitempty"`
	ProfileURL        string    `json:"profileUrl,omitempty"`
	Title             string    `json:"title,omitempty"`
	UserType          string    `json:"userType,omitempty"`
	PreferredLanguage string    `json:"preferredLanguage,omitempty"`
	Locale            string    `json:"locale,omitempty"`
	Timezone          string    `json:"timezone,omitempty"`
	Emails            []Email   `json:"emails,omitempty"`
	PhoneNumbers      []Phone   `json:"phoneNumbers,omitempty"`
	IMs               []Item    `json:"ims,omitempty"`
	Photos            []Item    `json:"photos,omitempty"`
	Addresses         []Address `json:"addresses,omitempty"`
	Entitlements      []Item    `json:"entitlements,omitempty"`
	Roles             []Item    `json:"roles,omitempty"`
	X509Certificates  []Item    `json:"x509Certificates,omitempty"` // value: base64 DER

	EmployeeNumber string  `json:"employeeNumber,omitempty"`
	CostCenter     string  `json:"costCenter,omitempty"`
	Organization   string  `json:"organization,omitempty"`
	Division       string  `json:"division,omitempty"`
	Department     string  `json:"department,omitempty"`
	Manager        Manager `json:"manager,omitzero"`
}

// Name is SCIM's name.
type Name struct {
	Formatted       string `json:"formatted,omitempty"`
	FamilyName      string `json:"familyName,omitempty"`
	GivenName       string `json:"givenName,omitempty"`
	MiddleName      string `json:"middleName,omitempty"`
	HonorificPrefix string `json:"honorificPrefix,omitempty"`
	HonorificSuffix string `json:"honorificSuffix,omitempty"`
}

// Item is one value of an attribute that has several (RFC 7643 §2.4).
type Item struct {
	Value      string `json:"value"`
	Display    string `json:"display,omitempty"`
	Type       string `json:"type,omitempty"`
	Primary    bool   `json:"primary,omitempty"`
	NotPrimary bool   `json:"notPrimary,omitempty"` // a client said that it is not; means nothing when Primary
}

type (
	// Email is one of a user's e-mail addresses (RFC 7643 §4.1.2).
	Email = Item
	// Phone is one of a user's telephone numbers (RFC 7643 §4.1.2).
	Phone = Item
)

// Address is a postal address.
type Address struct {
	Formatted     string `json:"formatted,omitempty"`
	StreetAddress string `json:"streetAddress,omitempty"`
	Locality      string `json:"locality,omitempty"`
	Region        string `json:"region,omitempty"`
	PostalCode    string `json:"postalCode,omitempty"`
	Country       string `json:"country,omitempty"`
	Type          string `json:"type,omitempty"`
	Primary       bool   `json:"primary,omitempty"`
	NotPrimary    bool   `json:"notPrimary,omitempty"` // as an Item's
}

// Manager is whom a user reports to; Value is the manager's ID, whatever system gave it.
type Manager struct {
	Value       string `json:"value,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// Email is the primary address, else the first, else "".
func (p Profile) Email() string { return primaryValue(p.Emails) }

// Phone is the primary number, else the first, else "".
func (p Profile) Phone() string { return primaryValue(p.PhoneNumbers) }

// SetEmail replaces the primary address and leaves the others; "" removes it.
func (p *Profile) SetEmail(v string) { p.Emails = withPrimary(p.Emails, v) }

// SetPhone replaces the primary number and leaves the others; "" removes it.
func (p *Profile) SetPhone(v string) { p.PhoneNumbers = withPrimary(p.PhoneNumbers, v) }

// Label is the name to show: display name, given and family name, or user name.
func (u User) Label() string {
	full := strings.TrimSpace(u.Name.GivenName + " " + u.Name.FamilyName)
	return cmp.Or(u.DisplayName, full, u.UserName)
}

// Key folds a name that must be unique whatever its case (RFC 7643 §2.2: userName is case-insensitive).
func Key(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

const (
	maxUserName = 200
	maxText     = 250
)

// Check prepares a new user and says what is wrong, by the names of the form's fields.
func (u *User) Check() FieldErrors { return u.CheckChange(User{}) }

// CheckChange is Check for a user who was as given before. The user name and the addresses that were there then stay as
// they are, also those that no new user could have. What no form asks for is not looked at.
func (u *User) CheckChange(was User) FieldErrors {
	f := FieldErrors{}
	if name := u.UserName; name == "" || name != was.UserName {
		prepared, words := PrepareName(name)
		u.UserName = prepared
		if words != "" {
			f.Add("user_name", words)
		}
	}
	for _, a := range Attributes() {
		v := a.Text(u)
		if v == nil || a.Path == "userName" || a.NotByHand != "" || a.AnyText && (!u.Arrival.Typed || *v == a.Get(&was)) {
			continue
		}
		*v = strings.TrimSpace(*v)
		checkText(f, a.Field, *v)
	}
	checkText(f, "phone", u.Phone())
	checkText(f, "external_id", u.ExternalID)
	u.checkEmails(f, was.Emails)
	return f
}

func (u *User) checkEmails(f FieldErrors, before []Email) {
	for i := range u.Emails {
		v := u.Emails[i].Value
		if slices.ContainsFunc(before, func(e Email) bool { return e.Value == v }) {
			continue
		}
		u.Emails[i].Value = prepareAddress(v)
		if words := AddressWords(u.Emails[i].Value); words != "" {
			f.Add("email", words)
		}
	}
}

func checkText(f FieldErrors, field, v string) {
	if utf8.RuneCountInString(v) > maxText {
		f.Add(field, "Use at most 250 characters.")
	}
	if strings.ContainsFunc(v, unprintable) || !utf8.ValidString(v) {
		f.Add(field, "This cannot contain control characters.")
	}
}

func unprintable(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
