package docs

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced   = regexp.MustCompile("(?ms)^\\s*```.*?^\\s*```[^\\S\\n]*$")
	code     = regexp.MustCompile("`[^`\\n]*`")
	link     = regexp.MustCompile(`\]\(\s*<?([^)>\s]+)>?[^)]*\)`)
	outside  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
	headings = regexp.MustCompile(`(?m)^#{1,6}[ \t]+(.*?)[ \t#]*$`)
)

// TestLinks follows every relative link of every document, and its anchor.
func TestLinks(t *testing.T) {
	for _, file := range filesOf(t, ".md") {
		for _, problem := range deadLinks(file, read(t, file), func(f string) (string, bool) {
			b, err := os.ReadFile(filepath.Join(root, f))
			if info, statErr := os.Stat(filepath.Join(root, f)); err != nil && statErr == nil {
				return "", info.IsDir()
			}
			return string(b), err == nil
		}) {
			t.Error(problem)
		}
	}
}

// deadLinks says which links of a document lead nowhere. open gives the text of a file, and whether there is one.
func deadLinks(file, text string, open func(string) (string, bool)) (problems []string) {
	for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(fenced.ReplaceAllString(text, ""), ""), -1) {
		if outside.MatchString(m[1]) {
			continue
		}
		to, anchor, _ := strings.Cut(m[1], "#")
		there := text
		if to != "" {
			var ok bool
			if there, ok = open(path.Join(path.Dir(file), to)); !ok {
				problems = append(problems, fmt.Sprintf("%s: the link %s leads to no file", file, m[1]))
				continue
			}
		}
		if anchor != "" && !slices.Contains(anchors(there), anchor) {
			problems = append(problems, fmt.Sprintf("%s: the link %s leads to no heading", file, m[1]))
		}
	}
	return problems
}

// anchors are those that GitHub gives the headings of a document.
func anchors(text string) (all []string) {
	seen := map[string]int{}
	for _, m := range headings.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		a := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])
		n := seen[a]
		seen[a]++
		if n > 0 {
			a = fmt.Sprintf("%s-%d", a, n)
		}
		all = append(all, a)
	}
	return all
}

func TestDeadLinksAreFound(t *testing.T) {
	files := map[string]string{"docs/b.md": "# One, two\n\n```\n# no heading\n```\n## One two\n"}
	open := func(f string) (string, bool) { text, ok := files[f]; return text, ok }
	text := "[a](b.md) [b](b.md#one-two) [c](b.md#one-two-1) [d](c.md) [e](b.md#no-heading) [f](#here) ![g](img/x.png) [h](https://example.com)\n`[i](no.md)`\n\n# Here\n"
	got := strings.Join(deadLinks("docs/a.md", text, open), "\n")
	for _, want := range []string{"c.md leads to no file", "b.md#no-heading leads to no heading", "img/x.png leads to no file"} {
		if !strings.Contains(got, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if n := strings.Count(got, "leads to"); n != 3 {
		t.Errorf("found %d, want 3:\n%s", n, got)
	}
}
