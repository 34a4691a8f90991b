package scim2

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

func TestMoreAttributes(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	p := profile(1)
	for _, a := range service.Attributes() {
		if p.Values[a.Key] == nil && a.Type == connectors.String {
			p.Values[a.Key] = "x"
		}
	}
	p.Values["addresses"] = []any{map[string]any{"locality": "London", "type": "work"}}
	a := r.create(p)
	changed := connectors.Changes{Set: map[string]any{}, Want: p}
	for _, x := range service.Attributes() {
		if x.Type == connectors.String && x.Key != service.AttrUserName {
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
