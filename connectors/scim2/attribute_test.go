package scim2

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/wire"
	"usher/directory"
)

func TestMoreAttributes(t *testing.T) {
	r := newRig(t, scim2fake.Quirks{})
	p := profile(1)
	for _, a := range Attributes() {
		if p.Values[a.Key] == nil && a.Type == connectors.String {
			p.Values[a.Key] = "x"
		}
	}
	p.Values["addresses"] = []any{map[string]any{"locality": "London", "type": "work"}}
	a := r.create(p)
	changed := connectors.Changes{Set: map[string]any{}, Want: p}
	for _, x := range Attributes() {
		if x.Type == connectors.String && x.Key != AttrUserName {
			changed.Set[x.Key] = "y"
		}
	}
	if err := r.Update(t.Context(), a.ID, changed); err != nil {
		t.Fatal(err)
	}
	u, _ := r.User(a.ID)
	for key := range changed.Set {
		if got := wire.Document(u.Attributes).Get(key); got != "y" {
			t.Errorf("%s is %v", key, got)
		}
	}
	for key := range changed.Set {
		changed.Clear = append(changed.Clear, key)
	}
	changed.Set = nil
	if err := r.Update(t.Context(), a.ID, changed); err != nil {
		t.Fatal(err)
	}
	u, _ = r.User(a.ID)
	if got := fmt.Sprint(u.Attributes); strings.Contains(got, ":y") {
		t.Errorf("left: %s", got)
	}
}

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
