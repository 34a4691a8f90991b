package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"

	cd "github.com/chromedp/chromedp"

	"usher/browsertest"
	"usher/programtest"
)

// scimmy starts the independent SCIM service and returns its URL.
func scimmy(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("../node_modules/scimmy-routers"); err != nil {
		browsertest.Lacks(t, "scimmy", "the independent SCIM service is not installed (npm ci)")
	}
	c := exec.Command("node", "../connectors/scim2/testdata/scimmy.mjs")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		browsertest.Lacks(t, "scimmy", err.Error())
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	var at struct{ URL string }
	if err == nil {
		err = json.Unmarshal([]byte(line), &at)
	}
	if err != nil {
		t.Fatalf("scimmy said %q: %v", line, err)
	}
	return at.URL
}

type scimmyUser struct {
	ID, UserName, ExternalID, Title string
	Active                          bool
	Name                            struct{ GivenName, FamilyName string }
	Emails                          []struct{ Value string }
	Enterprise                      struct{ Department string } `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
}

// scimmyUsers is what the service holds.
func scimmyUsers(t *testing.T, url string) (users []scimmyUser) {
	t.Helper()
	r, err := http.Get(url + "/dump")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &users)
	}
	if err != nil {
		t.Fatal(err)
	}
	return users
}

// TestTheSixSteps follows the flow that administrators know, by its exact labels, in a real browser and
// against a SCIM service that is not ours, and looks at every page on the way.
func TestTheSixSteps(t *testing.T) {
	t.Parallel()
	target := scimmy(t)
	server := start(t, newDB(t), "serve", "--addr=127.0.0.1:0")
	b := newBrowser(t, server.URL)
	defer b.quiet()
	b.visit(server.Printed(t, setupLink)[0])
	b.inspect("setup")
	b.visit("/signin")
	b.inspect("sign-in")
	signInFirst(t, b, server)
	b.sees("Overview")
	b.inspect("overview-empty")

	makeConnection(b)
	makeConnector(b, target)
	switchOn(b)
	makeProvisioner(b)
	makeUser(t, b, target)
	changeUser(t, b, target)
	readLog(b)
	deleteUser(t, b, target)

	b.menu("Settings")
	b.inspect("settings")
	b.menu("Overview")
	b.inspect("overview")
	b.visit("/nothing-here")
	b.inspect("not-found")
}

// makeConnection is step 1.
func makeConnection(b *browser) {
	b.t.Helper()
	b.menu("Connections")
	b.inspect("connections-empty")
	b.press("New Connection")
	b.sees("Create Connection")
	b.inspect("connection-new")
	b.do("choose the type", clickText("Custom Connector"))
	b.fill("Connection name", "Wh")
	b.press("Finish")
	b.sees("3 to 120 characters")
	b.inspect("connection-create-422")
	b.fill("Connection name", "Warehouse")
	b.fill("Description", "Stock system")
	b.press("Finish")
	b.sees("Successfully created the connection.")
	b.inspect("connection-general")
}

// makeConnector is step 2.
func makeConnector(b *browser, target string) {
	b.t.Helper()
	b.press("Outbound provisioning")
	b.sees("No outbound provisioning connectors")
	b.inspect("connectors-empty")
	b.press("New Connector")
	b.inspect("connector-kind")
	b.tick("SCIM2")
	b.press("Next")
	b.inspect("connector-configuration")
	b.press("Next")
	b.sees("required field")
	b.inspect("connector-configuration-422")
	b.fill("SCIM base URL", target+"/scim/v2")
	b.fill("Token", "scimmy-token")
	b.do("open Network", cd.Click(cd.Search(`//summary[normalize-space(.)="Network"]`)))
	b.tick("Allow private network")
	b.press("Next")
	b.inspect("connector-summary")
	b.press("Finish")
	b.sees("SCIM2")
}

// switchOn is step 3.
func switchOn(b *browser) {
	b.t.Helper()
	b.tick("Enabled")
	b.press("Test connection")
	b.sees("ServiceProviderConfig")
	b.inspect("connector-tested")
	b.press("Update")
	b.sees("Successfully updated the outbound provisioning connector.")
	b.inspect("connector-panel")
}

// makeProvisioner is step 4.
func makeProvisioner(b *browser) {
	b.t.Helper()
	b.menu("Login & Registration")
	b.inspect("login-registration")
	b.sees("Provisioning Settings")
	b.do("open the settings", clickText("Outbound Provisioning Configuration"))
	b.sees("Outbound Provisioning Configuration")
	b.sees("No outbound provisioners")
	b.inspect("provisioners-empty")
	b.press("New Provisioner")
	b.inspect("provisioner-new")
	b.choose("Connection", "Warehouse")
	b.choose("Provisioning Connector", "SCIM2")
	b.tick("Blocking")
	b.tick("JIT Outbound")
	b.inspect("provisioner-filled")
	b.press("Finish")
	b.sees("Successfully added the outbound provisioning configuration.")
	b.inspect("provisioners")
}

// makeUser is step 5.
func makeUser(t *testing.T, b *browser, target string) {
	t.Helper()
	b.menu("Users")
	b.inspect("users-empty")
	b.press("Add User")
	b.inspect("user-new")
	b.fill("User name", "ada")
	b.fill("First name", "Ada")
	b.fill("Last name", "Lovelace")
	b.fill("Email", "ada@example.com")
	b.fill("Department", "Analysis")
	b.fill("Title", "Countess")
	b.fill("Phone", "+44 20 7946 0000")
	b.tick("Invite later")
	b.press("Save")
	b.sees("synced")
	b.inspect("user")
	users := scimmyUsers(t, target)
	if len(users) != 1 || users[0].UserName != "ada" || users[0].Name.GivenName != "Ada" || users[0].Emails[0].Value != "ada@example.com" ||
		users[0].Enterprise.Department != "Analysis" || !users[0].Active || users[0].ExternalID == "" {
		t.Fatalf("the target holds %+v", users)
	}
}

func changeUser(t *testing.T, b *browser, target string) {
	t.Helper()
	b.press("Edit")
	b.inspect("user-edit")
	b.fill("Title", "Mathematician")
	b.press("Save")
	b.sees("Mathematician")
	eventually(t, "the edit is at the target", func() bool { return scimmyUsers(t, target)[0].Title == "Mathematician" })
	b.press("Disable")
	eventually(t, "the account is disabled", func() bool { return !scimmyUsers(t, target)[0].Active })
	b.press("Enable")
	eventually(t, "the account is enabled", func() bool { return scimmyUsers(t, target)[0].Active })
}

func readLog(b *browser) {
	b.t.Helper()
	b.menu("Users")
	b.inspect("users")
	b.menu("Provisioning log")
	b.sees("ada")
	b.inspect("log")
	b.do("open a line", cd.Click(cd.Search(`(//main//a[starts-with(@href,"/log/")])[last()]`)))
	b.sees("POST")
	b.inspect("log-entry")
}

// deleteUser is step 6.
func deleteUser(t *testing.T, b *browser, target string) {
	t.Helper()
	b.menu("Users")
	b.do("open the user", clickText("Ada Lovelace"))
	b.press("Delete")
	b.sees("Warehouse")
	b.inspect("user-delete")
	confirmDelete(b)
	b.sees("deleted")
	eventually(t, "the account is removed", func() bool { return len(scimmyUsers(t, target)) == 0 })
}

// clickText clicks whatever starts with these words: a card, a link in a table.
func clickText(words string) cd.Action[cd.Void] {
	return cd.Click(cd.Search(`//main//a[starts-with(normalize-space(.),` + literal(words) + `)]`))
}

// signInFirst makes the first administrator through the printed link.
func signInFirst(t *testing.T, b *browser, server *programtest.Server) {
	t.Helper()
	b.visit(server.Printed(t, setupLink)[0])
	b.fill("User name", "grace")
	b.fill("Password", "correct horse battery staple")
	b.fill("Password again", "correct horse battery staple")
	b.press("Create administrator")
	b.menuSignOut()
	b.fill("User name", "grace")
	b.fill("Password", "correct horse battery staple")
	b.press("Sign in")
}

func (b *browser) menuSignOut() {
	b.t.Helper()
	b.sees("Overview")
	b.do("sign out", cd.Click(cd.CSS(".account > summary")), cd.Click(cd.Search(`//button[normalize-space(.)="Sign out"]`)))
}

// confirmDelete does what the deletion page asks for.
func confirmDelete(b *browser) {
	b.t.Helper()
	b.fill("Type", "ada")
	b.press("Delete")
}
