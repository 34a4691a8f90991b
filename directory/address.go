package directory

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Bounds of an e-mail address in bytes (RFC 5321 §4.5.3.1; the path has two angle brackets more).
const (
	maxAddress   = 254
	maxLocalPart = 64
	maxLabel     = 63 // of a domain, as it is sent (RFC 1035 §2.3.4)
)

// hosts checks and maps domains (RFC 5891, UTS #46).
var hosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.VerifyDNSLength(true))

const askAddress = "Enter an e-mail address such as ada@example.com. "

// AddressWords says why the text is not one e-mail address (RFC 5321 §4.1.2 with RFC 6531 §3.3; domains by RFC 5890), in
// sentences that name the reason; "" when it is one. Quoted local parts are refused, as RFC 5321 advises.
func AddressWords(text string) string {
	at := strings.LastIndexByte(text, '@')
	switch {
	case text == "":
		return askAddress[:len(askAddress)-1]
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable):
		return askAddress + "This one has control characters in it."
	case strings.ContainsAny(text, "<>"):
		return askAddress + "Leave out the name and the angle brackets."
	case strings.ContainsAny(text, ",;"):
		return askAddress + "This looks like more than one."
	case at < 0:
		return askAddress + "This one has no @."
	case len(text) > maxAddress:
		return askAddress + fmt.Sprintf("This one is longer than %d bytes.", maxAddress)
	}
	if words := localWords(text[:at]); words != "" {
		return askAddress + words
	}
	if words := domainWords(text[at+1:]); words != "" {
		return askAddress + words
	}
	return ""
}

// localWords is about what stands before the @: words of atext, with dots between them (RFC 5322 §3.2.3).
func localWords(local string) string {
	switch {
	case local == "":
		return "Nothing stands before the @."
	case len(local) > maxLocalPart:
		return fmt.Sprintf("What stands before the @ is longer than %d bytes.", maxLocalPart)
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, "."):
		return "What stands before the @ begins or ends with a dot."
	case strings.Contains(local, ".."):
		return "Two dots follow each other before the @."
	case strings.HasPrefix(local, `"`):
		return "Addresses in quotation marks are not accepted."
	}
	for _, r := range local {
		switch {
		case r == '@':
			return "This one has two @."
		case r == ' ':
			return "There is a space in it."
		case r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r),
			r >= utf8.RuneSelf && !isLetter(r):
			return CodePoint(r) + " cannot stand before the @."
		}
	}
	return ""
}

func domainWords(domain string) string {
	if strings.HasPrefix(domain, "[") {
		return literalWords(domain)
	}
	switch {
	case domain == "":
		return "Nothing stands after the @."
	case strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, ".."):
		return "A dot in the domain has nothing before or after it."
	}
	for label := range strings.SplitSeq(domain, ".") {
		if words := labelWords(label); words != "" {
			return words
		}
	}
	if _, err := hosts.ToASCII(domain); err != nil {
		return "There can be no domain “" + domain + "”."
	}
	return ""
}

func labelWords(label string) string {
	for _, r := range label {
		_, err := hosts.ToASCII("a" + string(r) + "a")
		if r != '-' && (err != nil || !isGraphicLetter(r)) {
			return CodePoint(r) + " cannot stand in a domain."
		}
	}
	sent, err := hosts.ToASCII(label)
	switch {
	case strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
		return "“" + label + "” in the domain begins or ends with a hyphen."
	case len(sent) > maxLabel:
		return fmt.Sprintf("“%s…” in the domain is longer than %d characters.", string([]rune(label)[:min(8, utf8.RuneCountInString(label))]), maxLabel)
	case err != nil:
		return "“" + label + "” cannot be a part of a domain."
	}
	return ""
}

// isGraphicLetter leaves out what the mapping of domains drops without a word, such as soft hyphens.
func isGraphicLetter(r rune) bool {
	return r < utf8.RuneSelf || unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

// literalWords is about an IP address in the place of a domain (RFC 5321 §4.1.3).
func literalWords(domain string) string {
	inner, closed := strings.CutSuffix(domain[1:], "]")
	six, isSix := strings.CutPrefix(inner, "IPv6:")
	a, err := netip.ParseAddr(six)
	if !closed || err != nil || a.Is6() != isSix || a.Zone() != "" {
		return "The brackets after the @ hold no IP address."
	}
	return ""
}

// AddressKey is equal for addresses of one mailbox: the case does not count, and a domain is the same in letters and in
// ASCII (RFC 5890 §2.3.2.4).
func AddressKey(address string) string {
	address = strings.TrimSpace(address)
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return NameText(address)
	}
	domain, err := hosts.ToASCII(address[at+1:])
	if err != nil {
		domain = NameText(address[at+1:])
	}
	return NameText(address[:at]) + "@" + domain
}

// AddressForms are the ways in which an address may have been written that is folded but not mapped: with its domain in
// ASCII and in letters, and as it is.
func AddressForms(address string) []string {
	key := AddressKey(address)
	forms := []string{key}
	if at := strings.LastIndexByte(key, '@'); at >= 0 {
		if domain, err := hosts.ToUnicode(key[at+1:]); err == nil {
			forms = append(forms, key[:at+1]+domain)
		}
	}
	forms = append(forms, Key(address))
	return distinct(forms)
}

func distinct(list []string) (out []string) {
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// SameAddress reports whether the two are one mailbox; nothing is no mailbox.
func SameAddress(a, b string) bool { return a != "" && AddressKey(a) == AddressKey(b) }

// Mailbox names what limits are counted by: AddressKey without what stands after a plus, since ada+1@ and ada+2@ reach
// the same person.
func Mailbox(address string) string {
	key := AddressKey(address)
	at, plus := strings.LastIndexByte(key, '@'), strings.IndexByte(key, '+')
	if plus <= 0 || plus > at {
		return key
	}
	return key[:plus] + key[at:]
}

// prepareAddress is the form in which an address is stored.
func prepareAddress(address string) string { return norm.NFC.String(strings.TrimSpace(address)) }
