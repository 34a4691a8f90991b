package views

import (
	"strings"
	"testing"

	"usher/provisioning"
)

// Switching a connector on does nothing for an account that no provisioner manages, so nobody is told that it does.
func TestUnmanagedAccountPromisesNothing(t *testing.T) {
	a := AccountView{Membership: provisioning.Membership{Account: provisioning.Account{RemoteID: "r1"}, Connection: "Warehouse"}}
	for _, words := range []string{a.Words(), DeprovisionMode{Account: a}.Words()} {
		if strings.Contains(words, "switched on") || !strings.Contains(words, "o provisioner") {
			t.Errorf("says %q", words)
		}
	}
	a.Provisioner = "p1"
	for _, words := range []string{a.Words(), DeprovisionMode{Account: a}.Words()} {
		if !strings.Contains(words, "switched on") {
			t.Errorf("with a provisioner it says %q", words)
		}
	}
}

// A stack trace is there for who can read it, folded away.
func TestMoreIsFoldedAway(t *testing.T) {
	var page strings.Builder
	a := AccountView{Membership: provisioning.Membership{Account: provisioning.Account{Attempts: 1, DesiredGen: 2, Error: "no seat", More: "at a(A.java:1)"}, Provisioner: "p1", Enabled: true}}
	if err := accountTrouble(a).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	before, after, folded := strings.Cut(page.String(), "<details")
	if !folded || !strings.Contains(before, "no seat") || strings.Contains(before, "A.java") || !strings.Contains(after, "at a(A.java:1)") || strings.Contains(after, "open") {
		t.Errorf("page: %s", page.String())
	}
}
