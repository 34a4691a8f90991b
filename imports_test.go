package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"usher/connectors/all"
)

const (
	anything  = "*"
	tablePage = "docs/architecture.md"
)

var (
	tableRow  = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\|")
	codeWords = regexp.MustCompile("`([^`]+)`")
)

// arrows reads the table of docs/architecture.md that says what each package may import of ours. A pattern that ends in
// /* is the folders below; an exact name goes before a pattern, and a longer pattern before a shorter one.
var arrows = sync.OnceValue(func() map[string]string {
	page, err := os.ReadFile(tablePage)
	if err != nil {
		panic(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Packages\n")
	section, _, _ = strings.Cut(section, "\n## ")
	table := map[string]string{}
	for _, m := range tableRow.FindAllStringSubmatch(section, -1) {
		name, words := m[1], ""
		if name == "main" {
			name = ""
		}
		allow, but, _ := strings.Cut(m[2], "but")
		if strings.HasPrefix(allow, "everything") {
			words = anything
		}
		for _, w := range codeWords.FindAllStringSubmatch(allow, -1) {
			words += " " + w[1]
		}
		for _, w := range codeWords.FindAllStringSubmatch(but, -1) {
			words += " -" + w[1]
		}
		table[name] = words
	}
	return table
})

func TestImports(t *testing.T) {
	met := map[string]bool{}
	for _, p := range packages(t) {
		met[p.name] = true
		of, ok := arrowsOf(p.name)
		if !ok {
			t.Errorf("%s is not in the table of %s: say what it may import", p.name, tablePage)
			continue
		}
		for _, i := range p.imports {
			if !allowed(of, i) {
				t.Errorf("%s imports %s; it may import: %s", p.name, i, of)
			}
		}
	}
	for name := range arrows() {
		if !met[name] && !strings.Contains(name, anything) {
			t.Errorf("the table of %s has %s, and there is no such package", tablePage, name)
		}
	}
}

// The table must be able to refuse.
func TestArrowsRefuse(t *testing.T) {
	for _, bad := range [][2]string{
		{"directory", "db"}, {"provisioning", "db"}, {"provisioning", "connectors/acme"}, {"connectors/acme", "provisioning"},
		{"connectors/acme", "connectors/other"}, {"handlers", "db"}, {"handlers", "connectors/acme"}, {"views", "handlers"}, {"views", "db"},
		{"demo", "handlers"}, {"db", "handlers"}, {"auth", "db"}, {"scim/server", "db"}, {"connectors/acme/acmefake", "connectors/acme"},
		{"connectors/acme", "connectors/acme/acmefake"}, {"connectors/acme", "connectors/scim2/wire"}, {"connectors/scim2/wire", "connectors/scim2"},
		{"connectors/acme", "connectors/scim2/service"}, {"connectors/scim2/wire", "connectors/scim2/service"}, {"connectors/scim2/service", "connectors/scim2"},
		{"connectors/scim2", "connectors/scim2/scim2fake"}, {"connectors/scim2/scim2fake", "connectors/scim2/wire"},
		{"connectors/acme", "connectors/fakekit"}, {"connectors", "connectors/fakekit"}, {"connectors/fakekit", "connectors/acme"}, {"connectors/acme/acmefake", "latin"},
	} {
		of, ok := arrowsOf(bad[0])
		if !ok || allowed(of, bad[1]) {
			t.Errorf("%s may import %s", bad[0], bad[1])
		}
	}
}

func arrowsOf(name string) (string, bool) {
	if of, ok := arrows()[name]; ok {
		return of, true
	}
	best, found := "", false
	for pattern := range arrows() {
		if strings.HasSuffix(pattern, "/*") && matches(pattern, name) && len(pattern) > len(best) {
			best, found = pattern, true
		}
	}
	return arrows()[best], found
}

func matches(pattern, name string) bool {
	ok, err := filepath.Match(pattern, name)
	return ok && err == nil
}

func allowed(of, name string) bool {
	words := strings.Fields(of)
	if slices.Contains(words, "-"+name) {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return w == anything || matches(w, name) })
}

type ourPackage struct {
	name    string // below the module
	imports []string
}

// packages are ours, test files left out: tests may use what they like.
func packages(t *testing.T) (out []ourPackage) {
	t.Helper()
	text, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if strings.Contains(p.ImportPath, "node_modules") {
			continue // some npm packages carry Go files
		}
		ours := ourPackage{name: below(p.ImportPath)}
		for _, i := range p.Imports {
			if i == module || strings.HasPrefix(i, module+"/") {
				ours.imports = append(ours.imports, below(i))
			}
		}
		out = append(out, ours)
	}
}

const module = "usher"

func below(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

// TestNoKindSwitches: a connector kind is known to its own folder only, so that a new one is a folder and a line.
func TestNoKindSwitches(t *testing.T) {
	kinds := []string{"google", "salesforce", "scim2"}
	for _, d := range all.Definitions() {
		if !slices.Contains(kinds, d.Kind) {
			kinds = append(kinds, d.Kind)
		}
	}
	files := 0
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (slices.Contains([]string{"connectors", "demo", "bench", "node_modules", ".git", ".screenshots"}, path) || e.Name() == "testdata"):
			return fs.SkipDir
		case e.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files++
		for _, name := range kindLiterals(t, path, nil, kinds) {
			t.Errorf("%s: the connector kind is a string here; ask the Definition instead", name)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("looked at %d files: %v", files, err)
	}
}

func TestKindLiteralsAreFound(t *testing.T) {
	src := "package x\nfunc f(k string) bool { return k == `scim2` || k == \"Google\" || k == \"other\" }\n"
	if got := kindLiterals(t, "x.go", src, []string{"scim2", "google"}); len(got) != 2 {
		t.Errorf("found %v, want two", got)
	}
}

// kindLiterals are the places of string literals that equal a kind. Import paths are no strings of the program.
func kindLiterals(t *testing.T, path string, src any, kinds []string) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if v, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(kinds, strings.ToLower(v)) {
			found = append(found, set.Position(lit.Pos()).String()+": "+lit.Value)
		}
		return true
	})
	return found
}
