package service

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Contradiction is an attribute of which the service shows something else than was written.
type Contradiction struct {
	Key        string
	Sent, Kept any // nil for nothing
}

// Contradictions compares an answer that shows the account with what was written. Services keep values in forms of their
// own, drop what they do not know, and add what they please: only what cannot be true of a write that happened counts. That
// is the value from before the write; the new value beside the attribute, under its key as a literal name; another user
// name; and another active. What is not shown proves nothing.
func Contradictions(body []byte, c connectors.Changes) []Contradiction {
	d, err := wire.DecodeDocument(body)
	if err != nil || wire.Blank(d.Get("id")) {
		return nil // not the account, so that it speaks neither for nor against
	}
	var found []Contradiction
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		sent := c.Set[key]
		if key == AttrPassword || wire.Blank(sent) {
			continue
		}
		if kept := d.Get(key); contradicts(d, key, sent, kept, c.Was[key]) {
			found = append(found, Contradiction{key, sent, kept})
		}
	}
	for _, key := range c.Clear {
		if kept := d.Get(key); key != AttrUserName && !wire.Blank(kept) && alike(kept, c.Was[key]) {
			found = append(found, Contradiction{key, nil, kept})
		}
	}
	return found
}

func contradicts(d wire.Document, key string, sent, kept, was any) bool {
	if alike(kept, sent) {
		return false
	}
	if len(wire.SplitKey(key)) > 1 && alike(d[d.Name(key)], sent) {
		return true
	}
	switch {
	case wire.Blank(kept):
		return false
	case key == AttrActive:
		want, is := sent.(bool)
		said := boolean(kept)
		return is && said.Set && said.Value != want
	case key == AttrUserName && otherName(sent, kept):
		return true
	}
	return !wire.Blank(was) && !alike(was, sent) && alike(kept, was)
}

// NameKept reports whether the name that a group shows is a form of the one that it was given.
func NameKept(is, name string) bool {
	return alike(is, name) || strings.Contains(plain(is), plain(name)) || cutOff(plain(is), plain(name))
}

// cutOff reports that a name is the beginning of a long one, which the service may have cut. A short one is more likely to be
// the old name.
func cutOff(is, name string) bool {
	const long = 20
	return len(is) >= long && strings.HasPrefix(name, is)
}

// otherName reports that neither of two names is a form of the other, such as one without its domain.
func otherName(sent, kept any) bool {
	a, b := plain(sent), plain(kept)
	return a != "" && b != "" && !strings.Contains(a, b) && !strings.Contains(b, a)
}

func boolean(v any) (b scim.Bool) {
	text, err := json.Marshal(v)
	if err == nil {
		err = b.UnmarshalJSON(text)
	}
	if err != nil {
		return scim.Bool{}
	}
	return b
}

// alike compares values as loosely as services keep them: without case and accents' spelling, numbers and booleans as
// text, telephone numbers by their digits, and lists by their values in any order.
func alike(a, b any) bool {
	x, isList := a.([]any)
	y, both := b.([]any)
	if isList || both {
		return slices.Equal(plainList(a, x), plainList(b, y))
	}
	if wire.Blank(a) || wire.Blank(b) {
		return false
	}
	return plain(a) == plain(b)
}

func plainList(v any, list []any) []string {
	if list == nil && !wire.Blank(v) {
		list = []any{v} // one entry, sent without its list
	}
	var out []string
	for _, x := range list {
		if s := plain(x); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plain is a value as text to compare; of an entry with a value that, of any other object all that is in it.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return plainText(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return v.String()
	case map[string]any:
		if value := wire.Document(v).Get("value"); !wire.Blank(value) {
			return plain(value)
		}
		var parts []string
		for key, x := range v {
			if s := plain(x); s != "" && !strings.EqualFold(key, "primary") && !strings.EqualFold(key, "type") {
				parts = append(parts, strings.ToLower(key)+"="+s)
			}
		}
		slices.Sort(parts)
		return strings.Join(parts, ";")
	}
	return fmt.Sprint(v)
}

func plainText(s string) string {
	s = strings.ToLower(norm.NFC.String(strings.Join(strings.Fields(s), " ")))
	s = strings.TrimPrefix(s, "tel:")
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
	const telephone = 5
	if len(digits) >= telephone && strings.Trim(s, "0123456789+-./() ") == "" {
		return digits
	}
	return s
}
