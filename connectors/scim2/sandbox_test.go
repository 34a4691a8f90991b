package scim2

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/scim2/scim2fake"
)

func openSandbox(t *testing.T, settings ...string) (connectors.Sandbox, *connector) {
	t.Helper()
	box := scim2fake.NewSandbox()
	srv := httptest.NewServer(box)
	t.Cleanup(srv.Close)
	input := box.Settings(srv.URL)
	for i := 0; i < len(settings); i += 2 {
		input[settings[i]] = settings[i+1]
	}
	return box, connectortest.Open(t, Definition(), input).(*connector)
}

// What an evaluator sees in the sandbox is what the connector put there.
func TestSandboxShowsWhatIsThere(t *testing.T) {
	box, k := openSandbox(t, connectors.PasswordKey, string(connectors.PasswordSend))
	var ids []string
	for i := range 25 {
		p := profile(i)
		if i == 0 {
			p.Password = "Correct-horse-7-battery"
		}
		a, err := k.Create(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	g, err := k.CreateGroup(t.Context(), group(1))
	if err != nil {
		t.Fatal(err)
	}
	if refused, err := k.ChangeMembers(t.Context(), g.ID, connectors.MemberChanges{Add: ids}); err != nil || len(refused) > 0 {
		t.Fatal(err, refused)
	}
	if err := k.Deprovision(t.Context(), ids[1], connectors.Disable); err != nil {
		t.Fatal(err)
	}
	rows, total := box.Accounts(3)
	wanted := connectors.SandboxAccount{ID: ids[0], ExternalID: profile(0).ResourceID, UserName: "user000@example.com", DisplayName: "Ada user000",
		Email: "user000@example.com", Department: "Engines", Active: true, PasswordKnown: true}
	if total != 25 || len(rows) != 3 || rows[0] != wanted || rows[1].Active || rows[1].PasswordKnown {
		t.Errorf("%d of %d accounts: %+v", len(rows), total, rows)
	}
	groups, total := box.Groups(5)
	if total != 1 || len(groups) != 1 || groups[0].ID != g.ID || groups[0].Name != group(1).Name || groups[0].Total != 25 || len(groups[0].Members) != 20 ||
		groups[0].Members[1] != "user001@example.com" {
		t.Errorf("%d groups: %+v", total, groups)
	}
	if err := k.Deprovision(t.Context(), ids[0], connectors.Delete); err != nil {
		t.Fatal(err)
	}
	if groups, _ := box.Groups(5); groups[0].Total != 24 {
		t.Errorf("an account that is gone is still a member: %+v", groups)
	}
}

func TestSandboxKnowsARandomPassword(t *testing.T) {
	box, k := openSandbox(t, connectors.PasswordKey, string(connectors.PasswordRandom))
	if _, err := k.Create(t.Context(), profile(1)); err != nil {
		t.Fatal(err)
	}
	if rows, _ := box.Accounts(1); rows[0].PasswordKnown {
		t.Error("a random password counts as the user's own")
	}
}

func TestSandboxTroubles(t *testing.T) {
	box, k := openSandbox(t)
	for trouble, kind := range map[connectors.Trouble]connectors.Kind{connectors.Down: connectors.Temporary, connectors.Throttled: connectors.RateLimited, connectors.Revoked: connectors.Denied} {
		box.SetTrouble(trouble)
		_, err := k.Find(t.Context(), profile(1))
		e := want(t, err, kind)
		if trouble == connectors.Throttled && e.RetryAfter != 10*time.Second {
			t.Errorf("retry after %v", e.RetryAfter)
		}
		if box.Trouble() != trouble {
			t.Errorf("trouble is %q, want %q", box.Trouble(), trouble)
		}
	}
	box.SetTrouble(connectors.Slow)
	began := time.Now()
	_, err := k.Find(t.Context(), profile(1))
	if want(t, err, connectors.NotFound); time.Since(began) < 2*time.Second {
		t.Error("the slow service is not slow")
	}
	box.SetTrouble(connectors.NoTrouble)
	if _, err := k.Create(t.Context(), profile(1)); err != nil {
		t.Errorf("after the trouble: %v", err)
	}
	if text := fmt.Sprintf("%v %+v", k, err); strings.Contains(text, box.Settings("")["token"]) {
		t.Error("the token can be read")
	}
}
