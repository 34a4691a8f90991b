package views

import (
	"encoding/json"
	"slices"
	"time"

	"usher/directory"
	"usher/views/ui"
)

// Names of the hidden inputs with which a form says what it was filled from.
const (
	RevisionField = "revision" // of what is stored, when the form was made
	BaseField     = "base"     // what the form showed when it was opened, as Base gives it
	SeenField     = "seen"     // there when the form shows beside the typed values what is stored at its revision
	takePrefix    = "take."    // with an entry's name: whose value to keep
	TakeTheirs    = "theirs"
	TakeYours     = "yours"
)

// Entry is one value of a form, to be compared with that of another moment.
type Entry struct {
	Name, Label string
	Values      []string // as a browser sends them; of a secret, a mark that tells it from another
	Secret      bool
	Several     bool // a set: people add to it and take from it
	toggle      bool // sends nothing when it is off
	options     []ui.Option
	whenKey     string
	whenValue   string
}

// Entries are what a browser sends of these fields when nobody touches them. Secrets and files are not among them.
func Entries(fields ...ui.Field) []Entry {
	var out []Entry
	for _, f := range fields {
		e := Entry{Name: f.Name, Label: f.Label, options: f.Options, whenKey: f.WhenKey, whenValue: f.WhenValue}
		switch f.Type {
		case ui.Password, ui.File:
			continue
		case ui.Switch, ui.Checkbox:
			e.toggle = true
			if f.Checked {
				e.Values = []string{"true"}
			}
		case ui.Select:
			if e.Values = []string{f.Value}; f.Placeholder == "" && len(f.Options) > 0 &&
				!slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == f.Value }) {
				e.Values = []string{f.Options[0].Value} // what a browser shows for a value that is none of them
			}
		default:
			e.Values = []string{f.Value}
		}
		out = append(out, e)
	}
	return out
}

// GroupsEntry is the set of groups that a form's boxes choose, of which names gives the names.
func GroupsEntry(name string, ids []string, names []directory.Group) Entry {
	e := Entry{Name: name, Label: "Groups", Values: ids, Several: true, toggle: true}
	for _, g := range names {
		e.options = append(e.options, ui.Option{Value: g.ID, Label: g.DisplayName})
	}
	return e
}

// SecretEntry is a secret, of which only a mark is known.
func SecretEntry(f ui.Field, mark string) Entry {
	return Entry{Name: f.Name, Label: f.Label, Values: []string{mark}, Secret: true, whenKey: f.WhenKey, whenValue: f.WhenValue}
}

// Base is what the form shows, for BaseField.
func Base(entries []Entry) string {
	m := map[string][]string{}
	for _, e := range entries {
		m[e.Name] = e.Values
	}
	b, _ := json.Marshal(m) // texts always encode
	return string(b)
}

// Revised says what a form was filled from, and what somebody else made of it meanwhile.
type Revised struct {
	Revision string // as in RevisionField
	Base     string
	Conflict *EditConflict // nil when nobody came between
}

// EditConflict is what stands in the way of a form: somebody saved the same thing after it was opened.
type EditConflict struct {
	Noun   string    // what it is about: "connector"
	Who    string    // saved it; "" when that is not known
	Mine   bool      // it was the same person, in another window
	At     time.Time // likewise
	Now    time.Time
	Rows   []EditConflictRow // one for each entry that anybody changed
	Asked  bool              // a choice was asked for before
	Reload string            // where the form is opened afresh
}

// EditConflictRow is one entry of a form at three moments, in words.
type EditConflictRow struct {
	Name, Label         string
	Base, Theirs, Yours string
	Conflicting         bool   // both changed it, to different values
	Take                string // TakeTheirs or TakeYours once it was chosen
	Kept                string // what saving writes, when there is no conflict
}

// Open reports whether a choice is missing.
func (o *EditConflict) Open() bool {
	return slices.ContainsFunc(o.Rows, func(r EditConflictRow) bool { return r.Conflicting && r.Take == "" })
}
