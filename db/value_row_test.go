package db

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"usher/directory"
)

// everything is a user with each attribute, and two values of each list.
func everything() directory.Profile {
	u := directory.User{}
	for _, a := range directory.Attributes() {
		word := "The " + a.Path
		switch {
		case a.Type == directory.PlaceValue:
			all := make([]directory.Address, 2)
			for i := range all {
				for _, p := range directory.AddressParts() {
					*p.Text(&all[i]) = fmt.Sprint(p.Name, i)
				}
			}
			all[0].NotPrimary, all[1].Primary, all[1].Type = true, true, "Work"
			*a.Places(&u) = all
		case a.Multi:
			*a.Items(&u) = []directory.Item{{Value: word, NotPrimary: true}, {Value: word + "2", Display: "Shown", Type: "Work", Primary: true}}
		default:
			a.Set(&u, word)
		}
	}
	return u.Profile
}

// TestRowsOfEarlierDatabases: the rows in testdata were written by the code before the table was. A database that has them
// is found by the same numbers and keys.
func TestRowsOfEarlierDatabases(t *testing.T) {
	got := map[string]bool{}
	for _, r := range valuesOf(everything()) {
		got[fmt.Sprintf("%03d %d %s", r.attr, r.seq, r.key)] = true
	}
	text, err := os.ReadFile("testdata/value_rows.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !got[strings.TrimSuffix(line, "\n")] {
			t.Errorf("a user has no row %s", line)
		}
	}
}

// TestSpansAreWhole: between the numbers of the parts of a name, and of the extension, stand no others.
func TestSpansAreWhole(t *testing.T) {
	for name, chosen := range map[string]func(directory.Attribute) bool{"name": inName, "the extension": inEnterprise} {
		from, to := span(chosen)
		for _, a := range directory.Attributes() {
			if in := from <= a.Number && a.Number <= to; in != chosen(a) {
				t.Errorf("%s has number %d, and %s has %d to %d", a.Path, a.Number, name, from, to)
			}
		}
	}
}
