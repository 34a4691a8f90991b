package views

import (
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

// A group that waits for an administrator is shown with the place where it can be adopted or retried.
func TestGroupsInTroubleAreShown(t *testing.T) {
	now := time.Now()
	p := provisioning.GroupPush{Group: directory.Group{DisplayName: "Staff"}, Connection: "Warehouse", ConnectionID: "n1"}
	p.GroupID, p.ConnectorID, p.DesiredGen, p.HeldAt, p.HeldReason, p.Remedy = "g1", "k1", 1, now, "A Staff is there already.", "Compare both."
	var b strings.Builder
	v := OverviewView{Now: now}
	if err := needsAttention(v).Render(t.Context(), &b); err != nil || b.Len() > 0 {
		t.Fatalf("nothing is wrong, and the page says %q, %v", b.String(), err)
	}
	v.Facts.GroupTrouble = []provisioning.GroupPush{p}
	if err := needsAttention(v).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Needs attention", "Staff", "Warehouse", p.HeldReason, p.Remedy, pushURL("n1", "k1")} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("the page lacks %q", part)
		}
	}
}
