package views

import (
	"fmt"
	"math"
	"strconv"
)

// rgb is a colour of sRGB, each part from 0 to 1.
type rgb [3]float64

// Backgrounds that text in the accent colour stands on: the card, light and dark, as assets/tokens.css has them.
func onLight() rgb { return rgb{1, 1, 1} }
func onDark() rgb  { return rgb{0.0745, 0.0824, 0.102} }

const readable = 4.5 // contrast of text (WCAG 2.2 §1.4.3)

// Tones is an accent colour made readable on light and on dark pages, and the colours of the text on it.
type Tones struct{ Light, LightText, Dark, DarkText string }

// TonesOf derives them from "#rrggbb". The colour stays as it is where its contrast is enough, and is mixed with black
// or white by as little as makes it so where it is not. ok is false for what is not a colour.
func TonesOf(accent string) (t Tones, ok bool) {
	c, ok := parseColour(accent)
	if !ok {
		return t, false
	}
	light, dark := towards(c, rgb{}, onLight()), towards(c, rgb{1, 1, 1}, onDark())
	return Tones{light.hex(), textOn(light).hex(), dark.hex(), textOn(dark).hex()}, true
}

// ThemeCSS is the stylesheet that sets the accent colour, "" without one.
func ThemeCSS(accent string) string {
	t, ok := TonesOf(accent)
	if !ok {
		return ""
	}
	return rule(":root", t.Light, t.LightText) + rule(".dark", t.Dark, t.DarkText)
}

func rule(selector, colour, text string) string {
	return fmt.Sprintf("%s{--primary:%[2]s;--color-primary:%[2]s;--primary-foreground:%[3]s;--color-primary-foreground:%[3]s;--ring:%[2]s;--color-ring:%[2]s}\n",
		selector, colour, text)
}

func parseColour(s string) (rgb, bool) {
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return rgb{}, false
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

func (c rgb) hex() string {
	part := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part(c[0]), part(c[1]), part(c[2]))
}

// luminance is WCAG's relative luminance.
func (c rgb) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func towards(c, end, background rgb) rgb {
	const steps = 50
	out := c
	for i := range steps + 1 {
		share := float64(i) / steps
		for k := range c {
			out[k] = c[k] + (end[k]-c[k])*share
		}
		if contrast(out, background) >= readable+0.05 { // what rounding to bytes may take
			break
		}
	}
	return out
}

// textOn is black or white, whichever reads better; one of them always does.
func textOn(c rgb) rgb {
	if black := (rgb{}); contrast(c, black) > contrast(c, onLight()) {
		return black
	}
	return onLight()
}
