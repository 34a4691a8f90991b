package schema

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"usher/scim"
)

func TestProject(t *testing.T) {
	const ent = scim.EnterpriseURN
	const always = `"schemas":["` + scim.UserURN + `","` + ent + `"],"id":"1"`
	const whole = `{` + always + `,"userName":"ada","name":{"givenName":"A","familyName":"L"},"emails":[{"value":"a","type":"work"},{"value":"b"}],"active":false,
		"meta":{"location":"l","version":"v"},"` + ent + `":{"department":"D","manager":{"value":"m","displayName":"M"}}}`
	without := func(text string) string { return strings.Replace(whole, text, "", 1) }
	for _, c := range []struct {
		attributes, excluded, want string
	}{
		{``, ``, whole},
		{`userName`, ``, `{` + always + `,"userName":"ada"}`},
		{` USERNAME , active`, ``, `{` + always + `,"userName":"ada","active":false}`},
		{scim.UserURN + `:userName`, ``, `{` + always + `,"userName":"ada"}`},
		{`name.givenName`, ``, `{` + always + `,"name":{"givenName":"A"}}`},
		{`name.givenName,name`, ``, `{` + always + `,"name":{"givenName":"A","familyName":"L"}}`},
		{`name.middleName`, ``, `{` + always + `}`},
		{`emails.type`, ``, `{` + always + `,"emails":[{"type":"work"}]}`},
		{`emails`, ``, `{` + always + `,"emails":[{"value":"a","type":"work"},{"value":"b"}]}`},
		{`shoe`, ``, `{` + always + `}`},
		{`id`, ``, `{` + always + `}`},
		{`password`, ``, `{` + always + `}`},
		{`meta.version`, ``, `{` + always + `,"meta":{"version":"v"}}`},
		{ent + `:department`, ``, `{` + always + `,"` + ent + `":{"department":"D"}}`},
		{ent + `:manager.value`, ``, `{` + always + `,"` + ent + `":{"manager":{"value":"m"}}}`},
		{ent, ``, `{` + always + `,"` + ent + `":{"department":"D","manager":{"value":"m","displayName":"M"}}}`},
		{`department`, ``, `{` + always + `,"` + ent + `":{"department":"D"}}`},
		{``, `Manager`, without(`,"manager":{"value":"m","displayName":"M"}`)},
		{``, `userName`, without(`"userName":"ada",`)},
		{``, `NAME.givenname`, without(`"givenName":"A",`)},
		{``, `emails.value`, `{` + strings.Replace(strings.TrimPrefix(whole, "{"), `[{"value":"a","type":"work"},{"value":"b"}]`, `[{"type":"work"}]`, 1)},
		{``, `id,schemas,shoe`, whole},
		{``, ent, without(`,"` + ent + `":{"department":"D","manager":{"value":"m","displayName":"M"}}`)},
		{``, ent + `:manager`, without(`,"manager":{"value":"m","displayName":"M"}`)},
		{``, `meta`, without(`"meta":{"location":"l","version":"v"},`)},
	} {
		m := object(t, whole)
		m["password"] = "never"
		m["shoe"] = "unknown"
		err := Project(User(), m, []string{c.attributes}, []string{c.excluded})
		if err != nil || !reflect.DeepEqual(m, object(t, c.want)) {
			t.Errorf("attributes %q, excluded %q:\n got %v, %v\nwant %s", c.attributes, c.excluded, m, err, c.want)
		}
	}
	var e *scim.Error
	if err := Project(User(), object(t, whole), []string{"id"}, []string{"name"}); !errors.As(err, &e) || e.ScimType != scim.InvalidValue {
		t.Error(err)
	}
}

func TestProjectChangesNothingBelow(t *testing.T) {
	name := map[string]any{"givenName": "A", "familyName": "L"}
	m := map[string]any{"userName": "ada", "name": name, "emails": []any{}}
	if err := Project(User(), m, nil, []string{"name.givenName"}); err != nil || len(name) != 2 || len(m["name"].(map[string]any)) != 1 || m["emails"] == nil {
		t.Error(m, name, err)
	}
}

func TestShows(t *testing.T) {
	for _, c := range []struct {
		attributes, excluded string
		want                 bool
	}{{"", "", true}, {"displayName", "", false}, {"members", "", true}, {"members.value", "", true}, {"", "members", false}, {"", "members.display", true}, {"", "displayName", true}} {
		s, err := Select(Group(), []string{c.attributes}, []string{c.excluded})
		if err != nil {
			t.Fatal(err)
		}
		ref, _ := Group().Find("members")
		if s.Shows(ref) != c.want {
			t.Errorf("%+v", c)
		}
	}
}
