package scim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// person has a field of each type that is read tolerantly.
type person struct {
	Schemas  []string                  `json:"schemas,omitempty"`
	ID       Text                      `json:"id,omitempty"`
	UserName Text                      `json:"userName,omitempty"`
	Name     *struct{ GivenName Text } `json:"name,omitempty"`
	Title    Text                      `json:"title,omitempty"`
	Active   Bool                      `json:"active,omitzero"`
	Emails   []Value                   `json:"emails,omitempty"`
	Roles    []Value                   `json:"roles,omitempty"`
	Meta     *struct{ Version Text }   `json:"meta,omitempty"`
}

func TestDecodeIsTolerant(t *testing.T) {
	var u person
	err := Decode([]byte(`{"ID":12345678901234567890,"UserName":"ada","ACTIVE":"True","name":{"givenname":"Ada"},"title":{"odd":1},"emails":["a@b.c",{"Value":"d@e.f","primary":"true"}],
		"roles":"none","meta":{"created":"yesterday","version":7},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"X","manager":"42"}}`), &u)
	if err != nil {
		t.Fatal(err)
	}
	if u.ID != "12345678901234567890" || u.UserName != "ada" || u.Active != True() || u.Name.GivenName != "Ada" || u.Title != "" ||
		len(u.Emails) != 2 || u.Emails[0].Value != "a@b.c" || u.Emails[1].Primary != True() || u.Meta.Version != "7" {
		t.Errorf("%+v", u)
	}
	for _, bad := range []string{``, `[]`, `"x"`, `{"a":`, `<html>`, `{} {}`} {
		if Decode([]byte(bad), &u) == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestDecodeList(t *testing.T) {
	for text, total := range map[string]Int{`{"totalResults":2}`: Number(2), `{"totalResults":"2","Resources":null}`: Number(2),
		`{"resources":[]}`: {}, `{"totalResults":null}`: {}, `{"totalResults":"many"}`: {}} {
		var l List
		if err := Decode([]byte(text), &l); err != nil || l.TotalResults != total || len(l.Resources) != 0 {
			t.Errorf("%s: %+v, %v", text, l, err)
		}
	}
}

func TestDecodeConfig(t *testing.T) {
	for text, patch := range map[string]Bool{`{"patch":{"supported":"true"}}`: True(), `{"Resources":[{"patch":{"supported":false}}]}`: False(), `{"patch":true}`: {}} {
		c, err := DecodeConfig([]byte(text))
		if err != nil || c.Patch.Supported != patch {
			t.Errorf("%s: %+v, %v", text, c.Patch, err)
		}
	}
}

func TestParseError(t *testing.T) {
	for text, want := range map[string]Error{
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"taken"}`: {Status: "409", ScimType: "uniqueness", Detail: "taken"},
		`{"status":400,"Detail":"a\nb"}`:                         {Status: "400", Detail: "a b"},
		`{"Errors":{"description":"username_taken","code":409}}`: {ScimType: "", Detail: "username_taken"},
		`{"error":"invalid_client","error_description":"no"}`:    {ScimType: "invalid_client", Detail: "no"},
		`{"error":"it is broken"}`:                               {Detail: "it is broken"},
		`{"errors":[{"message":"first"},{"message":"second"}]}`:  {Detail: "first"},
		`<html><head><title>502 Bad</title></head>x`:             {Detail: "502 Bad"},
		`<p>one<br>two</p><script>three</script>`:                {Detail: "one two"},
		"plain": {Detail: "plain"},
		"":      {},
		`[1]`:   {Detail: "[1]"},
	} {
		got, conforms := ParseError([]byte(text))
		if conforms != strings.Contains(text, ErrorURN) {
			t.Errorf("%s: conforms is %v", text, conforms)
		}
		got.Schemas = nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
	if e, _ := ParseError([]byte(strings.Repeat("é", 5000))); len(e.Detail) > maxWords+4 {
		t.Errorf("%d bytes of words", len(e.Detail))
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{`a"b\c`: `"a\"b\\c"`, "a\tb\x00": `"a\u0009b\u0000"`, "é😀<&>": `"é😀<&>"`, "\xff": `"�"`} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestEncode(t *testing.T) {
	b, err := Encode(person{Schemas: []string{UserURN}, UserName: "a&b", Active: False(), Emails: []Value{{Value: "x", Primary: True()}}})
	const want = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a&b","active":false,"emails":[{"value":"x","primary":true}]}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
	b, _ = Encode(NewPatch(Operation{Op: Replace, Path: "active", Value: false}, Operation{Op: Remove, Path: "title"}))
	if !strings.Contains(string(b), `[{"op":"replace","path":"active","value":false},{"op":"remove","path":"title"}]`) {
		t.Errorf("%s", b)
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("a\"b\\\x00\xffé")
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal([]byte(Quote(s)), &back); err != nil || back != strings.ToValidUTF8(back, "x") {
			t.Errorf("%q: %q, %v", s, back, err)
		}
		if std, _ := json.Marshal(s); true {
			var want string
			_ = json.Unmarshal(std, &want)
			if back != want {
				t.Errorf("%q became %q, want %q", s, back, want)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":1,"emails":[{"value":"a"}],"active":"x","meta":{"created":"2026-01-01T00:00:00Z"}}`))
	f.Add([]byte(`{"totalResults":"2","Resources":[{}],"schemas":7}`))
	f.Add([]byte(`{"Errors":[{"description":{}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var u person
		if Decode(b, &u) == nil {
			if _, err := Encode(u); err != nil {
				t.Errorf("read and cannot be written: %v", err)
			}
		}
		var l List
		_ = Decode(b, &l)
		_, _ = DecodeConfig(b)
		ParseError(b)
	})
}

func FuzzAppendValue(f *testing.F) {
	f.Add([]byte(`{"a":[1,true,null,"x\n",{"b":{}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v, back any
		if json.Unmarshal(b, &v) != nil {
			return
		}
		out, err := AppendValue(nil, v)
		if err != nil || json.Unmarshal(out, &back) != nil || !reflect.DeepEqual(v, back) {
			t.Errorf("%s became %s, %v", b, out, err)
		}
	})
}
