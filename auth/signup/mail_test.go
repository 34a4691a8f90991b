package signup

import (
	"strings"
	"testing"
	"time"

	"usher/directory"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		24 * time.Hour: "one day", 7 * 24 * time.Hour: "7 days", time.Hour: "one hour", 90 * time.Minute: "90 minutes", time.Minute: "one minute",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// A stranger must not get us to send their own text, or a link of theirs, to somebody.
func TestMailsCarryNoText(t *testing.T) {
	for _, name := range []string{"Buy at evil.example", "http://evil", strings.Repeat("x", 200)} {
		f := Form{UserName: name, Email: "joan@example.com", GivenName: name, FamilyName: name, Title: name, Department: name}
		mails := []Mail{confirmMail("Acme", f, "https://usher.example/x", time.Hour), existsMail("Acme", f.Email, "a", "b"),
			verifyMail("Acme", f.user(), f.Email, "https://usher.example/x", time.Hour)}
		for _, l := range mails {
			if strings.Contains(l.Text, name) || strings.Contains(l.Subject, name) || !l.Limited {
				t.Errorf("%q is in the mail, or it has no limit: %s", name, l.Text)
			}
			if err := l.Check(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRefusedIsForNewUsers(t *testing.T) {
	outcomes := []directory.Outcome{
		{Connection: "Warehouse", Status: "failed", Reason: "Family names need two words", Remedy: "Look at the mapping."},
		{Connection: "Stock", Status: "retrying", Reason: "dial tcp 10.0.0.7: connection refused"},
		{Connection: "Archive", Status: "held", Reason: "found 7f3 of root"},
		{Connection: "Library", OK: true},
	}
	got := refused(outcomes, nil).Error()
	for _, want := range []string{"Warehouse did not accept it: Family names need two words.", "Stock could not be reached", "Archive has an account"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	for _, secret := range []string{"10.0.0.7", "mapping", "root", "Library"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q says %q", got, secret)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	good := Defaults()
	if f := good.Check(); len(f) != 0 || good.On {
		t.Errorf("the defaults are on, or wrong: %v", f)
	}
	for field, spoil := range map[string]func(*Settings){
		"link_minutes": func(s *Settings) { s.LinkMinutes = MaxLinkMinutes + 1 }, "terms_url": func(s *Settings) { s.TermsURL = "javascript:alert(1)" },
		"title": func(s *Settings) { s.Rules = map[Attribute]Rule{Title: "maybe"} },
	} {
		s := Defaults()
		spoil(&s)
		if s.Check()[field] == "" {
			t.Errorf("%s passes", field)
		}
	}
}
