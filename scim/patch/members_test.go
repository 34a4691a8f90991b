package patch

import (
	"errors"
	"reflect"
	"testing"

	"usher/scim"
)

func TestSplitMembers(t *testing.T) {
	for name, c := range map[string]struct {
		ops  string
		want Members
		rest string
	}{
		"add":                        {`{"op":"add","path":"members","value":[{"value":"a"},{"value":"b","display":"B","type":"User","$ref":"https://x/b"}]}`, Members{Add: []string{"a", "b"}}, ``},
		"add, any case":              {`{"op":"ADD","path":"Members","value":[{"Value":"a"}]}`, Members{Add: []string{"a"}}, ``},
		"add by URN":                 {`{"op":"add","path":"` + scim.GroupURN + `:members","value":[{"value":"a"}]}`, Members{Add: []string{"a"}}, ``},
		"add one":                    {`{"op":"add","path":"members","value":{"value":"a"}}`, Members{Add: []string{"a"}}, ``},
		"add bare":                   {`{"op":"add","path":"members","value":["a","b","a"]}`, Members{Add: []string{"a", "b"}}, ``},
		"add bare one":               {`{"op":"add","path":"members","value":"a"}`, Members{Add: []string{"a"}}, ``},
		"add, nested (Salesforce)":   {`{"op":"add","path":"members","value":{"members":[{"value":"a"}]}}`, Members{Add: []string{"a"}}, ``},
		"add nobody":                 {`{"op":"add","path":"members","value":[]}`, Members{}, ``},
		"add, no path":               {`{"op":"add","value":{"members":[{"value":"a"}],"displayName":"N"}}`, Members{Add: []string{"a"}}, `{"op":"add","value":{"displayName":"N"}}`},
		"add, no path, alone":        {`{"op":"add","value":{"members":[{"value":"a"}]}}`, Members{Add: []string{"a"}}, ``},
		"core schema":                {`{"op":"add","value":{"` + scim.GroupURN + `":{"members":["a"],"displayName":"N"}}}`, Members{Add: []string{"a"}}, `{"op":"add","value":{"` + scim.GroupURN + `":{"displayName":"N"}}}`},
		"core schema as path":        {`{"op":"add","path":"` + scim.GroupURN + `","value":{"members":["a"]}}`, Members{Add: []string{"a"}}, ``},
		"remove by filter":           {`{"op":"remove","path":"members[value eq \"a\"]"}`, Members{Remove: []string{"a"}}, ``},
		"remove by filter, several":  {`{"op":"remove","path":"members[value eq \"a\" or (value eq \"b\" or value eq \"a\")]"}`, Members{Remove: []string{"a", "b"}}, ``},
		"remove by filter and type":  {`{"op":"remove","path":"members[type eq \"User\" and value eq \"a\"]"}`, Members{Remove: []string{"a"}}, ``},
		"remove by type":             {`{"op":"remove","path":"members[type eq \"User\"]"}`, Members{Clear: true}, ``},
		"remove listed (Entra)":      {`{"op":"Remove","path":"members","value":[{"value":"a"},{"value":"b"}]}`, Members{Remove: []string{"a", "b"}}, ``},
		"remove listed, $ref":        {`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"a"}]}`, Members{Remove: []string{"a"}}, ``},
		"remove nobody":              {`{"op":"Remove","path":"members","value":[]}`, Members{}, ``},
		"remove all":                 {`{"op":"remove","path":"members"}`, Members{Clear: true}, ``},
		"replace":                    {`{"op":"replace","path":"members","value":[{"value":"a"}]}`, Members{Set: true, Add: []string{"a"}}, ``},
		"replace by nobody":          {`{"op":"replace","path":"members","value":[]}`, Members{Clear: true}, ``},
		"replace, no path (Okta)":    {`{"op":"replace","value":{"id":"g","displayName":"N","members":[{"value":"a"}]}}`, Members{Set: true, Add: []string{"a"}}, `{"op":"replace","value":{"id":"g","displayName":"N"}}`},
		"the last word: add, remove": {`{"op":"add","path":"members","value":["a","b"]},{"op":"remove","path":"members[value eq \"a\"]"}`, Members{Add: []string{"b"}, Remove: []string{"a"}}, ``},
		"the last word: remove, add": {`{"op":"remove","path":"members[value eq \"a\"]"},{"op":"add","path":"members","value":["a","b"]}`, Members{Add: []string{"a", "b"}}, ``},
		"clear, add":                 {`{"op":"remove","path":"members"},{"op":"add","path":"members","value":["a"]}`, Members{Set: true, Add: []string{"a"}}, ``},
		"add, clear":                 {`{"op":"add","path":"members","value":["a"]},{"op":"remove","path":"members"}`, Members{Clear: true}, ``},
		"replace, remove":            {`{"op":"replace","path":"members","value":["a","b"]},{"op":"remove","path":"members","value":["a","c"]}`, Members{Set: true, Add: []string{"b"}}, ``},
		"replace, replace":           {`{"op":"replace","path":"members","value":["a"]},{"op":"replace","path":"members","value":["b","a"]}`, Members{Set: true, Add: []string{"b", "a"}}, ``},
		"others stay in order": {`{"op":"replace","path":"displayName","value":"N"},{"op":"add","path":"members","value":["a"]},{"op":"replace","path":"externalId","value":"e"},{"op":"what"},{"op":"remove"},{"op":"add","path":"x["}`,
			Members{Add: []string{"a"}}, `{"op":"replace","path":"displayName","value":"N"},{"op":"replace","path":"externalId","value":"e"},{"op":"what"},{"op":"remove"},{"op":"add","path":"x["}`},
	} {
		ops := operations(t, c.ops)
		m, rest, err := SplitMembers(ops)
		want := operations(t, c.rest)
		if err != nil || !reflect.DeepEqual(m, c.want) || len(rest)+len(want) > 0 && !reflect.DeepEqual(rest, want) {
			t.Errorf("%s: %+v, %v, %v; want %+v, %v", name, m, rest, err, c.want, want)
		}
		if !reflect.DeepEqual(ops, operations(t, c.ops)) {
			t.Errorf("%s: the operations were changed", name)
		}
		if m.Empty() != reflect.DeepEqual(m, Members{}) {
			t.Errorf("%s: Empty is %v", name, m.Empty())
		}
	}
}

func TestSplitMembersRefuses(t *testing.T) {
	for ops, scimType := range map[string]string{
		`{"op":"add","path":"members"}`:                                                          scim.InvalidValue,
		`{"op":"replace","path":"members"}`:                                                      scim.InvalidValue,
		`{"op":"replace","path":"members","value":""}`:                                           scim.InvalidValue,
		`{"op":"replace","path":"members","value":[{}]}`:                                         scim.InvalidValue,
		`{"op":"replace","path":"members","value":[{"value":""}]}`:                               scim.InvalidValue,
		`{"op":"replace","path":"members","value":[null]}`:                                       scim.InvalidValue,
		`{"op":"remove","path":"members","value":[{"display":"Ada"}]}`:                           scim.InvalidValue,
		`{"op":"add","path":"members","value":[7]}`:                                              scim.InvalidValue,
		`{"op":"add","path":"members","value":[{"value":7}]}`:                                    scim.InvalidValue,
		`{"op":"add","path":"members","value":[["a"]]}`:                                          scim.InvalidValue,
		`{"op":"add","path":"members","value":[{"value":"g","type":"Group"}]}`:                   scim.InvalidValue,
		`{"op":"replace","value":{"members":null}}`:                                              scim.InvalidValue,
		`{"op":"remove","path":"members[display co \"A\"]"}`:                                     scim.InvalidFilter,
		`{"op":"remove","path":"members[not (value eq \"a\")]"}`:                                 scim.InvalidFilter,
		`{"op":"remove","path":"members[value eq \"a\" and value eq \"b\"]"}`:                    scim.InvalidFilter,
		`{"op":"remove","path":"members[type eq \"User\" and display pr]"}`:                      scim.InvalidFilter,
		`{"op":"remove","path":"members[value eq \"\"]"}`:                                        scim.InvalidFilter,
		`{"op":"remove","path":"members[value eq null]"}`:                                        scim.InvalidFilter,
		`{"op":"replace","path":"members[value eq \"a\"]","value":{"value":"b"}}`:                scim.Mutability,
		`{"op":"replace","path":"members[value eq \"a\"].display","value":"b"}`:                  scim.Mutability,
		`{"op":"remove","path":"members.value"}`:                                                 scim.Mutability,
		`{"op":"add","path":"members","value":["a"]},{"op":"add","path":"members","value":[""]}`: scim.InvalidValue,
	} {
		m, rest, err := SplitMembers(operations(t, ops))
		var e *scim.Error
		if !errors.As(err, &e) || e.ScimType != scimType || !m.Empty() || rest != nil {
			t.Errorf("%s: %+v, %v, want %s", ops, m, err, scimType)
		}
	}
}
