package provisioning

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usher/connectors"
)

// locate makes sure that the group's remote ID is known, by finding the group or by making it. A new group is looked for
// even when none was ever sent: many targets let two groups have one name, so a create would not be refused. done:
// there is nothing left to do.
func (g *groupReconciler) locate(ctx context.Context) (done bool, err error) {
	if g.task.Fresh && !g.vanished && !g.wanted && g.r.Suspect != Elsewhere {
		return true, g.absent()
	}
	g.r.Certain = g.task.Fresh && !g.vanished // nothing was sent so far
	switch found, err := g.find(ctx); {
	case err != nil:
		return false, err
	case found:
		return false, nil
	case !g.wanted:
		return true, g.absent()
	case g.o.Groups.MembersOnly:
		g.r.Certain = true // nothing was written
		return true, &connectors.Error{Kind: connectors.Invalid, Op: "find", Message: fmt.Sprintf("There is no group named %q at the target, and the connector pushes members only.", g.task.Group.DisplayName),
			Remedy: "Make the group at the target and try again, or let the connector push the groups themselves."}
	}
	if !g.task.Fresh || g.vanished {
		if err := g.store.Begin(ctx, g.task, g.now()); err != nil {
			return false, err
		}
	}
	return g.create(ctx)
}

// find looks for the group and links it when it is ours or may be adopted. A miss while a new group may not be visible
// yet is an error.
func (g *groupReconciler) find(ctx context.Context) (bool, error) {
	g.r.Operation = OpFind
	a, err := g.at.FindGroup(ctx, g.profile())
	switch {
	case connectors.KindOf(err) == connectors.NotFound:
		return false, g.notYet()
	case err != nil:
		return false, err
	case connectors.SameID(a.ExternalID, g.task.GroupID):
		return true, g.link(ctx, a, Created)
	}
	if err := g.notYet(); err != nil {
		return false, err // our own may still be hidden behind this one
	}
	if !g.wanted {
		return false, nil
	}
	return true, g.adopt(ctx, a)
}

// adopt takes over a group that was found and that we did not stamp, if that is allowed. Whoever chose that only
// members are pushed said that the groups are there already.
func (g *groupReconciler) adopt(ctx context.Context, a connectors.Account) error {
	if wait := g.waits(ctx, a); wait != nil {
		return wait
	}
	g.r.Found, g.r.Adoptable = a, !a.Protected
	policy := g.o.Policy.OnExisting
	switch {
	case a.Protected:
		return inTheWay("The group %s at the target has this group's name and is one that Usher never touches.", a, "Give this group another name, or rename the group at the target.")
	case a.ID == g.task.Approved:
	case a.ExternalID != "":
		return inTheWay("The group %s at the target has this group's name and belongs to something else (external ID "+quoted(a.ExternalID)+").", a,
			"If it may be taken over all the same, adopt it; otherwise give this group another name.")
	case g.o.Groups.MembersOnly, policy == connectors.AdoptExisting:
	case policy == connectors.FailExisting:
		return &connectors.Error{Kind: connectors.Invalid, Op: "find", Message: fmt.Sprintf("The group %s with this group's name exists at the target already.", quoted(a.ID)),
			Remedy: "Remove or rename the group at the target, or let the connector adopt what exists."}
	default:
		return inTheWay("The group %s with this group's name exists at the target already, and Usher did not make it.", a,
			"Compare both sides. If they are the same group, adopt it: its members there stay. Otherwise give this group another name.")
	}
	g.r.Found = connectors.Account{}
	return g.link(ctx, a, Adopted)
}

// errGroupLeaving: the name is taken by a group that is on its way out, so waiting helps.
var errGroupLeaving = &connectors.Error{Kind: connectors.Pending, Op: "find", RetryAfter: 5 * time.Second,
	Message: "The name is still taken at the target by a group that was deleted here.", Remedy: "Nothing: Usher tries again as soon as that group is settled."}

// link remembers the group before the first write to it.
func (g *groupReconciler) link(ctx context.Context, a connectors.Account, o Origin) error {
	err := g.store.Link(ctx, g.task, Link{RemoteID: a.ID, Origin: o}, g.now())
	if errors.Is(err, ErrLinked) {
		if wait := g.waits(ctx, connectors.Account{ID: a.ID}); wait != nil {
			return wait
		}
		g.r.Found, g.r.Adoptable = a, false
		return inTheWay("The group %s at the target already stands for another group here.", a, "Give one of the two groups another name.")
	}
	if err != nil {
		return err
	}
	g.r.RemoteID, g.r.Origin, g.r.Profile = a.ID, o, nil
	g.trusted()
	if o == Adopted {
		g.r.Operation = OpAdopt
	}
	return nil
}

// notYet is an error while "not found" may mean "not visible yet", nil after that.
func (g *groupReconciler) notYet() error {
	if g.task.RemoteID == "" && g.task.Fresh && !g.vanished {
		return nil // none was ever sent
	}
	return g.task.notYet(g.o.Definition.Lag, g.now(), "A group that may have been made is not visible at the target yet.")
}

// create makes the group, and remembers it before its members are written: a target that keeps no stamp could not tell
// us later that it is ours.
func (g *groupReconciler) create(ctx context.Context) (done bool, err error) {
	g.r.Operation, g.r.Certain = OpCreate, false
	a, err := g.at.CreateGroup(ctx, g.profile())
	switch connectors.KindOf(err) {
	case "":
		if a.ID == "" {
			return true, &connectors.Error{Kind: connectors.Unknown, Op: "create", Message: "The target made a group and did not say which."}
		}
		return g.made(ctx, a)
	case connectors.Conflict:
		return g.taken(ctx, err)
	case connectors.Invalid, connectors.Refused, connectors.Limit, connectors.RateLimited, connectors.Denied, connectors.Misconfigured:
		g.r.Certain = true
	case connectors.Temporary:
		_, classified := errors.AsType[*connectors.Error](err)
		g.r.Certain = classified
	}
	return true, err
}

func (g *groupReconciler) made(ctx context.Context, a connectors.Account) (done bool, err error) {
	if err := g.link(ctx, a, Created); err != nil {
		return true, err
	}
	g.r.Profile = map[string]any{nameKey: g.task.Group.DisplayName}
	g.task.RemoteID, g.task.LinkedAt = a.ID, g.now() // from here on, "not found" may mean "not visible yet"
	if a.Pending {
		g.r.Certain = true
		return true, &connectors.Error{Kind: connectors.Pending, Op: "create", Message: "The target accepted the group and has not finished making it."}
	}
	return false, nil
}

// taken works out who has the name that a create asked for: once, then it is an administrator's question.
func (g *groupReconciler) taken(ctx context.Context, conflict error) (bool, error) {
	if g.task.Fresh && !g.vanished {
		g.r.Certain, g.task.WriteBegan = true, time.Time{}
	}
	found, err := g.find(ctx)
	switch {
	case found && err == nil:
		return false, nil
	case err != nil:
		return true, err
	}
	g.r.Operation = OpCreate
	return true, conflict
}
