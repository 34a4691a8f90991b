package scim2

import (
	"encoding/json"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
	"usher/scim"
)

// mapped are the attributes that the kind sends from the start, and more.
func mapped(more ...string) []connectors.Attribute {
	var all []connectors.Attribute
	for _, a := range service.Attributes() {
		if a.Default != "" {
			all = append(all, a)
		}
	}
	for _, key := range more {
		all = append(all, connectors.Attribute{Key: key, Default: "x"})
	}
	return all
}

// userSchema has what is sent from the start, without some of it, and with some changed.
func userSchema(without string, more ...string) string {
	list := []string{`{"name":"userName","required":true}`, `{"name":"displayName"}`, `{"name":"title"}`, `{"name":"active"}`,
		`{"name":"name","subAttributes":[{"name":"givenName"},{"name":"familyName"}]}`, `{"name":"emails","multiValued":true,"subAttributes":[{"name":"value","required":true}]}`,
		`{"name":"phoneNumbers","multiValued":true}`}
	var kept []string
	for _, a := range list {
		if without == "" || !strings.HasPrefix(a, `{"name":"`+without+`"`) {
			kept = append(kept, a)
		}
	}
	kept = append(kept, more...)
	return `{"id":"` + scim.UserURN + `","name":"User","attributes":[` + strings.Join(kept, ",") + `]}`
}

const enterpriseSchema = `{"id":"` + scim.EnterpriseURN + `","attributes":[{"name":"department"}]}`

func listOf(docs ...string) string {
	return `{"schemas":["` + scim.ListURN + `"],"totalResults":` + string(rune('0'+len(docs))) + `,"Resources":[` + strings.Join(docs, ",") + `]}`
}

// The test said "works" at a service that refuses every create for an attribute that it does not know.
func TestCheckComparesTheMappingWithTheSchemas(t *testing.T) {
	for name, c := range map[string]struct {
		docs  map[string]string
		more  []string
		warns string // of a step, "" for none
		words []string
	}{
		"all known":           {map[string]string{"/Schemas": listOf(userSchema(""), enterpriseSchema)}, nil, "", nil},
		"bare array":          {map[string]string{"/Schemas": "[" + userSchema("title") + "," + enterpriseSchema + "]"}, nil, "Attributes that the target does not know", []string{"title"}},
		"one by its ID":       {map[string]string{"/Schemas/" + "urn:ietf:params:scim:schemas:core:2.0:User": userSchema("title")}, nil, "Attributes that the target does not know", []string{"title"}},
		"unknown":             {map[string]string{"/Schemas": listOf(userSchema("phoneNumbers"), enterpriseSchema)}, nil, "Attributes that the target does not know", []string{"phoneNumbers", "refuse every user"}},
		"unknown part":        {map[string]string{"/Schemas": listOf(userSchema(""), enterpriseSchema)}, []string{"name.middleName"}, "Attributes that the target does not know", []string{"name.middleName"}},
		"parts not said":      {map[string]string{"/Schemas": listOf(userSchema("name", `{"name":"NAME"}`), enterpriseSchema)}, nil, "", nil},
		"no extension":        {map[string]string{"/Schemas": listOf(userSchema(""))}, nil, "Extensions", []string{scim.EnterpriseURN}},
		"extension of a type": {map[string]string{"/Schemas": listOf(userSchema("")), "/ResourceTypes": listOf(`{"name":"User","endpoint":"/Users","schemaExtensions":[{"schema":"` + scim.EnterpriseURN + `"}]}`)}, nil, "", nil},
		"required":            {map[string]string{"/Schemas": listOf(userSchema("", `{"name":"locale","required":true}`), enterpriseSchema)}, nil, "Attributes that the target requires", []string{"locale"}},
		"required part":       {map[string]string{"/Schemas": listOf(userSchema("name", `{"name":"name","subAttributes":[{"name":"givenName"},{"name":"familyName"},{"name":"formatted","required":true}]}`), enterpriseSchema)}, nil, "Attributes that the target requires", []string{"name.formatted"}},
		"required, its own":   {map[string]string{"/Schemas": listOf(userSchema("", `{"name":"number","required":true,"mutability":"readOnly"}`, `{"name":"id","required":true}`), enterpriseSchema)}, nil, "", nil},
		"read only":           {map[string]string{"/Schemas": listOf(userSchema("title", `{"name":"title","mutability":"readOnly"}`), enterpriseSchema)}, nil, "Attributes that the target sets itself", []string{"title"}},
		"immutable":           {map[string]string{"/Schemas": listOf(userSchema("userName", `{"name":"userName","mutability":"immutable"}`), enterpriseSchema)}, nil, "Attributes that are written once", []string{"userName", "never after"}},
		"password":            {map[string]string{"/Schemas": listOf(userSchema("", `{"name":"password","required":true}`), enterpriseSchema)}, nil, "Passwords", nil},
		"nothing published":   {nil, nil, "", nil},
		"garbage":             {map[string]string{"/Schemas": `{"Resources":[7,null,"x",{"id":7,"attributes":"none"}]}`, "/ResourceTypes": "<html>"}, nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{Documents: c.docs})
			r.mapped = mapped(c.more...)
			rep, err := r.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var warnings []connectors.Step
			for _, s := range rep.Steps {
				if s.State == connectors.StepWarning {
					warnings = append(warnings, s)
				}
			}
			switch {
			case c.warns == "" && len(warnings) > 0:
				t.Errorf("warned: %+v", warnings)
			case c.warns == "":
			case len(warnings) != 1 || warnings[0].Name != c.warns || warnings[0].Remedy == "":
				t.Errorf("warnings: %+v", warnings)
			default:
				for _, w := range c.words {
					if !strings.Contains(warnings[0].Detail, w) {
						t.Errorf("detail: %s", warnings[0].Detail)
					}
				}
			}
			if (proposed(rep, connectors.PasswordKey) != "") != (c.warns == "Passwords") {
				t.Errorf("proposals: %+v", rep.Proposals)
			}
		})
	}
}

func TestMaximumLengthsAreTold(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Documents: map[string]string{"/Schemas": listOf(userSchema("title", `{"name":"title","maxLength":64}`), enterpriseSchema)}})
	r.mapped = mapped()
	rep, _ := r.Check(t.Context())
	b, _ := json.Marshal(rep.Steps)
	if !strings.Contains(string(b), "title at most 64 characters") {
		t.Errorf("steps: %s", b)
	}
}

func TestCheckFindsWhereTheTargetIs(t *testing.T) {
	users := func(endpoint string) map[string]string {
		return map[string]string{"/ResourceTypes": listOf(`{"id":"Person","schema":"` + scim.UserURN + `","endpoint":"` + endpoint + `"}`)}
	}
	for name, c := range map[string]struct {
		quirks   scim2fake.Quirks
		base     string // appended to, or taken off, the fake's own
		fails    bool
		key, end string
	}{
		"same":            {scim2fake.Quirks{Documents: users("/Users")}, "", false, "", ""},
		"same, whole":     {scim2fake.Quirks{Documents: users("/scim/v2/users/")}, "", false, "", ""},
		"elsewhere":       {scim2fake.Quirks{UsersAt: "/People", Documents: users("/People")}, "", true, "user_endpoint", "/scim/v2/People"},
		"from the host":   {scim2fake.Quirks{UsersAt: "/People", Documents: users("/scim/v2/People")}, "", true, "user_endpoint", "/scim/v2/People"},
		"another host":    {scim2fake.Quirks{UsersAt: "/People", Documents: users("https://example.com/People")}, "", true, "", ""},
		"nobody there":    {scim2fake.Quirks{Documents: users("/People")}, "", false, "", ""},
		"users pasted":    {scim2fake.Quirks{}, "/scim/v2/Users", true, "base_url", "/scim/v2"},
		"host only":       {scim2fake.Quirks{}, "/", true, "base_url", "/scim/v2"},
		"without version": {scim2fake.Quirks{}, "/scim", true, "base_url", "/scim/v2"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newTarget(t, c.quirks)
			settings := []string{}
			if c.base != "" {
				settings = []string{"base_url", g.url + c.base}
			}
			r := fixtureOf(t, g, settings...)
			rep, err := r.Check(t.Context())
			if (err != nil) != c.fails {
				t.Errorf("check: %v", err)
			}
			if c.key == "" && len(rep.Proposals) > 0 {
				t.Errorf("proposed %+v", rep.Proposals)
			}
			if c.key != "" && proposed(rep, c.key) != g.url+c.end {
				t.Errorf("proposed %+v", rep.Proposals)
			}
		})
	}
}
