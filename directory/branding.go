package directory

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Branding is how the organisation's people know their pages. The zero value is Usher's own look.
type Branding struct {
	Name   string `json:"name,omitempty"`   // of the organisation
	Accent string `json:"accent,omitempty"` // "#rrggbb" in lower case
	Logo   Logo   `json:"logo,omitzero"`

	Revision int64 `json:"-"` // 1 while nothing is saved, and raised by each save; 0 skips the check for a newer one
}

// Logo describes the picture; its bytes are kept apart.
type Logo struct {
	Hash   string `json:"hash"` // of the bytes; "" when there is no logo
	Type   string `json:"type"` // image/png, image/jpeg or image/webp
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Label is what to call the organisation.
func (b Branding) Label() string { return cmp.Or(b.Name, "Usher") }

const maxBrandName = 80

var hexColour = regexp.MustCompile(`^#?([0-9a-f]{6}|[0-9a-f]{3})$`)

// Check says what is wrong with name and accent, after bringing them into the form in which they are stored.
func (b *Branding) Check() FieldErrors {
	f := FieldErrors{}
	b.Name = strings.TrimSpace(b.Name)
	if utf8.RuneCountInString(b.Name) > maxBrandName {
		f.Add("name", "Use at most 80 characters.")
	}
	checkText(f, "name", b.Name)
	accent := strings.ToLower(strings.TrimSpace(b.Accent))
	m := hexColour.FindStringSubmatch(accent)
	switch {
	case accent == "":
		b.Accent = ""
	case m == nil:
		f.Add("accent", "Enter a colour as # and six hexadecimal digits, such as #1a7f64.")
	case len(m[1]) == 3:
		d := m[1]
		b.Accent = "#" + d[:1] + d[:1] + d[1:2] + d[1:2] + d[2:] + d[2:]
	default:
		b.Accent = "#" + m[1]
	}
	return f
}
