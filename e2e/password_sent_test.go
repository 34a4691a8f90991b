package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"usher/connectors/scim2/scim2fake"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// TestUserCommandsSendPasswords looks at what a target that is sent passwords would get.
func TestUserCommandsSendPasswords(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "usher.db")
	flag := "--db=" + file
	must(t, `
connections:
  - name: Target
    type: custom
    connectors:
      - {type: scim2, enabled: true, config: {base_url: "http://127.0.0.1:1`+scim2fake.Prefix+`", token: t, allow_private_network: true, password_mode: send}}
provisioners:
  - {connection: Target, connector: scim2}
`, flag, "apply", "-f", "-")
	store := openDirectory(t, file).Store.(*db.Store)
	targets, err := store.Targets(t.Context())
	if err != nil || len(targets) != 1 {
		t.Fatal(targets, err)
	}
	at := time.Now()
	sent := func(id, want string) {
		t.Helper()
		at = at.Add(time.Hour)
		tasks, err := store.Claim(t.Context(), provisioning.Claim{ConnectorID: targets[0].ID, UserID: id, Least: provisioning.Bulk, Limit: 1,
			Lease: directory.NewToken(), Until: at.Add(time.Minute), Now: at})
		if err != nil || len(tasks) != 1 || tasks[0].Password.Reveal() != want {
			t.Fatalf("claimed %d (%v), want the password %q", len(tasks), err, want)
		}
		if _, err := store.Record(t.Context(), []provisioning.Result{{Task: tasks[0], Released: true}}, at); err != nil {
			t.Fatal(err)
		}
	}
	id := must(t, "correct horse battery staple\n", flag, "user", "create", "--user-name=ada", "--password-stdin")
	sent(id, "correct horse battery staple")
	must(t, "seven grey herons wade\n", flag, "user", "update", "ada", "--password-stdin")
	sent(id, "seven grey herons wade")
}
