package scim2

import (
	"context"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

// Deprovision implements connectors.Connector. Where the service does not let anybody delete, a Delete
// becomes a Disable, from then on at once.
func (k *connector) Deprovision(ctx context.Context, id string, m connectors.Mode) error {
	url, err := k.accountURL(connectors.OpDeprovision, id)
	if err != nil {
		return err
	}
	switch m {
	case connectors.Disable:
		return k.disable(ctx, id)
	case connectors.Delete:
	default:
		return &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpDeprovision, Message: "SCIM2 cannot “" + string(m) + "” an account.",
			Remedy: "Choose another policy in the connector's configuration."}
	}
	if k.service.Learned.NoDelete.Load() {
		return k.disable(ctx, id)
	}
	a, err := k.wire.SendVersioned(ctx, wire.Call{Op: connectors.OpDeprovision, Method: http.MethodDelete, URL: url})
	switch {
	case err != nil:
		return err
	case a.OK():
		return nil
	case a.Status == http.StatusNotFound:
		return k.itemFailure(ctx, a)
	}
	e := k.failure(a)
	refused := a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented || a.Status == http.StatusForbidden
	if !refused || e.Kind != connectors.Misconfigured && e.Kind != connectors.Refused {
		return e
	}
	if err := k.disable(ctx, id); err != nil {
		return err
	}
	k.service.Learned.NoDelete.Store(true)
	return nil
}

func (k *connector) disable(ctx context.Context, id string) error {
	_, err := k.write(ctx, connectors.OpDeprovision, id, connectors.Changes{Set: map[string]any{service.AttrActive: false}})
	return err
}
