// Package browsertest opens pages in headless Chromium for tests, waits for what they are doing, and looks at them
// with axe.
package browsertest

import (
	"context"
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

// Patience is how long one step may take. It ends what hangs; it does not judge the speed of the machine.
const Patience = time.Minute

// Lacks skips the test, or fails it when USHER_TEST_REQUIRE names what is missing.
func Lacks(t *testing.T, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("USHER_TEST_REQUIRE"), ","), what) {
		t.Fatalf("USHER_TEST_REQUIRE names %s: %s", what, why)
	}
	t.Skipf("without %s: %s", what, why)
}

// chromium is one process for all tests that run at the same time: to start one costs more than many a test does in
// it. It ends with the last tab.
var chromium struct {
	sync.Mutex
	tabs int
	ctx  context.Context
	stop func()
}

// open gives a tab with cookies and storage of its own.
func open(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		Lacks(t, "chromium", "the pages were not used in a browser")
	}
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.tabs == 0 {
		if err := launch(path); err != nil {
			t.Fatal("start Chromium: ", err)
		}
	}
	chromium.tabs++
	ctx, closeTab := cd.NewContext(chromium.ctx, cd.WithNewBrowserContext())
	t.Cleanup(func() {
		closeTab()
		chromium.Lock()
		defer chromium.Unlock()
		if chromium.tabs--; chromium.tabs == 0 {
			chromium.stop()
		}
	})
	return ctx
}

// withoutFeatures are those of chromedp, and the lists that drop from the address bar: Chromium loads their pages
// into each new window, which costs as much again as the window does, and nobody types an address here.
const withoutFeatures = "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"

func launch(path string) error {
	alloc, stop := cd.NewExecAllocator(context.Background(), append(cd.DefaultExecAllocatorOptions[:],
		cd.ExecPath(path), cd.NoSandbox, cd.DisableGPU, cd.Flag("disable-quic", true), cd.Flag("force-prefers-reduced-motion", true), cd.Flag("disable-component-update", true),
		cd.Flag("disable-features", withoutFeatures),
		cd.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), cd.WSURLReadTimeout(Patience))...)
	ctx, closeFirst := cd.NewContext(alloc)
	if err := cd.Do(ctx); err != nil {
		closeFirst()
		stop()
		return err
	}
	chromium.ctx, chromium.stop = ctx, func() { closeFirst(); stop() }
	return nil
}

// axeSource is the script that looks for barriers.
func axeSource(t *testing.T) string {
	t.Helper()
	for dir := "."; ; dir = filepath.Join("..", dir) {
		if source, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js")); err == nil {
			return string(source)
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			Lacks(t, "chromium", "axe-core is not installed (npm ci)")
		}
	}
}
