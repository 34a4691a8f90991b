package all

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/example"
)

var update = flag.Bool("update", false, "write the pages of docs that are generated")

// current fails unless a generated page of docs says what it should; with -update it writes the page.
func current(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != text {
		t.Errorf("%s is not what the code says (%v). Run: go test ./connectors/all -update", path, err)
	}
}

// docs/connectors.md is what the Definitions say.
func TestReference(t *testing.T) {
	current(t, "../../docs/connectors.md", reference(Definitions()))
}

// A kind that is new is in the reference with all that its Definition says.
func TestReferenceOfANewKind(t *testing.T) {
	text := reference(append(Definitions(), example.Definition()))
	for _, want := range []string{"[Badge office](#badge-office)", "| Office URL | `url` | required |", "| Name | `name` | string, required, matched by | `user.userName` |", "`on_delete`"} {
		if !strings.Contains(text, want) {
			t.Errorf("the reference does not say %q", want)
		}
	}
}

func reference(defs []connectors.Definition) string {
	var b strings.Builder
	b.WriteString("# Connectors\n\nWritten from the connectors' definitions by `go test ./connectors/all -update`. The key of a setting is its name in\n" +
		"[`apply` files](../README.md); the key of an attribute is its name in a mapping.\n\n| Kind | Key | |\n|---|---|---|\n")
	for _, d := range defs {
		fmt.Fprintf(&b, "| [%s](#%s) | `%s` | %s |\n", d.Name, strings.ReplaceAll(strings.ToLower(d.Name), " ", "-"), d.Kind, d.Summary)
	}
	for _, d := range defs {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s", d.Name, d.Summary, abilities(d))
		writeFields(&b, d)
		writeAttributes(&b, d)
	}
	return b.String()
}

func abilities(d connectors.Definition) string {
	words := map[connectors.Mode]string{connectors.Disable: "disabled", connectors.Delete: "removed"}
	var modes []string
	for _, m := range d.Modes {
		modes = append(modes, words[m])
	}
	lines := []string{"A leaver's account can be " + strings.Join(modes, " or ") + "."}
	if d.Groups != nil {
		what := "be filled with members"
		if d.Groups.Create {
			what = "be made, renamed and filled with members"
		}
		lines = append(lines, fmt.Sprintf("%s can %s, at most %d members a request.", d.Groups.Noun, what, d.Groups.Chunk))
	}
	lines = append(lines, budgetWords(d.Budget))
	if d.Lag > 0 {
		lines = append(lines, fmt.Sprintf("A new account may stay invisible for %s; until then none is made a second time.", span(d.Lag)))
	}
	return "- " + strings.Join(lines, "\n- ") + "\n"
}

func budgetWords(b connectors.Budget) string {
	words := fmt.Sprintf("Starts with %d requests at once", b.Concurrency)
	if b.RequestsPerSecond > 0 {
		words += fmt.Sprintf(", and sends %g a second", b.RequestsPerSecond)
	}
	if b.MostConcurrency > b.Concurrency {
		words += fmt.Sprintf("; up to %d at once while the target keeps up", b.MostConcurrency)
	}
	return words + "."
}

func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

func writeFields(b *strings.Builder, d connectors.Definition) {
	section := "-"
	for _, want := range []string{connectors.SectionTarget, connectors.SectionAuth, connectors.SectionGroups, connectors.SectionPolicy, connectors.SectionDanger} {
		for _, f := range d.AllFields() {
			if f.Section != want {
				continue
			}
			if section != want {
				section = want
				fmt.Fprintf(b, "\n### %s: %s\n\n| Setting | Key | | |\n|---|---|---|---|\n", d.Name, strings.ToLower(cmp.Or(want, "Target")))
			}
			fmt.Fprintf(b, "| %s | `%s` | %s | %s |\n", cell(f.Label), f.Key, cell(nature(d, f)), cell(explained(f)))
		}
	}
}

func nature(d connectors.Definition, f connectors.Field) string {
	var words []string
	if f.Required {
		words = append(words, "required")
	}
	if f.Secret() {
		words = append(words, "secret")
	}
	if f.Default != "" {
		words = append(words, "default `"+f.Default+"`")
	}
	if f.When != (connectors.When{}) {
		of := slices.IndexFunc(d.AllFields(), func(o connectors.Field) bool { return o.Key == f.When.Key })
		words = append(words, fmt.Sprintf("only when *%s* is `%s`", d.AllFields()[of].Label, strings.ReplaceAll(f.When.Value, "|", "` or `")))
	}
	return strings.Join(words, ", ")
}

func explained(f connectors.Field) string {
	words := []string{f.Help}
	var options []string
	for _, o := range f.Options {
		options = append(options, "`"+o.Value+"` "+o.Label)
	}
	if len(options) > 0 {
		words = append(words, strings.Join(options, "; ")+".")
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

func writeAttributes(b *strings.Builder, d connectors.Definition) {
	fmt.Fprintf(b, "\n### %s: attributes\n\n| Attribute | Key | Type | Default expression |\n|---|---|---|---|\n", d.Name)
	for _, a := range d.Attributes {
		kind := string(a.Type)
		for _, w := range []struct {
			on   bool
			word string
		}{{a.Required, "required"}, {a.Matching, "matched by"}, {a.OnCreate, "on create"}} {
			if w.on {
				kind += ", " + w.word
			}
		}
		expression := ""
		if a.Default != "" {
			expression = "`" + a.Default + "`"
		}
		fmt.Fprintf(b, "| %s | `%s` | %s | %s |\n", cell(a.Label), a.Key, kind, cell(expression))
	}
}

// cell is text that does not end a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}
