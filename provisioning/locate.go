package provisioning

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usher/connectors"
)

// locate makes sure that the account's remote ID is known, by finding the account or by making it.
// done: there is nothing left to do.
func (c *reconciler) locate(ctx context.Context) (done bool, err error) {
	if c.task.Fresh && !c.vanished && c.r.Suspect != Elsewhere {
		if c.want == Present {
			return c.create(ctx)
		}
		c.absent() // no create was ever sent, so there is nothing to take away
		return true, nil
	}
	if c.task.Fresh && !c.vanished {
		c.task.WriteBegan = time.Time{} // nothing was ever sent to this target, so nothing can be hidden there
	}
	switch found, err := c.find(ctx); {
	case err != nil:
		return false, err
	case found:
		return false, nil
	case c.want == Present:
		return c.recreate(ctx)
	}
	c.absent()
	return true, nil
}

// absent records that nothing of ours is at the target.
func (c *reconciler) absent() {
	c.r.RemoteID, c.r.Origin, c.r.Profile, c.r.Certain = "", "", nil, true
	c.r.ReturnedFrom = ""
	c.trusted()
	c.r.Gone = c.want == Removed || c.want == Undone
}

// find looks for the account and links it when it is ours or may be adopted. An account that is not ours
// and not wanted is as good as none. A miss while a create may not be visible yet is an error.
func (c *reconciler) find(ctx context.Context) (bool, error) {
	p := c.profile
	if p.Values == nil { // a leaver: what was wanted last still tells where to look
		p, _ = c.o.Mapping.Profile(c.task.User)
		p.ResourceID = c.task.UserID
	}
	c.r.Operation = OpFind
	a, err := c.o.Find(ctx, p)
	switch {
	case connectors.KindOf(err) == connectors.NotFound:
		return false, c.notYet()
	case err != nil:
		return false, err
	case connectors.SameID(a.ExternalID, c.task.UserID):
		return true, c.link(ctx, a, Link{RemoteID: a.ID, Origin: Created, ReturnedFrom: c.task.ReturnedFrom})
	case c.want != Present:
		return false, c.notYet()
	}
	if err := c.notYet(); err != nil {
		return false, err // our own may still be hidden behind this one
	}
	return true, c.adopt(ctx, a)
}

// adopt takes over an account that was found and that we did not stamp, if that is allowed.
func (c *reconciler) adopt(ctx context.Context, a connectors.Account) error {
	if wait := c.waits(ctx, a); wait != nil {
		return wait
	}
	left, returns, err := c.earlier(ctx, a)
	if err != nil {
		return err
	}
	c.r.Found, c.r.Adoptable = a, !a.Protected && (a.ExternalID == "" || returns)
	policy := c.o.Policy.OnExisting
	switch {
	case a.Protected:
		return inTheWay("The account %s at the target has this user's name and is an administrator or service account, which Usher never adopts.", a,
			"Give this user another name, or rename the account at the target.")
	case returns && (policy == connectors.AdoptExisting || a.ID == c.task.Approved):
		return c.takeBack(ctx, a, left)
	case returns && policy != connectors.FailExisting:
		return isBack(a, left)
	case a.ExternalID != "":
		return inTheWay("The account %s at the target has this user's name and belongs to somebody else (external ID "+quoted(a.ExternalID)+").", a,
			"Clear the external ID at the target if the account is this user's, then try again; otherwise give this user another name.")
	case policy == connectors.AdoptExisting || a.ID == c.task.Approved:
		c.r.Found = connectors.Account{}
		return c.link(ctx, a, Link{RemoteID: a.ID, Origin: Adopted})
	case policy == connectors.FailExisting:
		return &connectors.Error{Kind: connectors.Invalid, Op: "find", Message: fmt.Sprintf("The account %s with this user's name exists at the target already.", quoted(a.ID)),
			Remedy: "Remove or rename the account at the target, or let the connector adopt existing accounts."}
	}
	return inTheWay("The account %s with this user's name exists at the target already, and Usher did not make it.", a,
		"Compare both sides. If they are the same person, adopt the account; otherwise give this user another name.")
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func inTheWay(format string, a connectors.Account, remedy string) error {
	return &connectors.Error{Kind: connectors.Conflict, Op: "find", Message: fmt.Sprintf(format, quoted(a.ID)), Remedy: remedy}
}

// errLeaving: the name is taken by an account that is on its way out, so waiting helps.
var errLeaving = &connectors.Error{Kind: connectors.Pending, Op: "find", RetryAfter: 5 * time.Second,
	Message: "The name is still taken at the target by the account of a user who is leaving.", Remedy: "Nothing: Usher tries again as soon as that account is gone."}

// link remembers the account before the first write to it.
func (c *reconciler) link(ctx context.Context, a connectors.Account, l Link) error {
	err := c.store.Link(ctx, c.task, l, c.now())
	if errors.Is(err, ErrLinked) {
		if wait := c.waits(ctx, connectors.Account{ID: a.ID}); wait != nil {
			return wait
		}
		c.r.Found, c.r.Adoptable = a, false
		return inTheWay("The account %s at the target already stands for another user here.", a, "Give one of the two users another name, or correct the external ID at the target.")
	}
	if err != nil {
		return err
	}
	c.r.RemoteID, c.r.Origin, c.r.Profile, c.r.ReturnedFrom = a.ID, l.Origin, nil, l.ReturnedFrom
	c.stamp = l.ReturnedFrom != "" && !connectors.SameID(a.ExternalID, c.task.UserID)
	c.trusted()
	if l.Origin == Adopted || c.stamp {
		c.r.Operation = OpAdopt
	}
	return nil
}

// earlier is what is known of an account that Usher disabled or kept when its user left, for the same person may be
// back. It counts while the account bears that user's stamp, or is ours by its ID where there are no stamps.
func (c *reconciler) earlier(ctx context.Context, a connectors.Account) (LeftAccount, bool, error) {
	left, ok, err := c.store.Left(ctx, c.task, a.ID, a.ExternalID)
	return left, ok && left.Bears(a), err
}

// takeBack gives the account to the person who is back: one that we made is stamped anew.
func (c *reconciler) takeBack(ctx context.Context, a connectors.Account, left LeftAccount) error {
	c.r.Found = connectors.Account{}
	l := Link{RemoteID: a.ID, Origin: left.Origin, ReturnedFrom: left.ResourceID}
	if left.Origin != Created {
		l.ReturnedFrom = ""
	}
	return c.link(ctx, a, l)
}

func isBack(a connectors.Account, left LeftAccount) error {
	did := "and left it as it was"
	if left.Reason == LeftDisabled {
		did = "and disabled it"
	}
	return inTheWay(fmt.Sprintf("The account %%s with this user's name is the earlier account of %s: Usher kept it in step %s on %s, when that user left.",
		left.Name, did, left.At.UTC().Format("2 January 2006")), a,
		"If this is the same person, adopt the account: Usher activates it and writes the attributes. Otherwise give this user another name.")
}

// notYet is an error while "not found" may mean "not visible yet", nil after that.
func (c *reconciler) notYet() error {
	return c.task.notYet(c.o.Definition.Lag, c.now(), "An account that may have been made is not visible at the target yet.")
}

// recreate sends another create after an earlier one certainly came to nothing.
func (c *reconciler) recreate(ctx context.Context) (bool, error) {
	if err := c.store.Begin(ctx, c.task, c.now()); err != nil {
		return false, err
	}
	return c.create(ctx)
}

func (c *reconciler) create(ctx context.Context) (done bool, err error) {
	c.r.Operation = OpCreate
	p := c.profile
	p.Password = c.task.Password
	a, err := c.o.Create(ctx, p)
	switch connectors.KindOf(err) {
	case "":
		if a.ID == "" {
			return false, &connectors.Error{Kind: connectors.Unknown, Op: "create", Message: "The target made an account and did not say which."}
		}
		c.r.RemoteID, c.r.Origin, c.r.Profile = a.ID, Created, c.profile.Values
		c.r.PasswordDone = p.Password != ""
		c.trusted()
		if a.Pending {
			return true, &connectors.Error{Kind: connectors.Pending, Op: "create", Message: "The target accepted the account and has not finished making it."}
		}
		return true, nil
	case connectors.Conflict:
		return c.taken(ctx, err)
	case connectors.Invalid, connectors.Refused, connectors.Limit, connectors.RateLimited, connectors.Denied, connectors.Misconfigured:
		c.r.Certain = true
	case connectors.Temporary:
		_, classified := errors.AsType[*connectors.Error](err)
		c.r.Certain = classified
	}
	return true, err
}

// taken works out who has the name that a create asked for: once, then it is an administrator's question.
func (c *reconciler) taken(ctx context.Context, conflict error) (bool, error) {
	if c.task.Fresh { // refused for certain, and none was sent before: nothing can be hidden
		c.r.Certain, c.task.WriteBegan = true, time.Time{}
	}
	found, err := c.find(ctx)
	switch {
	case found && err == nil:
		return false, nil // ours after all, or adopted: bring it up to date
	case err != nil:
		return true, err
	}
	c.r.Operation = OpCreate
	return true, conflict
}
