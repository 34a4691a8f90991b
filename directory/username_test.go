package directory

import (
	"strings"
	"testing"
)

func TestPrepareName(t *testing.T) {
	for name, want := range map[string]string{
		" Ada ": "Ada", "rene\u0301": "ren\u00e9", "\uff41da": "ada", "Ada  Lovelace": "Ada Lovelace", "ada+1@example.com": "ada+1@example.com",
		"o'brien_x": "o'brien_x", "李明": "李明", "علي": "علي", "علي@example.com": "علي@example.com", "Ｖictim＠corp.test": "Victim@corp.test",
	} {
		if got, words := PrepareName(name); got != want || words != "" {
			t.Errorf("%+q is %+q, %s", name, got, words)
		}
	}
	for name, says := range map[string]string{
		"": "Enter a user name", "\u3000": "Enter a user name", "a\x00": "control characters", strings.Repeat("x", 201): "at most 200",
		"gr\u200bace": "U+200B ZERO WIDTH SPACE", "\ufeffalan": "U+FEFF ZERO WIDTH NO-BREAK SPACE", "ku\u00adrt": "U+00AD SOFT HYPHEN",
		"\u202eemmy": "U+202E RIGHT-TO-LEFT OVERRIDE", "a\ufdd0": "U+FDD0", "a\u2019b": "“’” (U+2019 RIGHT SINGLE QUOTATION MARK)", "aعb": "right to left",
		"a\u00a0b": "U+00A0 NO-BREAK SPACE",
	} {
		if _, words := PrepareName(name); !strings.Contains(words, says) {
			t.Errorf("%+q: %q does not say %q", name, words, says)
		}
	}
}

// The pairs are the same to people, and in RFC 8265's eyes.
func TestNameKey(t *testing.T) {
	for _, pair := range [][2]string{{"ren\u00e9", "Rene\u0301"}, {"ada", "\uff21\uff44\uff41"}, {"ada", " ADA "}, {"a b", "A  b"}, {"a@b.c", "a\uff20b.c"}} {
		if NameKey(pair[0]) != NameKey(pair[1]) {
			t.Errorf("%+q and %+q are two: %+q, %+q", pair[0], pair[1], NameKey(pair[0]), NameKey(pair[1]))
		}
	}
	if NameKey("gr\u200bace") != "gr\u200bace" {
		t.Error("a name of before is not found by itself")
	}
	if keys := NameKeys("Rene\u0301"); len(keys) != 2 || keys[0] != "rene\u0301" {
		t.Errorf("keys %+q", keys)
	}
}

func TestLookAlikes(t *testing.T) {
	for _, other := range []string{"ADMIN", "\u0430dmin", "admin\u200b", "\u202eadmin", "\u00adadmin", "\uff41dmin", "adrnin"} {
		if NameSkeleton(other) != NameSkeleton("admin") {
			t.Errorf("%+q does not look like admin", other)
		}
	}
	if NameSkeleton("adnim") == NameSkeleton("admin") || NameSkeleton("\u200b") == "" {
		t.Error("another word looks like admin, or nothing has a skeleton")
	}
	for name, mixed := range map[string]bool{"\u0430dmin": true, "\u0430дмин": false, "admin": false, "иван@example.com": false, "иvan@example.com": true, "田中taro": false,
		"たなか田中": false, "김taro": false, "αdmin": true, "rené": false, "ivan.иван": false} {
		if got := MixedScripts(name); (got != "") != mixed {
			t.Errorf("%s: %q", name, got)
		}
	}
}
