package provisioning

import (
	"context"
	"time"

	"usher/connectors"
)

// reconciler brings one account to what is wanted. It is the only place that knows the order of remote calls.
type reconciler struct {
	o     *Opened
	store Store
	task  Task
	now   func() time.Time
	r     Result

	want     Want
	profile  connectors.Profile // of the user as they are
	unmapped error              // why the profile is not complete; a disabled user is disabled all the same
	vanished bool               // the account was gone under a write, so it is made again, once

	confirmed bool // this attempt has seen that the account is ours
	stamp     bool // the account bears the ID of whoever had it before
}

// reconcile runs one task to a result that decide has not seen yet. It makes no request when nothing differs.
func reconcile(ctx context.Context, o *Opened, s Store, t Task, now func() time.Time) Result {
	c := &reconciler{o: o, store: s, task: t, now: now, want: Wanted(t.User, t.Provisioner, t.InScope)}
	c.r = Result{Task: t, Operation: OpNone, RemoteID: t.RemoteID, Origin: t.Origin, Profile: t.Profile, Suspect: t.Suspect, ReturnedFrom: t.ReturnedFrom}
	c.stamp = t.ReturnedFrom != "" && t.Profile == nil
	if !t.Fresh {
		c.r.Profile = nil // an earlier write may or may not have arrived, so what the target has is not known
	}
	c.r.Err = c.run(ctx)
	c.r.Certain = c.r.Certain || c.certain(c.r.Err)
	c.r.Profile = lastKnown(c.r)
	if c.stamp {
		c.r.Bears = c.r.ReturnedFrom
	}
	return c.r
}

// lastKnown is the profile to remember. While it is in doubt what the target has, nobody believes what was last written,
// but it still tells which account is ours.
func lastKnown(r Result) map[string]any {
	if r.Profile == nil && !r.Certain && r.RemoteID == r.Task.RemoteID {
		return r.Task.Profile
	}
	return r.Profile
}

// certain reports whether every write has a known outcome. A write that answered "temporary" may have arrived.
func (c *reconciler) certain(err error) bool {
	switch connectors.KindOf(err) {
	case "":
		return true
	case connectors.Temporary, connectors.Unknown:
		return false
	}
	return c.task.Fresh
}

func (c *reconciler) run(ctx context.Context) error {
	if c.want == Present || c.want == Disabled {
		c.profile, c.unmapped = c.o.Mapping.Profile(c.task.User)
	}
	if c.want == Present && c.unmapped != nil {
		return c.unmapped
	}
	if err := c.checkPassword(); err != nil {
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

// apply brings a known account to what is wanted. again: it was gone, so locate it anew.
func (c *reconciler) apply(ctx context.Context) (again bool, err error) {
	switch mode := c.farewell(); {
	case c.want == Present:
		if again, err := c.update(ctx, c.profile); again || err != nil {
			return again, err
		}
		return c.setPassword(ctx)
	case mode == connectors.Delete:
		return c.remove(ctx)
	case mode == connectors.Disable:
		return c.disable(ctx)
	case c.want == Disabled: // left as it is, but kept in step
		return c.update(ctx, c.activeProfile())
	}
	c.r.Gone = c.want == Removed || c.want == Undone
	return false, nil
}

// farewell is what happens to an account that should not be there. One that the user got back was somebody's before.
func (c *reconciler) farewell() connectors.Mode {
	mode := c.o.Policy.Farewell(c.o.Definition, c.want, c.r.Origin)
	if c.want == Undone && c.r.ReturnedFrom != "" && mode == connectors.Delete {
		return Milder(c.o.Definition, connectors.Disable)
	}
	return mode
}

func (c *reconciler) activeProfile() connectors.Profile {
	u := c.task.User
	u.Active = true
	p, _ := c.o.Mapping.Profile(u)
	return p
}

// update sends what differs. A disabled account that should be usable gets everything, its being active included.
func (c *reconciler) update(ctx context.Context, want connectors.Profile) (again bool, err error) {
	written := c.r.Profile
	if isDisabled(written) && c.want == Present {
		written = nil
	}
	changes := diff(c.o.Definition, want, written)
	if empty(changes) {
		return false, nil
	}
	if c.r.Suspect != Trusted {
		if gone, err := c.confirm(ctx); gone || err != nil {
			return c.unless(gone, err)
		}
		if c.r.Profile == nil && c.task.Profile != nil { // another account than the one that was remembered
			changes = diff(c.o.Definition, want, nil)
		}
	}
	disabled := c.want == Disabled && isDisabled(c.r.Profile)
	err = c.send(ctx, changes)
	switch connectors.KindOf(err) {
	case connectors.NotFound:
		return c.lost(err)
	case connectors.Conflict:
		return false, c.contested(ctx, changes, err)
	case "":
		if disabled {
			c.r.Profile = afterDisable(want.Values, want, want)
		}
	}
	return false, err
}

// unless is lost when the account is gone.
func (c *reconciler) unless(gone bool, err error) (again bool, _ error) {
	if err == nil && gone {
		return c.lost(nil)
	}
	return false, err
}

// send writes changes to the account, which then has what they want.
func (c *reconciler) send(ctx context.Context, changes connectors.Changes) error {
	if c.r.Operation == OpNone || c.r.Operation == OpFind {
		c.r.Operation = OpUpdate
	}
	c.r.Certain = false
	changes.Stamp = c.stamp
	before := c.r.Profile
	if before == nil {
		before = c.task.Profile
	}
	told, err := c.o.Update(ctx, c.r.RemoteID, changes)
	if err != nil {
		return afterFault(ctx, err, c.o.Read, c.r.RemoteID)
	}
	c.r.Profile, c.stamp = changes.Want.Values, false
	c.heed(told, changes, before)
	return nil
}

// lost handles an account that was not there under a write.
func (c *reconciler) lost(err error) (again bool, _ error) {
	if hidden := c.notYet(); hidden != nil {
		return false, hidden
	}
	if c.vanished {
		return false, &connectors.Error{Kind: connectors.Temporary, Op: "update", Message: "The account vanished twice while it was being written.", Err: err}
	}
	c.vanished = true
	c.r.RemoteID, c.r.Origin, c.r.Profile = "", "", nil
	return true, nil
}

// disable makes the account unusable, and keeps a live user's other attributes in step.
func (c *reconciler) disable(ctx context.Context) (again bool, err error) {
	if !isDisabled(c.r.Profile) {
		if gone, err := c.confirm(ctx); gone || err != nil {
			c.r.Operation = OpDisable
			return c.gone(ctx, err)
		}
		c.r.Operation = OpDisable
		err := c.o.Deprovision(ctx, c.r.RemoteID, connectors.Disable)
		if connectors.KindOf(err) == connectors.NotFound {
			if hidden := c.notYet(); hidden != nil {
				return false, hidden
			}
			c.absent()
			return false, nil
		}
		if err != nil {
			return false, err
		}
		c.r.Profile = c.withNames(afterDisable(c.r.Profile, c.activeProfile(), c.profile))
	}
	if c.want == Disabled {
		if c.unmapped != nil {
			return false, c.unmapped
		}
		return c.update(ctx, c.profile)
	}
	c.r.Gone = c.want == Removed || c.want == Undone
	return false, nil
}

// remove takes the account away. Gone already is success.
func (c *reconciler) remove(ctx context.Context) (again bool, _ error) {
	if gone, err := c.confirm(ctx); gone || err != nil {
		c.r.Operation = OpDelete
		return c.gone(ctx, err)
	}
	c.r.Operation = OpDelete
	err := c.o.Deprovision(ctx, c.r.RemoteID, connectors.Delete)
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

// gone handles a leaver's account that is not there under the ID that is remembered. Where that ID is in doubt, the
// account may be there under another one.
func (c *reconciler) gone(ctx context.Context, err error) (again bool, _ error) {
	if err != nil {
		return false, err
	}
	if c.r.Suspect != Trusted || !c.task.Fresh {
		c.r.RemoteID, c.r.Origin, c.r.Profile = "", "", nil
		if found, err := c.find(ctx); found || err != nil {
			return found && err == nil, err
		}
	}
	c.absent()
	return false, nil
}
