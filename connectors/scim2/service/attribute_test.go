package service

import (
	"testing"

	"usher/connectors"
	"usher/directory"
)

// TestTargetsOfEveryAttribute: each row of the table can be mapped, or notSent says why it cannot.
func TestTargetsOfEveryAttribute(t *testing.T) {
	offered := map[string]connectors.Attribute{}
	for _, a := range Attributes() {
		offered[a.Key] = a
	}
	for _, row := range directory.Attributes() {
		a, ok := offered[row.Name()]
		if why := notSent()[row.Path]; ok != (why == "") {
			t.Errorf("%s is offered: %t, and left out because %q", row.Path, ok, why)
		}
		if ok && (a.Type == connectors.List) != row.Multi {
			t.Errorf("%s is a %s", row.Path, a.Type)
		}
		delete(offered, row.Name())
	}
	for path, why := range notSent() {
		if _, known := directory.AttributeOf(path); !known || why == "" {
			t.Errorf("%q is left out because %q", path, why)
		}
	}
	if delete(offered, AttrActive); len(offered) > 0 {
		t.Errorf("without a row: %v", offered)
	}
}
