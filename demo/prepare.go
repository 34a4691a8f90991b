package demo

import (
	"context"
	"fmt"
	"time"

	"usher/connectors"
	"usher/connectors/scim2"
	"usher/directory"
)

// Connection is the name of the demo's connection.
const Connection = "Demo target"

func actor() directory.Actor { return directory.Actor{Kind: directory.BySystem, Name: "usher demo"} }

// Prepare makes a connection with an enabled connector to the target, and a provisioner that uses it.
func Prepare(ctx context.Context, d *directory.Directory, t *Target) error {
	settings, wrong := connectors.Read(scim2.Definition().AllFields(), map[string]string{
		"base_url": t.URL, "auth_mode": "bearer", "token": t.Token.Reveal(), "allow_private_network": "true", connectors.RequestsLimit: "0",
	}, directory.Settings{})
	if err := wrong.Err(); err != nil {
		return fmt.Errorf("prepare the demo's connector: %w", err)
	}
	n, err := d.CreateConnection(ctx, directory.Connection{Name: Connection, Description: "A SCIM 2.0 service that runs inside this demo."}, actor())
	if err != nil {
		return fmt.Errorf("prepare the demo's connection: %w", err)
	}
	k, err := d.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: scim2.Kind, Enabled: true, Settings: settings}, actor())
	if err != nil {
		return fmt.Errorf("prepare the demo's connector: %w", err)
	}
	if _, err := d.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: k.ID, Connection: n.Name, Kind: k.Kind, JITOutbound: true}, actor()); err != nil {
		return fmt.Errorf("prepare the demo's provisioner: %w", err)
	}
	return nil
}

// AddPeople creates the sample users one after the other, with a pause that lets somebody watch.
func AddPeople(ctx context.Context, d *directory.Directory, pause time.Duration) error {
	for _, u := range People() {
		if _, _, err := d.CreateUser(ctx, u, actor()); err != nil {
			return fmt.Errorf("create sample user %s: %w", u.UserName, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}
