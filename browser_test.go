package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"
)

// lacks skips the test, or fails it when USHER_TEST_REQUIRE names what is missing.
func lacks(t *testing.T, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("USHER_TEST_REQUIRE"), ","), what) {
		t.Fatalf("USHER_TEST_REQUIRE names %s: %s", what, why)
	}
	t.Skipf("without %s: %s", what, why)
}

// browser is a tab that is used the way people use one: by the words that they see.
type browser struct {
	t       *testing.T
	ctx     context.Context
	base    string
	axe     string
	mu      sync.Mutex
	console []string
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		lacks(t, "chromium", "the pages were not used in a browser")
	}
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		lacks(t, "chromium", "axe-core is not installed (npm ci)")
	}
	alloc, stop := cd.NewExecAllocator(context.Background(), append(cd.DefaultExecAllocatorOptions[:],
		cd.ExecPath(path), cd.NoSandbox, cd.DisableGPU, cd.Flag("disable-quic", true), cd.Flag("force-prefers-reduced-motion", true), cd.Flag("disable-component-update", true),
		cd.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))...)
	ctx, closeTab := cd.NewContext(alloc)
	ctx, cancel := context.WithTimeout(ctx, 6*time.Minute)
	t.Cleanup(func() { cancel(); closeTab(); stop() })
	b := &browser{t: t, ctx: ctx, base: base, axe: string(axe)}
	messages := cd.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, m.String())
			b.mu.Unlock()
		}
	}()
	b.do("open", cd.EmulateViewport(1280, 900))
	return b
}

// do runs steps, each flow step with a time limit of its own.
func (b *browser) do(what string, steps ...cd.Action[cd.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	if err := cd.Do(ctx, steps...); err != nil {
		b.picture("failed")
		b.mu.Lock()
		defer b.mu.Unlock()
		text, _ := cd.Run(b.ctx, cd.Evaluate[string](`location.href + "\n" + document.body.innerText`))
		b.t.Fatalf("%s: %v\nconsole %q\npage: %s", what, err, b.console, text)
	}
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
	b.do("press "+word, cd.WaitVisible(q), cd.Click(q), cd.Sleep(150*time.Millisecond), cd.WaitVisible(cd.CSS("h1")))
}

// menu clicks a word of the sidebar.
func (b *browser) menu(word string) {
	b.t.Helper()
	b.do("menu "+word, cd.Click(cd.Search(fmt.Sprintf(`//aside//a[normalize-space(.)=%s]`, literal(word)))), cd.Sleep(150*time.Millisecond), cd.WaitVisible(cd.CSS("h1")))
}

// control is the field with this label; of several that begin with it, the one that says no more.
func control(label string) string {
	return fmt.Sprintf(`//*[@id=//label[normalize-space(text())=%[1]s or starts-with(normalize-space(.),%[1]s) and not(//label[normalize-space(text())=%[1]s])]/@for]`, literal(label))
}

// fill replaces what the field with this label holds.
func (b *browser) fill(label, value string) {
	b.t.Helper()
	q := cd.Search(control(label))
	b.do("find "+label, cd.WaitVisible(q), cd.Focus(q))
	b.eval(`(document.activeElement.select(), "")`)
	b.do("fill "+label, cd.SendKeys(q, value))
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
	b.do("settle", cd.Sleep(400*time.Millisecond))
}

func (b *browser) eval(js string) string {
	b.t.Helper()
	s, err := cd.Run(b.ctx, cd.Evaluate[string](js))
	if err != nil {
		b.t.Fatalf("evaluate %s: %v", js, err)
	}
	return s
}

// sees waits until the page says this.
func (b *browser) sees(words string) {
	b.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		text := b.eval(`document.body.innerText`)
		if strings.Contains(strings.ToLower(text), strings.ToLower(words)) {
			return
		}
		if time.Now().After(deadline) {
			b.picture("failed")
			b.t.Fatalf("the page never says %q:\n%s", words, text)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// picture leaves a screenshot in the folder that USHER_SCREENSHOTS names.
func (b *browser) picture(name string) {
	folder := os.Getenv("USHER_SCREENSHOTS")
	if folder == "" {
		return
	}
	p, err := cd.Run(b.ctx, cd.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), p, 0o644)
	}
	if err != nil {
		b.t.Log("no picture: ", err)
	}
}

// inspect looks at the page in both themes, wide and on a phone: axe must find nothing, and nothing may
// scroll sideways.
func (b *browser) inspect(name string) {
	b.t.Helper()
	for _, theme := range []string{"light", "dark"} {
		b.eval(fmt.Sprintf(`(document.documentElement.classList.toggle("dark", %v), "")`, theme == "dark"))
		for _, size := range []struct {
			name          string
			width, height int64
		}{{"", 1280, 900}, {"-phone", 390, 844}} {
			b.do("size", cd.EmulateViewport(size.width, size.height), cd.Sleep(250*time.Millisecond))
			b.still()
			b.picture(name + "-" + theme + size.name)
			found := b.violations()
			if len(found) > 0 { // a page that was just repainting is looked at once more; what is wrong stays wrong
				b.do("wait", cd.Sleep(time.Second))
				b.still()
				found = b.violations()
			}
			for _, v := range found {
				b.t.Errorf("%s, %s%s: %s", name, theme, size.name, v)
			}
			if over := b.eval(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && !strings.HasPrefix(over, "-") {
				b.t.Errorf("%s, %s%s: the page scrolls sideways by %s px", name, theme, size.name, over)
			}
		}
	}
	b.eval(`(document.documentElement.classList.remove("dark"), "")`)
	b.do("size", cd.EmulateViewport(1280, 900), cd.Sleep(250*time.Millisecond))
	b.still() // a click must meet its button where it stays
}

// still waits until nothing is being animated: halfway between two colours no contrast is right.
func (b *browser) still() {
	b.t.Helper()
	const js = `new Promise(done => {
		const frame = () => new Promise(f => requestAnimationFrame(f));
		const settled = async () => { await frame(); await frame(); await Promise.allSettled(document.getAnimations().map(a => a.finished)); await frame(); done("") };
		settled();
		setTimeout(() => done(""), 3000);
	})`
	if _, err := cd.Run(b.ctx, cd.Evaluate[string](js, cd.EvalAwaitPromise)); err != nil {
		b.t.Fatal("wait for animations: ", err)
	}
}

// violations are one line for each breach of WCAG 2.2 AA or of axe's best practices.
func (b *browser) violations() (lines []string) {
	b.t.Helper()
	if _, err := cd.Run(b.ctx, cd.Evaluate[any](b.axe+";0")); err != nil {
		b.t.Fatal("inject axe: ", err)
	}
	raw, err := cd.Run(b.ctx, cd.Evaluate[string](`axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r=>JSON.stringify(r.violations.flatMap(v=>v.nodes.map(n=>v.id+': '+n.html.slice(0,160)+' – '+n.failureSummary.slice(0,260)))))`, cd.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(raw), &lines)
	}
	if err != nil {
		b.t.Fatal("run axe: ", err)
	}
	return lines
}

// quiet fails the test when the browser complained about a script or the content security policy.
func (b *browser) quiet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.console {
		if strings.Contains(line, "Content Security Policy") || strings.Contains(line, "Uncaught") {
			b.t.Error("console: ", line)
		}
	}
}
