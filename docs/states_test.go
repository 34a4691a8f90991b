package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestStates compares the tables of states.md with the constants that they are about, both ways. A table is known by the
// heading of its first column; "" is no state to speak of.
func TestStates(t *testing.T) {
	text := read(t, "docs/states.md")
	for _, c := range []struct{ column, folder, typ string }{
		{"Status", "provisioning", "Status"}, {"Want", "provisioning", "Want"}, {"State", "directory", "State"}, {"Kind", "connectors", "Kind"},
		{"Class", "provisioning", "Class"}, {"Origin", "provisioning", "Origin"}, {"Doubt", "provisioning", "Suspicion"},
		{"Operation", "provisioning", "Operation"}, {"Outcome", "provisioning", "Outcome"}, {"Reason", "provisioning", "Reason"},
	} {
		told, have := firstColumn(text, c.column), constants(t, c.folder, c.typ)
		if len(have) == 0 {
			t.Errorf("%s has no constants of type %s: correct this test", c.folder, c.typ)
		}
		for _, v := range have {
			if !slices.Contains(told, v) {
				t.Errorf("states.md does not say what the %s %q of package %s is", c.typ, v, c.folder)
			}
		}
		for _, v := range told {
			if !slices.Contains(have, v) {
				t.Errorf("states.md has the %s %q, which package %s does not have", c.column, v, c.folder)
			}
		}
	}
}

var quoted = regexp.MustCompile("^`([^`]*)`$")

// firstColumn are the code words in the first column of the table whose first column has the heading.
func firstColumn(text, heading string) (words []string) {
	in := false
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 3 || cells[0] != "" {
			in = false
			continue
		}
		first := strings.TrimSpace(cells[1])
		in = in || first == heading
		if m := quoted.FindStringSubmatch(first); in && m != nil {
			words = append(words, m[1])
		}
	}
	return words
}

// constants are the values of a package's constants of a string type, without "".
func constants(t *testing.T, folder, typ string) (values []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file := folder + "/" + e.Name()
		f, err := parser.ParseFile(token.NewFileSet(), file, read(t, file), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			is, _ := spec.Type.(*ast.Ident)
			lit, _ := spec.Values[0].(*ast.BasicLit)
			if is == nil || is.Name != typ || lit == nil || lit.Kind != token.STRING {
				return true
			}
			if v, err := strconv.Unquote(lit.Value); err == nil && v != "" {
				values = append(values, v)
			}
			return true
		})
	}
	return values
}

// TestGlossary: each term once, in order, so that it can be found.
func TestGlossary(t *testing.T) {
	var terms []string
	for line := range strings.Lines(read(t, "docs/glossary.md")) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") || cells[1] == " Term " {
			continue
		}
		terms = append(terms, strings.ToLower(strings.TrimSpace(cells[1])))
		for _, c := range cells[2:4] {
			if strings.TrimSpace(c) == "" {
				t.Errorf("the glossary has an empty cell: %s", line)
			}
		}
	}
	if len(terms) == 0 || !slices.IsSorted(terms) || len(slices.Compact(slices.Clone(terms))) != len(terms) {
		t.Errorf("the terms of the glossary are not in order, or one is there twice: %q", terms)
	}
}
