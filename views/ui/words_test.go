package ui_test

import (
	"testing"
	"time"

	"usher/views/ui"
)

func TestAgo(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"just now": 3 * time.Second, "42 s ago": 42 * time.Second, "5 min ago": 5*time.Minute + 59*time.Second, "3 h ago": 3 * time.Hour,
		"1 day ago": 30 * time.Hour, "13 days ago": 13*24*time.Hour + time.Hour, "24 Oct 2026": 30 * 24 * time.Hour, "in 2 h": -2*time.Hour - time.Minute,
		"in a moment": -3 * time.Second,
	} {
		if got := ui.Ago(now.Add(-d), now); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Ada Lovelace": "AL", "ada": "A", "Mei-Ling Zhao": "MZ", "": "?", "…": "?", "émile zola": "ÉZ", "Ada King Lovelace": "AL"} {
		if got := ui.Initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := ui.Count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestChartsStayInTheirBox(t *testing.T) {
	doc := render(t, ui.StackedBar("x", []ui.Part{{Label: "a", Count: 1_000_000}, {Label: "b", Count: 1}, {Label: "c"}}))
	if n := doc.Find("rect:not(.stacked-rest)").Length(); n != 2 {
		t.Errorf("%d shares drawn, want the two that are not empty", n)
	}
	if w := doc.Find("rect").Last().AttrOr("width", ""); w < "0.5" {
		t.Errorf("one in a million is %s wide: not to be seen", w)
	}
	if n := render(t, ui.StackedBar("x", nil)).Find("rect").Length(); n != 1 {
		t.Errorf("nothing at all draws %d", n)
	}
	if got := render(t, ui.Progress(ui.Gauge{Label: "x", Value: 9, Max: 0})).Find("rect").AttrOr("width", ""); got != "0" {
		t.Errorf("progress of nothing is %s", got)
	}
}
