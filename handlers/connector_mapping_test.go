package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"usher/connectors"
	"usher/connectors/scim2"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// mappingConsole is the mapping page of a connector, with two users to look at.
type mappingConsole struct {
	*console
	connector    directory.Connector
	at           string
	older, newer directory.User
}

func newMappingConsole(t *testing.T) *mappingConsole {
	t.Helper()
	o := &mappingConsole{console: newConsole(t)}
	_, o.connector = o.target(t, "Warehouse", directory.Provisioner{})
	o.older, o.newer = o.user(t, "ada"), o.user(t, "grace")
	o.at = views.MappingURL(o.connector)
	return o
}

// row is the index of an attribute on the page.
func (o *mappingConsole) row(t *testing.T, key string) string {
	t.Helper()
	for i, a := range scim2.Definition().Attributes {
		if a.Key == key {
			return strconv.Itoa(i)
		}
	}
	t.Fatalf("no attribute %s", key)
	return ""
}

func (o *mappingConsole) value(t *testing.T, a answer, key string) string {
	t.Helper()
	return strings.Join(strings.Fields(a.doc.Find("#mapping-value-"+o.row(t, key)).Text()), " ")
}

// form is the page's form as a browser sends it, with some fields written over.
func (a answer) form(over ...string) (pairs []string) {
	typed := map[string]string{}
	a.doc.Find("#mapping textarea, #mapping input").Each(func(_ int, s *goquery.Selection) {
		typed[s.AttrOr("name", "")] = s.AttrOr("value", s.Text())
	})
	a.doc.Find("#mapping select").Each(func(_ int, s *goquery.Selection) {
		typed[s.AttrOr("name", "")] = s.Find("option[selected]").AttrOr("value", "")
	})
	for i := 0; i < len(over); i += 2 {
		typed[over[i]] = over[i+1]
	}
	for name, value := range typed {
		pairs = append(pairs, name, value)
	}
	return pairs
}

func (o *mappingConsole) stored(t *testing.T) directory.Connector {
	t.Helper()
	c, err := o.store.Connector(t.Context(), o.connector.ID)
	must(t, err)
	return c
}

func TestMappingPageShowsValuesForARealUser(t *testing.T) {
	o := newMappingConsole(t)
	o.get(views.ConnectorsURL(o.connector.ConnectionID)).says(t, "Attribute mapping")
	before := o.stored(t).Revision
	page := o.get(o.at).ok(t)
	page.says(t, "After saving, Usher checks 2 accounts again")
	if got := o.value(t, page, "userName"); got != "grace" {
		t.Errorf("the newest user is shown first, not %q", got)
	}
	if got := o.value(t, page, "emails"); !strings.Contains(got, "grace@example.com") || !strings.Contains(got, "work · primary") {
		t.Errorf("a list is shown as %q", got)
	}
	if got := o.value(t, page, "title"); got != "Nothing is sent" {
		t.Errorf("an empty value is shown as %q", got)
	}
	if got := o.value(t, o.get(o.at+"?user="+o.older.ID).ok(t), "userName"); got != "ada" {
		t.Errorf("the user of the address is not shown: %q", got)
	}
	found := o.post(o.at+"/preview", page.form(views.MappingWho, "ada", views.MappingExpression("title"), `"Dr. " + user.name.familyName`)...).ok(t)
	if got := o.value(t, found, "title"); got != "Dr. Hopper" || found.field(views.MappingUser) != o.older.ID {
		t.Errorf("the search found %q, the title is %q", found.field(views.MappingUser), got)
	}
	o.post(o.at+"/preview", page.form(views.MappingWho, "nobody at all")...).says(t, "No user matches “nobody at all”.")
	picked := o.post(o.at+"/preview", page.form(views.MappingWho, "grace", views.MappingPick, o.older.ID)...).ok(t)
	if got := o.value(t, picked, "userName"); got != "ada" {
		t.Errorf("picked somebody else: %q", got)
	}
	if o.stored(t).Revision != before {
		t.Error("looking wrote the connector")
	}
	o.led(t, o.get(o.at+"/preview?user="+o.older.ID), o.at+"?user="+o.older.ID)
}

func TestMappingPreviewWhileTyping(t *testing.T) {
	o := newMappingConsole(t)
	page := o.get(o.at)
	o.header.Set("HX-Request", "true")
	part := o.post(o.at+"/preview", page.form(views.MappingExpression("title"), "user.nam.givenName", views.MappingExpression("displayName"), `user.name.familyName`)...).ok(t)
	if part.doc.Find("textarea, #mapping").Length() > 0 || part.doc.Find("#mapping-value-0").AttrOr("hx-swap-oob", "") != "true" {
		t.Error("the answer holds more than the parts that follow the typing")
	}
	if got := o.value(t, part, "displayName"); got != "Hopper" {
		t.Errorf("the value is %q", got)
	}
	if got := o.value(t, part, "title"); got != "There is no attribute “nam” here. Names are SCIM’s, such as user.name.givenName, and the case of letters counts. Did you mean user.name?user.nam.givenName ....^" {
		t.Errorf("a wrong expression is told as %q", got)
	}
	part.says(t, "2 of "+strconv.Itoa(len(scim2.Definition().Attributes))+" attributes differ from their default. One expression cannot be used.")
	if got := part.header.Get("HX-Replace-Url"); got != o.at+"?user="+o.newer.ID {
		t.Errorf("the address becomes %q", got)
	}
}

func TestMappingIsSaved(t *testing.T) {
	o := newMappingConsole(t)
	page := o.get(o.at)
	bad := o.post(o.at, page.form(views.MappingExpression("title"), "user.userNam", views.MappingExpression("userName"), "")...)
	bad.has(t, http.StatusUnprocessableEntity, "Please correct 2 things", "There is no attribute “userNam” here.", "The target needs a value.")
	if bad.doc.Find(`[name="expression.title"]`).Text() != "user.userNam" || len(o.stored(t).Mapping) != 0 {
		t.Error("what was typed is gone, or was saved")
	}
	saved := o.led(t, o.post(o.at, page.form(views.MappingExpression("title"), " user.department\r\n+ \"!\" ", views.MappingWhen("title"), views.MappingOnCreate)...), o.at+"?user="+o.newer.ID)
	saved.says(t, "The attribute mapping was saved.")
	want := directory.Mapping{"title": {Expression: "user.department\n+ \"!\"", OnCreate: true}}
	if got := o.stored(t).Mapping; len(got) != 1 || got["title"] != want["title"] {
		t.Errorf("stored %+v", got)
	}
	if saved.doc.Find("#mapping-mark-"+o.row(t, "title")).Text() == "" || saved.doc.Find("#mapping-mark-0").Find(".badge").Length() > 0 {
		t.Error("the changed row is not marked, or another one is")
	}
	revision := o.stored(t).Revision
	o.led(t, o.post(o.at, saved.form()...), o.at+"?user="+o.newer.ID).says(t, "Nothing was changed.")
	if o.stored(t).Revision != revision {
		t.Error("saving what is stored wrote it again")
	}
	one := o.post(o.at+"/preview", saved.form(views.MappingReset, "title")...).ok(t)
	if one.doc.Find(`[name="expression.title"]`).Text() != "user.title" || o.stored(t).Revision != revision {
		t.Error("the row was not reset, or it was saved")
	}
	all := o.post(o.at+"/preview", saved.form(views.MappingReset, views.MappingAll, views.MappingExpression("displayName"), "user.id")...).ok(t)
	all.says(t, "Every attribute has its default.")
}

func TestMappingShowsWhatSomebodyElseSaved(t *testing.T) {
	o := newMappingConsole(t)
	page := o.get(o.at)
	must(t, o.Directory.SetMapping(t.Context(), o.stored(t), directory.Mapping{"title": {Expression: `"theirs"`}, "unknown": {Expression: "stays"}}, clerk))
	mine := page.form(views.MappingExpression("title"), `"mine"`)
	both := o.post(o.at, mine...)
	both.has(t, http.StatusConflict, "Ada saved this mapping after you had opened it.", `Title user.title "theirs" "mine"`)
	if both.doc.Find(`[name="expression.title"]`).Text() != `"mine"` || o.stored(t).Mapping["title"].Expression != `"theirs"` {
		t.Error("the page lost what was typed, or it was saved over theirs")
	}
	if n := both.doc.Find("[data-conflict]").Length(); n != 1 {
		t.Errorf("%d rows say that they differ", n)
	}
	o.led(t, o.post(o.at, both.form()...), o.at+"?user="+o.newer.ID)
	if got := o.stored(t).Mapping; got["title"].Expression != `"mine"` || got["unknown"].Expression != "stays" {
		t.Errorf("stored %+v", got)
	}
}

// What a kind makes of a value before it sends it stands beside it.
func TestMappingShowsWhatIsSent(t *testing.T) {
	o := newMappingConsole(t)
	def := scim2.Definition()
	refuse := error(nil)
	def.Sent = func(c connectors.Config, p connectors.Profile) (connectors.Profile, error) {
		p.Values["userName"] = p.Text("userName") + "@" + strings.TrimPrefix(c.Text("auth_mode"), "x")
		return p, refuse
	}
	o.Opener = provisioning.NewOpener([]connectors.Definition{def})
	if got := o.value(t, o.get(o.at).ok(t), "userName"); got != "grace Sent asgrace@bearer" {
		t.Errorf("shown as %q", got)
	}
	refuse = &connectors.Error{Kind: connectors.Invalid, Message: "Too long for a name.", Err: errors.New("cause")}
	o.get(o.at).ok(t).says(t, "Too long for a name.")
}

func TestMappingWithoutUsers(t *testing.T) {
	o := newConsole(t)
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	page := o.get(views.MappingURL(c)).ok(t)
	page.says(t, "There are no users yet.")
	page.says(t, "No account uses this mapping yet.")
}
