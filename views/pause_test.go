package views

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"usher/provisioning"
)

func shown(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever pauses an account, its page says why and when it ends, and the wish of the target comes first.
func TestAPausedAccountSaysWhyAndUntilWhen(t *testing.T) {
	now := time.Now()
	at := now.Add(10 * time.Minute)
	pause := func(c provisioning.Class) provisioning.Quarantine {
		return provisioning.Quarantine{Class: c, Since: now, Until: at, Asked: true, Reason: "its words", Remedy: "what helps"}
	}
	for _, c := range []struct {
		pause  provisioning.Quarantine
		status provisioning.Status
		words  string
	}{
		{pause(provisioning.Paced), provisioning.StatusPending, "as the target asked"},
		{pause(provisioning.Paced), provisioning.StatusPaused, "as the target asked"}, // the limit beside it comes after it
		{pause(provisioning.CreatesOnly), provisioning.StatusPaused, "no room for another account"},
		{pause(provisioning.AllOperations), provisioning.StatusPaused, "whole connector is paused"},
	} {
		v := AccountView{Status: c.status, Pause: c.pause, Membership: provisioning.Membership{Enabled: true, Provisioner: "p1"}}
		if said := shown(t, accountPanel(v, now)); !strings.Contains(said, c.words) || !strings.Contains(said, "its words") || !strings.Contains(said, "what helps") {
			t.Errorf("%s while %s: %s", c.pause.Class, c.status, said)
		}
	}
}

func TestATargetThatWaitsForTwoReasonsIsOneTarget(t *testing.T) {
	now := time.Now()
	over := provisioning.Quarantine{Class: provisioning.CreatesOnly, Until: now.Add(-time.Minute), Reason: "full"}
	target := provisioning.Target{Limit: over, Pace: provisioning.Quarantine{Class: provisioning.Paced, Until: now.Add(time.Hour), Reason: "busy"}}
	target.ID = "c1"
	v := OverviewView{Now: now, Facts: provisioning.Overview{Targets: []provisioning.Target{target}}}
	if len(v.paused()) != 2 || v.pausedTargets() != 1 {
		t.Errorf("%d reasons at %d targets", len(v.paused()), v.pausedTargets())
	}
	if said := shown(t, pausedNotes(v)); !strings.Contains(said, "at once") {
		t.Error("a time that has passed is shown as one to come:", said)
	}
}
