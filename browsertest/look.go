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

// What axe looks for: WCAG 2.2 AA and its own best practices. The theme changes colours and nothing else, so what has
// been looked at in light is asked in dark for the rules about colours.
const (
	everything = `['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']`
	colours    = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`
)

// stillJS waits until nothing is being drawn or animated: halfway between two colours no contrast is right.
const stillJS = `
	const frame = () => new Promise(f => requestAnimationFrame(f));
	await frame(); await frame();
	await Promise.allSettled(document.getAnimations().filter(a => Number.isFinite(a.effect?.getComputedTiming().endTime)).map(a => a.finished));
	await frame();`

// Inspect looks at the page in both themes, wide and on a phone: axe must find nothing, and nothing may scroll
// sideways. It leaves the page light and wide.
func (b *Tab) Inspect(name string) {
	b.t.Helper()
	b.InspectTall(name, 0)
}

// InspectTall is Inspect in windows that are as tall as the page: height points when it is wide, and twice that on a
// phone.
func (b *Tab) InspectTall(name string, height int64) {
	b.t.Helper()
	b.WaitIdle()
	for _, s := range []size{wide, phone} {
		s.height = max(s.height, height)
		height *= 2
		b.Do("size", s.emulate())
		b.look(name+"-light"+s.name, false, everything)
		b.look(name+"-dark"+s.name, true, colours)
	}
	b.Do("size", wide.emulate())
	b.Eval(`(async () => { document.documentElement.classList.remove("dark"); ` + stillJS + ` return ""; })()`) // a click must meet its button where it stays
}

// Look looks at the page as it stands.
func (b *Tab) Look(name string) {
	b.t.Helper()
	b.WaitIdle()
	b.look(name, b.Eval(`String(document.documentElement.classList.contains("dark"))`) == "true", everything)
}

func (b *Tab) look(name string, dark bool, rules string) {
	b.t.Helper()
	theme := fmt.Sprintf(`document.documentElement.classList.toggle("dark", %v);`, dark)
	if os.Getenv("USHER_SCREENSHOTS") != "" {
		b.Eval(`(async () => { ` + theme + stillJS + ` return ""; })()`)
		b.Picture(name)
	}
	found := b.found(theme, rules)
	for range 2 { // a page that was just repainting is looked at again; what is wrong stays wrong
		if len(found.Lines) == 0 {
			break
		}
		b.Do("wait", cd.Sleep(time.Second))
		found = b.found(theme, rules)
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
func (b *Tab) found(theme, rules string) (f found) {
	b.t.Helper()
	js := `(async () => {
		if (!window.axe) return "";
		` + theme + stillJS + `
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
