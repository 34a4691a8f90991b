package latin

import (
	"strings"
	"testing"
)

func TestASCII(t *testing.T) {
	for text, want := range map[string]string{
		"Søren Kierkegård": "Soren Kierkegard", "Straße Łódź Æsir ﬁn – 日本": "Strasse Lodz AEsir fin - ", "GROẞ": "GROSS", "Ħal Għargħur": "Hal Gharghur",
		"Ǿrsted ǿ": "Orsted o", "O’Neil": "O'Neil", "Þór Ðuro đ ð": "THor Duro d d", "ı İ": "i I", "№ 5™": "No 5TM", "a·b": "ab", "\xff": "", "": "",
	} {
		if got := ASCII(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLetters(t *testing.T) {
	var got []string
	for r, plain := range Letters("É·日ß") {
		got = append(got, string(r)+"="+plain)
	}
	if text := strings.Join(got, " "); text != "E=E ·= 日= ß=ss" {
		t.Errorf("%s", text)
	}
	for range Letters("abc") {
		break // whoever stops is not asked again
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Čeština": "cestina", "STRASSE": "strasse", "Straße": "strasse", "STRAẞE": "strasse", "Łódź": "łodz", "Søren": "søren", "ＡＢＣ": "abc", "Ёлка": "елка",
		"a\x00b\xffc": "abc", "ΣΊΣΥΦΟΣ": "σισυφοσ", "": "",
	} {
		if got := Fold(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
