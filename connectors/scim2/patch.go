package scim2

import (
	"bytes"
	"context"
	"net/http"

	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// patch sends the operations in the dialect in force, and once in another when the service did not understand them and
// therefore changed nothing (RFC 7644 §3.5.2: all or nothing).
func (k *connector) patch(ctx context.Context, c wire.Call, ops []scim.Operation) (wire.Answer, error) {
	var err error
	if c.Body, err = service.PatchBody(k.service.Style(), ops); err != nil {
		return wire.Answer{}, unwritable(c.Op, err)
	}
	a, err := k.wire.SendVersioned(ctx, c)
	other := k.service.OtherStyle()
	if err != nil || other == "" || !a.PerhapsMisread() {
		return a, err
	}
	first := c.Body
	if c.Body, err = service.PatchBody(other, ops); err != nil || bytes.Equal(first, c.Body) {
		return a, nil //nolint:nilerr // the first answer says what is wrong
	}
	b, err := k.wire.SendVersioned(ctx, c)
	switch {
	case err != nil:
		return b, err
	case b.Status == http.StatusBadRequest:
		return a, nil
	case b.OK():
		k.service.Learned.ObjectPatch.Store(true)
	}
	return b, nil
}
