package handlers

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"usher/views"
)

func TestConnectorSummarySaysWhatWasDecided(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse") + "/connectors/new"
	res := o.sent(path, "kind", "scim2", "config.base_url", "https://scim.example.com/v2", "config.auth_mode", "none", "config.requests_per_second", "", "config.page_size", "50")
	res.has(t, 200, "When the user is deleted", "Page size")
	terms := res.doc.Find("main dt").Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
	if len(terms) == 0 || terms[0] != "SCIM base URL" || slices.Contains(terms, "PATCH dialect") || slices.Contains(terms, "Allow private network") {
		t.Errorf("the summary says %q", terms)
	}
	o.sent(res.header.Get("Location"))
	if cs, _ := o.store.Connectors(t.Context(), ""); len(cs) != 1 || cs[0].Settings.Values["requests_per_second"] != "0" {
		t.Errorf("an emptied number is no longer the default: %+v", cs)
	}
}

func TestAConnectorRefusesARuleThatCannotBeRead(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse")
	rule := []string{"config.push_groups", "true", "config.group_rule"}
	for text, says := range map[string]string{`team.name == "x"`: "A rule is about group", `group.title == "x"`: "There is no attribute “title” here. A group has displayName", `group.displayName`: "true or false is needed"} {
		res := o.post(path+"/connectors/new", append(o.settings(), append(rule, text)...)...)
		res.has(t, 422, "Please correct", says)
		if got := res.doc.Find("#scim2-group_rule-error").Text(); !strings.Contains(got, says) {
			t.Errorf("beside the field: %q", got)
		}
		if got := res.field("config.group_rule"); got != text {
			t.Errorf("typed text is gone: %q", got)
		}
	}
	o.sent(o.sent(path+"/connectors/new", append(o.settings(), append(rule, `group.displayName == "Sales"`)...)...).header.Get("Location"))
	cs, err := o.store.Connectors(t.Context(), "")
	if err != nil || len(cs) != 1 || cs[0].Settings.Values["group_rule"] == "" {
		t.Fatalf("%+v %v", cs, err)
	}
	panel := views.ConnectorURL(cs[0])
	o.post(panel, append(o.settings(), append(rule, "group.", "revision", "1")...)...).has(t, 422, "sign in the wrong place")
	if again, _ := o.store.Connectors(t.Context(), ""); again[0].Revision != cs[0].Revision {
		t.Error("saved nevertheless")
	}
}
