package e2e

import (
	"testing"

	"usher/connectors/all"
	builtin "usher/demo"
	"usher/programtest"
)

func signInToDemo(t *testing.T, b *browser, demo *programtest.Server) {
	t.Helper()
	b.visit("/")
	b.fill("User name", "admin")
	b.fill("Password", demo.DemoPassword(t))
	b.press("Sign in")
}

// TestDemoInABrowser does what an evaluator does in the first minute.
func TestDemoInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	for _, k := range all.Kinds() {
		lookAtDemoTarget(b, k)
	}
	b.menu("Users")
	b.inspect("demo-users")
	b.press("Add User")
	b.fill("User name", "katherine")
	b.fill("First name", "Katherine")
	b.fill("Last name", "Johnson")
	b.fill("Email", "katherine@example.com")
	b.tick("Invite later")
	b.press("Save")
	b.sees("synced") // the panel says so by itself
	b.inspect("demo-user")
	b.menu("Demo targets")
	b.sees("katherine@example.com")
	b.menu("Overview")
	b.inspect("demo-overview")
}

// lookAtDemoTarget sees the sample users and groups arrive at the built-in service of a kind.
func lookAtDemoTarget(b *browser, k all.Kind) {
	b.t.Helper()
	if k.Sandbox == nil {
		return
	}
	b.visit("/targets/" + k.Kind)
	b.sees("amara.okafor@example.com")
	b.sees("liam.osullivan@example.com") // the last; they arrive while one looks
	if k.Groups != nil {
		b.sees("Sales and Marketing")
	}
	b.press("Pause") // what changes under its hands, axe misjudges
	b.inspect("demo-target-" + k.Kind)
}

// TestTroubleInABrowser takes every built-in service down and sees that the console says so, and that all is well
// again as soon as the service is.
func TestTroubleInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	for _, k := range all.Kinds() {
		if k.Sandbox == nil {
			continue
		}
		b.visit("/targets/" + k.Kind)
		b.sees("liam.osullivan@example.com")
		b.tick("Down")
		b.press("Apply")
		b.sees("Down until you choose Well")
		b.press("Change all sample users")
		b.sees("Quarantined: nothing is sent to the target for now") // the page says so by itself
		b.press("Pause")
		b.inspect("demo-trouble-" + k.Kind)
		b.menu("Overview")
		b.sees(builtin.ConnectionName(k.Definition) + " is paused")
		b.visit("/targets/" + k.Kind)
		b.tick("Well")
		b.press("Apply")
		b.gone("Quarantined")
		b.sees("Synced")
		b.gone("Paused")
	}
}

// TestWithoutScripts uses the console with scripts switched off: every form must still do its work.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	b.withoutScripts()
	signInToDemo(t, b, demo)
	b.menu("Connections")
	b.press("New Connection")
	b.do("choose the type", clickText("Custom Connector"))
	b.fill("Connection name", "Plain")
	b.press("Finish")
	b.sees("Successfully created the connection.")
	b.press("Outbound provisioning")
	b.press("New Connector")
	b.tick("SCIM2")
	b.press("Next")
	b.fill("SCIM base URL", "https://plain.example.com/scim/v2")
	b.fill("Token", "a-token")
	b.press("Next")
	b.press("Finish")
	b.tick("Enabled")
	b.press("Update")
	b.sees("Successfully updated the outbound provisioning connector.")
	b.menu("Users")
	b.press("Add User")
	b.fill("User name", "dorothy")
	b.tick("Invite later")
	b.press("Save")
	b.sees("dorothy")
	b.press("Disable")
	b.press("Enable")
	b.press("Edit")
	b.fill("Title", "Programmer")
	b.press("Save")
	b.sees("Programmer")
	b.visit("/targets")
	b.tick("Credentials revoked")
	b.press("Apply")
	b.sees("Credentials revoked until you choose Well")
	b.tick("Well")
	b.press("Apply")
	b.visit("/target")
	b.sees("Demo targets")
	b.menuSignOut()
}
