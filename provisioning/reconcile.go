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
}

// reconcile runs one task to a result that decide has not seen yet. It makes no request when nothing differs.
func reconcile(ctx context.Context, o *Opened, s Store, t Task, now func() time.Time) Result {
	c := &reconciler{o: o, store: s, task: t, now: now, want: Wanted(t.User, t.Provisioner, t.InScope)}
	c.r = Result{Task: t, Operation: OpNone, RemoteID: t.RemoteID, Origin: t.Origin, Profile: t.Profile}
	if !t.Fresh {
		c.r.Profile = nil // an earlier write may or may not have arrived, so what the target has is not known
	}
	c.r.Err = c.run(ctx)
	c.r.Certain = c.r.Certain || c.certain(c.r.Err)
	return c.r
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
	switch mode := c.o.Policy.Farewell(c.o.Definition, c.want, c.r.Origin); {
	case c.want == Present:
		if again, err := c.update(ctx, c.profile); again || err != nil {
			return again, err
		}
		return c.setPassword(ctx)
	case mode == connectors.Delete:
		return false, c.remove(ctx)
	case mode == connectors.Disable:
		return c.disable(ctx)
	case c.want == Disabled: // left as it is, but kept in step
		return c.update(ctx, c.activeProfile())
	}
	c.r.Gone = c.want == Removed || c.want == Undone
	return false, nil
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
	if c.r.Operation == OpNone || c.r.Operation == OpFind {
		c.r.Operation = OpUpdate
	}
	c.r.Certain = false
	_, err = c.o.Update(ctx, c.r.RemoteID, changes)
	if connectors.KindOf(err) == connectors.NotFound {
		return c.lost(err)
	}
	if err == nil {
		disabled := c.want == Disabled && isDisabled(c.r.Profile)
		c.r.Profile = want.Values
		if disabled {
			c.r.Profile = afterDisable(want.Values, want, want)
		}
	}
	return false, err
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
		c.r.Operation = OpDisable
		err := c.o.Deprovision(ctx, c.r.RemoteID, connectors.Disable)
		if connectors.KindOf(err) == connectors.NotFound {
			if hidden := c.notYet(); hidden != nil {
				return false, hidden
			}
			return false, c.absent()
		}
		if err != nil {
			return false, err
		}
		c.r.Profile = afterDisable(c.r.Profile, c.activeProfile(), c.profile)
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
func (c *reconciler) remove(ctx context.Context) error {
	c.r.Operation = OpDelete
	err := c.o.Deprovision(ctx, c.r.RemoteID, connectors.Delete)
	if connectors.KindOf(err) == connectors.NotFound {
		if hidden := c.notYet(); hidden != nil {
			return hidden
		}
		err = nil
	}
	if err != nil {
		return err
	}
	return c.absent()
}
