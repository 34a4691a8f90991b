package directory

// AddressPart is a part of an Address.
type AddressPart struct {
	Name  string // SCIM's (RFC 7643 §4.1.2); stored: never rename
	Label string
	About string
	Extra int64 // what to add to the number of the list in db's index. Stored: never renumber
	Text  func(*Address) *string
}

// What to add to the number of a list in db's index for the parts that Item and Address have in common. The first part is
// the value, of an address the whole of it. Stored: never renumber.
const (
	FirstPart   int64 = 0
	DisplayPart int64 = 1
	TypePart    int64 = 2
	PrimaryPart int64 = 3
)

var addressParts = [...]AddressPart{
	{"formatted", "Whole address", "The whole address as it is written on an envelope; it may have several lines.", FirstPart, func(a *Address) *string { return &a.Formatted }},
	{"streetAddress", "Street", "Street, house number and whatever else is needed to find the door.", 4, func(a *Address) *string { return &a.StreetAddress }},
	{"locality", "City", "The city or town.", 5, func(a *Address) *string { return &a.Locality }},
	{"region", "Region", "The state or region.", 6, func(a *Address) *string { return &a.Region }},
	{"postalCode", "Postal code", "The postal code.", 7, func(a *Address) *string { return &a.PostalCode }},
	{"country", "Country", "The country, as a code of two letters (ISO 3166-1).", 8, func(a *Address) *string { return &a.Country }},
}

// AddressParts are the texts of an Address besides its type. They are shared: never write to them.
func AddressParts() []AddressPart { return addressParts[:] }

// Get is the part of the user's primary address, else of the first, else "".
func (p AddressPart) Get(u *User) string {
	if len(u.Addresses) == 0 {
		return ""
	}
	return *p.Text(&u.Addresses[primaryAddress(u.Addresses)])
}

// Set writes the part of the primary address; without any address there is one for work from then on.
func (p AddressPart) Set(u *User, v string) {
	u.Addresses = append([]Address(nil), u.Addresses...)
	if len(u.Addresses) == 0 {
		u.Addresses = []Address{{Type: "work", Primary: true}}
	}
	*p.Text(&u.Addresses[primaryAddress(u.Addresses)]) = v
}

func primaryAddress(all []Address) int {
	for i, a := range all {
		if a.Primary {
			return i
		}
	}
	return 0
}

// primaryValue is that of the primary item, else of the first, else "".
func primaryValue(items []Item) string {
	for _, i := range items {
		if i.Primary {
			return i.Value
		}
	}
	if len(items) > 0 {
		return items[0].Value
	}
	return ""
}

// withPrimary puts v in the place of the primary value and leaves the others; "" takes it away. The old list stays as it is.
func withPrimary(items []Item, v string) []Item {
	for i := range items {
		if items[i].Value != primaryValue(items) {
			continue
		}
		if v == "" {
			return append(items[:i:i], items[i+1:]...)
		}
		items = append([]Item(nil), items...)
		items[i].Value = v
		return items
	}
	if v == "" {
		return items
	}
	return []Item{{Value: v, Type: "work", Primary: true}}
}
