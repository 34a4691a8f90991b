package directory

import (
	"slices"
	"strings"
	"testing"
)

func TestAddressWords(t *testing.T) {
	for _, good := range []string{"ada@example.com", "a.b+c@x.org", "ada@localhost", "ada@bücher.example", "ada@xn--bcher-kva.example", "jörg@example.com", "用户@例子.广告",
		"ada@[192.0.2.1]", "ada@[IPv6:2001:db8::1]", strings.Repeat("x", 64) + "@example.com", "o'hara@x.example"} {
		if words := AddressWords(good); words != "" {
			t.Errorf("%s: %s", good, words)
		}
	}
	for bad, says := range map[string]string{
		"": "Enter an e-mail address", "ada": "has no @", "@x.org": "before the @", "ada@": "after the @", "a@b@x.org": "two @", "a b@x.org": "a space", "Ada <ada@x.org>": "angle brackets",
		"a@x.org, b@x.org": "more than one", ".a@x.org": "begins or ends with a dot", "a..b@x.org": "Two dots", `"a b"@x.org`: "quotation marks", "a@x..org": "nothing before or after",
		"a@x.org.": "nothing before or after", "a@-x.org": "hyphen", "a@x_y.org": "“_” (U+005F LOW LINE) cannot stand in a domain", "a\u200b@x.org": "U+200B ZERO WIDTH SPACE cannot stand before the @",
		"a@x\u00ady.org": "U+00AD SOFT HYPHEN", "a(b)@x.org": "LEFT PARENTHESIS", strings.Repeat("x", 65) + "@x.org": "longer than 64", "a@" + strings.Repeat("x", 64) + ".org": "longer than 63",
		"a@" + strings.Repeat("abcdefghi.", 30) + "org": "longer than 254", "a@[300.1.1.1]": "no IP address", "a\n@x.org": "control characters", "a@x y.org": "SPACE",
	} {
		if words := AddressWords(bad); !strings.Contains(words, says) {
			t.Errorf("%q: %q does not say %q", bad, words, says)
		}
	}
}

func TestSameAddress(t *testing.T) {
	for _, pair := range [][2]string{{"Ada@Example.COM", "ada@example.com"}, {"a@bücher.example", "A@XN--bcher-kva.example"}, {"jo\u0308rg@x.org", "jörg@x.org"}} {
		if !SameAddress(pair[0], pair[1]) {
			t.Errorf("%s and %s are two", pair[0], pair[1])
		}
	}
	if SameAddress("", "") || SameAddress("ada+1@x.org", "ada@x.org") {
		t.Error("nothing is a mailbox, or a tag does not count")
	}
	if forms := AddressForms("A@XN--bcher-kva.example"); !slices.Contains(forms, "a@bücher.example") || !slices.Contains(forms, "a@xn--bcher-kva.example") {
		t.Errorf("forms %q", forms)
	}
}

func TestMailbox(t *testing.T) {
	for address, want := range map[string]string{"Ada+news@Example.com": "ada@example.com", "ada+1+2@x.org": "ada@x.org", "ada@x.org": "ada@x.org", "+@x.org": "+@x.org", "ada": "ada",
		"skipped:ada+1@x.org": "skipped:ada@x.org", "a@x.org+y": "a@x.org+y"} {
		if got := Mailbox(address); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}

// What was stored before stays, and only what is new is judged.
func TestCheckChangeLeavesWhatWas(t *testing.T) {
	was := User{UserName: "gr\u200bace"}
	was.Emails = []Email{{Value: "a_b@x_y"}}
	u := was
	u.Emails = slices.Clone(was.Emails)
	if f := u.CheckChange(was); len(f) > 0 || u.UserName != was.UserName || u.Emails[0] != was.Emails[0] {
		t.Errorf("refused: %v, now %+v", f, u)
	}
	u.UserName, u.Emails[0].Value = "gra\u200bce", "a_b@x_z"
	if f := u.CheckChange(was); f["user_name"] == "" || f["email"] == "" {
		t.Errorf("new ones pass: %v", f)
	}
}
