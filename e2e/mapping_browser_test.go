package e2e

import (
	"path/filepath"
	"testing"

	cd "github.com/chromedp/chromedp"

	"usher/connectors/scim2/scim2fake"
)

func titleAt(fake *scim2fake.Server, userName string) string {
	for _, u := range fake.Snapshot() {
		if u.UserName == userName {
			title, _ := u.Attributes["title"].(string)
			return title
		}
	}
	return ""
}

func openMapping(b *browser) {
	b.t.Helper()
	b.menu("Connections")
	b.press("Warehouse")
	b.do("open the tab", cd.Click(cd.Search(`//main//nav//a[starts-with(normalize-space(.),"Outbound provisioning")]`)))
	b.press("Attribute mapping")
	b.sees("Show the values of")
}

// TestMappingInABrowser writes an expression, looks at what it makes of a user while typing, is told what is wrong with
// it, and finds the value at the target.
func TestMappingInABrowser(t *testing.T) {
	t.Parallel()
	fake, config := newTarget(t, "")
	database := newDB(t)
	file := filepath.Join(t.TempDir(), "site.yaml")
	write(t, file, config)
	must(t, "", "apply", database, "-f", file)
	server := start(t, "serve", database, "--addr=127.0.0.1:0")
	b := newBrowser(t, server.URL)
	defer b.quiet()
	signInFirst(t, b, server)
	addPerson(b, "ada", "Ada", "Lovelace")
	eventually(t, "ada is at the target", func() bool { return fake.Count() == 1 })

	openMapping(b)
	b.sees("ada@example.com")
	b.inspect("mapping")
	b.fill("Expression for Title", `"Countess of " + user.name.familyNam`)
	b.sees("There is no attribute “familyNam” here.")
	b.inspect("mapping-wrong")
	b.press("Save")
	b.sees("Please correct one thing")
	b.sees(".........................^") // where it is wrong
	b.inspect("mapping-refused")
	b.fill("Expression for Title", `"Countess of " + user.name.familyName`)
	b.sees("Countess of Lovelace")
	if got := b.eval(`document.activeElement.name`); got != "expression.title" {
		t.Errorf("the focus went from the expression to %q", got)
	}
	b.press("Save")
	b.sees("The attribute mapping was saved.")
	eventually(t, "the account there follows", func() bool { return titleAt(fake, "ada") == "Countess of Lovelace" })
	addPerson(b, "grace", "Grace", "Hopper")
	eventually(t, "the next user arrives like that", func() bool { return titleAt(fake, "grace") == "Countess of Hopper" })

	openMapping(b)
	b.sees("Countess of Hopper") // the newest user
	b.fill("Show the values of", "ada")
	b.sees("Countess of Lovelace")
	b.do("open the ready expressions", cd.Click(cd.Search(`//summary[contains(.,"Ready expressions")]`)))
	b.fill("Expression for Title", "user.id")
	b.gone("Countess of Lovelace") // when the rows have moved, a click meets its button
	b.press("Use: Last name, first name")
	b.sees("Lovelace, Ada")
	b.inspect("mapping-ready")
	b.do("reset the row", cd.Click(cd.Search(`//textarea[@name="expression.title"]/ancestor::li//button`)))
	eventually(t, "the default is back", func() bool {
		return b.eval(`document.querySelector('[name="expression.title"]').value`) == "user.title"
	})
	b.sees("Every attribute has its default.")
}

// TestMappingWithoutScripts does the same by the page's buttons alone.
func TestMappingWithoutScripts(t *testing.T) {
	t.Parallel()
	fake, config := newTarget(t, "")
	database := newDB(t)
	file := filepath.Join(t.TempDir(), "site.yaml")
	write(t, file, config)
	must(t, "", "apply", database, "-f", file)
	server := start(t, "serve", database, "--addr=127.0.0.1:0")
	b := newBrowser(t, server.URL)
	signInFirst(t, b, server)
	b.withoutScripts()
	addPerson(b, "ada", "Ada", "Lovelace")
	addPerson(b, "grace", "Grace", "Hopper")
	openMapping(b)
	b.fill("Expression for Title", `user.name.familyName.first(3)`)
	b.fill("Show the values of", "love")
	b.press("Preview")
	b.sees("Lov")
	b.press("Save")
	b.sees("The attribute mapping was saved.")
	eventually(t, "the accounts there follow", func() bool { return titleAt(fake, "ada") == "Lov" && titleAt(fake, "grace") == "Hop" })
	b.do("reset the row", cd.Click(cd.Search(`//textarea[@name="expression.title"]/ancestor::li//button`)))
	b.sees("Every attribute has its default.")
}
