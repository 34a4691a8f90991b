package db

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"usher/directory"
	"usher/scim"
	"usher/scim/filter"
)

// The numbers of attributes in user_values. Stored: never renumber. Whoever adds one, or changes what a key looks
// like, also raises valuesVersion.
const (
	attrFormatted         int64 = 1
	attrFamilyName        int64 = 2
	attrGivenName         int64 = 3
	attrMiddleName        int64 = 4
	attrPrefix            int64 = 5
	attrSuffix            int64 = 6
	attrDisplayName       int64 = 10
	attrNickName          int64 = 11
	attrProfileURL        int64 = 12
	attrTitle             int64 = 13
	attrUserType          int64 = 14
	attrPreferredLanguage int64 = 15
	attrLocale            int64 = 16
	attrTimezone          int64 = 17
	attrEmployeeNumber    int64 = 20
	attrCostCenter        int64 = 21
	attrOrganization      int64 = 22
	attrDivision          int64 = 23
	attrDepartment        int64 = 24
	attrManager           int64 = 25
	attrManagerName       int64 = 26

	// Lists take ten numbers each. The first is that of a row which every element has, with the key '' if need be.
	attrEmails       int64 = 100
	attrPhones       int64 = 110
	attrIMs          int64 = 120
	attrPhotos       int64 = 130
	attrEntitlements int64 = 140
	attrRoles        int64 = 150
	attrCertificates int64 = 160
	attrAddresses    int64 = 170
)

// What to add to the number of a list for a sub-attribute. Stored: never renumber.
const (
	partFirst   int64 = 0 // value; an address has formatted
	partDisplay int64 = 1
	partType    int64 = 2
	partPrimary int64 = 3
	partStreet  int64 = 4
	partCity    int64 = 5
	partRegion  int64 = 6
	partCode    int64 = 7
	partCountry int64 = 8
)

// attrNumber is the number of the attribute with this path (schema.Ref.Path), 0 when users are not found by it here.
func attrNumber(path string) int64 {
	for _, a := range valueAttrs {
		if a.path == path {
			return a.number
		}
	}
	return 0
}

// listNumber is the number of the list that an attribute belongs to, 0 when it is single.
func listNumber(attr int64) int64 {
	if attr < attrEmails {
		return 0
	}
	return attr / 10 * 10
}

// exactKey reports whether the case of an attribute's values counts.
func exactKey(attr int64) bool {
	switch attr {
	case attrProfileURL, attrManager, attrPhotos, attrCertificates:
		return true
	}
	return false
}

var valueAttrs = [...]struct {
	path   string
	number int64
}{
	{"name.formatted", attrFormatted}, {"name.familyName", attrFamilyName}, {"name.givenName", attrGivenName},
	{"name.middleName", attrMiddleName}, {"name.honorificPrefix", attrPrefix}, {"name.honorificSuffix", attrSuffix},
	{"displayName", attrDisplayName}, {"nickName", attrNickName}, {"profileUrl", attrProfileURL}, {"title", attrTitle},
	{"userType", attrUserType}, {"preferredLanguage", attrPreferredLanguage}, {"locale", attrLocale}, {"timezone", attrTimezone},
	{scim.EnterpriseURN + ":employeeNumber", attrEmployeeNumber}, {scim.EnterpriseURN + ":costCenter", attrCostCenter},
	{scim.EnterpriseURN + ":organization", attrOrganization}, {scim.EnterpriseURN + ":division", attrDivision},
	{scim.EnterpriseURN + ":department", attrDepartment}, {scim.EnterpriseURN + ":manager.value", attrManager},
	{scim.EnterpriseURN + ":manager.displayName", attrManagerName},
	{"emails.value", attrEmails}, {"emails.display", attrEmails + partDisplay},
	{"emails.type", attrEmails + partType}, {"emails.primary", attrEmails + partPrimary},
	{"phoneNumbers.value", attrPhones}, {"phoneNumbers.display", attrPhones + partDisplay},
	{"phoneNumbers.type", attrPhones + partType}, {"phoneNumbers.primary", attrPhones + partPrimary},
	{"ims.value", attrIMs}, {"ims.display", attrIMs + partDisplay},
	{"ims.type", attrIMs + partType}, {"ims.primary", attrIMs + partPrimary},
	{"photos.value", attrPhotos}, {"photos.display", attrPhotos + partDisplay},
	{"photos.type", attrPhotos + partType}, {"photos.primary", attrPhotos + partPrimary},
	{"entitlements.value", attrEntitlements}, {"entitlements.display", attrEntitlements + partDisplay},
	{"entitlements.type", attrEntitlements + partType}, {"entitlements.primary", attrEntitlements + partPrimary},
	{"roles.value", attrRoles}, {"roles.display", attrRoles + partDisplay},
	{"roles.type", attrRoles + partType}, {"roles.primary", attrRoles + partPrimary},
	{"x509Certificates.value", attrCertificates}, {"x509Certificates.display", attrCertificates + partDisplay},
	{"x509Certificates.type", attrCertificates + partType}, {"x509Certificates.primary", attrCertificates + partPrimary},
	{"addresses.formatted", attrAddresses}, {"addresses.type", attrAddresses + partType}, {"addresses.primary", attrAddresses + partPrimary},
	{"addresses.streetAddress", attrAddresses + partStreet}, {"addresses.locality", attrAddresses + partCity},
	{"addresses.region", attrAddresses + partRegion}, {"addresses.postalCode", attrAddresses + partCode},
	{"addresses.country", attrAddresses + partCountry},
}

// keyLength is how many characters of a value a key holds; PostgreSQL refuses index rows of more than 2,700 bytes.
const keyLength = 400

// keyOf makes a text comparable, byte by byte. long reports that key is only its beginning, followed by a hash of
// the whole, so that keys are equal when texts are; whole has the rest to say.
func keyOf(text string, exact bool) (key, whole string, long bool) {
	if !exact {
		text = filter.Fold(text)
	}
	text = clean(text)
	start, long := startOf(text)
	if !long {
		return text, text, false
	}
	sum := sha256.Sum256([]byte(text))
	return start + hex.EncodeToString(sum[:]), text, true
}

func startOf(text string) (start string, more bool) {
	if len(text) <= keyLength {
		return text, false
	}
	n := 0
	for i := range text {
		if n == keyLength {
			return text[:i], true
		}
		n++
	}
	return text, false
}

// valueRow is one row of user_values; whole is "" unless the value is long.
type valueRow struct {
	attr, seq  int64
	key, whole string
}

// valueRows are a user's, in the order of their numbers.
type valueRows []valueRow

func valuesOf(p directory.Profile) valueRows {
	rows := make(valueRows, 0, 24)
	for _, v := range []struct {
		attr int64
		text string
	}{
		{attrFormatted, p.Name.Formatted}, {attrFamilyName, p.Name.FamilyName}, {attrGivenName, p.Name.GivenName},
		{attrMiddleName, p.Name.MiddleName}, {attrPrefix, p.Name.HonorificPrefix}, {attrSuffix, p.Name.HonorificSuffix},
		{attrDisplayName, p.DisplayName}, {attrNickName, p.NickName}, {attrProfileURL, p.ProfileURL}, {attrTitle, p.Title},
		{attrUserType, p.UserType}, {attrPreferredLanguage, p.PreferredLanguage}, {attrLocale, p.Locale}, {attrTimezone, p.Timezone},
		{attrEmployeeNumber, p.EmployeeNumber}, {attrCostCenter, p.CostCenter}, {attrOrganization, p.Organization},
		{attrDivision, p.Division}, {attrDepartment, p.Department}, {attrManager, p.Manager.Value}, {attrManagerName, p.Manager.DisplayName},
	} {
		rows.add(v.attr, 0, v.text)
	}
	rows.items(attrEmails, p.Emails)
	rows.items(attrPhones, p.PhoneNumbers)
	rows.items(attrIMs, p.IMs)
	rows.items(attrPhotos, p.Photos)
	rows.items(attrEntitlements, p.Entitlements)
	rows.items(attrRoles, p.Roles)
	rows.items(attrCertificates, p.X509Certificates)
	rows.addresses(p.Addresses)
	return rows
}

// add leaves out what is empty, unless it stands for an element of a list.
func (rows *valueRows) add(attr, seq int64, text string) {
	if text == "" && attr != listNumber(attr) {
		return
	}
	key, whole, long := keyOf(text, exactKey(attr))
	if !long {
		whole = ""
	}
	*rows = append(*rows, valueRow{attr, seq, key, whole})
}

func (rows *valueRows) mark(attr, seq int64, primary, notPrimary bool) {
	switch {
	case primary:
		rows.add(attr, seq, "true")
	case notPrimary:
		rows.add(attr, seq, "false")
	}
}

func (rows *valueRows) items(list int64, items []directory.Item) {
	items = withoutEmpty(items)
	first := slices.IndexFunc(items, func(i directory.Item) bool { return i.Primary })
	for n, i := range items {
		seq := seqOf(n, first)
		rows.add(list+partFirst, seq, i.Value)
		rows.add(list+partDisplay, seq, i.Display)
		rows.add(list+partType, seq, i.Type)
		rows.mark(list+partPrimary, seq, i.Primary, i.NotPrimary)
	}
}

func (rows *valueRows) addresses(all []directory.Address) {
	all = withoutEmpty(all)
	first := slices.IndexFunc(all, func(a directory.Address) bool { return a.Primary })
	for n, a := range all {
		seq := seqOf(n, first)
		rows.add(attrAddresses+partFirst, seq, a.Formatted)
		rows.add(attrAddresses+partType, seq, a.Type)
		rows.mark(attrAddresses+partPrimary, seq, a.Primary, a.NotPrimary)
		rows.add(attrAddresses+partStreet, seq, a.StreetAddress)
		rows.add(attrAddresses+partCity, seq, a.Locality)
		rows.add(attrAddresses+partRegion, seq, a.Region)
		rows.add(attrAddresses+partCode, seq, a.PostalCode)
		rows.add(attrAddresses+partCountry, seq, a.Country)
	}
}

// withoutEmpty leaves out elements without any value, which are none (RFC 7643 §2.5).
func withoutEmpty[T comparable](all []T) []T {
	var empty T
	if !slices.Contains(all, empty) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return v == empty })
}

// seqOf numbers the elements of a list so that 0 is the primary one, else the first.
func seqOf(n, primary int) int64 {
	switch {
	case n == primary:
		return 0
	case n < primary:
		return int64(n + 1)
	}
	return int64(n)
}
