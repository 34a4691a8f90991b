package google

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/google/googlefake"
)

// The demo's Workspace account is one that the connector works with, below a path, too, and through its troubles.
func TestTheSandboxWorks(t *testing.T) {
	box := googlefake.NewSandbox()
	mux := http.NewServeMux()
	mux.Handle("/demo/google/", http.StripPrefix("/demo/google", box))
	srv := httptest.NewServer(mux)
	defer srv.Close()
	settings := box.Settings(srv.URL + "/demo/google")
	settings[connectors.PushGroups] = "true"
	k := connectortest.Open(t, Definition(), settings).(*connector)
	report, err := k.Check(t.Context())
	if err != nil {
		t.Fatalf("%v: %+v", err, report)
	}
	for _, s := range report.Steps {
		if s.State != connectors.StepOK {
			t.Errorf("step: %+v", s)
		}
	}
	a, err := k.Create(t.Context(), profile(1))
	if err != nil {
		t.Fatal(err)
	}
	g, err := k.CreateGroup(t.Context(), group(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.ChangeMembers(t.Context(), g.ID, connectors.MemberChanges{Add: []string{a.ID}}); err != nil {
		t.Fatal(err)
	}
	if rows, total := box.Accounts(5); total != 2 || rows[1].ExternalID != profile(1).ResourceID || rows[1].PasswordKnown {
		t.Errorf("accounts: %+v", rows)
	}
	if rows, total := box.Groups(5); total != 1 || rows[0].Members[0] != "user001@example.com" {
		t.Errorf("groups: %+v", rows)
	}
	for trouble, kind := range map[connectors.Trouble]connectors.Kind{connectors.Down: connectors.Temporary, connectors.Throttled: connectors.RateLimited, connectors.Revoked: connectors.Denied} {
		box.SetTrouble(trouble)
		_, err := k.Find(t.Context(), profile(1))
		if e := want(t, err, kind); (kind == connectors.RateLimited) != (e.RetryAfter == 10*time.Second) {
			t.Errorf("%+v", e)
		}
		box.SetTrouble(connectors.NoTrouble)
		if _, err := k.Find(t.Context(), profile(1)); err != nil {
			t.Errorf("after %s: %v", trouble, err)
		}
	}
}
