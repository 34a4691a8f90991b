package scim2

import (
	"context"
	"net/http"
	"usher/connectors"
)

// patchGroup sends a PATCH, a second time in the other dialect when the service did not understand the first.
func (k *connector) patchGroup(ctx context.Context, at string, body func(style string) ([]byte, error)) (Answer, error) {
	style := k.groupStyle()
	a, err := k.sendPatch(ctx, at, style, body)
	if err != nil || style != styleRFC || k.traits.patchStyle != "" || !notUnderstood(a) {
		return a, err
	}
	other, err := k.sendPatch(ctx, at, styleObject, body)
	switch {
	case err != nil:
		return other, err
	case other.Status == http.StatusBadRequest:
		return a, nil
	case other.OK():
		k.learned.group.objectPatch.Store(true)
	}
	return other, nil
}

func (k *connector) sendPatch(ctx context.Context, at, style string, body func(style string) ([]byte, error)) (Answer, error) {
	b, err := body(style)
	if err != nil {
		return Answer{}, unwritable(connectors.OpUpdate, err)
	}
	return k.versioned(ctx, Call{Op: connectors.OpUpdate, Method: http.MethodPatch, URL: at, Body: b})
}
