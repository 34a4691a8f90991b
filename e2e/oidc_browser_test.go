package e2e

import (
	"testing"

	cd "github.com/chromedp/chromedp"
)

// TestSignInThroughAProvider takes the fourth door in a real browser: the authorization-code flow with the demo's
// OpenID provider, until the user stands in the target.
func TestSignInThroughAProvider(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	b.visit("/login")
	b.press("Sign in with Demo Identity Provider")
	b.sees("Nobody here has a password")
	b.inspect("idp-people")
	b.press("Cancel")
	b.sees("did not sign you in")
	b.inspect("oidc-problem")
	b.visit("/login")
	b.press("Sign in with Demo Identity Provider")
	b.chooses("Noor Haddad")
	b.sees("Noor")
	b.visit("/account")
	b.sees("noor.haddad@example.com")

	signInToDemo(t, b, demo)
	b.visit("/targets/scim2")
	b.sees("noor.haddad@example.com")
	b.menu("Users")
	b.do("open the user", clickText("Noor Haddad"))
	b.sees("sign-in (just-in-time)")
	b.sees("demo|noor.haddad")
	b.sees("synced")
	b.inspect("user-jit")
	b.press("Unlink")
	b.sees("Successfully removed the link.")
}

// chooses presses the button of somebody on the provider's page.
func (b *browser) chooses(name string) {
	b.t.Helper()
	q := cd.Search(`//main//button[starts-with(normalize-space(.),` + literal(name) + `)]`)
	b.do("choose "+name, cd.WaitVisible(q), cd.Click(q))
}

// TestProviderPages walks through the pages of a connection that people sign in through.
func TestProviderPages(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	b.menu("Connections")
	b.press("New Connection")
	b.inspect("connection-new-oidc")
	b.do("choose the type", clickText("Standard-Based IdP (OpenID Connect)"))
	b.inspect("oidc-new")
	b.fill("Connection name", "Partner login")
	b.fill("Issuer URL", "http://login.example.com")
	b.fill("Client secret", "s3cret")
	b.press("Finish")
	b.sees("must begin with https://")
	b.inspect("oidc-new-422")
	b.fill("Issuer URL", "https://login.invalid")
	b.fill("Client ID", "usher")
	b.fill("Client secret", "s3cret")
	b.press("Finish")
	b.sees("Successfully created the connection.")
	b.press("Settings") // without the message, which stands over the button for a while
	b.press("Test connection")
	b.sees("does not work yet")
	b.inspect("oidc-settings-failed")

	b.menu("Connections")
	b.do("open the demo's", clickText("Demo Identity Provider"))
	b.press("Settings")
	b.press("Test connection")
	b.sees("The connection works")
	b.inspect("oidc-settings")
	b.press("Just-in-Time Provisioning")
	b.inspect("oidc-jit")
	b.fill("Title", "clams.title")
	b.press("Update")
	b.sees("There is no “clams”. What the provider says is in claims")
	b.inspect("oidc-jit-422")
	b.fill("Title", `claims[?"job"].orValue("Guest")`)
	b.press("Update")
	b.sees("Successfully updated Just-in-Time Provisioning.")
	b.press("Just-in-Time Provisioning") // without the message
	b.fill("Claims", `{"sub": "7", "email": "ada@example.com", "name": "Ada Lovelace"}`)
	b.press("Try")
	b.sees("Result")
	b.sees("Guest")
	b.inspect("oidc-jit-tried")
}
