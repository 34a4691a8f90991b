package scim2

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/scim2fake"
)

func TestMoreAttributes(t *testing.T) {
	r := newRig(t, scim2fake.Quirks{})
	p := profile(1)
	for _, a := range attributes() {
		if p.Values[a.Key] == nil && a.Type == connectors.String {
			p.Values[a.Key] = "x"
		}
	}
	p.Values["addresses"] = []any{map[string]any{"locality": "London", "type": "work"}}
	a := r.create(p)
	changed := connectors.Changes{Set: map[string]any{}, Want: p}
	for _, x := range attributes() {
		if x.Type == connectors.String && x.Key != attrUserName {
			changed.Set[x.Key] = "y"
		}
	}
	if err := r.Update(t.Context(), a.ID, changed); err != nil {
		t.Fatal(err)
	}
	u, _ := r.User(a.ID)
	for key := range changed.Set {
		if got := document(u.Attributes).get(key); got != "y" {
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
