package provisioning

import (
	"context"
	"time"

	"usher/connectors"
)

// reconciler brings a user's account, or a pushed group, to what is wanted. It is the only place that knows the order
// of remote calls.
type reconciler struct {
	o      *Opened
	store  Store
	task   Task
	now    func() time.Time
	remote remote
	r      Result

	vanished  bool // it was gone under a write, so it is made again, once
	confirmed bool // this attempt has seen that it is ours
	stamp     bool // it bears the ID of whoever had it before
	sought    bool // it was not there under its ID, and the target has not told yet where else ours may be
}

// reconcile runs one task to a result that decide has not seen yet. It makes no request when nothing differs.
func reconcile(ctx context.Context, o *Opened, s Store, t Task, now func() time.Time) Result {
	c := &reconciler{o: o, store: s, task: t, now: now}
	c.r = Result{Task: t, Operation: OpNone, RemoteID: t.RemoteID, Origin: t.Origin, Profile: t.Profile, Suspect: t.Suspect, ReturnedFrom: t.ReturnedFrom}
	c.stamp = stampOf(t.Profile, t.ReturnedFrom) != ""
	switch {
	case t.GroupID == "":
		c.remote = newUserRemote(c)
	case !o.pushesGroups():
		c.r.WritesKnown, c.r.Doubt, c.r.Gone = t.NoWriteInDoubt, !t.NoWriteInDoubt, t.Deleted
		return c.r
	default:
		c.remote = newGroupRemote(c)
	}
	if !t.NoWriteInDoubt {
		c.r.Profile = nil // an earlier write may or may not have arrived, so what the target has is not known
	}
	c.r.Err = c.run(ctx)
	c.r.WritesKnown = c.r.WritesKnown || c.writesKnown(c.r.Err)
	c.r.Profile = lastKnown(c.r)
	if c.stamp {
		c.r.Bears, c.r.Profile = c.r.ReturnedFrom, withStampOf(c.r.Profile, c.r.ReturnedFrom)
	}
	return c.r
}

// lastKnown is the profile to remember. While it is in doubt what the target has, what was last written is not believed,
// but it still tells which account is ours.
func lastKnown(r Result) map[string]any {
	if r.Profile == nil && !r.WritesKnown && r.RemoteID == r.Task.RemoteID {
		return r.Task.Profile
	}
	return r.Profile
}

// writesKnown reports whether every write has a known outcome. A write that answered "temporary" may have arrived.
func (c *reconciler) writesKnown(err error) bool {
	switch connectors.KindOf(err) {
	case "":
		return true
	case connectors.Temporary, connectors.Unknown:
		return false
	}
	return c.task.NoWriteInDoubt && !c.sought
}

func (c *reconciler) run(ctx context.Context) error {
	if err := c.remote.prepare(); err != nil {
		return err
	}
	for {
		if c.r.RemoteID == "" {
			done, err := c.locate(ctx)
			if done || err != nil {
				return err
			}
		}
		again, err := c.apply(ctx)
		if !again {
			return err
		}
	}
}

// apply does what the mode says to one that is known. again: it was gone, so locate it again.
func (c *reconciler) apply(ctx context.Context) (again bool, err error) {
	switch c.remote.mode() {
	case connectors.Delete:
		return c.removeRemote(ctx)
	case connectors.Leave:
		c.r.Gone = c.remote.leaving()
		return false, nil
	}
	return c.remote.bringInStep(ctx)
}

// write sends changes. again: there was nothing to change.
func (c *reconciler) write(ctx context.Context, changes connectors.Changes) (again bool, err error) {
	err = c.send(ctx, changes)
	switch connectors.KindOf(err) {
	case connectors.NotFound:
		return c.lost(err)
	case connectors.Conflict:
		return false, c.resolveConflict(ctx, changes, err)
	}
	return false, err
}

// send writes changes to the account or group, which then has what they want.
func (c *reconciler) send(ctx context.Context, changes connectors.Changes) error {
	c.updates()
	c.r.WritesKnown = false
	changes.Stamp = c.stamp
	before := c.r.Profile
	if before == nil {
		before = c.task.Profile
	}
	told, err := c.remote.update(ctx, c.r.RemoteID, changes)
	if err != nil {
		return afterFault(ctx, err, c.remote.read, c.r.RemoteID)
	}
	c.r.Profile, c.stamp = changes.Want.Values, false
	c.noteRemoteID(told, changes, before)
	return nil
}

// updates names the operation, unless something weightier was done already.
func (c *reconciler) updates() {
	if c.r.Operation == OpNone || c.r.Operation == OpFind {
		c.r.Operation = OpUpdate
	}
}

// lost handles what was not there under a write.
func (c *reconciler) lost(err error) (again bool, _ error) {
	if hidden := c.notYet(); hidden != nil {
		return false, hidden
	}
	if c.vanished {
		return false, &connectors.Error{Kind: connectors.Temporary, Op: "update", Message: "The " + c.remote.facts().thing + " vanished twice while it was being written.", Err: err}
	}
	c.vanished, c.r.WritesKnown = true, false
	c.forget()
	return true, nil
}

// forget lets go of an ID that nothing has any more. Until the target was asked where ours may be instead, whatever goes
// wrong leaves a doubt: without one, the next attempt would not look.
func (c *reconciler) forget() {
	c.r.RemoteID, c.r.Origin, c.r.Profile, c.sought = "", "", nil, true
}

// lostIf is lost when nothing has the remembered ID any more.
func (c *reconciler) lostIf(gone bool, err error) (again bool, _ error) {
	if err == nil && gone {
		return c.lost(nil)
	}
	return false, err
}

// removeRemote removes the account or group. Gone already is success.
func (c *reconciler) removeRemote(ctx context.Context) (again bool, _ error) {
	if gone, err := c.confirm(ctx); gone || err != nil {
		c.r.Operation = OpDelete
		return c.gone(ctx, err)
	}
	c.r.Operation = OpDelete
	err := c.remote.remove(ctx, c.r.RemoteID)
	if connectors.KindOf(err) == connectors.NotFound {
		if hidden := c.notYet(); hidden != nil {
			return false, hidden
		}
		err = nil
	}
	if err != nil {
		return false, err
	}
	c.absent()
	return false, nil
}

// gone handles one that is not wanted and not there under the ID that is remembered. Where that ID is in doubt, it may
// be there under another one.
func (c *reconciler) gone(ctx context.Context, err error) (again bool, _ error) {
	if err != nil {
		return false, err
	}
	if c.r.Suspect != Trusted || !c.task.NoWriteInDoubt {
		c.forget()
		if found, err := c.find(ctx); found || err != nil {
			return found && err == nil, err
		}
	}
	c.absent()
	return false, nil
}

// absent records that nothing of ours is at the target.
func (c *reconciler) absent() {
	c.r.RemoteID, c.r.Origin, c.r.Profile, c.r.WritesKnown = "", "", nil, true
	c.r.ReturnedFrom, c.sought = "", false
	c.trusted()
	c.r.Gone = c.remote.leaving()
}
