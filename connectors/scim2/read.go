package scim2

import (
	"context"

	"usher/connectors"
)

// Read implements connectors.Connector with one GET (RFC 7644 §3.4.1).
func (k *connector) Read(ctx context.Context, id string) (connectors.Account, error) {
	url, err := k.accountURL(connectors.OpRead, id)
	if err != nil {
		return connectors.Account{}, err
	}
	a, err := k.get(ctx, connectors.OpRead, url)
	switch {
	case err != nil:
		return connectors.Account{}, err
	case !a.OK():
		return connectors.Account{}, k.itemFailure(ctx, a)
	}
	acc := accountIn(a.Body)
	if acc.ID == "" {
		return acc, &connectors.Error{Kind: connectors.Temporary, Op: a.Op, Status: a.Status, Message: "The target's answer is not a SCIM user.",
			Remedy: "Usher tries again by itself. If this lasts, check the users endpoint."}
	}
	return acc, nil
}
