package all

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// series are the cases of the behaviour sheets that the connectors are built by: what real services do, numbered.
var series = []struct {
	letter, service string
	last            int
}{{"G", "Google Workspace", 34}, {"S", "Salesforce", 36}, {"C", "SCIM 2.0 services", 55}}

// docs/cases.md says which test proves which case, and no case is without one.
func TestCases(t *testing.T) {
	found := caseTests(t)
	var b strings.Builder
	b.WriteString("# What real services do, and the tests that prove Usher copes\n\nWritten from the tests by `go test ./connectors/all -update`. Each case is something that a real service was seen to do,\nor that its documentation says; its test lets the kind's fake do it.\n")
	for _, s := range series {
		fmt.Fprintf(&b, "\n## %s\n\n| Case | Tests |\n|---|---|\n", s.service)
		for n := 1; n <= s.last; n++ {
			id := fmt.Sprintf("%s%02d", s.letter, n)
			if len(found[id]) == 0 {
				t.Errorf("case %s has no test", id)
			}
			fmt.Fprintf(&b, "| %s | %s |\n", id, strings.Join(found[id], "<br>"))
		}
	}
	current(t, "../../docs/cases.md", b.String())
}

var caseName = regexp.MustCompile(`^Test([GSC]\d\d)([A-Z].*)$`)

// caseTests are the tests of each case: what they are about, with their file.
func caseTests(t *testing.T) map[string][]string {
	t.Helper()
	const root = "../.."
	found := map[string][]string{}
	err := filepath.WalkDir(filepath.Join(root, "connectors"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			if m := caseName.FindStringSubmatch(fn.Name.Name); m != nil {
				link := strings.TrimPrefix(filepath.ToSlash(path), root+"/")
				found[m[1]] = append(found[m[1]], fmt.Sprintf("[%s](../%s)", sentence(m[2]), link))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range found {
		slices.Sort(found[id])
	}
	return found
}

// sentence makes words of a name: "NotVisibleAfterACreate" is "not visible after a create", "PATCHIs" is "PATCH is".
func sentence(name string) string {
	var words []string
	rs := []rune(name)
	for start, i := 0, 1; i <= len(rs); i++ {
		ends := i == len(rs) || unicode.IsUpper(rs[i]) && (unicode.IsLower(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1]))
		if !ends {
			continue
		}
		w := string(rs[start:i])
		if len(w) == 1 || !strings.ContainsFunc(w[1:], unicode.IsUpper) {
			w = strings.ToLower(w)
		}
		words = append(words, w)
		start = i
	}
	return strings.Join(words, " ")
}

func TestSentence(t *testing.T) {
	for name, want := range map[string]string{"NotVisibleAfterACreate": "not visible after a create", "PATCHIsOff": "PATCH is off", "TheID": "the ID"} {
		if got := sentence(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
