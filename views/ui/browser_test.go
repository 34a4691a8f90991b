package ui_test

import (
	"net/http/httptest"
	"testing"

	cd "github.com/chromedp/chromedp"

	"usher/browsertest"
)

// TestGalleryInABrowser looks at everything in both themes, wide and on a phone. With USHER_SCREENSHOTS set
// to a folder it leaves pictures there.
func TestGalleryInABrowser(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	t.Cleanup(server.Close)
	b := browsertest.Open(t)
	defer b.Quiet()
	for _, p := range []string{"", "sign-in", "error", "error-plain"} {
		height := map[string]int64{"": 3000}[p]
		b.Do("load", cd.Navigate(server.URL+"/"+p), cd.WaitVisible(cd.CSS("h1")))
		if p == "" { // what changes under its hands, axe misjudges
			b.Do("settle", cd.WaitVisible(cd.CSS("#live:not([hx-trigger])")))
		}
		b.InspectAll("gallery-"+p, height)
	}
	for _, theme := range []string{"light", "dark"} {
		b.Phone()
		b.Do("menu", cd.Navigate(server.URL+"/"), cd.Click(cd.CSS(".top-menu")), cd.WaitVisible(cd.CSS("#menu nav")))
		b.Look("menu-" + theme)
		b.Wide()
		b.Do("account", cd.Reload(), cd.Click(cd.CSS(".account > summary")), cd.WaitVisible(cd.CSS(".account-panel")))
		b.Look("account-" + theme)
		b.Do("theme", cd.Click(cd.CSS("[data-theme-toggle]")))
	}
}
