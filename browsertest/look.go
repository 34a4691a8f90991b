package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	cd "github.com/chromedp/chromedp"
)

type size struct {
	name          string
	width, height int64
}

func (s size) emulate() cd.Action[cd.Void] { return cd.EmulateViewport(s.width, s.height) }

var (
	wide  = size{"", 1280, 900}
	phone = size{"-phone", 390, 844}
)

// everything is what axe looks for: WCAG 2.2 AA and its own best practices.
const everything = `['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']`

// colours are the rules about them. The theme changes colours and nothing else, so what has been looked at in light is
// asked for these in dark.
const colours = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`

// stillJS waits until nothing is being drawn or animated: halfway between two colours no contrast is right.
const stillJS = `
	const frame = () => new Promise(f => requestAnimationFrame(f));
	await frame(); await frame();
	await Promise.allSettled(document.getAnimations().filter(a => Number.isFinite(a.effect?.getComputedTiming().endTime)).map(a => a.finished));
	await frame();`

// Inspect looks at the page wide and light, and on a phone in dark: axe must find nothing, and nothing may scroll
// sideways. It leaves the page light and wide. A page is made of the parts of the gallery, which InspectAll sees in
// both themes at both widths.
func (b *Tab) Inspect(name string) {
	b.t.Helper()
	b.WaitIdle()
	b.look(name+"-light", false, everything)
	if os.Getenv("USHER_SCREENSHOTS") != "" {
		b.paint(name+"-dark", true)
	}
	b.Phone()
	if os.Getenv("USHER_SCREENSHOTS") != "" {
		b.paint(name+"-light"+phone.name, false)
	}
	b.look(name+"-dark"+phone.name, true, everything)
	b.restore()
}

// InspectAll looks at the page in both themes, wide and on a phone, in windows that are as tall as the page: height
// points when it is wide, and twice that on a phone.
func (b *Tab) InspectAll(name string, height int64) {
	b.t.Helper()
	b.WaitIdle()
	for _, s := range []size{wide, phone} {
		s.height = max(s.height, height)
		height *= 2
		b.Do("size", s.emulate())
		b.look(name+"-light"+s.name, false, everything)
		b.look(name+"-dark"+s.name, true, colours)
	}
	b.restore()
}

// restore makes the page light and wide: a click must meet its button where it stays.
func (b *Tab) restore() {
	b.t.Helper()
	b.Wide()
	b.Eval(`(async () => { ` + theme(false) + stillJS + ` return ""; })()`)
}

func theme(dark bool) string {
	return fmt.Sprintf(`document.documentElement.classList.toggle("dark", %v);`, dark)
}

// paint leaves a picture of the page in a theme.
func (b *Tab) paint(name string, dark bool) {
	b.t.Helper()
	b.Eval(`(async () => { ` + theme(dark) + stillJS + ` return ""; })()`)
	b.Picture(name)
}

// Look looks at the page as it stands.
func (b *Tab) Look(name string) {
	b.t.Helper()
	b.WaitIdle()
	b.look(name, b.Eval(`String(document.documentElement.classList.contains("dark"))`) == "true", everything)
}

func (b *Tab) look(name string, dark bool, rules string) {
	b.t.Helper()
	if os.Getenv("USHER_SCREENSHOTS") != "" {
		b.paint(name, dark)
	}
	found := b.found(dark, rules)
	for range 2 { // a page that was just repainting is looked at again; what is wrong stays wrong
		if len(found.Lines) == 0 {
			break
		}
		b.Do("wait", cd.Sleep(time.Second))
		found = b.found(dark, rules)
	}
	for _, line := range found.Lines {
		b.t.Errorf("%s: %s", name, line)
	}
	if found.Over > 0 {
		b.t.Errorf("%s: the page scrolls sideways by %v px", name, found.Over)
	}
}

type found struct {
	Lines []string // one for each element and breach
	Over  float64  // by how many points the page is wider than its window
}

// found runs axe, which comes into each document once.
func (b *Tab) found(dark bool, rules string) (f found) {
	b.t.Helper()
	js := `(async () => {
		if (!window.axe) return "";
		` + theme(dark) + stillJS + `
		const r = await axe.run(document, {runOnly: ` + rules + `, resultTypes: ['violations'], selectors: false});
		return JSON.stringify({
			Lines: r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 160) + ' – ' + n.failureSummary.slice(0, 260))),
			Over: document.documentElement.scrollWidth - innerWidth,
		});
	})()`
	for range 10 {
		if text := b.Eval(js); text != "" {
			if err := json.Unmarshal([]byte(text), &f); err != nil {
				b.t.Fatal(err)
			}
			return f
		}
		if _, err := evaluate[cd.Void](b, b.axe+";0"); err != nil {
			b.t.Fatal("inject axe: ", err)
		}
	}
	b.t.Fatal("the page never stays, so axe cannot look at it")
	return f
}
