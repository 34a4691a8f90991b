package ui

import "strconv"

// Part is one share of a StackedBar and one line of its legend.
type Part struct {
	Label string
	Count int
	Tone  Tone
	Href  string // makes the legend line a link
}

// Bar is one column of Bars, for example one hour.
type Bar struct {
	Label  string // "14:00"
	OK     int
	Failed int
}

// slice is a part's place on a line of 100 units.
type slice struct {
	x, width string
	tone     Tone
}

// slices lays the parts side by side; a part that is not empty stays visible.
func slices(parts []Part) []slice {
	const least = 0.8
	total := 0
	for _, p := range parts {
		total += max(p.Count, 0)
	}
	if total == 0 {
		return nil
	}
	widths, sum := make([]float64, len(parts)), 0.0
	for i, p := range parts {
		if p.Count > 0 {
			widths[i] = max(float64(p.Count)*100/float64(total), least)
			sum += widths[i]
		}
	}
	var out []slice
	x := 0.0
	for i, p := range parts {
		if widths[i] == 0 {
			continue
		}
		w := widths[i] * 100 / sum
		out = append(out, slice{x: units(x), width: units(w), tone: p.Tone})
		x += w
	}
	return out
}

// column is a Bar's two rectangles in a box of 10 by 48 units per bar, failed on top.
type column struct {
	x, okY, okHeight, failedY, failedHeight string
}

func columns(bars []Bar) []column {
	const height, pitch, gap = 48.0, 10.0, 1.5
	top := 1
	for _, b := range bars {
		top = max(top, b.OK+b.Failed)
	}
	out := make([]column, len(bars))
	for i, b := range bars {
		ok, failed := barHeight(b.OK, top, height), barHeight(b.Failed, top, height)
		ok = min(ok, height-failed)
		out[i] = column{
			x:   units(float64(i)*pitch + gap),
			okY: units(height - ok), okHeight: units(ok),
			failedY: units(height - ok - failed), failedHeight: units(failed),
		}
	}
	return out
}

// barHeight keeps one failure among thousands visible.
func barHeight(n, top int, height float64) float64 {
	if n <= 0 {
		return 0
	}
	return max(float64(n)*height/float64(top), 2)
}

func totals(bars []Bar) (ok, failed int) {
	for _, b := range bars {
		ok += b.OK
		failed += b.Failed
	}
	return ok, failed
}

// share is value of whole in units of 100.
func share(value, whole int) string {
	if whole <= 0 {
		return "0"
	}
	return units(min(max(float64(value)*100/float64(whole), 0), 100))
}

func units(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
