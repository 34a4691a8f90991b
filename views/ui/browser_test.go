package ui_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"
)

// tab opens a page of its own in headless Chromium and returns what its console said.
func tab(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if strings.Contains(os.Getenv("USHER_TEST_REQUIRE"), "chromium") {
			t.Fatal("USHER_TEST_REQUIRE names chromium, and it is not installed")
		}
		t.Skip("chromium is not installed: the kit was not looked at in a browser")
	}
	alloc, stop := cd.NewExecAllocator(context.Background(), append(cd.DefaultExecAllocatorOptions[:],
		cd.ExecPath(path), cd.NoSandbox, cd.DisableGPU, cd.Flag("disable-quic", true), cd.Flag("force-prefers-reduced-motion", true), cd.Flag("disable-component-update", true),
		cd.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))...)
	ctx, closeTab := cd.NewContext(alloc)
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(func() { cancel(); closeTab(); stop() })
	var mu sync.Mutex
	var lines []string
	messages := cd.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			mu.Lock()
			lines = append(lines, m.String())
			mu.Unlock()
		}
	}()
	return ctx, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), lines...) }
}

// axe returns one line for each violation of WCAG 2.2 AA and of axe's best practices.
func axe(ctx context.Context, t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		if strings.Contains(os.Getenv("USHER_TEST_REQUIRE"), "chromium") {
			t.Fatal(err)
		}
		t.Skip("axe-core is not installed (npm ci): accessibility was not checked")
	}
	if _, err := cd.Run(ctx, cd.Evaluate[any](string(source)+";0")); err != nil {
		t.Fatal("inject axe: ", err)
	}
	raw, err := cd.Run(ctx, cd.Evaluate[string](`axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r=>JSON.stringify(r.violations.flatMap(v=>v.nodes.map(n=>v.id+': '+n.html.slice(0,160)+' – '+n.failureSummary.slice(0,260)))))`, cd.EvalAwaitPromise))
	if err != nil {
		t.Fatal("run axe: ", err)
	}
	var lines []string
	if err := json.Unmarshal([]byte(raw), &lines); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestGalleryInABrowser looks at everything in both themes, wide and on a phone. With USHER_SCREENSHOTS set
// to a folder it leaves pictures there.
func TestGalleryInABrowser(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	t.Cleanup(server.Close)
	ctx, console := tab(t)
	must := func(what string, steps ...cd.Action[cd.Void]) {
		t.Helper()
		if err := cd.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v; console %q", what, err, console())
		}
	}
	look := func(name string) {
		t.Helper()
		must("settle", cd.Sleep(350*time.Millisecond))
		if folder := os.Getenv("USHER_SCREENSHOTS"); folder != "" {
			picture, err := cd.Run(ctx, cd.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		found := axe(ctx, t)
		if len(found) > 0 { // a page that was just repainting is looked at once more; what is wrong stays wrong
			must("settle again", cd.Sleep(time.Second))
			found = axe(ctx, t)
		}
		for _, v := range found {
			t.Errorf("%s: %s", name, v)
		}
		if wide, err := cd.Run(ctx, cd.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); err != nil || wide > 0 {
			t.Errorf("%s: the page scrolls sideways by %d px (%v)", name, wide, err)
		}
	}
	for _, theme := range []string{"light", "dark"} {
		for _, p := range []string{"", "sign-in", "error", "error-plain"} {
			height := map[string]int64{"": 3000}[p]
			must("load", cd.EmulateViewport(1440, max(height, 900)), cd.Navigate(server.URL+"/"+p), cd.WaitVisible(cd.CSS("h1")))
			look("gallery-" + p + "-" + theme)
			must("phone", cd.EmulateViewport(390, max(height*2, 844)), cd.Reload(), cd.WaitVisible(cd.CSS("h1")))
			look("gallery-" + p + "-" + theme + "-phone")
		}
		must("menu", cd.EmulateViewport(390, 844), cd.Navigate(server.URL+"/"), cd.Click(cd.CSS(".top-menu")), cd.WaitVisible(cd.CSS("#menu nav")))
		look("menu-" + theme)
		must("theme", cd.EmulateViewport(1440, 900), cd.Reload(), cd.Click(cd.CSS(".account > summary")), cd.WaitVisible(cd.CSS(".account-panel")))
		look("account-" + theme)
		must("theme", cd.Click(cd.CSS("[data-theme-toggle]")))
	}
	for _, line := range console() {
		if strings.Contains(line, "Content Security Policy") || strings.Contains(line, "Uncaught") {
			t.Error("console: ", line)
		}
	}
}
