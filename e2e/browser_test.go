package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cd "github.com/chromedp/chromedp"

	"usher/browsertest"
)

// browser is a tab that is used the way people use one: by the words that they see.
type browser struct {
	*browsertest.Tab
	t    *testing.T
	base string
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	return &browser{Tab: browsertest.Open(t), t: t, base: base}
}

// do runs steps, and waits until what they began is over.
func (b *browser) do(what string, steps ...cd.Action[cd.Void]) { b.t.Helper(); b.Do(what, steps...) }

func (b *browser) eval(js string) string { b.t.Helper(); return b.Eval(js) }

func (b *browser) inspect(name string) { b.t.Helper(); b.Inspect(name) }

func (b *browser) quiet() { b.t.Helper(); b.Quiet() }

// withoutScripts switches the scripts of every page from now on off.
func (b *browser) withoutScripts() {
	b.t.Helper()
	b.do("switch scripts off", cd.Func(func(ctx context.Context, target *cd.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

func (b *browser) visit(path string) {
	b.t.Helper()
	url := path
	if strings.HasPrefix(path, "/") {
		url = b.base + path
	}
	b.do("visit "+path, cd.Navigate(url), cd.WaitVisible(cd.CSS("h1")))
}

func literal(s string) string {
	if !strings.Contains(s, `"`) {
		return `"` + s + `"`
	}
	return `'` + s + `'`
}

// press clicks the link or button of the page with this word.
func (b *browser) press(word string) {
	b.t.Helper()
	q := cd.Search(fmt.Sprintf(`//main//*[self::a or self::button][normalize-space(.)=%[1]s or @aria-label=%[1]s]`, literal(word)))
	b.do("press "+word, cd.WaitVisible(q), cd.Click(q))
}

// menu clicks a word of the sidebar.
func (b *browser) menu(word string) {
	b.t.Helper()
	b.do("menu "+word, cd.Click(cd.Search(fmt.Sprintf(`//aside//a[normalize-space(.)=%s]`, literal(word)))))
}

// control is the ID of the field with this label; of several that begin with it, the one that says no more.
func (b *browser) control(label string) string {
	b.t.Helper()
	js := fmt.Sprintf(`(() => {
		const plain = text => (text ?? "").trim().replace(/\s+/g, " "), labels = [...document.querySelectorAll("label[for]")];
		const exact = labels.find(l => plain([...l.childNodes].find(n => n.nodeType === Node.TEXT_NODE)?.data) === %[1]q);
		return (exact ?? labels.find(l => plain(l.textContent).startsWith(%[1]q)))?.htmlFor ?? "";
	})()`, label)
	b.until("there is no field "+label, func() bool { return b.eval(js) != "" })
	return b.eval(js)
}

// fill replaces what the field with this label holds, as somebody does who pastes.
func (b *browser) fill(label, value string) {
	b.t.Helper()
	id := b.control(label)
	js := fmt.Sprintf(`(() => {
		const field = document.getElementById(%q);
		field.focus();
		if (document.activeElement !== field) return "";
		field.select();
		return "ok";
	})()`, id)
	b.until("nobody can type into "+label, func() bool { return b.eval(js) != "" })
	b.do("fill "+label, cd.Func(func(ctx context.Context, target *cd.Target) error {
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: value})
		return err
	}))
}

// until waits for what the page does in its own time.
func (b *browser) until(never string, ok func() bool) {
	b.t.Helper()
	for end := time.Now().Add(browsertest.Patience); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			b.Picture("failed")
			b.t.Fatalf("%s:\n%s", never, b.eval(`document.body.innerText`))
		}
	}
}

// tick clicks a checkbox, switch or radio by its label.
func (b *browser) tick(label string) {
	b.t.Helper()
	b.do("tick "+label, cd.Click(cd.Search(fmt.Sprintf(`//label[starts-with(normalize-space(.),%s)]`, literal(label)))))
}

// choose selects the option with this text in the field with this label.
func (b *browser) choose(label, option string) {
	b.t.Helper()
	ok := b.eval(fmt.Sprintf(`(() => {
		const label = [...document.querySelectorAll("label")].find(l => l.textContent.trim().startsWith(%q));
		const select = label && document.getElementById(label.htmlFor);
		const option = select && [...select.options].find(o => o.textContent.trim().startsWith(%q));
		if (!option) return "no " + (select ? [...select.options].map(o => o.textContent).join("|") : "field");
		select.value = option.value;
		select.dispatchEvent(new Event("input", {bubbles: true}));
		select.dispatchEvent(new Event("change", {bubbles: true}));
		return "ok";
	})()`, label, option))
	if ok != "ok" {
		b.t.Fatalf("choose %s: %s: %s", label, option, ok)
	}
	b.WaitIdle()
}

// sees waits until the page says this.
func (b *browser) sees(words string) {
	b.t.Helper()
	b.until(fmt.Sprintf("the page never says %q", words), func() bool { return b.says("body", words) })
}

// gone waits until the page's own part does not say this any more.
func (b *browser) gone(words string) {
	b.t.Helper()
	b.until(fmt.Sprintf("the page always says %q", words), func() bool { return !b.says("main", words) })
}

func (b *browser) says(part, words string) bool {
	b.t.Helper()
	return strings.Contains(strings.ToLower(b.eval(fmt.Sprintf(`document.querySelector(%q).innerText`, part))), strings.ToLower(words))
}
