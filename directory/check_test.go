package directory

import (
	"slices"
	"strings"
	"testing"
)

// What PostgreSQL cannot keep as text is refused with words, not with an internal error.
func TestControlCharactersAreRefused(t *testing.T) {
	for _, bad := range []string{"a\x00b", "a\x1bb", "a\xffb"} {
		n := Connection{Name: "Warehouse", Description: bad}
		if f := n.Check(); f["description"] == "" {
			t.Errorf("the description %q passes", bad)
		}
		u := User{UserName: "ada", ExternalID: bad}
		if f := u.Check(); f["external_id"] == "" {
			t.Errorf("the external ID %q passes", bad)
		}
	}
	n := Connection{Name: "Warehouse", Description: "Stock system\r\n\tof the north"}
	if f := n.Check(); len(f) > 0 {
		t.Errorf("a description of two lines is refused: %v", f)
	}
}

func TestExternalIDIsBounded(t *testing.T) {
	u := User{UserName: "ada", ExternalID: strings.Repeat("x", maxText+1)}
	if f := u.Check(); f["external_id"] == "" {
		t.Error("an endless external ID passes")
	}
}

func TestOtherAddressesStay(t *testing.T) {
	p := Profile{Emails: []Email{{Value: "home@example.com", Type: "home"}, {Value: "work@example.com", Type: "work", Primary: true}}}
	before := slices.Clone(p.Emails)
	q := p
	q.SetEmail("new@example.com")
	if q.Email() != "new@example.com" || len(q.Emails) != 2 || q.Emails[0] != before[0] {
		t.Errorf("got %+v", q.Emails)
	}
	if !slices.Equal(p.Emails, before) {
		t.Error("the profile that was copied changed, too")
	}
	q.SetEmail("")
	if len(q.Emails) != 1 || q.Emails[0] != before[0] {
		t.Errorf("after clearing: %+v", q.Emails)
	}
}

// TestNicknamesOfApplications are taken as they are, as ever; what people type is checked, unless it was there.
func TestNicknamesOfApplications(t *testing.T) {
	long := User{UserName: "ada", Profile: Profile{NickName: strings.Repeat("x", maxText) + " "}}
	u := long
	if f := u.Check(); len(f) > 0 || u.NickName != long.NickName {
		t.Errorf("an application's: %v", f)
	}
	u.Arrival.Typed, u.Title = true, "Countess"
	if f := u.CheckChange(long); len(f) > 0 || u.NickName != long.NickName {
		t.Errorf("beside another change: %v", f)
	}
	u.NickName = "y" + u.NickName
	if f := u.CheckChange(long); f["nickname"] == "" {
		t.Error("a typed nickname is not checked")
	}
}
