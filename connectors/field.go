package connectors

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"usher/directory"
)

// FieldType is how a field is asked for and checked.
type FieldType string

// The types of field. Whatever the type, a stored value is text.
const (
	Text     FieldType = "text"
	URL      FieldType = "url"
	Password FieldType = "secret" // write-only: sealed at rest, never sent back
	PEM      FieldType = "pem"    // a secret over several lines
	Select   FieldType = "select"
	Switch   FieldType = "switch" // "true" or "false"
	Number   FieldType = "number" // not negative
	Lines    FieldType = "lines"  // text over several lines
)

// Sections group fields on the form, in this order.
const (
	SectionTarget = ""
	SectionAuth   = "Authentication"
	SectionGroups = "Groups"
	SectionPolicy = "Policies and limits"
	SectionDanger = "Network"
)

// Field is one setting of a connector.
type Field struct {
	Key         string // stored: never rename
	Label       string
	Help        string
	Placeholder string
	Section     string
	Type        FieldType
	Required    bool
	Default     string
	Options     []Option
	When        When    // asked for and kept only while another field has a value
	Max         float64 // of a Number; 0 is no limit
	File        string  // the value is the text of a file of such a kind, for example ".pem,.key", which can be chosen

	// Identity makes one text of all values that mean the same target, such as an address with and without a slash at its
	// end. With another identity, the accounts that are remembered may be strangers'. nil: the field says nothing about
	// which target this is.
	Identity func(value string) string

	// Check says in words what is wrong with a value that its type allows, "" when nothing is. It must not
	// repeat a secret. May be nil.
	Check func(value string) string
}

// Option is a value to choose and the words for it.
type Option struct{ Value, Label string }

// When names the field and the value that another field depends on; several values are separated by "|".
type When struct{ Key, Value string }

// Holds reports whether the field has such a value.
func (w When) Holds(value string) bool {
	return w == (When{}) || slices.Contains(strings.Split(w.Value, "|"), value)
}

// Secret reports whether the value is write-only.
func (f Field) Secret() bool { return f.Type == Password || f.Type == PEM }

// Config is the checked values of a definition's fields.
type Config struct {
	directory.Settings
	Mapped []Attribute // that the mapping sends something to, so that Check can compare them with the target's; nil is not known
}

// Text is a value, "" when it is not set.
func (c Config) Text(key string) string { return c.Values[key] }

// Secret is a secret's value, to be sent and never shown.
func (c Config) Secret(key string) string { return c.Secrets[key].Reveal() }

// On reports whether a switch is on.
func (c Config) On(key string) bool { return c.Values[key] == "true" }

// Number is a number's value, 0 when it is not set.
func (c Config) Number(key string) float64 {
	f, _ := strconv.ParseFloat(c.Values[key], 64)
	return f
}

const maxValue = 16 << 10

// Read checks input against the fields and returns what to store. A key that is missing from input takes its
// old value, then its default; a secret left blank keeps its old one. Keys that no field has are errors.
func Read(fields []Field, input map[string]string, old directory.Settings) (directory.Settings, directory.FieldErrors) {
	s, errs := directory.Settings{Values: map[string]string{}, Secrets: map[string]directory.Secret{}}, directory.FieldErrors{}
	for key := range input {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Key == key }) {
			errs.Add(key, "There is no such setting.")
		}
	}
	raw, moved := map[string]string{}, movedHost(fields, input, old)
	for _, f := range fields {
		v, given := input[f.Key]
		v = strings.TrimSpace(v)
		if f.Type == Password && strings.HasSuffix(f.Key, "token") {
			v = bareToken(v)
		}
		switch {
		case f.Secret() && v == "":
			v = old.Secrets[f.Key].Reveal()
		case !given && old.Values[f.Key] != "":
			v = old.Values[f.Key]
		case !given:
			v = f.Default
		}
		raw[f.Key] = v
	}
	for _, f := range fields {
		if !f.When.Holds(raw[f.When.Key]) {
			continue
		}
		v := raw[f.Key]
		if f.Secret() && moved && v != "" && strings.TrimSpace(input[f.Key]) == "" {
			v = ""
			errs.Add(f.Key, "The address changed. Enter this again, so that a stored secret never goes to another host.")
		}
		if msg := f.check(v); msg != "" {
			errs.Add(f.Key, msg)
		}
		switch {
		case v == "":
		case f.Secret():
			s.Secrets[f.Key] = directory.Secret(v)
		default:
			s.Values[f.Key] = v
		}
	}
	return s, errs
}

// bareToken is a token without the words that stand before it in a header: services show them together, and people copy
// what they see.
func bareToken(v string) string {
	for _, before := range []string{"Authorization:", "Bearer "} {
		if len(v) > len(before) && strings.EqualFold(v[:len(before)], before) {
			v = strings.TrimSpace(v[len(before):])
		}
	}
	return v
}

// movedHost reports whether an address now points to a host that no stored one has: whoever may edit a
// connector must not be able to have its write-only secrets sent to themselves.
func movedHost(fields []Field, input map[string]string, old directory.Settings) bool {
	known := map[string]bool{"": true}
	for _, f := range fields {
		if f.Type == URL {
			known[origin(old.Values[f.Key])] = true
		}
	}
	for _, f := range fields {
		if f.Type == URL && !known[origin(input[f.Key])] {
			return true
		}
	}
	return false
}

// origin is scheme and host of a URL, "" for none.
func origin(v string) string {
	u, err := url.Parse(strings.TrimSpace(v))
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}

func (f Field) check(v string) string {
	if v == "" {
		if f.Required {
			return "This is a required field."
		}
		return ""
	}
	if len(v) > maxValue || !utf8.ValidString(v) {
		return f.Label + " is too long, or not text."
	}
	switch f.Type {
	case URL:
		if msg := checkURL(v); msg != "" {
			return msg
		}
	case Select:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v }) {
			return fmt.Sprintf("%s cannot be %q.", f.Label, v)
		}
	case Switch:
		if v != "true" && v != "false" {
			return f.Label + " is either true or false."
		}
	case Number:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || n < 0 || n != n || (f.Max > 0 && n > f.Max) {
			return fmt.Sprintf("%s is a number from 0 to %s.", f.Label, trimFloat(f.Max))
		}
	case Text, Password:
		if strings.ContainsAny(v, "\r\n\x00") {
			return f.Label + " must be one line."
		}
	}
	if f.Check != nil {
		return f.Check(v)
	}
	return ""
}

func checkURL(v string) string {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return "Please enter a valid URL, such as https://example.com/scim/v2."
	case u.User != nil:
		return "Leave the user name and password out of the URL."
	case u.RawQuery != "" || u.Fragment != "":
		return "Leave out everything from the ? or # on."
	}
	return ""
}

func trimFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
