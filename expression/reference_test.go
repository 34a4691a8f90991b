package expression

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the page of docs that is generated")

const page = "../docs/guide/expressions.md"

// The page of the guide is what the functions say.
func TestReferencePage(t *testing.T) {
	text := referencePage()
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(page); err != nil || string(have) != text {
		t.Errorf("%s is not what the code says (%v). Run: go test ./expression -update", page, err)
	}
}

func referencePage() string {
	var b strings.Builder
	b.WriteString("# Expressions\n\nWritten from the functions of package `expression` by `go test ./expression -update`.\n\n" + introduction())
	for _, s := range Reference() {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		if s.About != "" {
			b.WriteString(s.About + "\n\n")
		}
		b.WriteString("| Write | About | Example | Result |\n|---|---|---|---|\n")
		for _, f := range s.Functions {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(f.Signature), cell(f.About), code(f.Example), code(f.Result))
		}
	}
	return b.String()
}

// introduction is what the page says before the functions.
func introduction() string {
	return `Three places take expressions. Their language is one, [CEL](https://cel.dev); what they are about differs.

| Place | Is about | Must give |
|---|---|---|
| [attribute mapping](mapping.md#expressions) of a connector | ` + "`user`, `connection.name`, `settings`" + ` | what the attribute holds: text, true or false, or a list |
| [rule for groups](groups.md#push-groups-to-a-target) that are pushed | ` + "`group.displayName`, `group.id`" + ` | true or false |
| [attribute mapping of sign-ins](jit.md#attribute-mapping) | ` + "`claims`" + ` | text; for **Email** and **Phone** a list of texts, too |

Text stands in quotation marks, ` + "`\"Sales\"` or `'Sales'`" + `. The case of letters counts in names and when texts are compared. An
empty text, an empty list, null and a value that is missing are all nothing. A page that takes expressions has this reference
under **Functions for expressions**.

` + fmt.Sprintf("An expression has at most %d characters, and what is nested in it at most %d levels. One that takes too long for a user is\n", MaxLength, maxDepth) +
		`stopped: that user's value fails with words that say so, and the others go on.
`
}

// code is text in a cell of a table as it is written.
func code(s string) string { return "`" + cell(s) + "`" }

// cell is text that does not end a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
