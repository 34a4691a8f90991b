package e2e

import (
	"strconv"
	"strings"
	"testing"

	"usher/mail/mailtest"
)

// sendMailsTo sets the mail server in the console, where an administrator is signed in.
func sendMailsTo(b *browser, addr string) {
	b.t.Helper()
	host, port, _ := strings.Cut(addr, ":")
	b.visit("/settings/mail")
	b.fill("Mail server", host)
	b.choose("Connection security", "None")
	b.fill("Port", port)
	b.fill("Sender’s address", "usher@example.com")
	b.press("Update")
}

func linkIn(t *testing.T, inbox *mailtest.Inbox, to string, n int) string {
	t.Helper()
	m := inbox.Wait(t, to, n)
	links := m.Links()
	if len(links) == 0 {
		t.Fatalf("no link in the mail %q:\n%s", m.Subject, m.Text)
	}
	return links[0]
}

const (
	joan         = "joan@example.com"
	joanPassword = "correct horse battery staple"
	joanNext     = "purple elephants read slowly"
)

// TestSignUpInABrowser follows somebody from the registration form to the target, through a real mail server, and
// looks at every page on the way.
func TestSignUpInABrowser(t *testing.T) {
	t.Parallel()
	addr, inbox := mailtest.Start(t)
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	sendMailsTo(b, addr)
	b.visit("/login-registration")
	b.inspect("signup-login-registration")
	b.do("open the settings", clickText("Self Registration"))
	b.sees("Account verification")
	b.inspect("signup-settings")

	registerJoan(b)
	link := linkIn(t, inbox, joan, 1)
	b.visit("/targets/scim2")
	if strings.Contains(b.eval(`document.body.innerText`), joan) {
		t.Error("the target heard of somebody who has not confirmed")
	}
	b.visit(link)
	b.inspect("signup-confirm")
	b.press("Confirm")
	b.sees("Signed in as joan")
	b.inspect("signup-account")
	b.visit("/targets/scim2")
	b.sees(joan)
	b.visit(link)
	b.sees("This link does not work")
	b.inspect("signup-link-over")

	useAccount(t, b, inbox)
	forgetPassword(t, b, inbox)
}

func registerJoan(b *browser) {
	b.t.Helper()
	b.visit("/register")
	b.inspect("signup-register")
	b.press("Register")
	b.sees("Fill this in")
	b.inspect("signup-register-422")
	b.fill("First name", "Joan")
	b.fill("Last name", "Clarke")
	b.fill("Department", "Hut 8")
	b.fill("E-mail address", joan)
	b.fill("User name", "joan")
	b.fill("Password", joanPassword)
	b.press("Register")
	b.sees("Check your mail")
	b.inspect("signup-sent")
	b.visit("/register/resend")
	b.inspect("signup-resend")
}

// useAccount changes the profile, the address and the password, and makes a token.
func useAccount(t *testing.T, b *browser, inbox *mailtest.Inbox) {
	t.Helper()
	b.visit("/account")
	b.fill("Phone", "+44 20 7946 0000")
	b.press("Save profile")
	b.sees("Your profile was saved")
	b.fill("New e-mail address", "joan.murray@example.com")
	b.press("Change e-mail address")
	b.sees("Open the link that we sent to joan.murray@example.com")
	b.visit(linkIn(t, inbox, "joan.murray@example.com", 1))
	b.inspect("signup-verify")
	b.press("Confirm")
	b.sees("Your e-mail address is confirmed")
	inbox.Wait(t, joan, 2) // the earlier address is told
	b.fill("Name", "script")
	b.press("Create token")
	b.sees("The token was created")
	b.inspect("signup-account-token")
	b.press("Revoke script")
	b.sees("The token was revoked")
	b.press("Sign out")
	b.sees("You are signed out.")
	b.visit("/targets/scim2")
	b.sees("joan.murray@example.com")
}

func forgetPassword(t *testing.T, b *browser, inbox *mailtest.Inbox) {
	t.Helper()
	b.visit("/login")
	b.inspect("signup-login")
	b.fill("User name or e-mail address", "joan")
	b.fill("Password", "wrong")
	b.press("Sign in")
	b.sees("You could not be signed in")
	b.inspect("signup-login-422")
	b.press("Forgot your password?")
	b.inspect("signup-forgot")
	b.fill("User name or e-mail address", "joan.murray@example.com")
	b.press("Send link")
	b.sees("Check your mail")
	b.inspect("signup-forgot-sent")
	b.visit(linkIn(t, inbox, "joan.murray@example.com", 2))
	b.inspect("signup-reset")
	b.fill("New password", joanNext)
	b.fill("New password, again", joanNext)
	b.press("Save password")
	b.sees("Your password was saved")
	b.fill("User name or e-mail address", "joan")
	b.fill("Password", joanNext)
	b.press("Sign in")
	b.sees("Signed in as joan")
}

// TestSignUpWithoutScripts does the same with scripts switched off, and reads the mail in the Outbox.
func TestSignUpWithoutScripts(t *testing.T) {
	t.Parallel()
	addr, inbox := mailtest.Start(t)
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	signInToDemo(t, b, demo)
	sendMailsTo(b, addr)
	b.withoutScripts()
	b.visit("/login-registration/self-registration")
	b.fill("Account verification link expiry time (minutes)", strconv.Itoa(60))
	b.press("Update")
	b.sees("Successfully updated")
	b.visit("/register")
	b.fill("First name", "Joan")
	b.fill("Last name", "Clarke")
	b.fill("E-mail address", joan)
	b.fill("User name", "joan")
	b.fill("Password", joanPassword)
	b.press("Register")
	b.visit(linkIn(t, inbox, joan, 1))
	b.press("Confirm")
	b.sees("Signed in as joan")
	b.fill("Phone", "+44 20 7946 0000")
	b.press("Save profile")
	b.sees("Your profile was saved")
	b.press("Sign out")
	b.sees("You are signed out.")
}
