package ui

import (
	"strings"
	"testing"
)

// What is wrong stands at the field and in the summary; where, below the field, in columns.
func TestAFieldShowsThePlaceOfAMistake(t *testing.T) {
	f := Field{Name: "rule", Label: "Rule", Error: "There is no “x”.\nx + 1\n^"}
	if got := Errors(f); len(got) != 1 || got[0].Message != "Rule: There is no “x”." {
		t.Errorf("the summary says %v", got)
	}
	var b strings.Builder
	if err := Input(f).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`role="alert">There is no “x”.</p>`, "<code>x + 1\n^</code>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
	b.Reset()
	f.Error = "Enter a rule."
	if err := Input(f).Render(t.Context(), &b); err != nil || strings.Contains(b.String(), "<code>") {
		t.Errorf("a place without one: %s, %v", b.String(), err)
	}
}
