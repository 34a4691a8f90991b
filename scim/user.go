package scim

import (
	"encoding/json"
	"time"
)

// User is the core User with the enterprise extension (RFC 7643 §4.1, §4.3). Attributes that are neither
// are not kept; read into a map where they matter.
type User struct {
	Schemas           []string    `json:"schemas,omitempty"`
	ID                Text        `json:"id,omitempty"`
	ExternalID        Text        `json:"externalId,omitempty"`
	UserName          Text        `json:"userName,omitempty"`
	Name              *Name       `json:"name,omitempty"`
	DisplayName       Text        `json:"displayName,omitempty"`
	NickName          Text        `json:"nickName,omitempty"`
	ProfileURL        Text        `json:"profileUrl,omitempty"`
	Title             Text        `json:"title,omitempty"`
	UserType          Text        `json:"userType,omitempty"`
	PreferredLanguage Text        `json:"preferredLanguage,omitempty"`
	Locale            Text        `json:"locale,omitempty"`
	Timezone          Text        `json:"timezone,omitempty"`
	Active            Bool        `json:"active,omitzero"`
	Password          string      `json:"password,omitempty"` // write-only; never in an answer
	Emails            []Value     `json:"emails,omitempty"`
	PhoneNumbers      []Value     `json:"phoneNumbers,omitempty"`
	Roles             []Value     `json:"roles,omitempty"`
	Groups            []Value     `json:"groups,omitempty"` // read-only
	Enterprise        *Enterprise `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,omitempty"`
	Meta              *Meta       `json:"meta,omitempty"`
}

// Name is a person's name (RFC 7643 §4.1.1).
type Name struct {
	Formatted       Text `json:"formatted,omitempty"`
	FamilyName      Text `json:"familyName,omitempty"`
	GivenName       Text `json:"givenName,omitempty"`
	MiddleName      Text `json:"middleName,omitempty"`
	HonorificPrefix Text `json:"honorificPrefix,omitempty"`
	HonorificSuffix Text `json:"honorificSuffix,omitempty"`
}

// Value is one entry of a multi-valued attribute (RFC 7643 §2.4). Some services send the bare value.
type Value struct {
	Value   Text `json:"value,omitempty"`
	Display Text `json:"display,omitempty"`
	Type    Text `json:"type,omitempty"`
	Primary Bool `json:"primary,omitzero"`
	Ref     Text `json:"$ref,omitempty"`
}

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (v *Value) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		*v = Value{}
		return v.Value.UnmarshalJSON(b)
	}
	type plain Value
	return Decode(b, (*plain)(v))
}

// Enterprise is the extension of RFC 7643 §4.3.
type Enterprise struct {
	EmployeeNumber Text     `json:"employeeNumber,omitempty"`
	CostCenter     Text     `json:"costCenter,omitempty"`
	Organization   Text     `json:"organization,omitempty"`
	Division       Text     `json:"division,omitempty"`
	Department     Text     `json:"department,omitempty"`
	Manager        *Manager `json:"manager,omitempty"`
}

// Manager is the extension's manager. Some services send the bare ID.
type Manager struct {
	Value       Text `json:"value,omitempty"`
	Ref         Text `json:"$ref,omitempty"`
	DisplayName Text `json:"displayName,omitempty"`
}

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (m *Manager) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		*m = Manager{}
		return m.Value.UnmarshalJSON(b)
	}
	type plain Manager
	return Decode(b, (*plain)(m))
}

// Meta is what the service provider keeps about a resource (RFC 7643 §3.1).
type Meta struct {
	ResourceType Text `json:"resourceType,omitempty"`
	Created      Time `json:"created,omitzero"`
	LastModified Time `json:"lastModified,omitzero"`
	Location     Text `json:"location,omitempty"`
	Version      Text `json:"version,omitempty"`
}

// Time is an xsd:dateTime; what is none reads as zero.
type Time struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler; it never fails on valid JSON.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s Text
	if err := s.UnmarshalJSON(b); err != nil {
		return err
	}
	t.Time, _ = time.Parse(time.RFC3339Nano, string(s))
	return nil
}

// MarshalJSON writes UTC with at most milliseconds, the form that most services read.
func (t Time) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.UTC().Format("2006-01-02T15:04:05.999Z07:00"))
}
