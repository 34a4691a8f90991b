package patch

import (
	"errors"
	"reflect"
	"testing"

	"usher/scim"
	"usher/scim/schema"
)

// TestRFCMembers is the examples of RFC 7644 §3.5.2 for groups, which Apply takes too, and what must not change.
func TestRFCMembers(t *testing.T) {
	group := func(members string) map[string]any {
		return object(t, `{"schemas":["`+scim.GroupURN+`"],"id":"g","displayName":"G","members":[`+members+`]}`)
	}
	const babs, ada = `{"value":"2819c223-7f76-453a-919d-413861904646"}`, `{"value":"ada"}`
	for _, c := range [][3]string{
		{`{"op":"add","path":"members","value":[{"display":"Babs Jensen","$ref":"https://example.com/v2/Users/2819c223...413861904646","value":"2819c223-7f76-453a-919d-413861904646"}]}`,
			ada, ada + `,{"$ref":"https://example.com/v2/Users/2819c223...413861904646","value":"2819c223-7f76-453a-919d-413861904646"}`},
		{`{"op":"remove","path":"members"}`, ada + `,` + babs, ``},
		{`{"op":"remove","path":"members[value eq \"2819c223-7f76-453a-919d-413861904646\"]"}`, ada + `,` + babs, ada},
		{`{"op":"replace","path":"members","value":[{"display":"Babs Jensen","value":"2819c223-7f76-453a-919d-413861904646"}]}`, ada, babs},
		{`{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"2819c223-7f76-453a-919d-413861904646"}]}`, ada, babs},
		{`{"op":"remove","path":"members[value eq \"ada\"]"},{"op":"add","path":"members","value":[{"value":"2819c223-7f76-453a-919d-413861904646"}]}`, ada, babs},
	} {
		m, want := group(c[1]), group(c[2])
		if c[2] == "" {
			delete(want, "members")
		}
		changed, err := Apply(schema.Group(), m, operations(t, c[0]))
		if err != nil || !changed || !reflect.DeepEqual(m, want) {
			t.Errorf("%s: %s, %v, want %s", c[0], text(m), err, text(want))
		}
	}
	for _, ops := range []string{
		`{"op":"replace","path":"members[value eq \"ada\"].value","value":"x"}`,
		`{"op":"replace","path":"members[value eq \"ada\"]","value":{"value":"x"}}`,
		`{"op":"remove","path":"members[value eq \"ada\"].type"}`,
		`{"op":"remove","path":"members.value"}`,
		`{"op":"remove","path":"members[value eq \"ada\"].display"}`,
		`{"op":"remove","path":"displayName"}`,
	} {
		m := group(`{"value":"ada","type":"User"}`)
		_, err := Apply(schema.Group(), m, operations(t, ops))
		var e *scim.Error
		if !errors.As(err, &e) || e.ScimType != scim.Mutability || !reflect.DeepEqual(m, group(`{"value":"ada","type":"User"}`)) {
			t.Errorf("%s: %v, %s", ops, err, text(m))
		}
	}
}

// TestRFC is the other examples of RFC 7644 §3.5.2.1 to §3.5.2.3.
func TestRFC(t *testing.T) {
	work := `{"type":"work","streetAddress":"1 Main","locality":"Elsewhere"}`
	for _, c := range [][4]string{
		{"add, no path", `"nickName":"B"`, `{"op":"add","value":{"emails":[{"value":"babs@jensen.org","type":"home"}],"nickName":"Babs"}}`, `"nickName":"Babs","emails":[{"value":"babs@jensen.org","type":"home"}]`},
		{"remove by filter", `"emails":[{"type":"work","value":"b@example.com"},{"type":"work","value":"b@jensen.org"}]`,
			`{"op":"remove","path":"emails[type eq \"work\" and value ew \"example.com\"]"}`, `"emails":[{"type":"work","value":"b@jensen.org"}]`},
		{"replace selected", `"addresses":[` + work + `]`,
			`{"op":"replace","path":"addresses[type eq \"work\"]","value":{"type":"work","streetAddress":"911 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","formatted":"911 Universal City Plaza\nHollywood, CA 91608 US","primary":true}}`,
			`"addresses":[{"type":"work","streetAddress":"911 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","formatted":"911 Universal City Plaza\nHollywood, CA 91608 US","primary":true}]`},
		{"replace sub-attribute", `"addresses":[` + work + `]`, `{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"1010 Broadway Ave"}`,
			`"addresses":[{"type":"work","streetAddress":"1010 Broadway Ave","locality":"Elsewhere"}]`},
		{"replace, no path", `"emails":[{"value":"old"}]`, `{"op":"replace","value":{"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],"nickName":"Babs"}}`,
			`"nickName":"Babs","emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}]`},
	} {
		check(t, c[0], c[1], c[2], c[3])
	}
}

// TestEntra is what Microsoft Entra ID sends, with and without its aadOptscim062020 flag.
func TestEntra(t *testing.T) {
	for _, c := range [][4]string{
		{"disable", `"active":true`, `{"op":"Replace","path":"active","value":"False"}`, `"active":false`},
		{"disable, new", `"active":true`, `{"op":"replace","path":"active","value":false}`, `"active":false`},
		{"enable", `"active":false`, `{"op":"Replace","path":"active","value":"True"}`, `"active":true`},
		{"many attributes", `"displayName":"Old"`, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"u@contoso.com"},{"op":"Replace","path":"name.familyName","value":"F"},{"op":"Add","path":"nickName","value":"N"},{"op":"Remove","path":"displayName"}`,
			`"name":{"familyName":"F"},"nickName":"N","emails":[{"value":"u@contoso.com","type":"work"}]`},
		{"manager, legacy", ``, `{"op":"Add","path":"` + enterprise + `:manager","value":[{"$ref":null,"value":"m"}]}`, `"` + enterprise + `":{"manager":{"value":"m"}}`},
		{"manager, bare", ``, `{"op":"Add","path":"` + enterprise + `:manager","value":"m"}`, `"` + enterprise + `":{"manager":{"value":"m"}}`},
		{"manager, another", `"` + enterprise + `":{"manager":{"value":"m","displayName":"M"}}`, `{"op":"Replace","path":"` + enterprise + `:manager","value":"n"}`, `"` + enterprise + `":{"manager":{"value":"n"}}`},
		{"manager, none", `"` + enterprise + `":{"manager":{"value":"m","displayName":"M"},"division":"D"}`, `{"op":"Replace","path":"` + enterprise + `:manager","value":""}`, `"` + enterprise + `":{"division":"D"}`},
		{"manager's value", ``, `{"op":"Add","path":"` + enterprise + `:manager.value","value":"m"}`, `"` + enterprise + `":{"manager":{"value":"m"}}`},
		{"single value in a list", ``, `{"op":"Replace","path":"displayName","value":[{"$ref":null,"value":"D"}]}`, `"displayName":"D"`},
		{"dotted and URN names", `"name":{"givenName":"A","formatted":"A B"}`,
			`{"op":"replace","value":{"displayName":"D","name.givenName":"G","name.familyName":"F","emails[type eq \"work\"].value":"w@x.y","emails[type eq \"work\"].primary":true,"phoneNumbers[type eq \"mobile\"].value":"+1","` + enterprise + `:department":"X","active":true,"urn:contoso:extension:2.0:User:shoe":"9"}}`,
			`"displayName":"D","active":true,"name":{"givenName":"G","familyName":"F","formatted":"A B"},"emails":[` + work + `],"phoneNumbers":[{"type":"mobile","value":"+1"}],"` + enterprise + `":{"department":"X"}`},
		{"extension as object", ``, `{"op":"Add","value":{"` + enterprise + `":{"department":"X","manager":"m"}}}`, `"` + enterprise + `":{"department":"X","manager":{"value":"m"}}`},
		{"extension as path", `"` + enterprise + `":{"division":"D"}`, `{"op":"Add","path":"` + enterprise + `","value":{"department":"X"}}`, `"` + enterprise + `":{"division":"D","department":"X"}`},
		{"extension removed by null", `"` + enterprise + `":{"division":"D"}`, `{"op":"Replace","value":{"` + enterprise + `":null}}`, ``},
		{"core URN in front", ``, `{"op":"Replace","path":"` + scim.UserURN + `:title","value":"T"}`, `"title":"T"`},
		{"core schema as object", ``, `{"op":"Replace","value":{"` + scim.UserURN + `":{"title":"T"}}}`, `"title":"T"`},
		{"address", ``, `{"op":"Add","path":"addresses[type eq \"work\"].country","value":"FR"},{"op":"Add","path":"addresses[type eq \"work\"].locality","value":"Paris"}`, `"addresses":[{"type":"work","country":"FR","locality":"Paris"}]`},
		{"role as text", ``, `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}`, `"roles":[{"primary":true,"value":"admin"}]`},
		{"roles", ``, `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"1\",\"value\":\"a\"}"}]}`, `"roles":[{"value":"{\"id\":\"1\",\"value\":\"a\"}"}]`},
	} {
		check(t, c[0], c[1], c[2], c[3])
	}
}

// TestOkta is what Okta sends.
func TestOkta(t *testing.T) {
	for _, c := range [][4]string{
		{"deactivate", `"active":true`, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`, `"active":false`},
		{"password", ``, `{"op":"replace","value":{"password":"Hunter2hunter2"}}`, `"password":"Hunter2hunter2"`},
		{"profile", ``, `{"op":"replace","value":{"id":"1","name":{"givenName":"G"},"emails":[{"primary":true,"value":"w@x.y","type":"work"}],"groups":[]}}`, `"name":{"givenName":"G"},"emails":[` + work + `]`},
	} {
		check(t, c[0], c[1], c[2], c[3])
	}
	m := object(t, `{"schemas":["`+scim.GroupURN+`"],"id":"g","displayName":"Old"}`)
	changed, err := Apply(schema.Group(), m, operations(t, `{"op":"replace","value":{"id":"g","displayName":"New"}}`))
	if err != nil || !changed || m["displayName"] != "New" || m["id"] != "g" {
		t.Error(text(m), err)
	}
}
