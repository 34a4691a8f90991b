package scim2

import (
	"context"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// readGroup reads one group, without its members where they do not matter and the service can leave them out.
func (k *connector) readGroup(ctx context.Context, op, at string, bare bool) (wire.Answer, error) {
	if bare && !k.service.Learned.Groups.NoExclude.Load() {
		a, err := k.get(ctx, op, at+"?excludedAttributes=members")
		if err != nil || a.Status != http.StatusBadRequest {
			return a, err
		}
		k.service.Learned.Groups.NoExclude.Store(true)
	}
	return k.get(ctx, op, at)
}

// listGroups reads a list without the members, which may be many, where the service can leave them out.
func (k *connector) listGroups(ctx context.Context, query string) (wire.Answer, error) {
	get := func(query string) (wire.Answer, error) {
		return k.get(ctx, connectors.OpFind, k.wire.Groups+"?"+query)
	}
	if k.service.Learned.Groups.NoExclude.Load() {
		return get(query)
	}
	a, err := get(query + "&excludedAttributes=members")
	if err != nil || a.Status != http.StatusBadRequest {
		return a, err
	}
	plain, err := get(query)
	if err == nil && plain.OK() {
		k.service.Learned.Groups.NoExclude.Store(true)
	}
	return plain, err
}

func (k *connector) groupPage(a wire.Answer) (groups []seenGroup, l scim.List, err error) {
	if err := scim.Decode(a.Body, &l); err != nil {
		return nil, l, &connectors.Error{Kind: connectors.Temporary, Op: a.Op, Status: a.Status, Err: err,
			Message: "The target's answer is not a SCIM list of groups.", Remedy: "Usher tries again by itself. If this lasts, check the groups endpoint."}
	}
	for _, raw := range l.Resources {
		var g seenGroup
		if scim.Decode(raw, &g) == nil && wire.UsableID(string(g.ID)) {
			groups = append(groups, g)
		}
	}
	return groups, l, nil
}
