package provisioning

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
)

func mapped(key, expression string) connectors.Attribute {
	return connectors.Attribute{Key: key, Label: "Field " + key, Type: connectors.String, Default: expression}
}

// everybody is a user with something in every attribute.
func everybody() directory.User {
	u := directory.User{ID: "u1", ExternalID: "hr-7", UserName: "Søren.Kierkegård@corp.example.com", Active: true, Source: directory.Import}
	u.Name = directory.Name{Formatted: "Dr. Søren Aabye Kierkegård", GivenName: "Søren", FamilyName: "Kierkegård", MiddleName: "Aabye", HonorificPrefix: "Dr.", HonorificSuffix: "II"}
	u.DisplayName, u.NickName, u.ProfileURL, u.Title, u.UserType = "Søren K.", "Kirk", "https://example.com/sk", "Writer", "Contractor"
	u.PreferredLanguage, u.Locale, u.Timezone = "da", "da-DK", "Europe/Copenhagen"
	u.Emails = []directory.Email{{Value: "sk@home.example.com", Type: "home"}, {Value: "sk@example.com", Display: "SK", Type: "work", Primary: true}}
	u.PhoneNumbers = []directory.Phone{{Value: "+45 1", Type: "work"}}
	u.IMs, u.Photos = []directory.Item{{Value: "sk", Type: "xmpp"}}, []directory.Item{{Value: "https://example.com/sk.png"}}
	u.Addresses = []directory.Address{{Locality: "København", Country: "DK", Primary: true}}
	u.Entitlements, u.Roles, u.X509Certificates = []directory.Item{{Value: "books"}}, []directory.Item{{Value: "author"}}, []directory.Item{{Value: "MIIB"}}
	u.EmployeeNumber, u.CostCenter, u.Organization, u.Division, u.Department = "7", "42", "Berlingske", "North", "Philosophy"
	u.Groups = []string{"Authors", "Walkers"}
	u.Manager = directory.Manager{Value: "m1", DisplayName: "Regine"}
	return u
}

func TestExpressions(t *testing.T) {
	def := connectors.Definition{Fields: []connectors.Field{{Key: "domain", Type: connectors.Text}, {Key: "unset", Type: connectors.Text, Default: "as it is"}, {Key: "token", Type: connectors.Password}}}
	c := directory.Connector{Connection: "Warehouse", Settings: directory.Settings{Values: map[string]string{"domain": "example.org"}, Secrets: map[string]directory.Secret{"token": "s3cr3t"}}}
	item := func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	for expression, want := range map[string]any{
		`user.name.familyName + ", " + user.name.givenName`:                                                                            "Kierkegård, Søren",
		`user.name.formatted + user.name.middleName + user.name.honorificPrefix + user.name.honorificSuffix`:                           "Dr. Søren Aabye KierkegårdAabyeDr.II",
		`user.nickName + user.profileUrl + user.title + user.userType + user.preferredLanguage`:                                        "Kirkhttps://example.com/skWriterContractorda",
		`user.locale + user.timezone + user.externalId + user.id + user.source + string(user.active)`:                                  "da-DKEurope/Copenhagenhr-7u1importtrue",
		`user.employeeNumber + user.costCenter + user.organization + user.division + user.department`:                                  "742BerlingskeNorthPhilosophy",
		`user.groups.join(", ") + string("Authors" in user.groups) + string(user.groups.exists(g, g == "Sales"))`:                      "Authors, Walkerstruefalse",
		`user.manager.value + user.manager.displayName`:                                                                                "m1Regine",
		`user.ims[0].value + user.photos[0].value + user.entitlements[0].value + user.roles[0].value + user.x509Certificates[0].value`: "skhttps://example.com/sk.pngbooksauthorMIIB",
		`user.emails.filter(e, e.primary)[0].value`:                                                                                    "sk@example.com",
		`user.emails[?7].value.orValue("none")`:                                                                                        "none",
		`user.addresses[0].locality.ascii()`:                                                                                           "Kobenhavn",
		`user.userName.localPart().ascii().lowerAscii()`:                                                                               "soren.kierkegard",
		`user.userName.domain()`:                            "corp.example.com",
		`"nobody".localPart() + "nobody".domain()`:          "nobody",
		`user.name.familyName.first(8)`:                     "Kierkegå",
		`user.name.familyName.first(800)`:                   "Kierkegård",
		`user.name.familyName.first(-1) + "x"`:              "x",
		`"Straße Łódź Æsir ﬁn – 日本".ascii()`:                "Strasse Lodz AEsir fin - ",
		`connection.name.lowerAscii()`:                      "warehouse",
		`user.userName.localPart() + "@" + settings.domain`: "Søren.Kierkegård@example.org",
		`settings.unset`:                                    "as it is",
		`user.displayName == "" ? user.userName : ""`:       nil,
		`user.active`:                 true,
		`user.title == "Reader"`:      false,
		`user.emails`:                 []any{item("value", "sk@home.example.com", "type", "home"), item("value", "sk@example.com", "display", "SK", "type", "work", "primary", true)},
		`user.emails.map(e, e.value)`: []any{item("value", "sk@home.example.com"), item("value", "sk@example.com")},
		`user.addresses`:              []any{item("locality", "København", "country", "DK", "primary", true)},
		`[{"value": user.userName.domain(), "type": "other"}]`: []any{item("value", "corp.example.com", "type", "other")},
		`user.emails.filter(e, e.type == "other")`:             nil,
		`["", user.title]`: []any{item("value", "Writer")},
	} {
		a := connectors.Attribute{Key: "k", Label: "K", Type: connectors.String, Default: expression}
		switch want.(type) {
		case bool:
			a.Type = connectors.Boolean
		case []any:
			a.Type = connectors.List
		}
		if want == nil && strings.Contains(expression, "filter") {
			a.Type = connectors.List
		}
		def.Attributes = []connectors.Attribute{a}
		m, err := MappingOf(def, c)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		p, err := m.Profile(everybody())
		if err != nil || !reflect.DeepEqual(p.Values["k"], want) {
			t.Errorf("%s gives %#v, want %#v (%v)", expression, p.Values["k"], want, err)
		}
	}
}

func TestExpressionsThatCannotBeUsed(t *testing.T) {
	for _, c := range []struct {
		expression string
		need       connectors.AttributeType
		says       string
		caret      string
	}{
		{"user.nickname", connectors.String, "There is no attribute “nickname” here.", "user.nickname\n....^"},
		{"department", connectors.String, "There is no “department”. Expressions begin with user", "department\n^"},
		{"user.name.givenName +", connectors.String, "The expression is not complete", "user.name.givenName +\n.....................^"},
		{"user.title +\nuser.titel", connectors.String, "There is no attribute “titel”", "user.titel\n....^"},
		{"user.title + 1", connectors.String, "These values do not go together: “+”", "user.title + 1\n...........^"},
		{"user.title.size()", connectors.String, "The expression gives a number where text is needed. Put it into string(…).", ""},
		{"user.emails", connectors.String, "gives a list where text is needed. Take one of them", ""},
		{"user.name", connectors.String, "gives an object with several values where text is needed", ""},
		{"user.title", connectors.Boolean, "gives text where true or false is needed", ""},
		{"user.title", connectors.List, "gives text where a list is needed. Put it into [ ].", ""},
		{"settings.token.size() > 0 ? 1 : 2", connectors.Boolean, "gives a number where true or false is needed", ""},
		{strings.Repeat("(", 300) + "1", connectors.String, "The expression", ""},
		{"'" + strings.Repeat("x", expression.MaxLength) + "'", connectors.String, "at most 2000 characters", ""},
	} {
		a := connectors.Attribute{Key: "k", Label: "K", Type: c.need, Default: c.expression}
		_, wrong, err := CheckMapping(connectors.Definition{Attributes: []connectors.Attribute{a}}, directory.Connector{})
		if err != nil || !strings.Contains(wrong["k"].Message, c.says) || (c.caret != "" && wrong["k"].Caret != c.caret) {
			t.Errorf("%.40s: %q, %q (%v)", c.expression, wrong["k"].Message, wrong["k"].Caret, err)
		}
	}
}

func TestExpressionsThatFailForAUser(t *testing.T) {
	for expression, says := range map[string]string{
		"user.roles[3].value": "not there for this user",
		"settings.nothing":    "not there for this user",
		`[dyn(1)][0]`:         "gives a number where text is needed",
		`"a".substring(5)`:    "index out of range",
		`dyn(settings).size() > 0 ? dyn(timestamp(0)) : ""`: "gives a time, which cannot be sent",
	} {
		m, err := CompileMapping(connectors.Definition{Attributes: []connectors.Attribute{mapped("k", expression), mapped("other", "user.title")}})
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if _, err := m.Profile(everybody()); connectors.KindOf(err) != connectors.Invalid || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "Field k") {
			t.Errorf("%s: %v", expression, err)
		}
		p, wrong := m.Preview(everybody())
		if !strings.Contains(wrong["k"].Message, says) || len(wrong) != 1 || p.Values["other"] != "Writer" {
			t.Errorf("%s: a preview goes on after a mistake: %v, %v", expression, p.Values, wrong)
		}
	}
}

// Nothing that an administrator can write may take the memory or the time of everybody.
func TestExpressionsCannotGrowWithoutEnd(t *testing.T) {
	grows := "user.title" + strings.Repeat(`.replace("e", "eeeeeeeeeeeeeeeeeeee")`, 40)
	m, err := CompileMapping(connectors.Definition{Attributes: []connectors.Attribute{mapped("k", grows)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, wrong := m.Preview(everybody()); !strings.Contains(wrong["k"].Message, "takes too long") {
		t.Error("no limit:", wrong)
	}
}

var mappedAttributes = []connectors.Attribute{
	{Key: "userName", Label: "User name", Type: connectors.String, Required: true, Matching: true, Default: "user.userName"},
	{Key: "title", Label: "Title", Type: connectors.String, Default: "user.title"},
	{Key: "once", Label: "Once", Type: connectors.String, Default: "user.source", OnCreate: true},
	{Key: "spare", Label: "Spare", Type: connectors.String},
}

func TestAdministratorsMapping(t *testing.T) {
	def := connectors.Definition{Attributes: mappedAttributes}
	m, err := MappingOf(def, directory.Connector{Mapping: directory.Mapping{"title": {Expression: ""}, "spare": {Expression: " user.nickName "},
		"userName": {Expression: `user.userName.localPart()`, OnCreate: true}, "gone": {Expression: "not ( CEL"}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Profile(everybody())
	if want := map[string]any{"userName": "Søren.Kierkegård", "once": "import", "spare": "Kirk"}; err != nil || !reflect.DeepEqual(p.Values, want) {
		t.Errorf("%#v (%v)", p.Values, err)
	}
	if def.Attributes[0].Default != "user.userName" || mappedAttributes[0].OnCreate {
		t.Error("the kind itself was changed")
	}
	_, err = MappingOf(def, directory.Connector{Mapping: directory.Mapping{"userName": {}}})
	if connectors.KindOf(err) != connectors.Misconfigured || !strings.Contains(err.Error(), "User name: The target needs a value.") {
		t.Error("a required attribute was left out:", err)
	}
}

func TestDiffHonoursTheMapping(t *testing.T) {
	def := Mapped(connectors.Definition{Attributes: mappedAttributes}, directory.Mapping{"title": {Expression: "user.title", OnCreate: true}, "once": {Expression: "user.id"}})
	want := connectors.Profile{Values: map[string]any{"userName": "ada", "title": "Countess", "once": "u1"}}
	for name, written := range map[string]map[string]any{"known": {"userName": "ada", "title": "Lady"}, "not known": nil} {
		c := diff(def, want, written)
		if c.Set["title"] != nil || c.Set["once"] != nil {
			t.Errorf("%s: sent what is for new accounts only: %v", name, c.Set)
		}
	}
	// What is for new accounts only, or not mapped any more, is not taken away either.
	def = Mapped(def, directory.Mapping{"userName": {}})
	if c := diff(def, connectors.Profile{}, map[string]any{"userName": "ada", "title": "Lady", "once": "u1"}); !empty(c) {
		t.Error("sent", c)
	}
}

func TestAMappingThatDoesNotCompileAnyMoreIsMisconfigured(t *testing.T) {
	opens := func(connectors.Config, *http.Client) (connectors.Connector, error) { return nil, nil }
	o := NewOpener([]connectors.Definition{{Kind: "k", Attributes: mappedAttributes, Open: opens}})
	c := directory.Connector{ID: "c", Kind: "k", Revision: 1, Connection: "A", Mapping: directory.Mapping{"title": {Expression: "user.titel"}}}
	if _, err := o.Open(c); connectors.KindOf(err) != connectors.Misconfigured || !strings.Contains(err.Error(), "Title: There is no attribute “titel”") {
		t.Error(err)
	}
	c.Mapping = directory.Mapping{"title": {Expression: "connection.name", OnCreate: true}}
	first, err := o.Open(c)
	if err != nil || !first.Definition.Attributes[1].OnCreate {
		t.Fatal(err)
	}
	c.Connection = "B" // a rename does not write the connector
	second, err := o.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := second.Mapping.Profile(everybody()); p.Values["title"] != "B" {
		t.Error("the old name is still sent:", p.Values)
	}
}

// No text, however odd, may break the compiler or the evaluation.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{"user.userName", `user.emails.map(e, e.value.localPart().first(3).ascii())`, `settings[?"x"].orValue("")`, "[1][?0]", `{"a": [user.name]}`,
		`"%s %d".format([user.title, 2])`, "user.emails.filter(e, e.primary)[0].value", "timestamp(0)", `b"x"`, "optional.of(user)", "{1: 2}", `"\ufffd".ascii()`} {
		f.Add(s)
	}
	u := everybody()
	f.Fuzz(func(t *testing.T, s string) {
		for _, need := range []connectors.AttributeType{connectors.String, connectors.Boolean, connectors.List} {
			m, wrong, err := CheckMapping(connectors.Definition{Attributes: []connectors.Attribute{{Key: "k", Type: need, Default: s}}}, directory.Connector{})
			if err != nil {
				t.Fatal(err)
			}
			if len(wrong) > 0 && !strings.HasSuffix(wrong["k"].Message, ".") {
				t.Errorf("not a sentence: %q", wrong["k"].Message)
			}
			_, _ = m.Preview(u)
		}
	})
}

// A test of a connection compares what is sent with what the target takes.
func TestTheConnectorKnowsWhatIsMapped(t *testing.T) {
	var got []string
	def := connectors.Definition{Kind: "k", Attributes: []connectors.Attribute{{Key: "a", Type: connectors.String, Default: "user.userName"}, {Key: "b", Type: connectors.String}, {Key: "c", Type: connectors.String, Default: "user.title"}},
		Open: func(c connectors.Config, _ *http.Client) (connectors.Connector, error) {
			for _, a := range c.Mapped {
				got = append(got, a.Key)
			}
			return nil, nil
		}}
	if _, err := NewOpener([]connectors.Definition{def}).OpenOnce(directory.Connector{Kind: "k", Mapping: directory.Mapping{"c": {}}}); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0] != "a" {
		t.Errorf("mapped: %v", got)
	}
}
