package imports

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/directory"
)

// columns are the columns that are imported, with what they hold.
type columns struct {
	at       []int
	what     []Attribute
	named    bool // there is a column for the user name
	existing Existing
	unknown  Unknown
}

func columnsOf(i Import) columns {
	byKey := map[string]Attribute{}
	for _, a := range Attributes() {
		byKey[a.Key] = a
	}
	c := columns{named: i.Mapping.has(keyName), existing: i.Existing, unknown: i.Unknown}
	for k, key := range i.Mapping {
		if a, ok := byKey[key]; ok {
			c.at, c.what = append(c.at, k), append(c.what, a)
		}
	}
	return c
}

// person is what a row says.
type person struct {
	name   string            // user name
	values map[string]string // by attribute; what is empty is left out
	active *bool
	groups []string // names, each once
}

// problem is why a row is refused.
type problem struct{ field, words string }

// read takes a row apart.
func (c columns) read(row Row) (person, *problem) {
	if row.Fault != "" {
		return person{}, &problem{"", row.Fault}
	}
	p := person{values: map[string]string{}}
	for k, at := range c.at {
		if at >= len(row.Cells) {
			continue
		}
		if wrong := p.take(c.what[k].Key, trimCell(row.Cells[at])); wrong != nil {
			return p, wrong
		}
	}
	p.name = p.values[keyName]
	if !c.named {
		p.name = p.values[keyEmail]
	}
	if p.name == "" && c.named {
		return p, &problem{keyName, "The cell is empty."}
	} else if p.name == "" {
		return p, &problem{keyEmail, "The cell is empty, and the email is the user name, too."}
	}
	return p, nil
}

// trimCell takes off spaces, and the marks without a width that come with text that was copied from a page or a file.
func trimCell(cell string) string {
	return strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200B' || r == '\uFEFF' })
}

func (p *person) take(key, value string) *problem {
	if value == "" {
		return nil
	}
	switch key {
	case keyActive:
		on, ok := truth(value)
		if !ok {
			return &problem{key, fmt.Sprintf("“%s” is neither yes nor no. Write true or false.", cutAt(value, 40))}
		}
		p.active = &on
		return nil
	case keyGroups:
		return p.takeGroups(value)
	}
	limit := maxCell
	if key == keyEmail {
		limit = maxEmail
	}
	if utf8.RuneCountInString(value) > limit {
		return &problem{key, fmt.Sprintf("Use at most %d characters.", limit)}
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
		return &problem{key, "This cannot contain line breaks or control characters."}
	}
	p.values[key] = value
	return nil
}

func (p *person) takeGroups(value string) *problem {
	seen := map[string]bool{}
	for name := range strings.SplitSeq(value, groupSplit) {
		g := directory.Group{DisplayName: name}
		if strings.TrimSpace(name) == "" {
			continue
		}
		if wrong := g.Check(); len(wrong) > 0 {
			return &problem{keyGroups, fmt.Sprintf("“%s” cannot be a group. %s", cutAt(name, 40), wrong["display_name"])}
		}
		if k := directory.Key(g.DisplayName); !seen[k] {
			seen[k], p.groups = true, append(p.groups, g.DisplayName)
		}
	}
	if len(p.groups) > maxGroups {
		return &problem{keyGroups, fmt.Sprintf("A row can name at most %d groups.", maxGroups)}
	}
	return nil
}

func truth(value string) (on, ok bool) {
	switch strings.ToLower(value) {
	case "true", "yes", "y", "1", "t", "x", "on", "active", "enabled", "ja", "j", "wahr", "aktiv", "oui", "o", "vrai", "actif":
		return true, true
	case "false", "no", "n", "0", "f", "off", "inactive", "disabled", "nein", "falsch", "inaktiv", "non", "faux", "inactif":
		return false, true
	}
	return false, false
}

// user is the new user that the row describes.
func (c columns) user(p person) directory.User {
	u := directory.User{UserName: p.name, Active: true, Source: directory.Import}
	c.write(p, &u)
	u.UserName = p.name
	return u
}

// write puts what the row says over the user, and names what differs. What the row leaves empty stays; so does the
// user name, by which the user was found.
func (c columns) write(p person, u *directory.User) (differs []string) {
	for _, a := range c.what {
		v, given := p.values[a.Key]
		if !given || a.Key == keyName || a.get == nil || a.get(u) == v {
			continue
		}
		u.Emails, u.PhoneNumbers = slices.Clone(u.Emails), slices.Clone(u.PhoneNumbers)
		a.set(u, v)
		differs = append(differs, a.Label)
	}
	if p.active != nil && *p.active != u.Active {
		u.Active = *p.active
		differs = append(differs, labelOf(keyActive))
	}
	return differs
}

// refusal is what the directory would say about the user, who was as given before, in the words of a row.
func refusal(u *directory.User, was directory.User) *problem {
	wrong := u.CheckChange(was)
	for _, a := range []problem{{keyName, "user_name"}, {keyEmail, "email"}, {"name.givenName", "given_name"}, {"name.familyName", "family_name"},
		{"displayName", "display_name"}, {"title", "title"}, {"department", "department"}, {"phoneNumbers", "phone"}, {"externalId", "external_id"}} {
		if words, ok := wrong[a.words]; ok {
			return &problem{a.field, words}
		}
	}
	for _, words := range wrong {
		return &problem{"", words}
	}
	return nil
}

func cutAt(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
