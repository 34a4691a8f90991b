package provisioning

import (
	"reflect"
	"strings"
	"testing"

	"usher/directory"
)

// TestSubjectHasEveryAttribute: an expression can name each row of the table as SCIM does.
func TestSubjectHasEveryAttribute(t *testing.T) {
	u := directory.User{}
	for _, a := range directory.Attributes() {
		a.Set(&u, "the "+a.Label)
	}
	for _, p := range directory.AddressParts() {
		p.Set(&u, "the "+p.Label)
	}
	s := reflect.ValueOf(subjectOf(u)).Elem()
	for _, a := range directory.Attributes() {
		v := named(s, a.Path)
		switch {
		case !v.IsValid():
			t.Errorf("expressions have no user.%s", a.Path)
		case a.Type == directory.PlaceValue:
			for _, p := range directory.AddressParts() {
				if got := named(v.Index(0), p.Name); !got.IsValid() || got.String() != "the "+p.Label {
					t.Errorf("user.%s[0].%s is %v", a.Path, p.Name, got)
				}
			}
		case a.Multi:
			if got := named(v.Index(0), "value"); got.String() != a.Get(&u) {
				t.Errorf("user.%s[0].value is %v", a.Path, got)
			}
		case v.String() != a.Get(&u):
			t.Errorf("user.%s is %v", a.Path, v)
		}
	}
}

// named is the field that expressions know by the path.
func named(v reflect.Value, path string) reflect.Value {
	name, rest, more := strings.Cut(path, ".")
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("cel") != name {
			continue
		}
		if more {
			return named(v.Field(i), rest)
		}
		return v.Field(i)
	}
	return reflect.Value{}
}
