package imports

import (
	"testing"

	"usher/directory"
)

// TestColumnsOfEveryAttribute: a column can hold each row of the table, or noColumn says why it cannot.
func TestColumnsOfEveryAttribute(t *testing.T) {
	offered := map[string]Attribute{}
	for _, a := range Attributes() {
		if _, twice := offered[a.Key]; twice {
			t.Errorf("%s is offered twice", a.Key)
		}
		offered[a.Key] = a
	}
	for _, row := range directory.Attributes() {
		key := row.Path
		if row.Type == directory.PlaceValue {
			key += "." + directory.AddressParts()[0].Name
		}
		a, ok := offered[key]
		if why := noColumn()[row.Path]; ok != (why == "") {
			t.Errorf("%s is offered: %t, and left out because %q", row.Path, ok, why)
		}
		if !ok {
			continue
		}
		u := &directory.User{}
		a.set(u, "x")
		if a.get(u) != "x" || row.Get(u) != "x" {
			t.Errorf("%s is written elsewhere: %+v", key, u)
		}
	}
	for _, p := range directory.AddressParts() {
		if offered["addresses."+p.Name].Label != p.Label {
			t.Errorf("%s of an address is not offered", p.Name)
		}
	}
	explained(t, noColumn())
	for key := range synonyms() {
		if _, ok := offered[key]; !ok {
			t.Errorf("there are further names for %s", key)
		}
	}
}

func explained(t *testing.T, without map[string]string) {
	t.Helper()
	for path, why := range without {
		if _, known := directory.AttributeOf(path); !known || why == "" {
			t.Errorf("%q is left out because %q", path, why)
		}
	}
}
