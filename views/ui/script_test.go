package ui_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"

	"usher/browsertest"
)

// TestScriptsAddTo checks what static/app.js adds to a page that works without it.
func TestScriptsAddTo(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	t.Cleanup(server.Close)
	b := browsertest.Open(t)
	must := b.Do
	holds := func(what, expression string) {
		t.Helper()
		if b.Eval("String(Boolean("+expression+"))") != "true" {
			t.Errorf("%s: %s is not so; console %q", what, expression, b.Console())
		}
	}
	// set changes a field as a person would: the value, then the change event.
	set := func(id, value string) {
		t.Helper()
		b.Eval(`(() => { const el = document.getElementById('` + id + `'); el.value = '` + value + `'; el.dispatchEvent(new Event('change', {bubbles: true})); return ''; })()`)
	}
	must("load", cd.Navigate(server.URL+"/"), cd.WaitVisible(cd.CSS("h1")))

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
	must("copy, and it says so", cd.Click(cd.CSS("[data-copy]")), cd.WaitVisible(cd.Search(`//*[@data-copy-word][.="Copied"]`)))

	must("open the account menu", cd.Click(cd.CSS(".account > summary")), cd.WaitVisible(cd.CSS(".account-panel")), cd.SendKeys(cd.CSS(".account > summary"), "\x1b"))
	holds("Escape closes it", `!document.querySelector('.account').open`)

	holds("light at first", `!document.documentElement.classList.contains('dark')`)
	must("switch the theme", cd.Click(cd.CSS("[data-theme-toggle]")))
	holds("dark now", `document.documentElement.classList.contains('dark')`)
	holds("without motion, no change is drawn out", `(() => {
		const before = document.getAnimations().length; // what else still moves: a toast that goes, say
		document.documentElement.classList.remove('dark');
		const moving = document.getAnimations().length;
		document.documentElement.classList.add('dark');
		return moving <= before && document.getAnimations().length <= before;
	})()`)
	must("reload", cd.Reload(), cd.WaitVisible(cd.CSS("h1")))
	holds("dark still", `document.documentElement.classList.contains('dark')`)
	holds("htmx runs under the policy", `typeof htmx === 'object' && htmx.config.includeIndicatorCSS === false`)
}

// TestLiveRegionInABrowser follows a fragment that fails once, asks again and then stops.
func TestLiveRegionInABrowser(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	t.Cleanup(server.Close)
	b := browsertest.Open(t)
	b.Do("follow", cd.Navigate(server.URL+"/"), cd.WaitVisible(cd.Search(`//*[@id="toaster"]//*[contains(.,"Settled")]`)), cd.Sleep(500*time.Millisecond))
	// On a busy machine the next question may be on its way when an answer settles the region.
	const shown = `document.getElementById('live').textContent.trim()`
	got := b.Eval(shown + ` + ', ' + document.querySelectorAll('#live').length + ' region, ' + document.body.textContent.includes('must not be shown')`)
	if !strings.HasPrefix(got, "answer ") || !strings.HasSuffix(got, ", 1 region, false") {
		t.Errorf("%q; console %q", got, b.Console())
	}
	settled := b.Eval(shown)
	b.Do("wait", cd.Sleep(500*time.Millisecond))
	if again := b.Eval(shown); again != settled {
		t.Errorf("it asks on after it settled: %q, then %q", settled, again)
	}
}
