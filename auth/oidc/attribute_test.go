package oidc

import (
	"testing"

	"usher/directory"
)

// TestMappingsOfEveryAttribute: claims can fill each row of the table, or noClaim says why they cannot.
func TestMappingsOfEveryAttribute(t *testing.T) {
	offered := map[string]Attribute{}
	for _, a := range Attributes() {
		offered[a.Key] = a
	}
	for _, row := range directory.Attributes() {
		a, ok := offered[row.Path]
		if why := noClaim()[row.Path]; ok != (why == "") {
			t.Errorf("%s is offered: %t, and left out because %q", row.Path, ok, why)
		}
		if !ok {
			continue
		}
		u := &directory.User{}
		a.set(u, []string{"x"})
		if got := a.get(u); len(got) != 1 || got[0] != "x" || row.Get(u) != "x" || a.List != row.Multi || a.Label != row.Label {
			t.Errorf("%s is written elsewhere: %+v", row.Path, u)
		}
	}
	for path, why := range noClaim() {
		if _, known := directory.AttributeOf(path); !known || why == "" {
			t.Errorf("%q is left out because %q", path, why)
		}
	}
	for path := range claims() {
		if offered[path].Default == "" {
			t.Errorf("a claim is known for %s, which is not offered", path)
		}
	}
}
