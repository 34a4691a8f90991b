package provisioning

import (
	"context"
	"time"

	"usher/connectors"
)

// userRemote is the account of a user.
type userRemote struct {
	c        *reconciler
	want     Want
	values   connectors.Profile // of the user as they are
	unmapped error              // why values is not complete; a disabled user is disabled all the same
}

func newUserRemote(c *reconciler) *userRemote {
	return &userRemote{c: c, want: Wanted(c.task.User, c.task.Provisioner, c.task.InScope)}
}

var userFacts = facts{
	thing: "account", of: "user",
	compare: "Compare both sides. If they are the same person, adopt the account; otherwise give this user another name.",
	leaver: &connectors.Error{Kind: connectors.Pending, Op: "find", RetryAfter: 5 * time.Second,
		Message: "The name is still taken at the target by the account of a user who is leaving.", Remedy: "Nothing: Usher tries again as soon as that account is gone."},
}

func (u *userRemote) facts() *facts { return &userFacts }
func (u *userRemote) wanted() bool  { return u.want == Present }
func (u *userRemote) leaving() bool { return u.want == Removed || u.want == Undone }

func (u *userRemote) prepare() error {
	if u.want == Present || u.want == Disabled {
		u.values, u.unmapped = u.c.o.Mapping.Profile(u.c.task.User)
	}
	if u.want == Present && u.unmapped != nil {
		return u.unmapped
	}
	return u.checkPassword()
}

func (u *userRemote) profile() connectors.Profile {
	if u.values.Values != nil {
		return u.values
	}
	p, _ := u.c.o.Mapping.Profile(u.c.task.User) // a leaver is still called so
	p.ResourceID = u.c.task.UserID
	return p
}

func (u *userRemote) find(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	return u.c.o.Find(ctx, p)
}

func (u *userRemote) read(ctx context.Context, id string) (connectors.Account, error) {
	return u.c.o.Read(ctx, id)
}

func (u *userRemote) create(ctx context.Context) (connectors.Account, error) {
	p := u.values
	p.Password = u.c.task.Password
	return u.c.o.Create(ctx, p)
}

func (u *userRemote) update(ctx context.Context, id string, changes connectors.Changes) (connectors.Account, error) {
	return u.c.o.Update(ctx, id, changes)
}

func (u *userRemote) remove(ctx context.Context, id string) error {
	return u.c.o.Deprovision(ctx, id, connectors.Delete)
}

func (u *userRemote) mayCreate() error { return nil }

func (u *userRemote) created(_ context.Context, a connectors.Account) (done bool, err error) {
	c := u.c
	c.r.RemoteID, c.r.Origin, c.r.Profile = a.ID, Created, u.values.Values
	c.r.PasswordDone = c.task.Password != ""
	c.trusted()
	return true, nil
}

// mode is what happens to an account that should not be there. One that the user got back was somebody's before.
func (u *userRemote) mode() connectors.Mode {
	c := u.c
	mode := c.o.Policy.DeprovisionMode(c.o.Definition, u.want, c.r.Origin)
	switch {
	case u.want == Undone && c.r.ReturnedFrom != "" && mode == connectors.Delete:
		return Milder(c.o.Definition, connectors.Disable)
	case u.want == Disabled && mode == connectors.Leave: // left as it is, but kept in step
		return ""
	}
	return mode
}

func (u *userRemote) bringInStep(ctx context.Context) (again bool, err error) {
	switch {
	case u.mode() == connectors.Disable:
		return u.disable(ctx)
	case u.want == Disabled:
		return u.inStep(ctx, u.ifActive())
	}
	if again, err := u.inStep(ctx, u.values); again || err != nil {
		return again, err
	}
	return u.setPassword(ctx)
}

// ifActive is what the account of a user who is disabled here had if they were not.
func (u *userRemote) ifActive() connectors.Profile {
	user := u.c.task.User
	user.Active = true
	p, _ := u.c.o.Mapping.Profile(user)
	return p
}

// inStep sends what differs. A disabled account that should be usable gets everything, its being active included.
func (u *userRemote) inStep(ctx context.Context, want connectors.Profile) (again bool, err error) {
	c := u.c
	written := c.r.Profile
	if isDisabled(written) && u.want == Present {
		written = nil
	}
	changes := u.changes(want, written)
	if empty(changes) && !c.stamp {
		return false, nil
	}
	if c.r.Suspect != Trusted {
		if gone, err := c.confirm(ctx); gone || err != nil {
			return c.lostIf(gone, err)
		}
		if c.r.Profile == nil && c.task.Profile != nil { // another account than the one that was remembered
			changes = u.changes(want, nil)
		}
	}
	disabled := u.want == Disabled && isDisabled(c.r.Profile)
	if again, err = c.write(ctx, changes); !again && err == nil && disabled {
		c.r.Profile = afterDisable(want.Values, want, want)
	}
	return again, err
}

// disable makes the account unusable, and keeps a live user's other attributes in step.
func (u *userRemote) disable(ctx context.Context) (again bool, err error) {
	c := u.c
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
		c.r.Profile = u.withNames(afterDisable(c.r.Profile, u.ifActive(), u.values))
	}
	if u.want == Disabled {
		if u.unmapped != nil {
			return false, u.unmapped
		}
		return u.inStep(ctx, u.values)
	}
	c.r.Gone = u.leaving()
	return false, nil
}

func (u *userRemote) changes(want connectors.Profile, written map[string]any) connectors.Changes {
	return diff(u.c.o.Definition, want, written)
}
