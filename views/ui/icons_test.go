package ui

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// An icon that was not chosen would be an empty picture, which nobody notices.
func TestEveryIconNamedInAPageExists(t *testing.T) {
	named := regexp.MustCompile(`(?:Icon(?:After)?:\s*|Icon\(|return (?:Success|Warning|Danger|Info|Muted), )"([a-z0-9-]+)"`)
	seen := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") || !(strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, ".go")) {
			return err
		}
		source, err := os.ReadFile("../" + path)
		if err != nil {
			return err
		}
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			seen++
			if iconBody(m[1]) == "" {
				t.Errorf("views/%s names the icon %q; add it to assets/build.mjs and run npm run build", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 40 {
		t.Errorf("only %d names were found: the pattern no longer fits", seen)
	}
	for _, tone := range []Tone{Success, Warning, Danger, Info, Muted} {
		if iconBody(tone.icon()) == "" {
			t.Errorf("tone %s has no icon", tone)
		}
	}
}
