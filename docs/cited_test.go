package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	address = regexp.MustCompile(`[a-z]+://\S+`)
	source  = regexp.MustCompile(`(?:[\w.-]+/)*[\w-][\w.-]*\.(?:go|md|sql|templ|mjs|yml)\b`)
	page    = regexp.MustCompile(`(?:[\w.-]+/)*[\w-][\w.-]*\.md\b`)

	// example is in what a recipe tells to make.
	example = regexp.MustCompile(`acme|NOUN_VERB|KIND`)
)

// TestCitedFilesAreThere looks at every file that a document or a comment names. Strings of Go are searched for
// documents only: what else they name is often made up by a test.
func TestCitedFilesAreThere(t *testing.T) {
	for _, file := range filesOf(t, ".md") {
		cite(t, file, read(t, file), source)
	}
	for _, file := range filesOf(t, ".templ", ".sql", ".css", ".mjs", ".yml", ".ci/run", ".gitattributes") {
		cite(t, file, read(t, file), page)
	}
	patterns := generated(t)
	for _, file := range filesOf(t, ".go") {
		if isGenerated(patterns, file) || file == "docs/links_test.go" { // its own examples
			continue
		}
		comments, words := spoken(t, file)
		cite(t, file, comments, source)
		cite(t, file, words, page)
	}
}

func cite(t *testing.T, file, text string, what *regexp.Regexp) {
	t.Helper()
	for _, name := range what.FindAllString(address.ReplaceAllString(text, ""), -1) {
		name = strings.TrimPrefix(name, "./")
		for strings.HasPrefix(name, "../") {
			name = strings.TrimPrefix(name, "../")
		}
		if !example.MatchString(name) && !exists(t, name) {
			t.Errorf("%s names %s, and there is no such file", file, name)
		}
	}
}

// spoken are the comments of a Go file, and its strings.
func spoken(t *testing.T, file string) (comments, words string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, read(t, file), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var c, s strings.Builder
	for _, g := range f.Comments {
		c.WriteString(g.Text() + "\n")
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			v, _ := strconv.Unquote(lit.Value) // it was parsed, so it can be unquoted
			s.WriteString(v + "\n")
		}
		return true
	})
	return c.String(), s.String()
}
