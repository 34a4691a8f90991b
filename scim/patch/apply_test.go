package patch

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"usher/scim"
	"usher/scim/schema"
)

const enterprise = scim.EnterpriseURN

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

func operations(t testing.TB, text string) []scim.Operation {
	t.Helper()
	var p scim.Patch
	if !strings.HasPrefix(text, `{"schemas"`) {
		text = `{"Operations":[` + text + `]}`
	}
	if err := scim.Decode([]byte(text), &p); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if strings.Contains(text, `"value":null`) {
		p.Operations[0].Null = true
	}
	return p.Operations
}

func text(m map[string]any) string {
	b, _ := scim.AppendValue(nil, m)
	return string(b)
}

// base is a user; a test says what it adds to it.
const base = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ada","meta":{"resourceType":"User"}`

const work, home = `{"value":"w@x.y","type":"work","primary":true}`, `{"value":"h@x.y","type":"home"}`

func user(t testing.TB, more string) map[string]any {
	if more != "" {
		more = "," + more
	}
	return object(t, "{"+base+more+"}")
}

// check applies ops to a user with the attributes before and expects after, or an error of this scimType.
func check(t *testing.T, name, before, ops, after string) {
	t.Helper()
	m, was := user(t, before), user(t, before)
	changed, err := Apply(schema.User(), m, operations(t, ops))
	var e *scim.Error
	if errors.As(err, &e) {
		if e.ScimType != after || e.Status != "400" || changed {
			t.Errorf("%s: %v, want %s", name, err, after)
		}
		if !reflect.DeepEqual(m, was) {
			t.Errorf("%s: refused, but now it is %s", name, text(m))
		}
		return
	}
	if err != nil || !strings.HasPrefix(after, `"`) && after != "" {
		t.Errorf("%s: %s, %v, want %s", name, text(m), err, after)
		return
	}
	want := user(t, after)
	want["schemas"] = schema.User().Used(want)
	if !reflect.DeepEqual(m, want) {
		t.Errorf("%s:\n got %s\nwant %s", name, text(m), text(want))
	}
	if changed == reflect.DeepEqual(m, was) {
		t.Errorf("%s: changed is %v", name, changed)
	}
}

func TestAdd(t *testing.T) {
	emails := `"emails":[` + work + `]`
	for _, c := range [][4]string{
		{"single", ``, `{"op":"add","path":"title","value":"T"}`, `"title":"T"`},
		{"single again", `"title":"T"`, `{"op":"add","path":"title","value":"T"}`, `"title":"T"`},
		{"single replaces", `"title":"T"`, `{"op":"add","path":"title","value":"U"}`, `"title":"U"`},
		{"complex merges", `"name":{"givenName":"A"}`, `{"op":"add","path":"name","value":{"familyName":"B"}}`, `"name":{"givenName":"A","familyName":"B"}`},
		{"sub-attribute", ``, `{"op":"add","path":"name.givenName","value":"A"}`, `"name":{"givenName":"A"}`},
		{"list", ``, `{"op":"add","path":"emails","value":[` + home + `]}`, `"emails":[` + home + `]`},
		{"list appends", emails, `{"op":"add","path":"emails","value":[` + home + `]}`, `"emails":[` + work + `,` + home + `]`},
		{"one where a list is meant", emails, `{"op":"add","path":"emails","value":` + home + `}`, `"emails":[` + work + `,` + home + `]`},
		{"bare", ``, `{"op":"add","path":"emails","value":["b@x.y"]}`, `"emails":[{"value":"b@x.y"}]`},
		{"bare, alone", ``, `{"op":"add","path":"emails","value":"b@x.y"}`, `"emails":[{"value":"b@x.y"}]`},
		{"known", emails, `{"op":"add","path":"emails","value":[{"value":"W@x.y"}]}`, `"emails":[{"value":"W@x.y","type":"work","primary":true}]`},
		{"known, the same", emails, `{"op":"add","path":"emails","value":[` + work + `]}`, emails},
		{"known, without its type", emails, `{"op":"add","path":"emails","value":[{"value":"w@x.y"}]}`, emails},
		{"known, more said", emails, `{"op":"add","path":"emails","value":[{"value":"w@x.y","type":"work","display":"D"}]}`, `"emails":[{"value":"w@x.y","type":"work","primary":true,"display":"D"}]`},
		{"another type", emails, `{"op":"add","path":"emails","value":[{"value":"w@x.y","type":"home"}]}`, `"emails":[` + work + `,{"value":"w@x.y","type":"home"}]`},
		{"primary moves", emails, `{"op":"add","path":"emails","value":[{"value":"n@x.y","primary":true}]}`, `"emails":[{"value":"w@x.y","type":"work"},{"value":"n@x.y","primary":true}]`},
		{"primary moves to a known one", `"emails":[` + work + `,` + home + `]`, `{"op":"add","path":"emails","value":[{"value":"h@x.y","type":"home","primary":true}]}`,
			`"emails":[{"value":"w@x.y","type":"work"},{"value":"h@x.y","type":"home","primary":true}]`},
		{"no path", ``, `{"op":"add","value":{"title":"T","emails":[` + home + `],"name":{"givenName":"A"}}}`, `"title":"T","emails":[` + home + `],"name":{"givenName":"A"}`},
		{"selected, sub-attribute", emails, `{"op":"add","path":"emails[type eq \"work\"].display","value":"D"}`, `"emails":[{"value":"w@x.y","type":"work","primary":true,"display":"D"}]`},
		{"selected, object", emails, `{"op":"add","path":"emails[type eq \"work\"]","value":{"display":"D"}}`, `"emails":[{"value":"w@x.y","type":"work","primary":true,"display":"D"}]`},
		{"nothing selected", emails, `{"op":"add","path":"emails[type eq \"home\"].value","value":"h@x.y"}`, `"emails":[` + work + `,` + home + `]`},
		{"nothing selected, not plain", emails, `{"op":"add","path":"emails[type ne \"work\"].value","value":"h@x.y"}`, scim.NoTarget},
		{"nothing selected, contradiction", emails, `{"op":"add","path":"emails[type eq \"a\" and type eq \"b\"].value","value":"h"}`, scim.NoTarget},
		{"no value", ``, `{"op":"add","path":"title"}`, scim.InvalidValue},
		{"null", ``, `{"op":"add","path":"title","value":null}`, ``},
		{"null, part", `"name":{"givenName":"A"}`, `{"op":"add","path":"name.familyName","value":null}`, `"name":{"givenName":"A"}`},
		{"null, list", emails, `{"op":"add","path":"emails","value":null}`, emails},
		{"null, selected", emails, `{"op":"add","path":"emails[type eq \"home\"].value","value":null}`, emails},
		{"null for a value", `"title":"T"`, `{"op":"add","path":"title","value":null}`, scim.InvalidValue},
		{"null for what is required", ``, `{"op":"add","path":"userName","value":null}`, scim.InvalidValue},
		{"null, read-only", ``, `{"op":"add","path":"id","value":null}`, scim.Mutability},
		{"not primary", emails, `{"op":"add","path":"emails","value":[{"value":"h@x.y","primary":false}]}`, `"emails":[` + work + `,{"value":"h@x.y","primary":false}]`},
		{"not primary stays", `"emails":[{"value":"h@x.y","primary":false}]`, `{"op":"add","path":"emails","value":[` + work + `]}`, `"emails":[{"value":"h@x.y","primary":false},` + work + `]`},
		{"no value, no path", ``, `{"op":"add"}`, scim.InvalidValue},
		{"password", ``, `{"op":"add","path":"password","value":"s"}`, `"password":"s"`},
		{"photo", ``, `{"op":"add","path":"photos","value":[{"value":"https://x/y.png","type":"photo"}]}`, `"photos":[{"value":"https://x/y.png","type":"photo"}]`},
		{"certificate", ``, `{"op":"add","path":"x509Certificates","value":[{"value":"not base64!"}]}`, scim.InvalidValue},
	} {
		check(t, c[0], c[1], c[2], c[3])
	}
}

func TestReplace(t *testing.T) {
	both := `"emails":[` + work + `,` + home + `]`
	for _, c := range [][4]string{
		{"single", `"title":"T"`, `{"op":"replace","path":"title","value":"U"}`, `"title":"U"`},
		{"single, absent", ``, `{"op":"replace","path":"title","value":"U"}`, `"title":"U"`},
		{"complex keeps the rest", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"replace","path":"name","value":{"familyName":"C"}}`, `"name":{"givenName":"A","familyName":"C"}`},
		{"complex, part removed", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"replace","path":"name","value":{"familyName":null}}`, `"name":{"givenName":"A"}`},
		{"list", both, `{"op":"replace","path":"emails","value":[{"value":"n@x.y"}]}`, `"emails":[{"value":"n@x.y"}]`},
		{"list by one", both, `{"op":"replace","path":"emails","value":{"value":"n@x.y"}}`, `"emails":[{"value":"n@x.y"}]`},
		{"list by none", both, `{"op":"replace","path":"emails","value":[]}`, ``},
		{"selected", both, `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n@x.y"}}`, `"emails":[{"value":"n@x.y","type":"work"},` + home + `]`},
		{"selected, sub-attribute", both, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"n@x.y"}`, `"emails":[{"value":"n@x.y","type":"work","primary":true},` + home + `]`},
		{"selected, primary moves", both, `{"op":"replace","path":"emails[type eq \"home\"].primary","value":"True"}`, `"emails":[{"value":"w@x.y","type":"work"},{"value":"h@x.y","type":"home","primary":true}]`},
		{"selected, not", both, `{"op":"replace","path":"emails[not (type eq \"work\")].value","value":"n@x.y"}`, `"emails":[` + work + `,{"value":"n@x.y","type":"home"}]`},
		{"nothing selected", ``, `{"op":"replace","path":"emails[type eq \"work\" and primary eq true].value","value":"w@x.y"}`, `"emails":[` + work + `]`},
		{"nothing selected, not plain", both, `{"op":"replace","path":"emails[value sw \"q\"].value","value":"n"}`, scim.NoTarget},
		{"selected by nothing", both, `{"op":"replace","path":"emails[type eq \"work\"].value","value":""}`, `"emails":[` + home + `]`},
		{"sub-attribute of all", both, `{"op":"replace","path":"emails.display","value":"D"}`,
			`"emails":[{"value":"w@x.y","type":"work","primary":true,"display":"D"},{"value":"h@x.y","type":"home","display":"D"}]`},
		{"sub-attribute of none", ``, `{"op":"replace","path":"emails.value","value":"n"}`, `"emails":[{"value":"n"}]`},
		{"null removes", `"title":"T"`, `{"op":"replace","path":"title","value":null}`, ``},
		{"empty removes", `"title":"T"`, `{"op":"replace","path":"title","value":""}`, ``},
		{"no path", `"title":"T"`, `{"op":"replace","value":{"title":"U","nickName":"N"}}`, `"title":"U","nickName":"N"`},
		{"required", ``, `{"op":"replace","path":"userName","value":""}`, scim.InvalidValue},
		{"required, null", ``, `{"op":"replace","path":"userName"}`, scim.InvalidValue},
		{"wrong type", ``, `{"op":"replace","path":"active","value":"maybe"}`, scim.InvalidValue},
		{"number for text", ``, `{"op":"replace","path":"title","value":7}`, `"title":"7"`},
		{"number for an ID", ``, `{"op":"replace","path":"manager","value":42}`, `"` + enterprise + `":{"manager":{"value":"42"}}`},
		{"long number for text", ``, `{"op":"replace","path":"title","value":1.5e40}`, scim.InvalidValue},
		{"yes for text", ``, `{"op":"replace","path":"title","value":true}`, scim.InvalidValue},
		{"short name", ``, `{"op":"replace","path":"department","value":"D"}`, `"` + enterprise + `":{"department":"D"}`},
		{"short name, no path", ``, `{"op":"replace","value":{"costCenter":"C","manager":{"value":"m"}}}`, `"` + enterprise + `":{"costCenter":"C","manager":{"value":"m"}}`},
		{"nothing selected, by value", both, `{"op":"replace","path":"emails[value eq \"q@x.y\"].display","value":"Q"}`, scim.NoTarget},
		{"nothing selected, by type and value", both, `{"op":"replace","path":"emails[type eq \"work\" and value eq \"q@x.y\"].value","value":"n"}`, scim.NoTarget},
		{"nothing selected, whole", both, `{"op":"replace","path":"emails[value eq \"q@x.y\"]","value":{"value":"n"}}`, scim.NoTarget},
		{"nothing selected, unknown type", both, `{"op":"replace","path":"emails[type eq \"x\"].value","value":"n"}`, scim.NoTarget},
		{"nothing selected, by null", both, `{"op":"replace","path":"emails[value eq \"q@x.y\"].display","value":null}`, scim.NoTarget},
		{"nothing selected, by nothing", both, `{"op":"replace","path":"emails[value eq \"q@x.y\"].display","value":""}`, scim.NoTarget},
		{"nothing selected, not primary", ``, `{"op":"replace","path":"emails[primary eq false].value","value":"n"}`, scim.NoTarget},
		{"nothing selected, no path", both, `{"op":"replace","value":{"emails[value eq \"q\"].display":"n"}}`, scim.NoTarget},
		{"work address", ``, `{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"S"}`, `"addresses":[{"type":"work","streetAddress":"S"}]`},
		{"mobile", ``, `{"op":"replace","path":"phoneNumbers[type eq \"Mobile\"].value","value":"1"}`, `"phoneNumbers":[{"type":"Mobile","value":"1"}]`},
		{"primary role", ``, `{"op":"replace","path":"roles[primary eq \"True\"].value","value":"r"}`, `"roles":[{"primary":true,"value":"r"}]`},
		{"role of a type", ``, `{"op":"replace","path":"roles[type eq \"any\"].value","value":"r"}`, `"roles":[{"type":"any","value":"r"}]`},
		{"not primary", both, `{"op":"replace","path":"emails[type eq \"home\"].primary","value":false}`, `"emails":[` + work + `,{"value":"h@x.y","type":"home","primary":false}]`},
		{"text for an object", ``, `{"op":"replace","path":"name","value":"A"}`, scim.InvalidValue},
		{"object for text", ``, `{"op":"replace","path":"title","value":{"a":1}}`, scim.InvalidValue},
		{"id", ``, `{"op":"replace","path":"id","value":"2"}`, scim.Mutability},
		{"meta", ``, `{"op":"replace","path":"meta.created","value":"2"}`, scim.Mutability},
		{"groups", ``, `{"op":"replace","path":"groups","value":[{"value":"g"}]}`, scim.Mutability},
		{"schemas", ``, `{"op":"replace","path":"schemas","value":[]}`, scim.Mutability},
		{"manager's name", ``, `{"op":"replace","path":"` + enterprise + `:manager.displayName","value":"M"}`, scim.Mutability},
		{"no path, read-only", ``, `{"op":"replace","value":{"id":"1","groups":[],"meta":{},"schemas":[],"title":"T"}}`, `"title":"T"`},
		{"no path, another id", ``, `{"op":"replace","value":{"id":"2"}}`, scim.Mutability},
		{"no path, unknown", ``, `{"op":"replace","value":{"shoe":"2","title":"T"}}`, `"title":"T"`},
		{"no path, path badly written", ``, `{"op":"replace","value":{"title x":"T"}}`, scim.InvalidPath},
		{"no path, more after the path", ``, `{"op":"replace","value":{"emails[type eq \"work\"].value x":"T"}}`, scim.InvalidPath},
		{"no path, unknown part", ``, `{"op":"replace","value":{"emails[type eq \"work\"].shoe":"2","@odata.type":"x","":"y"}}`, ``},
		{"no path, no object", ``, `{"op":"replace","value":"x"}`, scim.InvalidValue},
		{"unknown path", ``, `{"op":"replace","path":"shoe","value":"2"}`, scim.InvalidPath},
		{"unknown operation", ``, `{"op":"move","path":"title","value":"2"}`, scim.InvalidSyntax},
		{"bad filter", ``, `{"op":"replace","path":"emails[type xx \"a\"].value","value":"2"}`, scim.InvalidFilter},
		{"all or nothing", `"title":"T"`, `{"op":"replace","path":"title","value":"U"},{"op":"add","path":"emails","value":["a"]},{"op":"remove"}`, scim.NoTarget},
	} {
		check(t, c[0], c[1], c[2], c[3])
	}
}

func TestRemove(t *testing.T) {
	both := `"emails":[` + work + `,` + home + `]`
	for _, c := range [][4]string{
		{"single", `"title":"T"`, `{"op":"remove","path":"title"}`, ``},
		{"absent", ``, `{"op":"remove","path":"title"}`, ``},
		{"sub-attribute", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"remove","path":"name.givenName"}`, `"name":{"familyName":"B"}`},
		{"last sub-attribute", `"name":{"givenName":"A"}`, `{"op":"remove","path":"name.givenName"}`, ``},
		{"list", both, `{"op":"remove","path":"emails"}`, ``},
		{"selected", both, `{"op":"remove","path":"emails[type eq \"work\" and value ew \"X.Y\"]"}`, `"emails":[` + home + `]`},
		{"selected, all", both, `{"op":"remove","path":"emails[value pr]"}`, ``},
		{"selected, none", both, `{"op":"remove","path":"emails[type eq \"other\"]"}`, both},
		{"selected, sub-attribute", both, `{"op":"remove","path":"emails[type eq \"home\"].type"}`, `"emails":[` + work + `,{"value":"h@x.y"}]`},
		{"selected, value", both, `{"op":"remove","path":"emails[type eq \"home\"].value"}`, `"emails":[` + work + `]`},
		{"listed", both, `{"op":"remove","path":"emails","value":[{"value":"W@x.y"}]}`, `"emails":[` + home + `]`},
		{"listed, bare", both, `{"op":"remove","path":"emails","value":["w@x.y"]}`, `"emails":[` + home + `]`},
		{"listed, of another type", both, `{"op":"remove","path":"emails","value":[{"value":"w@x.y","type":"home"}]}`, both},
		{"listed by type", both, `{"op":"remove","path":"emails","value":[{"type":"home"}]}`, `"emails":[` + work + `]`},
		{"listed, not primary", both, `{"op":"remove","path":"emails","value":[{"type":"home","primary":false}]}`, `"emails":[` + work + `]`},
		{"listed, nobody", both, `{"op":"remove","path":"emails","value":[]}`, both},
		{"listed, empty entry", both, `{"op":"remove","path":"emails","value":[{}]}`, scim.InvalidValue},
		{"with a value", `"title":"T"`, `{"op":"remove","path":"title","value":"U"}`, ``},
		{"no path", both, `{"op":"remove","value":{"emails":[]}}`, scim.NoTarget},
		{"required", ``, `{"op":"remove","path":"userName"}`, scim.Mutability},
		{"read-only", ``, `{"op":"remove","path":"groups[value eq \"g\"]"}`, scim.Mutability},
		{"extension", `"` + enterprise + `":{"department":"D"}`, `{"op":"remove","path":"` + enterprise + `"}`, ``},
		{"extension's attribute", `"` + enterprise + `":{"department":"D","division":"E"}`, `{"op":"remove","path":"` + enterprise + `:department"}`, `"` + enterprise + `":{"division":"E"}`},
		{"extension's last attribute", `"` + enterprise + `":{"department":"D"}`, `{"op":"remove","path":"` + enterprise + `:department"}`, ``},
		{"core", ``, `{"op":"remove","path":"` + scim.UserURN + `"}`, scim.NoTarget},
	} {
		check(t, c[0], c[1], c[2], c[3])
	}
}

func TestBoundsAndErrors(t *testing.T) {
	_, err := Apply(schema.User(), user(t, ""), operations(t, `{"op":"add","path":"title","value":"T"},{"op":"Remove","path":"userName"}`))
	if err == nil || !strings.Contains(err.Error(), "Operation 2 (Remove userName): userName is required and cannot be removed.") {
		t.Error(err)
	}
	many := strings.TrimSuffix(strings.Repeat(`{"op":"add","path":"roles","value":[{"value":"a"}]},`, maxOperations), ",")
	roles := `"roles":[`
	for i := range 1000 {
		roles += fmt.Sprintf(`{"value":"r%d"},`, i)
	}
	_, err = Apply(schema.User(), user(t, roles+`{"value":"a"}]`), operations(t, many))
	if err == nil || !strings.Contains(err.Error(), "too much for one request") {
		t.Error(err)
	}
	_, err = Apply(schema.User(), user(t, ""), make([]scim.Operation, maxOperations+1))
	if err == nil || !strings.Contains(err.Error(), "at most 1000") {
		t.Error(err)
	}
}
