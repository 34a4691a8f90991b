package salesforce

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"usher/connectors"
)

// schemaLife is how long Usher believes what it read about fields and profiles, which administrators change rarely.
const schemaLife = time.Hour

// field is what describe says about a field of User, as far as it matters here.
type field struct {
	Name         string   `json:"name"`
	Length       int      `json:"length"` // characters; 0 is no limit
	Createable   bool     `json:"createable"`
	Updateable   bool     `json:"updateable"`
	Nillable     bool     `json:"nillable"`
	Defaulted    bool     `json:"defaultedOnCreate"`
	ExternalID   bool     `json:"externalId"`
	IDLookup     bool     `json:"idLookup"`
	Restricted   bool     `json:"restrictedPicklist"`
	PickableOnes []choice `json:"picklistValues"`
}

type choice struct {
	Value  string `json:"value"`
	Active bool   `json:"active"`
}

// schema is the fields of User by name.
type schema map[string]field

// describe reads what User looks like in this organization; nothing is in doubt when it fails.
func (k *connector) describe(ctx context.Context, op string) (schema, error) {
	s, err := k.schema.Get(ctx, nil, func() (schema, time.Duration, error) {
		s, err := k.readSchema(ctx, op)
		return s, schemaLife, err
	})
	return s, waited(op, err)
}

func (k *connector) readSchema(ctx context.Context, op string) (schema, error) {
	c := call{op: op}.get("sobjects/User/describe")
	a, err := k.do(ctx, c)
	if err != nil {
		return nil, err
	}
	var said struct {
		Fields []field `json:"fields"`
	}
	if err := k.decode(c, a, &said); err != nil {
		return nil, err
	}
	out := schema{}
	for _, f := range said.Fields {
		out[f.Name] = f
	}
	if len(out) == 0 {
		return nil, &connectors.Error{Kind: connectors.Temporary, Op: op, Status: a.status, Message: "Salesforce's description of users holds no fields.", Remedy: remedyWait}
	}
	return out, nil
}

// fit makes what is about to be sent agree with the schema, or says why it cannot: what Salesforce would refuse for
// certain is not sent.
func (s schema) fit(values map[string]any, creating bool) *connectors.Error {
	cutShort(values, s.lengths())
	for key, v := range values {
		f, known := s[key]
		switch {
		case !known:
			return &connectors.Error{Kind: connectors.Misconfigured, Code: "INVALID_FIELD", Message: "The organization's users have no field " + key + ".", Remedy: remedyFields}
		case (creating && !f.Createable) || (!creating && !f.Updateable):
			return &connectors.Error{Kind: connectors.Misconfigured, Code: "INVALID_FIELD_FOR_INSERT_UPDATE", Message: "The user that Usher runs as may not write the field " + key + ".", Remedy: remedyFields}
		}
		if err := f.fits(v); err != nil {
			return err
		}
	}
	if !creating {
		return nil
	}
	var missing []string
	for _, f := range s {
		if f.Createable && !f.Nillable && !f.Defaulted && blank(values[f.Name]) {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return &connectors.Error{Kind: connectors.Invalid, Code: "REQUIRED_FIELD_MISSING", Message: "Salesforce requires " + strings.Join(missing, ", ") + ", and the user has no value for it.",
		Remedy: "Complete the user, or the attribute mapping."}
}

func (f field) fits(v any) *connectors.Error {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	if n := utf8.RuneCountInString(text); f.Length > 0 && n > f.Length {
		return &connectors.Error{Kind: connectors.Invalid, Code: "STRING_TOO_LONG", Message: fmt.Sprintf("%s has %d characters, and Salesforce takes no more than %d.", f.Name, n, f.Length),
			Remedy: "Shorten the user's value, or cut it in the attribute mapping, as with substring."}
	}
	if f.Restricted && text != "" && !slices.ContainsFunc(f.PickableOnes, func(c choice) bool { return c.Active && c.Value == text }) {
		return &connectors.Error{Kind: connectors.Invalid, Code: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", Message: fmt.Sprintf("%s cannot be %q in this organization.", f.Name, cutTo(text, 80)),
			Remedy: "Choose one of the values that Setup offers, in the connector's configuration or in the attribute mapping."}
	}
	return nil
}

func (s schema) lengths() map[string]int {
	out := usualLengths()
	for key := range out {
		if f, ok := s[key]; ok && f.Length > 0 {
			out[key] = f.Length
		}
	}
	return out
}

// usualLengths are of the fields that are cut instead of refused (Object Reference, User).
func usualLengths() map[string]int { return map[string]int{attrAlias: 8, attrNickname: 40} }

// cutShort cuts names that only abbreviate another.
func cutShort(values map[string]any, lengths map[string]int) {
	for key, n := range lengths {
		if text, ok := values[key].(string); ok {
			values[key] = strings.TrimSpace(cutTo(text, n))
		}
	}
}

// cutTo is at most n characters of s.
func cutTo(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// profileID is the ID of a profile that is told by name or ID.
func (k *connector) profileID(ctx context.Context, op, name string) (string, error) {
	if isID(name, "00e") {
		return name, nil
	}
	id, err := k.profiles.Of(name).Get(ctx, nil, func() (string, time.Duration, error) {
		found, err := k.readProfile(ctx, op, name)
		return found.ID, schemaLife, err
	})
	return id, waited(op, err)
}

// profile is a profile as the service describes it.
type profile struct {
	ID      string `json:"Id"`
	Name    string `json:"Name"`
	License struct {
		Name string `json:"Name"`
	} `json:"UserLicense"`
}

func (k *connector) readProfile(ctx context.Context, op, name string) (profile, error) {
	where := "Name = "
	if isID(name, "00e") {
		where = "Id = "
	}
	value, err := literal(op, name)
	if err != nil {
		return profile{}, err
	}
	found, err := query[profile](ctx, k, op, "SELECT Id, Name, UserLicense.Name FROM Profile WHERE "+where+value)
	switch {
	case err != nil:
		return profile{}, err
	case len(found) != 1 || !isID(found[0].ID, "00e"):
		return profile{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op, Code: codeCrossReference, Message: fmt.Sprintf("The organization has %d profiles %q.", len(found), name),
			Remedy: "Correct the profile's name in the connector's configuration or in the attribute mapping, or enter its ID."}
	}
	return found[0], nil
}
