package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	cd "github.com/chromedp/chromedp"

	"usher/mail/mailtest"
)

// logoFile is a picture on the disk, as somebody would choose it.
func logoFile(t *testing.T) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 160, 60))
	for y := range 60 {
		for x := range 160 {
			if d := (x-30)*(x-30) + (y-30)*(y-30); d < 900 || x > 70 && y > 20 && y < 40 {
				m.Set(x, y, color.NRGBA{R: 0x1a, G: 0x7f, B: 0x64, A: 0xff})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "logo.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSettingsInABrowser sets Usher up as an administrator does: tokens, branding, the mail server.
func TestSettingsInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	b.menu("Settings")
	b.inspect("settings")

	b.press("API tokens")
	b.fill("Name", "HR system")
	b.choose("Expires", "in 90 days")
	b.press("Create token")
	b.sees("The token was created")
	b.inspect("settings-tokens")

	b.press("Branding")
	b.fill("Organisation’s name", "Example, Inc.")
	b.fill("Accent colour", "#1a7f64")
	b.file("Logo", logoFile(t))
	b.press("Update")
	b.sees("The branding was updated")
	b.inspect("settings-branding")
	b.visit("/login")
	b.sees("Example, Inc.")
	b.inspect("settings-branded")

	b.visit("/settings/mail")
	b.inspect("settings-mail-none")
	smtp := mailtest.New(t)
	smtp.UserName, smtp.Password = "usher", "correct horse"
	smtp.Start(t)
	b.fill("Mail server", "127.0.0.1")
	b.choose("Connection security", "None")
	b.fill("Port", strconv.Itoa(smtp.Port()))
	b.fill("User name", "usher")
	b.fill("Password", "wrong")
	b.fill("Sender’s address", "usher@example.com")
	b.press("Update")
	b.fill("Send to", "ada@example.com")
	b.press("Send a test message")
	b.sees("refuses user name or password: 535")
	b.inspect("settings-mail-wrong")
	b.fill("Password", "correct horse")
	b.press("Update")
	b.fill("Send to", "ada@example.com")
	b.press("Send a test message")
	b.sees("The mail server took the message")
	smtp.Inbox.Wait(t, "ada@example.com", 1)
}

// TestOutboxInABrowser reads in the console what would have been sent.
func TestOutboxInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	b.menu("Outbox")
	b.sees("No messages")
	b.inspect("outbox-empty")
	b.menu("Users")
	b.press("Add User")
	b.fill("User name", "katherine")
	b.fill("First name", "Katherine")
	b.fill("Last name", "Johnson")
	b.fill("Email", "katherine@example.com")
	b.tick("Invite later")
	b.press("Save")
	b.visit("/forgot")
	b.do("name the user", cd.SendKeys(cd.CSS(`main input:not([type=hidden])`), "katherine@example.com\r"))
	b.visit("/settings/outbox")
	b.sees("katherine@example.com")
	b.inspect("outbox")
	b.do("open it", cd.Click(cd.CSS("tbody a")), cd.WaitVisible(cd.CSS("#text")))
	b.inspect("outbox-message")
}
