package directory

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTableHasEveryField: whoever gives Profile a field gives the table a row, under the name that is stored.
func TestTableHasEveryField(t *testing.T) {
	u := &User{}
	rows := map[any]string{}
	for _, a := range Attributes() {
		for _, at := range []any{a.Text(u), a.Items(u), a.Places(u)} {
			if reflect.ValueOf(at).IsNil() {
				continue
			}
			if other, twice := rows[at]; twice {
				t.Errorf("%s and %s are one field", a.Path, other)
			}
			rows[at] = a.Path
		}
	}
	fields := 0
	walkFields(reflect.ValueOf(&u.Profile).Elem(), "", func(path string, at any) {
		fields++
		if rows[at] != path {
			t.Errorf("the field that is stored as %s has the row %q", path, rows[at])
		}
	})
	if own := 2; fields+own != len(rows) || len(rows) != len(Attributes()) { // userName and externalId are no part of Profile
		t.Errorf("%d fields and %d rows, %d of them with a field", fields, len(Attributes()), len(rows))
	}
}

// TestAddressPartsAreAll: the same for the parts of an address; type and primary are of every list.
func TestAddressPartsAreAll(t *testing.T) {
	a := &Address{}
	parts := map[any]string{}
	for _, p := range AddressParts() {
		parts[p.Text(a)] = p.Name
	}
	walkFields(reflect.ValueOf(a).Elem(), "", func(path string, at any) {
		if _, text := at.(*string); text && path != "type" && parts[at] != path {
			t.Errorf("%s has the row %q", path, parts[at])
		}
	})
}

func walkFields(v reflect.Value, prefix string, see func(path string, at any)) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if v.Field(i).Kind() == reflect.Struct {
			walkFields(v.Field(i), prefix+name+".", see)
			continue
		}
		see(prefix+name, v.Field(i).Addr().Interface())
	}
}

func TestRowsAreWhole(t *testing.T) {
	paths, fields, labels, numbers := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[int64]bool{}
	for _, a := range Attributes() {
		if paths[a.Path] || fields[a.Field] || labels[a.Label] || a.Number > 0 && numbers[a.Number] {
			t.Errorf("%s has something of another row", a.Path)
		}
		paths[a.Path], fields[a.Field], labels[a.Label], numbers[a.Number] = true, true, true, true
		if a.Path == "" || a.Field == "" || a.Label == "" || !strings.HasSuffix(a.About, ".") || a.Multi != (a.Number >= 100) || a.Multi && a.Number%10 != 0 {
			t.Errorf("%+v is not whole", a)
		}
		if a.Multi && a.Type != PlaceValue && a.Each == "" || a.Multi == (a.text != nil) || a.Number == 0 && a.Path != "userName" && a.Path != "externalId" {
			t.Errorf("%+v is not whole", a)
		}
	}
}

// TestStoredNumbers: databases hold rows under these numbers.
func TestStoredNumbers(t *testing.T) {
	want := strings.Fields(`name.formatted=1 name.familyName=2 name.givenName=3 name.middleName=4 name.honorificPrefix=5 name.honorificSuffix=6
		displayName=10 nickName=11 profileUrl=12 title=13 userType=14 preferredLanguage=15 locale=16 timezone=17
		emails=100 phoneNumbers=110 ims=120 photos=130 addresses=170 entitlements=140 roles=150 x509Certificates=160
		employeeNumber=20 costCenter=21 organization=22 division=23 department=24 manager.value=25 manager.displayName=26`)
	numbers := map[string]int64{}
	for _, a := range Attributes() {
		numbers[a.Path] = a.Number
	}
	for _, w := range want {
		path, number, _ := strings.Cut(w, "=")
		if got := formatNumber(numbers[path]); got != number {
			t.Errorf("%s has number %s, databases have %s", path, got, number)
		}
	}
	var extras []string
	for _, p := range AddressParts() {
		extras = append(extras, p.Name+"="+formatNumber(p.Extra))
	}
	if got := strings.Join(extras, " "); got != "formatted=0 streetAddress=4 locality=5 region=6 postalCode=7 country=8" {
		t.Errorf("parts of addresses: %s", got)
	}
}

func formatNumber(n int64) string { return strconv.FormatInt(n, 10) }

func TestGetGivesWhatSetWrote(t *testing.T) {
	for _, a := range Attributes() {
		u := &User{}
		a.Set(u, "x")
		if got := a.Get(u); got != "x" {
			t.Errorf("%s is %q", a.Path, got)
		}
		before := *u
		a.Set(u, "y")
		if a.Get(u) != "y" || a.Multi && a.Get(&before) != "x" {
			t.Errorf("%s is %q, and of the copy %q", a.Path, a.Get(u), a.Get(&before))
		}
	}
}

// TestOrders: whoever asks in an order of their own gets every other row, too, but for those that they leave out.
func TestOrders(t *testing.T) {
	got := InOrder([]string{"title", "userName"}, map[string]string{"nickName": "a reason"})
	has := func(path string) bool {
		return slices.ContainsFunc(got, func(a Attribute) bool { return a.Path == path })
	}
	if got[0].Path != "title" || got[1].Path != "userName" || len(got) != len(Attributes())-1 || has("nickName") || !has("locale") {
		t.Errorf("%d rows begin with %s, %s", len(got), got[0].Path, got[1].Path)
	}
	for _, a := range InForms([]string{"externalId"}, nil)[1:] {
		if a.NotByHand != "" {
			t.Errorf("a form asks for %s, though: %s", a.Path, a.NotByHand)
		}
	}
}
