package imports

import (
	"fmt"
	"slices"
	"strings"

	"usher/directory"
)

// columns are the columns that are imported, with what they hold.
type columns struct {
	at       []int
	what     []Attribute
	named    bool // there is a column for the user name
	width    int  // cells that a whole row has
	existing Existing
	unknown  Unknown
	alike    Alike
}

func columnsOf(i Import) columns {
	c := columns{named: i.Mapping.has(keyName), width: len(i.Header), existing: i.Existing, unknown: i.Unknown, alike: i.Alike}
	for _, a := range Attributes() { // in this order: a mobile number beside another is not the primary one
		if k := slices.Index(i.Mapping, a.Key); k >= 0 {
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

	warnings []problem // about cells that are taken as they are
}

// problem is why a row is refused, or what should be looked at.
type problem struct {
	field string
	words string
	cause string // the same without what is this row's alone; "" when the words are
}

// read takes a row apart.
func (c columns) read(row Row) (person, *problem) {
	if row.Fault != "" {
		return person{}, &problem{words: row.Fault, cause: faultCause(row.Fault)}
	}
	p := person{values: map[string]string{}}
	for k, at := range c.at {
		if at >= len(row.Cells) {
			continue
		}
		if wrong := p.take(c.what[k].Key, trimmed(row.Cells[at])); wrong != nil {
			return p, wrong
		}
	}
	p.name = p.values[keyName]
	if !c.named {
		p.name = p.values[keyEmail]
	}
	if p.name == "" && c.named {
		return p, &problem{field: keyName, words: "The cell is empty."}
	} else if p.name == "" {
		return p, &problem{field: keyEmail, words: "The cell is empty, and the email is the user name, too."}
	}
	return p, nil
}

func (p *person) take(key, value string) *problem {
	if value == "" {
		return nil
	}
	switch key {
	case keyActive, keyBlocked, keyControl:
		return p.takeActive(key, value)
	case keyGroups:
		return p.takeGroups(value)
	}
	p.values[key] = value
	if words, cause := spoilt(value); words != "" {
		p.warnings = append(p.warnings, problem{key, words, cause})
	}
	return nil
}

func (p *person) takeActive(key, value string) *problem {
	var on, ok bool
	switch key {
	case keyActive:
		on, ok = truth(value)
	case keyBlocked:
		on, ok = untruth(value)
	default:
		if on, ok = control(value); !ok {
			return &problem{key, fmt.Sprintf("“%s” is no number of Active Directory, such as 512.", cutAt(value, 40)), "A cell is no number of Active Directory, such as 512."}
		}
	}
	if !ok {
		return &problem{key, fmt.Sprintf("“%s” is neither yes nor no. Write true or false.", cutAt(value, 40)), "A cell is neither yes nor no. Write true or false."}
	}
	p.active = &on
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
			return &problem{keyGroups, fmt.Sprintf("“%s” cannot be a group. %s", cutAt(name, 40), wrong["display_name"]), "A name cannot be a group's. " + wrong["display_name"]}
		}
		if k := directory.Key(g.DisplayName); !seen[k] {
			seen[k], p.groups = true, append(p.groups, g.DisplayName)
		}
	}
	if len(p.groups) > maxGroups {
		return &problem{field: keyGroups, words: fmt.Sprintf("A row can name at most %d groups.", maxGroups)}
	}
	return nil
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
	if len(wrong) == 0 {
		return nil
	}
	for _, a := range directory.InOrder(columnOrder(), nil) {
		if words, ok := wrong[a.Field]; ok {
			return &problem{field: a.Path, words: words}
		}
	}
	for _, words := range wrong {
		return &problem{words: words}
	}
	return nil
}

func cutAt(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
