package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"strings"
	"testing"
)

const (
	mostLines    = 300 // of a file
	mostFunction = 60  // lines of a function
)

// larger are the files and functions that are larger all the same, with their lines. The list may only shrink: a number
// that is not exact any more fails, and nothing may be added.
var larger = map[string]int{
	"connectors/google/limit_test.go TestDocumentedLimitsAreToldBeforeSending": 66,
	"db/seal_test.go TestKeyFile":                             61,
	"handlers/revision_test.go TestNobodyIsOverwrittenUnseen": 66,
	"provisioning/mapping_test.go TestExpressions":            64,
	"scim/filter/match_test.go TestMatch":                     96,
	"scim/filter/parse_test.go TestParseRefuses":              94,
	"scim/filter/parse_test.go TestParsePath":                 66,
	"scim/patch/apply_test.go TestReplace":                    67,
	"scim/server/skip_unknown_test.go TestSkipUnknownMembers": 63,
}

// TestSizes looks at the Go and the templates that people write.
func TestSizes(t *testing.T) {
	patterns, left := generated(t), maps.Clone(larger)
	check := func(what string, lines, most int) {
		had, known := left[what]
		delete(left, what)
		switch {
		case known && lines != had:
			t.Errorf("%s has %d lines, and %d in the list of this test. Make it smaller; when it is, correct the list.", what, lines, had)
		case !known && lines > most:
			t.Errorf("%s has %d lines; %d are the most. Split it by what it is about.", what, lines, most)
		case known && lines <= most:
			t.Errorf("%s has %d lines: take it out of the list of this test.", what, lines)
		}
	}
	for _, file := range filesOf(t, ".go", ".templ") {
		if isGenerated(patterns, file) {
			continue
		}
		text := read(t, file)
		check(file, strings.Count(text, "\n"), mostLines)
		if strings.HasSuffix(file, ".templ") {
			continue
		}
		for name, lines := range functions(t, file, text) {
			check(file+" "+name, lines, mostFunction)
		}
	}
	for what := range left {
		t.Errorf("%s is not there any more: take it out of the list of this test.", what)
	}
}

// functions are the lines of each function of a file, from func to the closing brace.
func functions(t *testing.T, file, text string) map[string]int {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			lines[fn.Name.Name] = max(lines[fn.Name.Name], set.Position(fn.End()).Line-set.Position(fn.Pos()).Line+1)
		}
	}
	return lines
}

func TestFunctionsAreCounted(t *testing.T) {
	if got := functions(t, "x.go", "package x\n\n// F.\nfunc F() {\n\tprintln()\n}\n\nfunc (y Y) G() {}\n"); got["F"] != 3 || got["G"] != 1 {
		t.Errorf("got %v", got)
	}
}
