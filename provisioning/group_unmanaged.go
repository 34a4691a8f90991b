package provisioning

import (
	"context"
	"fmt"

	"usher/connectors"
)

// An authoritative group loses at most so many members in one run without an administrator's yes.
const (
	mostRemoved      = 10
	mostRemovedShare = 0.3
	listedAtOnce     = 200 // account IDs that one question to the store names
)

// removeUnmanaged removes members whom nobody here wants. Many of them at once are more likely our mistake than
// somebody's at the target, so an administrator is asked. While a member's account is not known yet, it may be one of
// those that look like strangers.
func (g *groupRemote) removeUnmanaged(ctx context.Context) (again bool, err error) {
	if arriving, err := g.c.store.Arriving(ctx, g.c.task); err != nil {
		return false, err
	} else if arriving {
		return false, g.notReady("Some members have no account at the target yet, so nobody is taken for a stranger there.", "Nothing: Usher tries again when the accounts of all members are known.")
	}
	strangers, members, err := g.unmanaged(ctx)
	if connectors.KindOf(err) == connectors.NotFound {
		return g.c.lost(err)
	}
	if err != nil || len(strangers) == 0 {
		return false, err
	}
	n := len(strangers)
	approved := g.c.task.RemoteID != "" && g.c.task.Approved == g.c.task.RemoteID // said about this very group, not before it was linked
	if n > mostRemoved && float64(n) > mostRemovedShare*float64(members) && !approved {
		g.c.r.Found, g.c.r.Adoptable = connectors.Account{ID: g.c.r.RemoteID, Shown: map[string]any{"members": float64(members), "not wanted here": float64(n)}}, true
		return false, &connectors.Error{Kind: connectors.Conflict, Op: "members",
			Message: fmt.Sprintf("%d of the %d members of the group %s at the target are no members here, and Usher does not remove so many without being told.", n, members, quoted(g.c.r.RemoteID)),
			Remedy:  "If they should all leave, approve it. Otherwise make them members here, or switch off Authoritative in the connector's settings."}
	}
	for len(strangers) > 0 {
		if g.deadlineIsNear(ctx) {
			g.c.r.More = true
			return false, nil
		}
		some := strangers[:min(len(strangers), g.chunk())]
		strangers = strangers[len(some):]
		// Somebody among them may have become a member here since they were looked at.
		if err := g.c.store.DoubtMembers(ctx, g.c.task, some); err != nil {
			return false, err
		}
		g.c.updates()
		_, err := g.at.ChangeMembers(ctx, g.c.r.RemoteID, connectors.MemberChanges{Remove: some})
		if connectors.KindOf(err) == connectors.NotFound {
			return g.c.lost(err)
		}
		if err != nil {
			return false, err
		}
		g.c.r.Progress = true
	}
	return false, nil
}

// unmanaged walks the group's members at the target.
func (g *groupRemote) unmanaged(ctx context.Context) (strangers []string, members int, err error) {
	var some []string
	look := func() error {
		if len(some) == 0 {
			return nil
		}
		found, err := g.c.store.Unmanaged(ctx, g.c.task, some)
		strangers, some = append(strangers, found...), some[:0]
		return err
	}
	for id, err := range g.at.Members(ctx, g.c.r.RemoteID) {
		if err != nil {
			return nil, 0, err
		}
		members++
		if some = append(some, id); len(some) == listedAtOnce {
			if err := look(); err != nil {
				return nil, 0, err
			}
		}
	}
	return strangers, members, look()
}
