package provisioning

import (
	"testing"
	"time"
)

// TestStandings: who is not at a target that is switched off is not synced there, and the worst target wins.
func TestStandings(t *testing.T) {
	now := time.Unix(1000, 0)
	synced, pending := Account{DesiredGen: 1, ObservedGen: 1, RemoteID: "r"}, Account{DesiredGen: 1}
	empty := Account{DesiredGen: 1, ObservedGen: 1}
	held := pending
	held.HeldAt = now
	at := func(a *Account, enabled bool, want Want) Standing {
		s := Standing{Want: want, Begun: a != nil}
		if s.Provisioner, s.Enabled = "p", enabled; a != nil {
			s.Account = *a
		}
		return s
	}
	for name, c := range map[string]struct {
		Standing
		want   Status
		counts bool
	}{
		"synced":                       {at(&synced, true, Present), StatusSynced, true},
		"synced, off":                  {at(&synced, false, Present), StatusOff, true},
		"pending, off":                 {at(&pending, false, Present), StatusOff, true},
		"held, off":                    {at(&held, false, Present), StatusOff, true},
		"no account, off":              {at(nil, false, Present), StatusOff, true},
		"no account":                   {at(nil, true, Present), StatusPending, true},
		"no account, out of scope":     {at(nil, false, OutOfScope), StatusSynced, false},
		"nothing there, out of scope":  {at(&empty, true, OutOfScope), StatusSynced, false},
		"nothing there, disabled, off": {at(&empty, false, Disabled), StatusSynced, false},
		"a leaver, off":                {at(&synced, false, Removed), StatusOff, true},
		"a leaver who is on the way":   {at(&pending, true, Removed), StatusPending, true},
		"nobody sends there":           {Standing{Membership: Membership{Account: pending}, Begun: true}, StatusPending, false},
	} {
		if got, counts := c.Status(now); got != c.want || counts != c.counts {
			t.Errorf("%s: %s %t, want %s %t", name, got, counts, c.want, c.counts)
		}
	}
	all := []Standing{at(&synced, true, Present), at(&pending, true, Present), at(nil, false, Present), at(nil, false, OutOfScope)}
	if worst, n := Overall(all, now); worst != StatusOff || n != 3 {
		t.Errorf("the whole is %s of %d", worst, n)
	}
	if worst, n := Overall(append(all, at(&held, true, Present)), now); worst != StatusHeld || n != 4 {
		t.Errorf("with one that is held it is %s of %d", worst, n)
	}
}
