package scim2

import (
	"context"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// verify looks at what the service made of a PATCH that it took. Where it shows that it did something else, the account is
// read, for the answer may be older than the write; then it is written in the other dialect, and then by PUT. The way that
// works is kept to. Where the first way worked nothing is sent besides.
func (k *connector) verify(ctx context.Context, p wire.Call, ops []scim.Operation, c connectors.Changes, a wire.Answer) (wire.Answer, error) {
	a, lost, err := k.verdict(ctx, a, c, false)
	if err != nil || len(lost) == 0 {
		return a, err
	}
	if k.service.Learned.KeepsNone(lost) {
		return a, notKept(a, lost)
	}
	if other := k.service.OtherStyle(); other != "" {
		if p.Body, err = service.PatchBody(other, ops); err != nil {
			return a, unwritable(p.Op, err)
		}
		b, err := k.wire.SendVersioned(ctx, p)
		if err != nil {
			return b, err
		}
		if b.OK() {
			var still []service.Contradiction
			if b, still, err = k.verdict(ctx, b, c, true); err != nil {
				return b, err
			}
			if len(still) == 0 {
				k.service.Learned.ObjectPatch.Store(true)
				return b, nil
			}
		}
	}
	if k.service.MayPut() {
		b, err := k.replace(ctx, p, c)
		switch kind := connectors.KindOf(err); {
		case err == nil:
			k.service.Learned.NoPatch.Store(true)
			return b, nil
		case kind != connectors.Invalid && kind != connectors.Misconfigured: // a PUT that is not there says nothing new
			return b, err
		}
	}
	k.service.Learned.NeverKeeps(lost)
	return a, notKept(a, lost)
}
