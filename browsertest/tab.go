package browsertest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	cd "github.com/chromedp/chromedp"
)

// Tab is a page of its own in headless Chromium, 1280 by 900 points wide, with cookies of its own.
type Tab struct {
	Ctx context.Context

	t   *testing.T
	axe string

	mu        sync.Mutex
	console   []string
	requested bool // the page asked to go somewhere, and this has not begun
	loading   bool
	documents int // that were shown
}

// Open opens a tab, which closes with the test. Without Chromium or axe it skips the test.
func Open(t *testing.T) *Tab {
	t.Helper()
	axe := axeSource(t)
	b := &Tab{t: t, axe: axe, Ctx: open(t)}
	messages := cd.Console(b.Ctx)
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
	b.Do("open", wide.emulate())
	if err := cd.Listen(b.Ctx, b.follow); err != nil {
		t.Fatal(err)
	}
	return b
}

// follow keeps whether the page is on its way to another.
func (b *Tab) follow(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *page.EventFrameRequestedNavigation:
		b.requested = true
	case *page.EventFrameStartedLoading:
		b.requested, b.loading = false, true
	case *page.EventFrameNavigated:
		if ev.Frame.ParentID == "" {
			b.documents++
		}
	case *page.EventNavigatedWithinDocument:
		b.requested = false
	case *page.EventFrameStoppedLoading:
		b.loading = false
	}
}

func (b *Tab) travels() (bool, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requested || b.loading, b.documents
}

// Wide gives the page the window that it began with.
func (b *Tab) Wide() { b.t.Helper(); b.Do("wide", wide.emulate()) }

// Phone gives the page the window of a telephone.
func (b *Tab) Phone() { b.t.Helper(); b.Do("phone", phone.emulate()) }

// Do runs steps, and waits until what they began is over: a page that loads, a request of htmx.
func (b *Tab) Do(what string, steps ...cd.Action[cd.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, Patience)
	defer cancel()
	err := cd.Do(ctx, steps...)
	if err == nil {
		err = b.waitIdle(ctx)
	}
	if err != nil {
		b.Picture("failed")
		text, _ := cd.Run(b.Ctx, cd.Evaluate[string](`location.href + "\n" + document.body?.innerText`))
		b.t.Fatalf("%s: %v\nconsole %q\npage: %s", what, err, b.Console(), text)
	}
}

// WaitIdle waits until the page neither loads nor waits for an answer.
func (b *Tab) WaitIdle() {
	b.t.Helper()
	b.Do("wait until idle")
}

// waitIdle asks the page itself before it believes that nothing is under way: the events of what the page had begun
// before it answers come before the answer.
func (b *Tab) waitIdle(ctx context.Context) error {
	const rests = `document.readyState === "complete" && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")`
	for {
		travels, _ := b.travels()
		if !travels {
			ok, err := cd.Run(ctx, cd.Evaluate[bool](rests))
			if travels, _ = b.travels(); ok && err == nil && !travels {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.New("the page is never done")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Eval gives the text that an expression, or what it promises, comes to. When the page goes away under it, the next
// one is asked.
func (b *Tab) Eval(js string) string {
	b.t.Helper()
	s, err := evaluate[string](b, js)
	if err != nil {
		b.t.Fatalf("evaluate %.2000s: %v", js, err)
	}
	return s
}

func evaluate[T any](b *Tab, js string) (T, error) {
	ctx, cancel := context.WithTimeout(b.Ctx, Patience)
	defer cancel()
	for {
		_, before := b.travels()
		v, err := cd.Run(ctx, cd.Evaluate[T](js, cd.EvalAwaitPromise))
		travels, after := b.travels()
		var thrown *cd.ExceptionError
		if err == nil || ctx.Err() != nil || !travels && before == after && errors.As(err, &thrown) {
			return v, err
		}
		if err := b.waitIdle(ctx); err != nil {
			return v, err
		}
	}
}

// Picture leaves a screenshot in the folder that USHER_SCREENSHOTS names.
func (b *Tab) Picture(name string) {
	folder := os.Getenv("USHER_SCREENSHOTS")
	if folder == "" {
		return
	}
	p, err := cd.Run(b.Ctx, cd.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), p, 0o644)
	}
	if err != nil {
		b.t.Log("no picture: ", err)
	}
}

// Console is what the browser's console said so far.
func (b *Tab) Console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.console...)
}

// Quiet fails the test when the browser complained about a script or the content security policy.
func (b *Tab) Quiet() {
	b.t.Helper()
	for _, line := range b.Console() {
		if strings.Contains(line, "Content Security Policy") || strings.Contains(line, "Uncaught") {
			b.t.Error("console: ", line)
		}
	}
}
