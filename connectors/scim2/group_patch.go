package scim2

import (
	"context"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/wire"
)

// patchGroup sends a PATCH, a second time in the other dialect when the service did not understand the first.
func (k *connector) patchGroup(ctx context.Context, at string, body func(style string) ([]byte, error)) (wire.Answer, error) {
	another := k.service.OtherGroupStyle()
	a, err := k.sendPatch(ctx, at, k.service.GroupStyle(), body)
	if err != nil || another == "" || !a.Misread() {
		return a, err
	}
	other, err := k.sendPatch(ctx, at, another, body)
	switch {
	case err != nil:
		return other, err
	case other.Status == http.StatusBadRequest:
		return a, nil
	case other.OK():
		k.service.Learned.Groups.ObjectPatch.Store(true)
	}
	return other, nil
}

func (k *connector) sendPatch(ctx context.Context, at, style string, body func(style string) ([]byte, error)) (wire.Answer, error) {
	b, err := body(style)
	if err != nil {
		return wire.Answer{}, unwritable(connectors.OpUpdate, err)
	}
	return k.wire.SendVersioned(ctx, wire.Call{Op: connectors.OpUpdate, Method: http.MethodPatch, URL: at, Body: b})
}
