package provisioning

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usher/connectors"
)

// locate makes sure that the remote ID is known, by finding the account or group or by making it. done: there is
// nothing left to do.
func (c *reconciler) locate(ctx context.Context) (done bool, err error) {
	never := c.task.NoWriteInDoubt && !c.vanished // was a create sent, or a write to one that was known
	if never && c.r.Suspect != Elsewhere {
		switch {
		case !c.remote.wanted():
			c.absent()
			return true, nil
		case !c.remote.facts().looksFirst:
			return c.create(ctx)
		}
	}
	if never {
		c.task.WriteBegan = time.Time{} // so nothing can be hidden
	}
	c.r.WritesKnown = never
	switch found, err := c.find(ctx); {
	case err != nil:
		return false, err
	case found:
		return false, nil
	case !c.remote.wanted():
		c.absent()
		return true, nil
	}
	c.sought = false
	if err := c.remote.mayCreate(); err != nil {
		c.r.WritesKnown = true
		return true, err
	}
	if !never { // an earlier create certainly came to nothing, and another one is about to be sent
		if err := c.store.Begin(ctx, c.task, c.now()); err != nil {
			return false, err
		}
	}
	return c.create(ctx)
}

// find looks for the account or group and links it when it is ours or may be adopted. One that is neither ours nor
// wanted is as good as none. A miss while a create may not be visible yet is an error.
func (c *reconciler) find(ctx context.Context) (bool, error) {
	c.r.Operation = OpFind
	a, err := c.remote.find(ctx, c.remote.profile())
	switch {
	case connectors.KindOf(err) == connectors.NotFound:
		return false, c.notYet()
	case err != nil:
		return false, err
	case connectors.SameID(a.ExternalID, c.task.ID()):
		return true, c.link(ctx, a, Link{RemoteID: a.ID, Origin: Created, ReturnedFrom: c.task.ReturnedFrom})
	case c.renamed(a):
		return true, c.link(ctx, a, Link{RemoteID: a.ID, Origin: c.task.Origin, ReturnedFrom: c.task.ReturnedFrom})
	}
	if err := c.notYet(); err != nil {
		return false, err // our own may still be hidden behind this one
	}
	if c.remote.wanted() {
		return true, c.adopt(ctx, a)
	}
	return c.leftBehind(ctx, a)
}

// renamed reports whether one without a stamp is ours under another ID: our ID was a name that we changed, nothing has
// it any more, and this one has the values that were written last.
func (c *reconciler) renamed(a connectors.Account) bool {
	return a.ExternalID == "" && !a.Protected && c.task.RemoteID != "" && c.r.Suspect == Renamed && c.remote.looksOurs(a)
}

// leftBehind handles what was found of one that is not wanted, and that bears no ID of ours. It is as good as none,
// unless a create of ours may have made it: that is an administrator's question.
func (c *reconciler) leftBehind(ctx context.Context, a connectors.Account) (found bool, err error) {
	switch {
	case a.ExternalID != "" || a.Protected || c.task.NoWriteInDoubt || c.task.RemoteID != "" || !c.remote.mayHaveMade(a):
		return false, nil
	case a.ID == c.task.Approved:
		return true, c.link(ctx, a, Link{RemoteID: a.ID, Origin: Created})
	}
	c.r.Found, c.r.Adoptable = a, true
	thing, of := c.remote.facts().thing, c.remote.facts().of
	return false, inTheWay("The "+thing+" %s has the values of this "+of+", and bears no ID of ours. Usher asked for it to be made and got no answer, so it may be the one.", a,
		"If it is this "+of+"’s, adopt it: Usher then takes it away as the connector’s settings say. Otherwise give it another name at the target, and retry.")
}

// adopt takes over one that was found and that we did not stamp, if that is allowed.
func (c *reconciler) adopt(ctx context.Context, a connectors.Account) error {
	if wait := c.waits(ctx, a); wait != nil {
		return wait
	}
	l, question := c.remote.mayAdopt(ctx, a)
	if question != nil {
		return question
	}
	c.r.Found = connectors.Account{}
	return c.link(ctx, a, l)
}

// existing is the question about one that is there, is nobody's, and may be adopted by who says so.
func (c *reconciler) existing(a connectors.Account) error {
	thing, of := c.remote.facts().thing, c.remote.facts().of
	if c.o.Policy.OnExisting == connectors.FailExisting {
		return &connectors.Error{Kind: connectors.Invalid, Op: "find", Message: fmt.Sprintf("The %s %s with this %s's name exists at the target already.", thing, quoted(a.ID), of),
			Remedy: fmt.Sprintf("Remove or rename the %s at the target, or let the connector adopt what exists.", thing)}
	}
	if !c.task.NoWriteInDoubt && c.remote.mayHaveMade(a) {
		return inTheWay("The "+thing+" %s with this "+of+"'s name is at the target, and bears no ID of ours. Usher asked for one to be made and got no answer, so it may be the one.", a, c.remote.facts().compare)
	}
	return inTheWay("The "+thing+" %s with this "+of+"'s name exists at the target already, and Usher did not make it.", a, c.remote.facts().compare)
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func inTheWay(format string, a connectors.Account, remedy string) error {
	return &connectors.Error{Kind: connectors.Conflict, Op: "find", Message: fmt.Sprintf(format, quoted(a.ID)), Remedy: remedy}
}

// link remembers the account or group before the first write to it.
func (c *reconciler) link(ctx context.Context, a connectors.Account, l Link) error {
	err := c.store.Link(ctx, c.task, l, c.now())
	if errors.Is(err, ErrLinked) {
		if wait := c.waits(ctx, connectors.Account{ID: a.ID}); wait != nil {
			return wait
		}
		c.r.Found, c.r.Adoptable = a, false
		thing, of := c.remote.facts().thing, c.remote.facts().of
		return inTheWay("The "+thing+" %s at the target already stands for another "+of+" here.", a,
			fmt.Sprintf("Give one of the two %ss another name, or correct the external ID at the target.", of))
	}
	if err != nil {
		return err
	}
	c.r.RemoteID, c.r.Origin, c.r.Profile, c.r.ReturnedFrom = a.ID, l.Origin, nil, l.ReturnedFrom
	c.stamp = l.ReturnedFrom != "" && !connectors.SameID(a.ExternalID, c.task.ID())
	c.sought = false
	c.trusted()
	if l.Origin == Adopted || c.stamp {
		c.r.Operation = OpAdopt
	}
	return nil
}

// notYet is an error while "not found" may mean "not visible yet", nil after that.
func (c *reconciler) notYet() error {
	return c.task.notYet(c.o.Definition.Lag, c.now(), "The "+c.remote.facts().thing+" that may have been made is not visible at the target yet.")
}

func (c *reconciler) create(ctx context.Context) (done bool, err error) {
	c.r.Operation, c.r.WritesKnown = OpCreate, false
	a, err := c.remote.create(ctx)
	switch connectors.KindOf(err) {
	case "":
		return c.made(ctx, a)
	case connectors.Conflict:
		return c.taken(ctx, err)
	case connectors.Invalid, connectors.Refused, connectors.Limit, connectors.RateLimited, connectors.Denied, connectors.Misconfigured:
		c.r.WritesKnown = true
	case connectors.Temporary:
		_, classified := errors.AsType[*connectors.Error](err)
		c.r.WritesKnown = classified
	}
	return true, err
}

func (c *reconciler) made(ctx context.Context, a connectors.Account) (done bool, err error) {
	thing := c.remote.facts().thing
	if a.ID == "" {
		return true, &connectors.Error{Kind: connectors.Unknown, Op: "create", Message: "The target made the " + thing + " and did not say which it is."}
	}
	done, err = c.remote.created(ctx, a)
	if err == nil && a.Pending {
		c.r.WritesKnown = true
		return true, &connectors.Error{Kind: connectors.Pending, Op: "create", Message: "The target accepted the " + thing + " and has not finished making it."}
	}
	return done, err
}

// taken works out who has the name that a create asked for: once, then it is an administrator's question.
func (c *reconciler) taken(ctx context.Context, conflict error) (bool, error) {
	if c.task.NoWriteInDoubt { // refused for certain, and none was sent before: nothing can be hidden
		c.r.WritesKnown, c.task.WriteBegan = true, time.Time{}
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
