package views

import (
	"strings"
	"testing"

	"usher/provisioning"
)

// Switching a connector on does nothing for an account that no provisioner manages, so nobody is told that it does.
func TestUnmanagedAccountPromisesNothing(t *testing.T) {
	a := AccountView{Membership: provisioning.Membership{Account: provisioning.Account{RemoteID: "r1"}, Connection: "Warehouse"}}
	for _, words := range []string{a.Words(), Farewell{Account: a}.Words()} {
		if strings.Contains(words, "switched on") || !strings.Contains(words, "o provisioner") {
			t.Errorf("says %q", words)
		}
	}
	a.Provisioner = "p1"
	for _, words := range []string{a.Words(), Farewell{Account: a}.Words()} {
		if !strings.Contains(words, "switched on") {
			t.Errorf("with a provisioner it says %q", words)
		}
	}
}
