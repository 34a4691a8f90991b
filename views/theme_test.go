package views

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestEveryAccentIsReadable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	colours := []string{"#000000", "#ffffff", "#ffff00", "#808080", "#ff0000", "#00ff00", "#0000ff"}
	for range 2000 {
		colours = append(colours, fmt.Sprintf("#%06x", r.IntN(1<<24)))
	}
	for _, c := range colours {
		tones, ok := TonesOf(c)
		if !ok {
			t.Fatalf("%s is not a colour", c)
		}
		for what, pair := range map[string][2]string{"light": {tones.Light, onLight().hex()}, "text on light": {tones.LightText, tones.Light},
			"dark": {tones.Dark, onDark().hex()}, "text on dark": {tones.DarkText, tones.Dark}} {
			a, _ := parseColour(pair[0])
			b, _ := parseColour(pair[1])
			if got := contrast(a, b); got < readable {
				t.Errorf("%s: %s has contrast %.2f", c, what, got)
			}
		}
	}
	if tones, _ := TonesOf("#4a48d4"); tones.Light != "#4a48d4" {
		t.Errorf("a readable colour was changed to %s", tones.Light)
	}
}

func TestThemeIsNothingButAColour(t *testing.T) {
	for _, bad := range []string{"", "red", "#12345", "#12345g", "#1234567", "}body{x:y", "#+12345"} {
		if css := ThemeCSS(bad); css != "" {
			t.Errorf("%q gives %q", bad, css)
		}
	}
	if css := ThemeCSS("#1a7f64"); strings.Count(css, "{") != 2 {
		t.Errorf("theme: %q", css)
	}
}
