// Package scim2 provisions to any service that speaks SCIM 2.0 (RFC 7643, RFC 7644), and learns while it
// works what the service cannot do. It is not for receiving SCIM: that is scim/server.
package scim2

import (
	"net/http"
	"time"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

// Kind is stored: never rename.
const Kind = "scim2"

// Definition describes the kind.
func Definition() connectors.Definition {
	return connectors.Definition{
		Kind:       Kind,
		Name:       "SCIM2",
		Summary:    "Any service with a SCIM 2.0 interface.",
		Icon:       "network",
		Fields:     fields(),
		Attributes: service.Attributes(),
		Modes:      []connectors.Mode{connectors.Disable, connectors.Delete},
		Groups:     groups(),
		Passwords:  []connectors.PasswordMode{connectors.PasswordNone, connectors.PasswordRandom, connectors.PasswordSend},
		Budget:     service.Budget(),
		BudgetOf:   func(c connectors.Config) connectors.Budget { return service.TraitsOf(c).Budget() },
		Lag:        10 * time.Second,
		Options:    wire.ClientOptions,
		Sent: func(c connectors.Config, p connectors.Profile) (connectors.Profile, error) {
			return service.TraitsOf(c).WithinLimits(connectors.OpCreate, p)
		},
		Open: func(c connectors.Config, client *http.Client) (connectors.Connector, error) { return open(c, client) },
	}
}

// groups are what the kind can do about groups. Chunk is small, so that what was done before a target throttles is not
// done again.
func groups() *connectors.Groups {
	return &connectors.Groups{Noun: "Groups", Create: true, Chunk: service.MaxMemberChunk}
}
