package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Kinds of control for Field.Type; any other value is used as an input type (date, search, tel …).
const (
	Text     = "text"
	Email    = "email"
	Password = "password" // never renders Value: a secret goes in and does not come back
	Number   = "number"
	URL      = "url"
	Textarea = "textarea"
	Select   = "select"
	Switch   = "switch"   // sends Value (default "true") when on, nothing when off
	Checkbox = "checkbox" // likewise
	Radio    = "radio"
	File     = "file"
	Cards    = "cards" // radio buttons as large cards, with each Option's Help and Icon
)

// Option is one choice of a select, radio or cards Field.
type Option struct {
	Value    string
	Label    string
	Help     string
	Icon     string
	Disabled bool
}

// Beginnings of names that belong to the field of the name that follows.
const (
	KeptPrefix = "kept." // a secret that was typed before, sealed
	FilePrefix = "file." // a file with the value
)

// Field is one row of a form. The page keeps what was typed in Value or Checked.
type Field struct {
	Name         string // sent with the form
	ID           string // "" is made from Name
	Label        string
	Help         string
	Error        string // what is wrong and how to put it right; the lines below the first show the place in what was typed; "" when all is well
	Value        string
	Placeholder  string
	Type         string // "" is Text
	Required     bool
	Optional     bool   // says "optional" beside the label
	Saved        bool   // a Password whose value is stored: empty keeps it
	Kept         string // a secret that was typed before, sealed: empty uses it
	Accept       string // a file can be chosen instead, of these kinds, such as ".pem,.key"
	Autocomplete string
	Options      []Option
	Checked      bool
	MinLength    int
	MaxLength    int
	Min, Max     string // for numbers
	Rows         int    // for a Textarea; 0 is 4
	Disabled     bool
	ReadOnly     bool
	Autofocus    bool
	Mono         bool             // for keys, IDs and expressions
	HideLabel    bool             // the label is read out, not shown
	WhenKey      string           // shown only while the field of this name …
	WhenValue    string           // … has one of these values, separated by "|"; without scripts it is always shown
	Attrs        templ.Attributes // on the control
}

// Key returns the control's ID.
func (f Field) Key() string {
	if f.ID != "" {
		return f.ID
	}
	return fieldID("f-" + f.Name)
}

func (f Field) helpID() string  { return f.Key() + "-help" }
func (f Field) keptID() string  { return f.Key() + "-kept" }
func (f Field) fileID() string  { return f.Key() + "-file" }
func (f Field) errorID() string { return f.Key() + "-error" }

func (f Field) kind() string {
	if f.Type == "" {
		return Text
	}
	return f.Type
}

// describedBy lists the IDs of the help and the error, in reading order.
func (f Field) describedBy() string {
	var ids []string
	if f.Kept != "" {
		ids = append(ids, f.keptID())
	}
	if f.Help != "" {
		ids = append(ids, f.helpID())
	}
	if f.Error != "" {
		ids = append(ids, f.errorID())
	}
	return strings.Join(ids, " ")
}

// wrong is what is wrong, and place where in what was typed, "" when that is not said.
func (f Field) wrong() string {
	words, _, _ := strings.Cut(f.Error, "\n")
	return words
}

func (f Field) place() string {
	_, lines, _ := strings.Cut(f.Error, "\n")
	return lines
}

func (f Field) onValue() string {
	if f.Value == "" {
		return "true"
	}
	return f.Value
}

func (f Field) placeholder() string {
	if f.Kept != "" {
		return "Kept – leave empty to use what you typed"
	}
	if f.Saved && f.Placeholder == "" {
		return "Saved – leave empty to keep it"
	}
	return f.Placeholder
}

// aria are the attributes that every kind of control shares.
func (f Field) aria() templ.Attributes {
	a := templ.Attributes{}
	if ids := f.describedBy(); ids != "" {
		a["aria-describedby"] = ids
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

func (f Field) limits() templ.Attributes {
	a := f.aria()
	if f.MinLength > 0 {
		a["minlength"] = strconv.Itoa(f.MinLength)
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if p := f.placeholder(); p != "" {
		a["placeholder"] = p
	}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	if f.Mono {
		a["data-mono"] = true
		a["spellcheck"] = "false"
	}
	if f.kind() == Number {
		if f.Min != "" {
			a["min"] = f.Min
		}
		if f.Max != "" {
			a["max"] = f.Max
		}
	}
	return a
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "4"
	}
	return strconv.Itoa(f.Rows)
}

func (f Field) optionID(i int) string { return f.Key() + "-" + strconv.Itoa(i) }

// FieldError ties a message to the control that it is about. FieldID "" makes it about the whole form.
type FieldError struct{ FieldID, Message string }

// Errors collects the errors of the fields, in order, for Form and ErrorSummary.
func Errors(fields ...Field) []FieldError {
	var out []FieldError
	for _, f := range fields {
		if f.Error == "" {
			continue
		}
		id := f.Key()
		if f.kind() == Radio || f.kind() == Cards {
			id = f.optionID(0)
		}
		out = append(out, FieldError{FieldID: id, Message: f.Label + ": " + f.wrong()})
	}
	return out
}

// fieldID turns any text into something that may stand in an id attribute.
func fieldID(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r
		}
		return '-'
	}, s)
}
