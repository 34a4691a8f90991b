package docs

import (
	"regexp"
	"slices"
	"testing"
)

// says is how a generated file speaks of itself in its first lines.
var says = regexp.MustCompile(`^(?:// Code generated |-- [^\n]*written by: go |# [^\n]*\n\nWritten from [^\n]* by \x60go test )`)

// TestGeneratedFilesAreMarked compares what files say of themselves with .gitattributes.
func TestGeneratedFilesAreMarked(t *testing.T) {
	patterns := generated(t)
	silent := []string{"static/app.css", "static/htmx.min.js", "static/inter.woff2"} // what browsers load bears no mark
	for _, file := range filesOf(t, ".go", ".sql", ".md", ".css", ".js", ".woff2") {
		marked, generated := isGenerated(patterns, file), says.MatchString(read(t, file)) || slices.Contains(silent, file)
		if generated && !marked {
			t.Errorf("%s is generated: mark it in .gitattributes", file)
		}
		if marked && !generated {
			t.Errorf("%s is marked as generated, and does not say so in its first lines", file)
		}
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(filesOf(t, ""), func(f string) bool { return isGenerated([]string{p}, f) }) {
			t.Errorf(".gitattributes marks %s, and there is no such file", p)
		}
	}
}
