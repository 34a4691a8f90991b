package scim2

import (
	"context"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// nameKept reports whether an answer to a new name does not show another one. What shows no name proves nothing.
func nameKept(body []byte, name string) (kept bool, is string) {
	g := seenGroup{}
	if scim.Decode(body, &g) != nil || g.ID == "" || g.DisplayName == "" {
		return true, ""
	}
	is = string(g.DisplayName)
	return service.NameKept(is, name), is
}

// verifyGroup does for a group's name what verify does for an account.
func (k *connector) verifyGroup(ctx context.Context, at, id string, g connectors.GroupProfile, a wire.Answer) (wire.Answer, error) {
	kept, _ := nameKept(a.Body, g.Name)
	if kept {
		return a, nil
	}
	now, err := k.readGroup(ctx, connectors.OpUpdate, at, true)
	if err != nil {
		return now, err
	}
	kept, is := nameKept(now.Body, g.Name)
	if now.OK() && kept {
		return now, nil
	}
	if another := k.service.OtherGroupStyle(); another != "" {
		b, err := k.sendPatch(ctx, at, another, func(style string) ([]byte, error) {
			return service.PatchBody(style, []scim.Operation{{Op: scim.Replace, Path: service.AttrDisplayName, Value: g.Name}})
		})
		if err != nil {
			return b, err
		}
		seen := b
		if b.OK() && len(b.Body) == 0 {
			if seen, err = k.readGroup(ctx, connectors.OpUpdate, at, true); err != nil {
				return seen, err
			}
		}
		if kept, _ := nameKept(seen.Body, g.Name); b.OK() && seen.OK() && kept {
			k.service.Learned.Groups.ObjectPatch.Store(true)
			return seen, nil
		}
	}
	if k.service.MayPut() {
		b, err := k.putGroup(ctx, at, id, renamed(g.Name))
		kind := connectors.KindOf(err)
		if err == nil {
			if kept, is = nameKept(b.Body, g.Name); kept {
				return b, nil
			}
		} else if kind != connectors.Invalid && kind != connectors.Misconfigured {
			return b, err
		}
	}
	return a, notKept(a, []service.Contradiction{{Key: service.AttrDisplayName, Sent: g.Name, Kept: is}})
}
