package db

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"usher/directory"
	"usher/scim"
	"usher/scim/filter"
)

// The numbers of attributes in user_values are those of directory's table, and of a list that number and what a part adds
// to it. Stored: never renumber. Whoever adds one, or changes what a key looks like, also raises valuesVersion.

// firstList is the smallest number of a list. Lists take ten numbers each; the first is that of a row which every element
// has, with the key ” if need be.
const (
	firstList int64 = 100
	listSize  int64 = 10
)

// valueAttr is an attribute, or a part of a list, in user_values.
type valueAttr struct {
	number int64
	exact  bool // the case of its values counts
}

// valueAttrs are all by their path (schema.Ref.Path).
var valueAttrs = sync.OnceValue(func() map[string]valueAttr {
	all := map[string]valueAttr{}
	for _, a := range directory.Attributes() {
		name, n := a.Name(), a.Number
		switch {
		case n == 0: // has a column of its own
			continue
		case !a.Multi:
			all[name] = valueAttr{n, a.Exact()}
			continue
		case a.Type == directory.PlaceValue:
			for _, p := range directory.AddressParts() {
				all[name+"."+p.Name] = valueAttr{n + p.Extra, false}
			}
		default:
			all[name+".value"] = valueAttr{n + directory.FirstPart, a.Exact()}
			all[name+".display"] = valueAttr{n + directory.DisplayPart, false}
		}
		all[name+".type"] = valueAttr{n + directory.TypePart, false}
		all[name+".primary"] = valueAttr{n + directory.PrimaryPart, false}
	}
	return all
})

// exactAttrs are the numbers of those whose case counts.
var exactAttrs = sync.OnceValue(func() map[int64]bool {
	exact := map[int64]bool{}
	for _, a := range valueAttrs() {
		exact[a.number] = exact[a.number] || a.exact
	}
	return exact
})

// Paths of attributes by which users are looked for here.
const (
	emailPath          = "emails.value"
	employeeNumberPath = scim.EnterpriseURN + ":employeeNumber"
)

// attrNumber is the number of the attribute with this path (schema.Ref.Path), 0 when users are not found by it here.
func attrNumber(path string) int64 { return valueAttrs()[path].number }

// listNumber is the number of the list that an attribute belongs to, 0 when it is single.
func listNumber(attr int64) int64 {
	if attr < firstList {
		return 0
	}
	return attr / listSize * listSize
}

// exactKey reports whether the case of an attribute's values counts.
func exactKey(attr int64) bool { return exactAttrs()[attr] }

// listAttr is the number of the list with this path, 0 when there is none.
func listAttr(path string) int64 {
	for _, a := range directory.Attributes() {
		if a.Multi && a.Name() == path {
			return a.Number
		}
	}
	return 0
}

// span is from the smallest to the largest number of the single attributes that are chosen; no others are between.
func span(chosen func(directory.Attribute) bool) (from, to int64) {
	for _, a := range directory.Attributes() {
		if a.Number == 0 || a.Multi || !chosen(a) {
			continue
		}
		if from == 0 {
			from = a.Number
		}
		from, to = min(from, a.Number), max(to, a.Number)
	}
	return from, to
}

func inName(a directory.Attribute) bool { return a.Whole() == "name" }

func inEnterprise(a directory.Attribute) bool { return a.URN == scim.EnterpriseURN }

// keyLength is how many characters of a value a key holds; PostgreSQL refuses index rows of more than 2,700 bytes.
const keyLength = 400

// keyOf makes a text comparable, byte by byte. long reports that key is only its beginning, followed by a hash of
// the whole, so that keys are equal when texts are; whole has the rest to say.
func keyOf(text string, exact bool) (key, whole string, long bool) {
	if !exact {
		text = filter.Fold(text)
	}
	text = clean(text)
	start, long := startOf(text)
	if !long {
		return text, text, false
	}
	sum := sha256.Sum256([]byte(text))
	return start + hex.EncodeToString(sum[:]), text, true
}

func startOf(text string) (start string, more bool) {
	if len(text) <= keyLength {
		return text, false
	}
	n := 0
	for i := range text {
		if n == keyLength {
			return text[:i], true
		}
		n++
	}
	return text, false
}

// valueRow is one row of user_values; whole is "" unless the value is long.
type valueRow struct {
	attr, seq  int64
	key, whole string
}

// valueRows are a user's.
type valueRows []valueRow

func valuesOf(p directory.Profile) valueRows {
	rows := make(valueRows, 0, 24)
	u := &directory.User{Profile: p}
	all := directory.Attributes()
	for i := range all {
		a := &all[i]
		switch {
		case a.Number == 0: // has a column of its own
		case a.Type == directory.PlaceValue:
			rows.addresses(a.Number, *a.Places(u))
		case a.Multi:
			rows.items(a.Number, *a.Items(u))
		default:
			rows.add(a.Number, 0, *a.Text(u))
		}
	}
	return rows
}

// add leaves out what is empty, unless it stands for an element of a list.
func (rows *valueRows) add(attr, seq int64, text string) {
	if text == "" && attr != listNumber(attr) {
		return
	}
	key, whole, long := keyOf(text, exactKey(attr))
	if !long {
		whole = ""
	}
	*rows = append(*rows, valueRow{attr, seq, key, whole})
}

func (rows *valueRows) mark(attr, seq int64, primary, notPrimary bool) {
	switch {
	case primary:
		rows.add(attr, seq, "true")
	case notPrimary:
		rows.add(attr, seq, "false")
	}
}

func (rows *valueRows) items(list int64, items []directory.Item) {
	items = withoutEmpty(items)
	first := slices.IndexFunc(items, func(i directory.Item) bool { return i.Primary })
	for n, i := range items {
		seq := seqOf(n, first)
		rows.add(list+directory.FirstPart, seq, i.Value)
		rows.add(list+directory.DisplayPart, seq, i.Display)
		rows.add(list+directory.TypePart, seq, i.Type)
		rows.mark(list+directory.PrimaryPart, seq, i.Primary, i.NotPrimary)
	}
}

func (rows *valueRows) addresses(list int64, all []directory.Address) {
	all = withoutEmpty(all)
	first := slices.IndexFunc(all, func(a directory.Address) bool { return a.Primary })
	for n, a := range all {
		seq := seqOf(n, first)
		for _, p := range directory.AddressParts() {
			rows.add(list+p.Extra, seq, *p.Text(&a))
		}
		rows.add(list+directory.TypePart, seq, a.Type)
		rows.mark(list+directory.PrimaryPart, seq, a.Primary, a.NotPrimary)
	}
}

// withoutEmpty leaves out elements without any value, which are none (RFC 7643 §2.5).
func withoutEmpty[T comparable](all []T) []T {
	var empty T
	if !slices.Contains(all, empty) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return v == empty })
}

// seqOf numbers the elements of a list so that 0 is the primary one, else the first.
func seqOf(n, primary int) int64 {
	switch {
	case n == primary:
		return 0
	case n < primary:
		return int64(n + 1)
	}
	return int64(n)
}
