package schema

import (
	"testing"

	"usher/directory"
	"usher/scim"
)

// TestSchemaHasEveryAttribute: every row of the table can be named by clients, with the type that it has there, and
// nothing else can be, but for what is no part of a user's profile.
func TestSchemaHasEveryAttribute(t *testing.T) {
	if directory.EnterpriseURN != scim.EnterpriseURN {
		t.Errorf("the table's extension is %s", directory.EnterpriseURN)
	}
	rows := map[string]bool{}
	for _, a := range directory.Attributes() {
		ref, ok := User().Find(a.Name())
		if !ok || ref.Path() != a.Name() {
			t.Errorf("%s is not in the schema", a.Path)
			continue
		}
		rows[a.Whole()] = true
		leaf := ref.Leaf()
		if a.Multi && a.Type != directory.PlaceValue {
			leaf = leaf.Part("value")
		}
		if ref.Attr.Multi != a.Multi || leaf.CaseExact != a.Exact() || (leaf.Mutability == ReadOnly) != (a.Writer == directory.FileWrites) {
			t.Errorf("%s: %+v", a.Path, leaf)
		}
	}
	elsewhere := map[string]string{
		"active": "a yes or no, with a column and acts of its own", "password": "only its hash is kept, and it is never shown",
		"groups": "kept with the groups",
	}
	for _, s := range []*Schema{User().Core, User().Extensions[0]} {
		for _, a := range s.Attributes {
			if !rows[a.Name] && elsewhere[a.Name] == "" {
				t.Errorf("%s has no row in the table", a.Name)
			}
		}
	}
}
