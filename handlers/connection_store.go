package handlers

import (
	"context"

	"usher/directory"
	"usher/provisioning"
)

// connectionStore is what the pages of connections and connectors read.
type connectionStore interface {
	Connections(ctx context.Context, f directory.ConnectionFilter) (directory.ConnectionPage, error)
	Connection(ctx context.Context, id string) (directory.Connection, error)
	// Connectors are a connection's, by kind; "" lists those of all connections.
	Connectors(ctx context.Context, connectionID string) ([]directory.Connector, error)
	// Target is a connector with its quarantine and, when there is one, its provisioner.
	Target(ctx context.Context, connectorID string) (provisioning.Target, error)
	Progress(ctx context.Context, connectorID string) (provisioning.Progress, error)
	// LeftAccounts are those that the connector does not keep in step any more, newest first; limit 0 is a page.
	LeftAccounts(ctx context.Context, connectorID, after string, limit int) (provisioning.LeftPage, error)
}
