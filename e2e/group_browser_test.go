package e2e

import (
	"path/filepath"
	"testing"

	cd "github.com/chromedp/chromedp"

	"usher/connectors/scim2/scim2fake"
)

// activeAt says of each user name at the target whether the account is usable.
func activeAt(fake *scim2fake.Server) map[string]bool {
	all := map[string]bool{}
	for _, u := range fake.Snapshot() {
		all[u.UserName] = u.Active
	}
	return all
}

// TestGroupsInABrowser makes a group, lets a connection send its members only, and follows users in and out.
func TestGroupsInABrowser(t *testing.T) {
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
	eventually(t, "both are at the target", func() bool { return fake.Count() == 2 })

	makeGroup(b)
	sendOnlyTheGroup(b)
	eventually(t, "who is outside is disabled", func() bool { a := activeAt(fake); return a["ada"] && !a["grace"] })
	addPerson(b, "mary", "Mary", "Jackson")
	b.sees("in none of the groups that this connection sends")
	b.inspect("user-outside")

	joinAndLeave(t, b, fake)
	refuseDeletion(b)
}

func addPerson(b *browser, userName, given, family string) {
	b.t.Helper()
	b.menu("Users")
	b.press("Add User")
	b.fill("User name", userName)
	b.fill("First name", given)
	b.fill("Last name", family)
	b.fill("Email", userName+"@example.com")
	b.tick("Invite later")
	b.press("Save")
	b.sees(given + " " + family + " was created")
}

func makeGroup(b *browser) {
	b.t.Helper()
	b.menu("Groups")
	b.sees("No groups yet")
	b.inspect("groups-empty")
	b.press("New Group")
	b.fill("Group name", "Sales")
	b.fill("Search users", "love")
	b.do("wait for the search", cd.WaitNotPresent(cd.Search(`//label[starts-with(normalize-space(.),"Grace")]`)))
	b.tick("Ada Lovelace")
	b.fill("Search users", "hop")
	b.do("wait for the search", cd.WaitVisible(cd.Search(`//label[starts-with(normalize-space(.),"Grace")]`)))
	b.inspect("group-new")
	b.press("Finish")
	b.sees("Sales was created")
	b.sees("Ada Lovelace")
	b.inspect("group-members")
	b.press("General")
	b.inspect("group-general")
	b.menu("Groups")
	b.inspect("groups")
}

func sendOnlyTheGroup(b *browser) {
	b.t.Helper()
	b.menu("Connections")
	b.do("open the connection", clickText("Warehouse"))
	b.do("open the tab", clickText("Outbound provisioning"))
	b.sees("Select the groups whose members are provisioned. Without a group, all users are.")
	b.press("Change groups")
	b.tick("Sales")
	b.inspect("connection-groups")
	b.press("Next")
	b.sees("Nothing is saved yet")
	b.sees("1 user")
	b.inspect("connection-scope")
	b.press("Save")
	b.sees("Successfully updated the groups.")
	b.sees("Progress")
}

func joinAndLeave(t *testing.T, b *browser, fake *scim2fake.Server) {
	t.Helper()
	b.press("Change groups")
	b.tick("Sales")
	b.inspect("user-groups")
	b.press("Save")
	b.sees("synced")
	eventually(t, "who joins is provisioned", func() bool { return activeAt(fake)["mary"] })
	b.inspect("user-in-group")

	b.menu("Groups")
	b.do("open the group", clickText("Sales"))
	b.press("Add Members")
	b.tick("Grace Hopper")
	b.inspect("group-add")
	b.press("Add")
	b.sees("Added to Sales")
	eventually(t, "who joins is enabled again", func() bool { return activeAt(fake)["grace"] })
	b.press("Remove Mary Jackson")
	b.sees("Removed from Sales")
	eventually(t, "who leaves is disabled", func() bool { a := activeAt(fake); return !a["mary"] && a["grace"] && a["ada"] })
}

func refuseDeletion(b *browser) {
	b.t.Helper()
	b.press("General")
	b.press("Delete group")
	b.sees("This group cannot be deleted yet")
	b.inspect("group-in-use")
}
