package filter

import (
	"encoding/json"
	"testing"

	"usher/scim"
	"usher/scim/schema"
)

const jensen = `{"schemas":["` + scim.UserURN + `","` + enterprise + `"],"id":"2819c223-A","externalId":"Ext1","userName":"bjensen",
	"name":{"familyName":"O'Malley","givenName":"Ärla"},"title":"Guide","userType":"Employee","active":false,
	"emails":[{"value":"Bjensen@Example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],
	"ims":[{"value":"some@foo.com","type":"aim"}],"addresses":[{"type":"work","locality":"Hollywood"}],
	"x509Certificates":[{"value":"MIIabc"}],"photos":[{"value":"https://Example.com/F"}],
	"` + enterprise + `":{"employeeNumber":"701984","manager":{"value":"M1"}},
	"meta":{"resourceType":"User","created":"2010-01-23T04:56:22Z","lastModified":"2011-05-13T06:42:34.000+02:00"}}`

// TestMatch is the examples of RFC 7644 §3.4.2.2 and what else must hold.
func TestMatch(t *testing.T) {
	var resource map[string]any
	if err := json.Unmarshal([]byte(jensen), &resource); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`userName eq "bjensen"`:         true,
		`userName Eq "john"`:            false,
		`Username eq "BJENSEN"`:         true,
		`name.familyName co "O'Malley"`: true,
		`userName sw "J"`:               false,
		`userName sw "B"`:               true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`: false,
		`title pr`:    true,
		`nickName pr`: false,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`:                                                       false,
		`meta.lastModified ge "2011-05-13T04:42:34Z"`:                                                       true,
		`meta.lastModified lt "2011-05-13T04:42:34Z"`:                                                       false,
		`meta.lastModified le "2011-05-13T04:42:34Z"`:                                                       true,
		`meta.lastModified eq "2011-05-13T04:42:34Z"`:                                                       true,
		`meta.lastModified gt "2011-05-13T04:42:33.999Z"`:                                                   true,
		`title pr and userType eq "Employee"`:                                                               true,
		`title pr or userType eq "Intern"`:                                                                  true,
		`nickName pr and title pr or active eq false`:                                                       true,
		`active eq false or nickName pr and title eq "x"`:                                                   true,
		`(active eq false or nickName pr) and title eq ""`:                                                  false,
		`schemas eq "` + enterprise + `"`:                                                                   true,
		`schemas eq "urn:x"`:                                                                                false,
		`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`:             true,
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`:         false,
		`userType eq "Employee" and (emails.type eq "work")`:                                                true,
		`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`:                     true,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`: true,
		`emails[type eq "home" and value co "@example.com"]`:                                                false,
		`emails.type eq "home" and emails.value co "@example.com"`:                                          true,
		`ims[type eq "xmpp" and value co "@foo.com"]`:                                                       false,
		`emails[not (type eq "work")]`:                                                                      true,
		`emails[not (type eq "work" or type eq "home")]`:                                                    false,
		`emails[type eq "work"].value eq "bjensen@example.com"`:                                             true,
		`emails[type eq "home"].value eq "bjensen@example.com"`:                                             false,
		`emails[primary eq null]`:                                                                           true,
		`emails[primary eq false]`:                                                                          false,
		`phoneNumbers[type eq null]`:                                                                        false,
		`emails.value ew "JENSEN.org"`:                                                                      true,
		`emails.value ne "babs@jensen.org"`:                                                                 false,
		`emails.value ne "x"`:                                                                               true,
		`phoneNumbers ne "x"`:                                                                               true,
		`nickName ne "x"`:                                                                                   true,
		`nickName eq null`:                                                                                  true,
		`nickName ne null`:                                                                                  false,
		`title eq null`:                                                                                     false,
		`title ne null`:                                                                                     true,
		`not (nickName pr)`:                                                                                 true,
		`name pr`:                                                                                           true,
		`addresses pr`:                                                                                      true,
		`photos pr`:                                                                                         true,
		`roles pr`:                                                                                          false,
		`active pr`:                                                                                         true,
		`active eq false`:                                                                                   true,
		`active eq "False"`:                                                                                 true,
		`active ne true`:                                                                                    true,
		`active ne false`:                                                                                   false,
		`name.givenName eq "äRLA"`:                                                                          true,
		`id eq "2819c223-A"`:                                                                                true,
		`id eq "2819c223-a"`:                                                                                false,
		`externalId eq "ext1"`:                                                                              false,
		`externalId sw "Ext"`:                                                                               true,
		`photos.value eq "https://example.com/f"`:                                                           false,
		`x509Certificates.value eq "miiabc"`:                                                                false,
		`x509Certificates.value co "Iab"`:                                                                   true,
		`userName gt "BJ"`:                                                                                  true,
		`userName lt "BJ"`:                                                                                  false,
		`userName ge "bjensen"`:                                                                             true,
		enterprise + `:employeeNumber eq "701984"`:                                                          true,
		enterprise + `:employeeNumber le 701984`:                                                            true,
		enterprise + `:manager eq "M1"`:                                                                     true,
		enterprise + `:manager.value eq "m1"`:                                                               false,
		enterprise + `:department pr`:                                                                       false,
		`title eq ""`:                                                                                       false,
		`title co ""`:                                                                                       true,
		`nickName sw ""`:                                                                                    false,
		`name[familyName sw "O" and givenName ew "la"]`:                                                     true,
		`emails[value eq "x"] or emails[value ew ".ORG"]`:                                                   true,
		`emails[type eq "work" and not (value co "@x")]`:                                                    true,
		`emails[(type eq "a" or type eq "home") and value pr]`:                                              true,
	} {
		e, err := Parse(schema.User(), text)
		if err != nil {
			t.Error(err)
			continue
		}
		if Match(e, resource) != want {
			t.Errorf("%s is %v", text, !want)
		}
	}
}

func TestMatchSurvivesAnyResource(t *testing.T) {
	var refs []Expr
	for _, text := range []string{`emails.value eq "x"`, `emails[type eq "x"]`, `meta.created eq "2011-05-13T04:42:34Z"`, `active eq true`, enterprise + `:manager eq "x"`, `schemas co "x"`} {
		e, err := Parse(schema.User(), text)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, e)
	}
	for _, odd := range []any{nil, 7, "x", true, []any{1, nil, "x", []any{"x"}}, map[string]any{"value": 7, "type": []any{}, "created": 3}, []string{"y"}} {
		m := map[string]any{"emails": odd, "meta": odd, "active": odd, enterprise: odd, "schemas": odd}
		for _, e := range refs {
			Match(e, m)
		}
	}
}
