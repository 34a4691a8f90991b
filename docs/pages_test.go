package docs

import (
	"slices"
	"strings"
	"testing"
)

// partials are the templates that are no page of their own, and why; none of them has a handler of its name.
var partials = map[string]string{
	"branded":            "the frame of the users' own pages",
	"connector_form":     "the settings of a connector, in the wizard and on its panel",
	"expression":         "help for the language of expressions, in mappings of connectors and of sign-ins",
	"import_rows":        "the rows on the page of an import",
	"layout":             "the frame of the console's pages",
	"overview_attention": "what needs attention, on the overview",
	"overview_steps":     "the first steps, on the overview",
	"own_access":         "sessions and tokens, on the page of one's own account",
}

// A page's template and its handler are two files of one name, so that who has found one has found the other.
func TestEveryPageHasItsHandler(t *testing.T) {
	handlers := map[string]bool{}
	for _, f := range filesOf(t, ".go") {
		if name, ok := strings.CutPrefix(f, "handlers/"); ok {
			handlers[strings.TrimSuffix(name, ".go")] = true
		}
	}
	var pages []string
	for _, f := range filesOf(t, ".templ") {
		if name, ok := strings.CutPrefix(f, "views/"); ok && !strings.Contains(name, "/") {
			pages = append(pages, strings.TrimSuffix(name, ".templ"))
		}
	}
	for _, page := range pages {
		switch partial := partials[page] != ""; {
		case partial && handlers[page]:
			t.Errorf("views/%s.templ has a handler, so it is no partial", page)
		case !partial && !handlers[page]:
			t.Errorf("views/%s.templ has no handlers/%[1]s.go; name both after the page, or say among the partials whose part it is", page)
		}
	}
	for name := range partials {
		if !slices.Contains(pages, name) {
			t.Errorf("there is no partial %s any more", name)
		}
	}
}
