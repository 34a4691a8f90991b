package provisioning

import (
	"context"
	"fmt"
	"strings"
	"time"

	"usher/connectors"
)

// Groups are confirmed and waited for as users are; see trust.go and waiting.go.

// confirm reads the group, unless this attempt has read or made it already. gone: nothing has its ID any more.
func (g *groupReconciler) confirm(ctx context.Context) (gone bool, err error) {
	if g.confirmed || g.o.proofs.take(g.task.GroupID, g.r.RemoteID, g.now()) {
		g.trusted()
		return false, nil
	}
	began := g.now()
	a, err := g.at.ReadGroup(ctx, g.r.RemoteID)
	switch {
	case connectors.KindOf(err) == connectors.NotFound:
		return true, g.notYet()
	case err != nil:
		return false, err
	case g.ours(a):
		g.trusted()
		g.o.proofs.add(g.task.GroupID, g.r.RemoteID, g.now())
		return false, timeForOneMore(ctx, g.now(), g.now().Sub(began))
	}
	return false, g.mistaken(ctx, a)
}

func (g *groupReconciler) trusted() { g.confirmed, g.r.Suspect = true, Trusted }

// ours tells by the stamp; where there is none, or the group was there before us, by the name that was last written, or
// that the group has here.
func (g *groupReconciler) ours(a connectors.Account) bool {
	if a.ExternalID != "" && g.r.Origin != Adopted {
		return connectors.SameID(a.ExternalID, g.task.GroupID)
	}
	name, _ := a.Shown[connectors.GroupName].(string)
	written, _ := g.task.Profile[nameKey].(string)
	return name != "" && (strings.EqualFold(name, written) || strings.EqualFold(name, g.task.Group.DisplayName))
}

func (g *groupReconciler) mistaken(ctx context.Context, a connectors.Account) error {
	id, origin, profile := g.r.RemoteID, g.r.Origin, g.r.Profile
	g.r.RemoteID, g.r.Origin, g.r.Profile = "", "", nil
	found, err := g.find(ctx)
	if found || err != nil {
		return err
	}
	g.r.RemoteID, g.r.Origin, g.r.Profile, g.r.Found, g.r.Adoptable = id, origin, profile, a, false
	return notOurs("group", a)
}

// unless is lost when the group is gone.
func (g *groupReconciler) unless(gone bool, err error) (again bool, _ error) {
	if err == nil && gone {
		return g.lost(nil)
	}
	return false, err
}

// heed takes over the ID that the answer to a rename names, as it does for users.
func (g *groupReconciler) heed(told connectors.Account, name string) {
	before := g.r.Profile
	if before == nil {
		before = g.task.Profile
	}
	switch {
	case told.ID == "":
		if namedAfter(g.r.RemoteID, []string{nameKey}, map[string]any{nameKey: name}, before) {
			g.r.Suspect = Renamed
		}
	case connectors.SameID(told.ExternalID, g.task.GroupID):
		g.r.RemoteID = told.ID
		g.trusted()
	case told.ID != g.r.RemoteID:
		g.r.Suspect, g.confirmed = Renamed, false
	}
}

// waits is the error to wait with when the group in the way is one of ours that will go out of it; nil when it is not.
func (g *groupReconciler) waits(ctx context.Context, a connectors.Account) error {
	h, ok, err := g.store.Holder(ctx, g.task, a.ID, a.ExternalID)
	switch {
	case err != nil:
		return err
	case !ok:
		return nil
	case h.Leaving && !h.Stuck:
		g.r.WaitsFor = h.ID
		return notBefore(errGroupLeaving, h, g.now())
	case h.Leaving:
	case !h.Unsettled || a.ExternalID != "" && !connectors.SameID(a.ExternalID, h.ID) || strings.EqualFold(h.Name, g.task.Group.DisplayName):
		return nil
	}
	g.r.WaitsFor = h.ID
	return waitsForRename(ctx, g.store, g.task, h, g.now())
}

// contested works out who has the name that a rename was refused for.
func (g *groupReconciler) contested(ctx context.Context, conflict error) error {
	name := g.task.Group.DisplayName
	a, err := g.at.FindGroup(ctx, connectors.GroupProfile{Name: name})
	if err != nil || a.ID == g.r.RemoteID {
		return conflict
	}
	wait := g.waits(ctx, a)
	switch {
	case wait == nil:
		g.r.Found, g.r.Adoptable = a, false
		return conflict
	case g.r.WaitsFor == "":
		return wait
	}
	switch round, err := ring(ctx, g.store, g.task, g.r.WaitsFor); {
	case err != nil:
		return err
	case !round:
		return wait
	}
	aside := freeValue(name, g.task.GroupID)
	if err := g.send(ctx, aside); err != nil {
		return err
	}
	return &connectors.Error{Kind: connectors.Pending, Op: connectors.OpUpdate, RetryAfter: time.Second,
		Message: fmt.Sprintf("This group and others wait for each other's names, so it is called %q for a moment.", aside),
		Remedy:  "Nothing: Usher writes the right name as soon as it is free."}
}
