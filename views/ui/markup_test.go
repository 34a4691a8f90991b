package ui_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"usher/views"
	"usher/views/ui"
)

func TestMarkupHoldsForEveryComponent(t *testing.T) {
	pages := map[string]templ.Component{
		"gallery": gallery(), "sign in": signIn(),
		"error in the console": views.ErrorPage(views.Shell{Title: "Not found", Admin: "sam"}, problem()),
		"error before sign-in": views.ErrorPage(views.Shell{Title: "Not found"}, problem()),
	}
	for name, c := range pages {
		t.Run(name, func(t *testing.T) {
			doc := render(t, c)
			checkNothingInline(t, doc)
			checkIDs(t, doc)
			checkControls(t, doc)
			if n := doc.Find("h1").Length(); n != 1 {
				t.Errorf("%d h1", n)
			}
			doc.Find("svg path, svg circle, svg rect, svg line").Each(func(_ int, s *goquery.Selection) {
				if s.ParentsFiltered("svg").Length() == 0 {
					t.Error("a shape outside an svg")
				}
			})
			doc.Find("svg.icon").Each(func(_ int, s *goquery.Selection) {
				if s.Children().Length() == 0 {
					t.Errorf("an empty icon in %q", s.Parent().Text())
				}
			})
		})
	}
}

// checkNothingInline: the Content-Security-Policy would refuse it, silently.
func checkNothingInline(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(a.Val, "js:") {
				t.Errorf("<%s %s=%q>", s.Nodes[0].Data, a.Key, a.Val)
			}
		}
	})
	doc.Find("style, script:not([src])").Each(func(_ int, s *goquery.Selection) { t.Errorf("inline <%s>", s.Nodes[0].Data) })
}

func checkIDs(t *testing.T, doc *goquery.Document) {
	t.Helper()
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if id == "" || ids[id] || strings.ContainsAny(id, " \t<>") {
			t.Errorf("id %q is empty, doubled or malformed", id)
		}
		ids[id] = true
	})
	for _, attr := range []string{"aria-describedby", "aria-labelledby", "for", "popovertarget", "form", "data-copy"} {
		doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attr, "")) {
				if !ids[id] {
					t.Errorf("%s=%q points at nothing", attr, id)
				}
			}
		})
	}
	doc.Find(`a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if href := s.AttrOr("href", ""); !ids[strings.TrimPrefix(href, "#")] {
			t.Errorf("link to %s, which is not on the page", href)
		}
	})
}

func checkControls(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if s.AttrOr("aria-label", "") == "" && doc.Find(`label[for="`+id+`"]`).Length() != 1 {
			t.Errorf("control %q has no label of its own", s.AttrOr("name", id))
		}
	})
	doc.Find("a, button, summary").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" {
			outer, _ := goquery.OuterHtml(s)
			t.Errorf("nothing to read out: %s", outer)
		}
	})
}

func TestSecretsNeverComeBack(t *testing.T) {
	for _, f := range fields() {
		if f.Type != ui.Password {
			continue
		}
		doc := render(t, ui.Input(f))
		text, _ := doc.Html()
		if strings.Contains(text, f.Value) {
			t.Errorf("the value of %s is in the page", f.Name)
		}
		if _, required := doc.Find("input").Attr("required"); required {
			t.Error("a saved secret must not be asked for again")
		}
	}
}

func TestErrorIsTiedToItsControl(t *testing.T) {
	f := ui.Field{Name: "a.b", Label: "Name", Help: "Short.", Error: "Too long.", Value: `<b>"x"`}
	doc := render(t, ui.Input(f))
	input := doc.Find("input")
	if got := input.AttrOr("aria-describedby", ""); got != f.Key()+"-help "+f.Key()+"-error" {
		t.Errorf("aria-describedby %q", got)
	}
	if input.AttrOr("aria-invalid", "") != "true" || doc.Find(`[role="alert"]`).Text() != "Too long." {
		t.Error("the error is not announced")
	}
	if input.AttrOr("value", "") != f.Value {
		t.Errorf("typed value came back as %q", input.AttrOr("value", ""))
	}
	errs := ui.Errors(f, ui.Field{Name: "fine", Label: "Fine"})
	if len(errs) != 1 || errs[0].FieldID != f.Key() {
		t.Errorf("errors %v", errs)
	}
	if href := render(t, ui.ErrorSummary(errs)).Find("a").AttrOr("href", ""); href != "#"+f.Key() {
		t.Errorf("summary links to %q", href)
	}
}

func TestChoicesKeepWhatWasChosen(t *testing.T) {
	options := []ui.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}
	for _, kind := range []string{ui.Select, ui.Radio, ui.Cards} {
		doc := render(t, ui.Input(ui.Field{Name: "n", Label: "N", Type: kind, Value: "b", Options: options}))
		chosen := doc.Find("[selected], [checked]")
		if chosen.Length() != 1 || chosen.AttrOr("value", "") != "b" {
			t.Errorf("%s: %d chosen, %q", kind, chosen.Length(), chosen.AttrOr("value", ""))
		}
	}
	for _, kind := range []string{ui.Switch, ui.Checkbox} {
		on := render(t, ui.Input(ui.Field{Name: "n", Label: "N", Type: kind, Checked: true})).Find("input[checked]")
		if on.AttrOr("value", "") != "true" {
			t.Errorf("%s: %q", kind, on.AttrOr("value", ""))
		}
		if render(t, ui.Input(ui.Field{Name: "n", Label: "N", Type: kind})).Find("input[checked]").Length() != 0 {
			t.Errorf("%s is on by itself", kind)
		}
	}
}

func TestLiveStopsWhenSettled(t *testing.T) {
	asking := render(t, ui.LiveRegion(ui.Live{ID: "x", URL: "/x"})).Find("#x")
	if asking.AttrOr("hx-get", "") != "/x" || asking.AttrOr("hx-trigger", "") != "every 2s" {
		t.Error("an unsettled fragment does not ask again")
	}
	for _, a := range render(t, ui.LiveRegion(ui.Live{ID: "x", URL: "/x", Settled: true})).Find("#x").Nodes[0].Attr {
		if strings.HasPrefix(a.Key, "hx-") {
			t.Errorf("a settled fragment has %s", a.Key)
		}
	}
}

func TestLinksCannotRunScripts(t *testing.T) {
	for _, c := range []templ.Component{
		ui.LinkButton("x", "javascript:alert(1)", ui.Outline), ui.RowLink("x", "", "javascript:alert(1)"),
		ui.Tabs("t", []ui.Tab{{Label: "x", Href: "javascript:alert(1)"}}),
	} {
		render(t, c).Find("a").Each(func(_ int, s *goquery.Selection) {
			if strings.Contains(s.AttrOr("href", ""), "alert") {
				t.Errorf("href %q", s.AttrOr("href", ""))
			}
		})
	}
}

func TestConfirmByNameWorksWithoutScripts(t *testing.T) {
	doc := render(t, ui.ConfirmByName(ui.Confirm{Action: "/connections/1/delete", Name: "Ware & House", Noun: "connection", Hidden: []ui.Option{{Label: "version", Value: "3"}}}))
	form := doc.Find(`form[method="post"][action="/connections/1/delete"]`)
	if form.Length() != 1 || form.Find(`input[name="confirm"]`).Length() != 1 || form.Find(`button[type="submit"]`).Length() != 1 {
		t.Error("the form cannot be sent")
	}
	if form.Find(`input[type="hidden"][name="version"]`).AttrOr("value", "") != "3" {
		t.Error("the hidden value is lost")
	}
	if !strings.Contains(doc.Find("label").Text(), "Ware & House") {
		t.Error("it does not say what to type")
	}
}

func TestCurrentPageIsMarked(t *testing.T) {
	doc := render(t, page())
	for _, at := range []string{"aside", "#menu"} {
		if got := strings.TrimSpace(doc.Find(at + ` a[aria-current="page"]`).Text()); got != "Connections" {
			t.Errorf("%s marks %q", at, got)
		}
	}
	if doc.Find(`form[method="post"][action="/signout"] button`).Length() != 1 {
		t.Error("there is no way out")
	}
	if doc.Find(".skip-link").First().AttrOr("href", "") != "#main" || !isFirst(doc.Find(".skip-link")) {
		t.Error("the skip link is not first")
	}
}

func isFirst(s *goquery.Selection) bool {
	for n := s.Nodes[0].PrevSibling; n != nil; n = n.PrevSibling {
		if n.Type == html.ElementNode {
			return false
		}
	}
	return true
}
