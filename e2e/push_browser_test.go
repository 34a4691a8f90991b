package e2e

import (
	"path/filepath"
	"testing"

	cd "github.com/chromedp/chromedp"

	"usher/connectors/scim2/scim2fake"
)

// membersAt are the user names in a group at the target; ok is false when there is no such group.
func membersAt(fake *scim2fake.Server, name string) (members []string, ok bool) {
	for _, g := range fake.GroupSnapshot() {
		if g.DisplayName != name {
			continue
		}
		for _, id := range g.Members {
			u, _ := fake.User(id)
			members = append(members, u.UserName)
		}
		return members, true
	}
	return nil, false
}

// TestGroupsArePushedInABrowser switches pushing on, chooses a group and follows it and its members to the target.
func TestGroupsArePushedInABrowser(t *testing.T) {
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
	addPerson(b, "grace", "Grace", "Hopper")
	makeSales(b)

	b.menu("Connections")
	b.do("open the connection", clickText("Warehouse"))
	b.do("open the connectors", cd.Click(cd.Search(`//main//a[starts-with(normalize-space(.),"Outbound provisioning")]`)))
	b.press("Test connection")
	b.sees("Checked just now") // the card comes with the report
	b.inspect("connector-card")
	b.press("Groups pushed")
	b.sees("Groups are not pushed")
	b.inspect("push-off")
	b.press("Open the settings")
	b.tick("Push groups")
	b.press("Update")
	b.press("Groups pushed")
	b.sees("No group is pushed yet")
	b.inspect("push-empty")
	chooseSales(t, b, fake)

	b.do("open the group", cd.Click(cd.Search(`//main//table//a[normalize-space(.)="Sales"]`)))
	b.sees("Pushed to")
	b.inspect("push-group")
	b.press("Remove Ada Lovelace")
	eventually(t, "who left the group leaves it at the target", func() bool {
		members, ok := membersAt(fake, "Sales")
		return ok && len(members) == 1 && members[0] == "grace"
	})
}

func makeSales(b *browser) {
	b.t.Helper()
	b.menu("Groups")
	b.press("New Group")
	b.fill("Group name", "Sales")
	b.tick("Ada Lovelace")
	b.tick("Grace Hopper")
	b.press("Finish")
	b.sees("Sales was created")
}

func chooseSales(t *testing.T, b *browser, fake *scim2fake.Server) {
	t.Helper()
	b.press("Choose groups")
	b.tick("Sales")
	b.inspect("push-choose")
	b.press("Save")
	b.sees("1 chosen by hand")
	eventually(t, "the group is at the target with its members", func() bool {
		members, ok := membersAt(fake, "Sales")
		return ok && len(members) == 2
	})
	b.sees("synced")
	b.sees("2 added")
	b.inspect("push-groups")
}
