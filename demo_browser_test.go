package main

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cd "github.com/chromedp/chromedp"
)

func signInToDemo(t *testing.T, b *browser, demo *running) {
	t.Helper()
	b.visit("/")
	b.fill("User name", "admin")
	b.fill("Password", demoPassword.FindStringSubmatch(demo.stdout.String())[1])
	b.press("Sign in")
}

// TestDemoInABrowser does what an evaluator does in the first minute.
func TestDemoInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.url)
	defer b.quiet()
	signInToDemo(t, b, demo)
	b.menu("Target")
	b.sees("12 accounts") // they arrive while one looks
	b.press("Pause")      // what changes under its hands, axe misjudges
	b.inspect("demo-target")
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
	b.menu("Target")
	b.sees("katherine@example.com")
	b.menu("Overview")
	b.inspect("demo-overview")
}

// TestWithoutScripts uses the console with scripts switched off: every form must still do its work.
func TestWithoutScripts(t *testing.T) {
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.url)
	b.do("switch scripts off", cd.Func(func(ctx context.Context, target *cd.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	signInToDemo(t, b, demo)
	b.menu("Connections")
	b.press("New Connection")
	b.do("choose the type", clickText("Custom Connector"), cd.Sleep(200*time.Millisecond))
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
	b.menuSignOut()
}
