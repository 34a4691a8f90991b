package schema

import (
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"usher/scim"
)

const core = `"schemas":["` + scim.UserURN + `"],"userName":"ada"`

func TestClean(t *testing.T) {
	const ent = scim.EnterpriseURN
	const both = `"schemas":["` + scim.UserURN + `","` + ent + `"],"userName":"ada"`
	for body, want := range map[string]string{
		core: core,
		`"SCHEMAS":["` + strings.ToUpper(scim.UserURN) + `","urn:x"],"UserName":"ada"`:                            core,
		core + `,"shoe":1,"urn:x":{"a":1},"id":"7","meta":{"created":1},"groups":[{"value":"g"}]`:                 core,
		core + `,"title":null,"nickName":"","emails":[],"name":{},"roles":null,"addresses":[{}],"` + ent + `":{}`: core,
		core + `,"` + ent + `":null`:                             core,
		core + `,"NAME":{"FAMILYNAME":"L","shoe":1}`:             core + `,"name":{"familyName":"L"}`,
		core + `,"name.givenName":"A","name":{"familyName":"L"}`: core + `,"name":{"familyName":"L","givenName":"A"}`,
		core + `,"active":"True"`:                                core + `,"active":true`,
		core + `,"active":"false"`:                               core + `,"active":false`,
		core + `,"emails":["a"]`:                                 core + `,"emails":[{"value":"a"}]`,
		core + `,"emails":{"value":"a","type":"work"}`:           core + `,"emails":[{"value":"a","type":"work"}]`,
		core + `,"emails":"a"`:                                   core + `,"emails":[{"value":"a"}]`,
		core + `,"emails":[{"type":"work"},{"value":""},null]`:   core,
		core + `,"emails":[{"value":"a","primary":true},{"value":"b","primary":"True"},{"value":"c","primary":false}]`:  core + `,"emails":[{"value":"a","primary":true},{"value":"b"},{"value":"c","primary":false}]`,
		core + `,"emails":[{"value":"a","type":"work"},{"value":"A","type":"Work","display":"D"},{"value":"a"}]`:        core + `,"emails":[{"value":"a","type":"work","display":"D"},{"value":"a"}]`,
		core + `,"x509Certificates":[{"value":"QUI="},{"value":"QUI"},{"value":"qui"}]`:                                 core + `,"x509Certificates":[{"value":"QUI="},{"value":"QUI"},{"value":"qui"}]`,
		core + `,"addresses":[{"locality":"P"},{"locality":"P"},{"locality":"Q","primary":true}]`:                       core + `,"addresses":[{"locality":"P"},{"locality":"Q","primary":true}]`,
		core + `,"` + ent + `":{"department":"D","DIVISION":"E","manager":"m","shoe":1}`:                                both + `,"` + ent + `":{"department":"D","division":"E","manager":{"value":"m"}}`,
		core + `,"` + ent + `:department":"D","` + ent + `:manager.value":"m","` + ent + `":{"division":"E"}`:           both + `,"` + ent + `":{"department":"D","division":"E","manager":{"value":"m"}}`,
		core + `,"` + strings.ToUpper(ent) + `":{"manager":{"value":"m","displayName":"M"}}`:                            both + `,"` + ent + `":{"manager":{"value":"m"}}`,
		core + `,"addresses":[{"primary":false},{"locality":"P","primary":false}]`:                                      core + `,"addresses":[{"locality":"P","primary":false}]`,
		core + `,"title":7,"phoneNumbers":[{"value":4712345678}],"` + ent + `":{"employeeNumber":1234567,"manager":42}`: both + `,"title":"7","phoneNumbers":[{"value":"4712345678"}],"` + ent + `":{"employeeNumber":"1234567","manager":{"value":"42"}}`,
		core + `,"department":"D","manager":"m"`:                                                                        both + `,"` + ent + `":{"department":"D","manager":{"value":"m"}}`,
		core + `,"department":"D","` + ent + `":{"department":"E"}`:                                                     both + `,"` + ent + `":{"department":"E"}`,
		core + `,"password":"s","externalId":"e"`:                                                                       core + `,"password":"s","externalId":"e"`,
		core + `,"` + scim.UserURN + `:title":"T"`:                                                                      core + `,"title":"T"`,
	} {
		m := object(t, "{"+body+"}")
		if err := Clean(User(), m); err != nil || !reflect.DeepEqual(m, object(t, "{"+want+"}")) {
			t.Errorf("%s\n got %v, %v\nwant %s", body, m, err, want)
		}
		again := maps.Clone(m)
		if err := Clean(User(), again); err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("%s: the second time %v, %v", body, again, err)
		}
	}
}

func TestCleanRefuses(t *testing.T) {
	many := strings.Repeat(`"a",`, maxValues) + `"a"`
	for body, want := range map[string]string{
		`"userName":"ada"`:                                   "invalidSyntax schemas is missing",
		`"userName":"ada","schemas":null`:                    "invalidSyntax schemas",
		`"userName":"ada","schemas":"x"`:                     "invalidSyntax schemas",
		`"userName":"ada","schemas":[7]`:                     "invalidSyntax schemas",
		`"userName":"ada","schemas":[]`:                      "invalidValue schemas must list",
		`"userName":"ada","schemas":["urn:x"]`:               "invalidValue schemas must list",
		`"schemas":["` + scim.UserURN + `"]`:                 "invalidValue userName is required",
		core + `,"userName":""`:                              "invalidValue userName is required",
		core + `,"userName":null`:                            "invalidValue userName is required",
		core + `,"userName":7e30`:                            "invalidValue userName must be text, and is a number (send it between quotes)",
		core + `,"profileUrl":7`:                             "invalidValue profileUrl must be text, and is a number",
		core + `,"userName":["a"]`:                           "invalidValue userName must be text, and is a list",
		core + `,"title":true`:                               "invalidValue title must be text",
		core + `,"title":"a\u0000"`:                          "invalidValue title contains",
		core + `,"active":"yes"`:                             "invalidValue active must be true or false",
		core + `,"active":1`:                                 "invalidValue active must be true or false",
		core + `,"name":"Ada"`:                               "invalidValue name must be an object, and is text",
		core + `,"name":{"givenName":{}}`:                    "invalidValue name.givenName must be text, and is an object",
		core + `,"emails":[7]`:                               "invalidValue emails must be an object",
		core + `,"emails":[{"value":true}]`:                  "invalidValue emails.value must be text",
		core + `,"emails":[["a"]]`:                           "invalidValue emails must be an object, and is a list",
		core + `,"roles":[` + many + `]`:                     "invalidValue roles has 1001 values",
		core + `,"x509Certificates":[{"value":"!"}]`:         "invalidValue x509Certificates.value must be base64",
		core + `,"` + scim.EnterpriseURN + `":"x"`:           "invalidValue " + scim.EnterpriseURN,
		core + `,"` + scim.EnterpriseURN + `:department":{}`: "invalidValue " + scim.EnterpriseURN + ":department must be text",
	} {
		m, was := object(t, "{"+body+"}"), object(t, "{"+body+"}")
		err := Clean(User(), m)
		var e *scim.Error
		if !errors.As(err, &e) || e.Status != "400" || !strings.HasPrefix(e.ScimType+" "+e.Detail, want) {
			t.Errorf("%.100s: %v, want %s", body, err, want)
		}
		if !reflect.DeepEqual(m, was) {
			t.Errorf("%.100s: refused, but changed to %v", body, m)
		}
	}
}

func TestCleanGroup(t *testing.T) {
	const group = `{"schemas":["` + scim.GroupURN + `"],"displayName":"G","members":`
	m := object(t, group+`[{"value":"a","display":"A","type":"User","$ref":"https://x/a"},"b",{"value":"a","type":"user"}]}`)
	want := object(t, group+`[{"value":"a","type":"User","$ref":"https://x/a"},{"value":"b"}]}`)
	if err := Clean(Group(), m); err != nil || !reflect.DeepEqual(m, want) {
		t.Errorf("%v, %v", m, err)
	}
	for _, bad := range []string{`[{"value":"a","type":"Group"}]`, `[{"display":"A"}]`, `[{"value":""}]`, `[7]`} {
		if err := Clean(Group(), object(t, group+bad+`}`)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
