package views

import (
	"testing"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// Whoever takes a ready expression must get one that works, for a user with nothing but a name, too.
func TestReadyExpressionsWork(t *testing.T) {
	full := directory.User{ID: "u1", UserName: "Søren@corp-x.example"}
	full.Name = directory.Name{GivenName: "Søren", FamilyName: "Kierkegård"}
	full.SetEmail("sk@example.com")
	want := map[string]string{"Primary e-mail address, else the first": "sk@example.com", "First letter and last name, plain letters": "skierkegard",
		"First name and last name at a domain": "soren.kierkegard@example.com", "At most eight characters": "Soren",
		"{UD, UN, TD, IDP} with -": "primary-søren@corp-x.example-corpx.example-thewarehouse", "{UN, IDP} with _": "søren@corp-x.example_the-warehouse"}
	for _, g := range ready() {
		for _, e := range g.expressions {
			a := connectors.Attribute{Key: "k", Label: e.label, Type: connectors.String, Default: e.expression}
			if e.label == "Only the work addresses (for a list)" {
				a.Type = connectors.List
			}
			m, err := provisioning.MappingOf(connectors.Definition{Attributes: []connectors.Attribute{a}}, directory.Connector{Connection: "the-Warehouse"})
			if err != nil {
				t.Error(err)
				continue
			}
			p, err := m.Profile(full)
			if w := want[e.label]; err != nil || w != "" && p.Text("k") != w {
				t.Errorf("%s: %q, want %q (%v)", e.label, p.Text("k"), w, err)
			}
			if _, err := m.Profile(directory.User{ID: "u2", UserName: "x"}); err != nil {
				t.Error(err)
			}
		}
	}
}
