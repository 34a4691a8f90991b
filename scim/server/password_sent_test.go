package server_test

import (
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// TestPasswordsAreSent looks at what a target that is sent passwords would get.
func TestPasswordsAreSent(t *testing.T) {
	s := start(t)
	by := directory.Actor{Kind: directory.ByAdmin, Name: "Ada"}
	ctx := t.Context()
	n, err := s.dir.CreateConnection(ctx, directory.Connection{Name: "Warehouse"}, by)
	fatal(t, err)
	k, err := s.dir.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Kind: "scim2", Enabled: true,
		Settings: directory.Settings{Values: map[string]string{connectors.PasswordKey: string(connectors.PasswordSend)}}}, by)
	fatal(t, err)
	_, err = s.dir.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: k.ID}, by)
	fatal(t, err)
	now := time.Now()
	sent := func(id, want string) {
		t.Helper()
		now = now.Add(time.Hour)
		tasks, err := s.store.Claim(ctx, provisioning.Claim{ConnectorID: k.ID, UserID: id, Least: provisioning.Bulk, Limit: 1, Lease: directory.NewToken(), Until: now.Add(time.Minute), Now: now})
		fatal(t, err)
		if len(tasks) != 1 || tasks[0].Password.Reveal() != want {
			t.Fatalf("claimed %d, want the password %q", len(tasks), want)
		}
		_, err = s.store.Record(ctx, []provisioning.Result{{Task: tasks[0], RemoteID: "r-" + id, Origin: provisioning.Created, PasswordDone: want != ""}}, now)
		fatal(t, err)
	}
	ada := s.add("ada", "password", "first of all")
	sent(ada, "first of all")
	s.must(200, "PATCH", "/Users/"+ada, patchOf(obj{"op": "replace", "path": "password", "value": "second of all"}))
	sent(ada, "second of all")
	s.must(200, "PUT", "/Users/"+ada, user("ada", "password", "third of all"))
	sent(ada, "third of all")
	s.must(200, "PUT", "/Users/"+ada, user("ada", "title", "Countess"))
	sent(ada, "")
	s.must(200, "PATCH", "/Users/"+ada, patchOf(obj{"op": "replace", "path": "password", "value": "fourth of all"}))
	s.must(200, "PATCH", "/Users/"+ada, patchOf(obj{"op": "remove", "path": "password"}))
	sent(ada, "")
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
