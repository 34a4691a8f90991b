package provisioning

import (
	"context"
	"time"

	"usher/connectors"
)

// nameKey is the key of a group's name in what was last written. Stored: never rename.
const nameKey = "name"

// groupReconciler brings one group at a target to what is wanted: first the group itself, then its members.
type groupReconciler struct {
	o      *Opened
	at     connectors.GroupConnector
	store  Store
	task   Task
	now    func() time.Time
	r      Result
	wanted bool
	began  time.Time

	vanished  bool // the group was gone under a write, so it is made again, once
	confirmed bool // this attempt has seen that the group is ours
}

// reconcileGroup runs a group's task to a result that decide has not seen yet. It makes no request when nothing differs.
func reconcileGroup(ctx context.Context, o *Opened, s Store, t Task, now func() time.Time) Result {
	g := &groupReconciler{o: o, store: s, task: t, now: now, began: now()}
	g.r = Result{Task: t, Operation: OpNone, RemoteID: t.RemoteID, Origin: t.Origin, Profile: t.Profile, Suspect: t.Suspect}
	at, can := o.Connector.(connectors.GroupConnector)
	if !can || !o.Groups.On {
		g.r.Certain, g.r.Doubt, g.r.Gone = t.Fresh, !t.Fresh, t.Deleted
		return g.r
	}
	g.at = at
	if !t.Fresh {
		g.r.Profile = nil
	}
	g.r.Err = g.run(ctx)
	g.r.Certain = g.r.Certain || g.certain(g.r.Err)
	g.r.Profile = lastKnown(g.r)
	return g.r
}

// certain is as for users: a write that answered "temporary" may have arrived.
func (g *groupReconciler) certain(err error) bool {
	switch connectors.KindOf(err) {
	case "":
		return true
	case connectors.Temporary, connectors.Unknown:
		return false
	}
	return g.task.Fresh
}

func (g *groupReconciler) run(ctx context.Context) (err error) {
	if !g.task.Deleted {
		if g.wanted, err = g.o.Groups.Wants(g.task.Group, g.task.ByHand); err != nil {
			return err
		}
	}
	for {
		if g.r.RemoteID == "" {
			done, err := g.locate(ctx)
			if done || err != nil {
				return err
			}
		}
		again, err := g.apply(ctx)
		if !again {
			return err
		}
	}
}

// apply brings a known group to what is wanted. again: it was gone, so locate it anew.
func (g *groupReconciler) apply(ctx context.Context) (again bool, err error) {
	if g.r.Suspect != Trusted {
		if gone, err := g.confirm(ctx); err != nil || gone && g.wanted {
			return g.unless(gone, err)
		} else if gone {
			return false, g.absent()
		}
	}
	if !g.wanted {
		return false, g.takeAway(ctx)
	}
	again, unnamed := g.rename(ctx)
	switch connectors.KindOf(unnamed) {
	case "", connectors.Invalid, connectors.Conflict, connectors.Refused, connectors.Misconfigured, connectors.Pending: // a refused name must not keep leavers in
	default:
		return false, unnamed
	}
	if again {
		return true, nil
	}
	g.r.Certain = true // the group is known; which members are in doubt, the ledger says
	if again, err := g.members(ctx); again || err != nil || g.r.More {
		return again, err
	}
	return false, unnamed
}

func (g *groupReconciler) profile() connectors.GroupProfile {
	return connectors.GroupProfile{ResourceID: g.task.GroupID, Name: g.task.Group.DisplayName}
}

// rename writes the name if it is another than what was last written. Somebody else's group keeps the name it has.
func (g *groupReconciler) rename(ctx context.Context) (again bool, err error) {
	name := g.task.Group.DisplayName
	if g.o.Groups.MembersOnly || g.r.Profile[nameKey] == name {
		return false, nil
	}
	err = g.send(ctx, name)
	switch connectors.KindOf(err) {
	case connectors.NotFound:
		return g.lost(err)
	case connectors.Conflict:
		return false, g.contested(ctx, err)
	}
	return false, err
}

// send writes a name, which the group then has.
func (g *groupReconciler) send(ctx context.Context, name string) error {
	g.did(OpUpdate)
	g.r.Certain = false
	told, err := g.at.UpdateGroup(ctx, g.r.RemoteID, connectors.GroupProfile{ResourceID: g.task.GroupID, Name: name})
	if err != nil {
		return afterFault(ctx, err, g.at.ReadGroup, g.r.RemoteID)
	}
	g.heed(told, name)
	g.r.Profile = map[string]any{nameKey: name}
	return nil
}

// did names the operation, unless something weightier was done already.
func (g *groupReconciler) did(op Operation) {
	if g.r.Operation == OpNone || g.r.Operation == OpFind {
		g.r.Operation = op
	}
}

// lost handles a group that was not there under a write.
func (g *groupReconciler) lost(err error) (again bool, _ error) {
	if hidden := g.notYet(); hidden != nil {
		return false, hidden
	}
	if g.vanished {
		return false, &connectors.Error{Kind: connectors.Temporary, Op: "update", Message: "The group vanished twice while it was being written.", Err: err}
	}
	g.vanished, g.r.Certain = true, false
	g.r.RemoteID, g.r.Origin, g.r.Profile = "", "", nil
	return true, nil
}

// takeAway ends what we did for a group that was deleted, or is not pushed any more. A group that was there before us
// is never removed.
func (g *groupReconciler) takeAway(ctx context.Context) error {
	switch {
	case g.o.Groups.OnGone == connectors.GoneLeave:
		g.r.Gone = g.task.Deleted
		return nil
	case g.o.Groups.OnGone == connectors.GoneDelete && g.r.Origin == Created && !g.o.Groups.MembersOnly:
		return g.remove(ctx)
	}
	g.r.Certain = true
	again, err := g.members(ctx)
	if again {
		return g.absent() // the group went, and its members with it
	}
	g.r.Gone = err == nil && !g.r.More && g.task.Deleted
	return err
}

func (g *groupReconciler) remove(ctx context.Context) error {
	g.r.Operation = OpDelete
	if gone, err := g.confirm(ctx); err != nil {
		return err
	} else if gone {
		return g.absent()
	}
	err := g.at.DeleteGroup(ctx, g.r.RemoteID)
	if connectors.KindOf(err) == connectors.NotFound {
		if hidden := g.notYet(); hidden != nil {
			return hidden
		}
		err = nil
	}
	if err != nil {
		return err
	}
	return g.absent()
}

// absent records that nothing of ours is at the target.
func (g *groupReconciler) absent() error {
	g.r.RemoteID, g.r.Origin, g.r.Profile, g.r.Certain = "", "", nil, true
	g.trusted()
	g.r.Gone = g.task.Deleted
	return nil
}
