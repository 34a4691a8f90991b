package connectors

import (
	"strings"
	"testing"
)

func TestNamePattern(t *testing.T) {
	for _, c := range []struct{ text, separator, domain, want string }{
		{UserNamePattern, "_", "", "ada"},
		{" { UN , UD } ", "_", "", "ada_primary"},
		{"{UD, UN, TD}", "-", "Example.com", "primary-ada-example.com"},
		{"{UN, 'E.MEA'}", ".", "", "ada.emea"},
		{`{UN,"UN"}`, "", "", "adaun"},
		{"{UN, UN}", "", "", "adaada"},
	} {
		p, wrong := ParseNamePattern(c.text, c.separator, c.domain)
		if got := p.Name("ada"); wrong != "" || got != c.want {
			t.Errorf("%+v: %q, %q", c, got, wrong)
		}
	}
}

func TestNamePatternRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"": "braces", "UN": "braces", "{UN": "braces", "{}": `""`, "{UN,}": `""`, "{UN, XX}": `"XX"`, "{UN, 'x}": `"'x"`, "{UN, ''}": `"''"`,
		"{UD}": "Without UN", "{'UN'}": "Without UN", "{UN, TD}": "domain", "{UN, IDP}": "IDP",
	} {
		if _, wrong := ParseNamePattern(text, "", ""); !strings.Contains(wrong, why) {
			t.Errorf("%s: %q", text, wrong)
		}
	}
}

func TestSplitName(t *testing.T) {
	for name, want := range map[string][2]string{" Ada ": {"ada", ""}, "Ada@Example.ORG": {"ada", "example.org"}, "a@b@c": {"a@b", "c"}, "@c": {"", "c"}, "a@": {"a", ""}, "": {"", ""}} {
		if local, domain := SplitName(name); local != want[0] || domain != want[1] {
			t.Errorf("%q: %q, %q", name, local, domain)
		}
	}
}
