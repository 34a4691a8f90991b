package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	cd "github.com/chromedp/chromedp"
)

// meanwhile saves the page's form in another window, with fields of other values.
func (b *browser) meanwhile(action string, fields string) {
	b.t.Helper()
	const js = `fetch(location.href).then(r => r.text()).then(text => {
		const form = new DOMParser().parseFromString(text, "text/html").querySelector('form[action="%s"]');
		const data = new FormData(form);
		for (const [k, v] of Object.entries(%s)) data.set(k, v);
		return fetch(form.getAttribute("action"), {method: "POST", body: form.enctype === "multipart/form-data" ? data : new URLSearchParams(data)});
	}).then(r => String(r.status))`
	if status := b.eval(fmt.Sprintf(js, action, fields)); status != "200" {
		b.t.Fatalf("saving in another window: %s", status)
	}
}

// TestTwoWindowsInABrowser: two people, one form; a session that ends; a secret and a key file.
func TestTwoWindowsInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)

	b.visit("/settings/branding")
	b.fill("Organisation’s name", "Mine, Inc.")
	b.meanwhile("/settings/branding", `{name: "Theirs, Inc.", accent: "#1a7f64"}`)
	b.press("Update")
	b.sees("Nothing was saved: choose whose value to keep")
	b.inspect("form-conflict")
	b.press("Update")
	b.sees("Choose one of the two.")
	b.inspect("form-conflict-asked")
	b.tick("Mine, as below")
	b.press("Update")
	b.sees("The branding was updated")
	if got := b.eval(`document.querySelector("[name=name]").value + " " + document.querySelector("[name=accent]").value`); got != "Mine, Inc. #1a7f64" {
		t.Errorf("saved: %s", got)
	}

	b.visit("/settings/branding")
	b.fill("Organisation’s name", "Typed before lunch")
	b.eval(`fetch("/signout", {method: "POST"}).then(() => "")`)
	b.press("Update")
	b.sees("Your session has ended")
	b.inspect("form-session-ended")
	b.fill("User name", "admin")
	b.fill("Password", demo.DemoPassword(t))
	b.press("Sign in")
	b.sees("Your session had ended, so nothing was saved")
	b.inspect("form-given-back")
	if got := b.eval(`document.querySelector("[name=name]").value`); got != "Typed before lunch" {
		t.Errorf("given back: %s", got)
	}
	b.press("Update")
	b.sees("The branding was updated")

	key := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(key, []byte(`{"type": "service_account"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.visit("/connections/new/custom")
	b.fill("Connection name", "Depot")
	b.press("Finish")
	b.visit(b.eval(`location.pathname`) + "/connectors/new?kind=scim2")
	b.fill("SCIM base URL", "nowhere")
	b.choose("Authentication", "Bearer")
	b.fill("Token", "typed-once-and-never-again")
	b.press("Next")
	b.sees("Kept: what you typed before is used")
	b.inspect("form-secret-kept")
	b.visit(b.eval(`location.pathname`) + "?kind=google")
	b.do("choose the key", cd.SetUploadFiles(cd.CSS(`input[type=file]`), []string{key}))
	b.inspect("form-key-file")
}
