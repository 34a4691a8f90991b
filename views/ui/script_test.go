package ui_test

import (
	"net/http/httptest"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"
)

// TestScriptsAddTo checks what static/app.js adds to a page that works without it.
func TestScriptsAddTo(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	t.Cleanup(server.Close)
	ctx, console := tab(t)
	must := func(what string, steps ...cd.Action[cd.Void]) {
		t.Helper()
		if err := cd.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v; console %q", what, err, console())
		}
	}
	holds := func(what, expression string) {
		t.Helper()
		got, err := cd.Run(ctx, cd.Evaluate[bool]("Boolean("+expression+")"))
		if err != nil || !got {
			t.Errorf("%s: %s is %v (%v); console %q", what, expression, got, err, console())
		}
	}
	// set changes a field as a person would: the value, then the change event.
	set := func(id, value string) {
		t.Helper()
		if _, err := cd.Run(ctx, cd.Evaluate[any](`(() => { const el = document.getElementById('`+id+`'); el.value = '`+value+`'; el.dispatchEvent(new Event('change', {bubbles: true})); })()`)); err != nil {
			t.Fatal(err)
		}
	}
	must("load", cd.EmulateViewport(1280, 900), cd.Navigate(server.URL+"/"), cd.WaitVisible(cd.CSS("h1")))

	holds("the error summary has the focus", `document.activeElement.matches('[data-focus]')`)
	holds("a closed toast goes at once", `(() => {
		const toasts = () => document.querySelectorAll('[data-toast]').length, before = toasts();
		document.querySelector('[data-toast-close]').click();
		return before > 0 && toasts() === before - 1;
	})()`)
	holds("a token is asked for with bearer", `document.querySelector('#f-token').offsetParent && !document.querySelector('#f-token').disabled`)
	holds("a user name is not", `!document.querySelector('#f-user').offsetParent && document.querySelector('#f-user').disabled`)
	set("f-auth_mode", "basic")
	holds("with basic it is", `document.querySelector('#f-user').offsetParent && !document.querySelector('#f-user').disabled`)
	holds("and the token is not sent", `document.querySelector('#f-token').disabled`)
	set("f-auth_mode", "bearer")
	holds("a field that was off stays off", `document.querySelector('#f-email').disabled`)

	holds("the copy button shows", `document.querySelector('[data-copy]').offsetParent`)
	must("copy", cd.Click(cd.CSS("[data-copy]")), cd.Sleep(200*time.Millisecond))
	holds("it says so", `document.querySelector('[data-copy-word]').textContent === 'Copied'`)

	must("open the account menu", cd.Click(cd.CSS(".account > summary")), cd.WaitVisible(cd.CSS(".account-panel")), cd.SendKeys(cd.CSS(".account > summary"), "\x1b"))
	holds("Escape closes it", `!document.querySelector('.account').open`)

	holds("light at first", `!document.documentElement.classList.contains('dark')`)
	must("switch the theme", cd.Click(cd.CSS("[data-theme-toggle]")))
	holds("dark now", `document.documentElement.classList.contains('dark')`)
	holds("without motion, no change is drawn out", `(() => {
		document.documentElement.classList.remove('dark');
		const moving = document.getAnimations().length;
		document.documentElement.classList.add('dark');
		return moving + document.getAnimations().length === 0;
	})()`)
	must("reload", cd.Reload(), cd.WaitVisible(cd.CSS("h1")))
	holds("dark still", `document.documentElement.classList.contains('dark')`)
	holds("htmx runs under the policy", `typeof htmx === 'object' && htmx.config.includeIndicatorCSS === false`)
}

// TestLiveRegionInABrowser follows a fragment that fails once, asks again and then stops.
func TestLiveRegionInABrowser(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	t.Cleanup(server.Close)
	ctx, console := tab(t)
	if err := cd.Do(ctx, cd.Navigate(server.URL+"/"), cd.WaitVisible(cd.Search(`//*[@id="live"][contains(.,"answer 4")]`)), cd.WaitVisible(cd.Search(`//*[@id="toaster"]//*[contains(.,"Settled")]`)), cd.Sleep(500*time.Millisecond)); err != nil {
		t.Fatal(err, console())
	}
	got, err := cd.Run(ctx, cd.Evaluate[string](`document.getElementById('live').textContent.trim() + ', ' + document.querySelectorAll('#live').length + ' region, ' + document.body.textContent.includes('must not be shown')`))
	if err != nil || got != "answer 4, 1 region, false" {
		t.Errorf("%q %v; console %q", got, err, console())
	}
}
