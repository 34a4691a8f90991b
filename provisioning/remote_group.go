package provisioning

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"usher/connectors"
)

// nameKey is the key of a group's name in what was last written. Stored: never rename.
const nameKey = connectors.GroupName

// groupRemote is a pushed group: first the group itself, then its members.
type groupRemote struct {
	c     *reconciler
	at    connectors.GroupConnector
	push  bool // the group is pushed
	began time.Time
}

func newGroupRemote(c *reconciler) *groupRemote {
	return &groupRemote{c: c, at: c.o.Connector.(connectors.GroupConnector), began: c.now()}
}

// pushesGroups reports whether groups are read and written at the target at all.
func (o *Opened) pushesGroups() bool {
	_, can := o.Connector.(connectors.GroupConnector)
	return can && o.Groups.On
}

var groupFacts = facts{
	thing: "group", of: "group", looksFirst: true,
	compare: "Compare both sides. If they are the same group, adopt it: its members there stay. Otherwise give this group another name.",
	leaver: &connectors.Error{Kind: connectors.Pending, Op: "find", RetryAfter: 5 * time.Second,
		Message: "The name is still taken at the target by a group that was deleted here.", Remedy: "Nothing: Usher tries again as soon as that group is settled."},
}

func (g *groupRemote) facts() *facts { return &groupFacts }
func (g *groupRemote) wanted() bool  { return g.push }
func (g *groupRemote) leaving() bool { return g.c.task.Deleted }

func (g *groupRemote) prepare() (err error) {
	if !g.c.task.Deleted {
		g.push, err = g.c.o.Groups.Wants(g.c.task.Group, g.c.task.ByHand)
	}
	return err
}

func (g *groupRemote) profile() connectors.Profile {
	return connectors.Profile{ResourceID: g.c.task.GroupID, Values: map[string]any{nameKey: g.c.task.Group.DisplayName}}
}

func asGroup(p connectors.Profile) connectors.GroupProfile {
	return connectors.GroupProfile{ResourceID: p.ResourceID, Name: p.Text(nameKey)}
}

func (g *groupRemote) find(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	return g.at.FindGroup(ctx, asGroup(p))
}

func (g *groupRemote) read(ctx context.Context, id string) (connectors.Account, error) {
	return g.at.ReadGroup(ctx, id)
}

func (g *groupRemote) create(ctx context.Context) (connectors.Account, error) {
	return g.at.CreateGroup(ctx, asGroup(g.profile()))
}

func (g *groupRemote) update(ctx context.Context, id string, changes connectors.Changes) (connectors.Account, error) {
	return g.at.UpdateGroup(ctx, id, asGroup(changes.Want))
}

func (g *groupRemote) remove(ctx context.Context, id string) error { return g.at.DeleteGroup(ctx, id) }

// mayCreate: a connector that pushes members only says that the groups are there.
func (g *groupRemote) mayCreate() error {
	if !g.c.o.Groups.MembersOnly {
		return nil
	}
	return &connectors.Error{Kind: connectors.Invalid, Op: "find", Message: fmt.Sprintf("There is no group named %q at the target, and the connector pushes members only.", g.c.task.Group.DisplayName),
		Remedy: "Make the group at the target and try again, or let the connector push the groups themselves."}
}

// created remembers the group before its members are written: a target that keeps no stamp could not tell later that it
// is ours.
func (g *groupRemote) created(ctx context.Context, a connectors.Account) (done bool, err error) {
	c := g.c
	if err := c.link(ctx, a, Link{RemoteID: a.ID, Origin: Created}); err != nil {
		return true, err
	}
	c.r.Profile = g.profile().Values
	c.task.RemoteID, c.task.LinkedAt = a.ID, c.now() // from here on, "not found" may mean "not visible yet"
	return false, nil
}

// mayAdopt is how a group is tied to us that was found and that we did not stamp; or the question to an administrator.
// A connector that pushes members only says that the groups are there already. A stamp that is not ours may be of one that is
// gone for good, so an administrator may say yes to it.
func (g *groupRemote) mayAdopt(_ context.Context, a connectors.Account) (Link, error) {
	c := g.c
	c.r.Found, c.r.Adoptable = a, !a.Protected
	switch {
	case a.Protected:
		return Link{}, inTheWay("The group %s at the target has this group's name and is one that Usher never touches.", a, "Give this group another name, or rename the group at the target.")
	case a.ID == c.task.Approved:
	case a.ExternalID != "":
		return Link{}, inTheWay("The group %s at the target has this group's name and belongs to something else (external ID "+quoted(a.ExternalID)+").", a,
			"If it may be taken over all the same, adopt it; otherwise give this group another name.")
	case c.o.Groups.MembersOnly, c.o.Policy.OnExisting == connectors.AdoptExisting:
	default:
		return Link{}, c.existing(a)
	}
	return Link{RemoteID: a.ID, Origin: Adopted}, nil
}

// mode is Delete only for a group that we made: what was there before us is never removed. Memberships of ours are
// taken back by bring.
func (g *groupRemote) mode() connectors.Mode {
	switch groups := g.c.o.Groups; {
	case g.push:
	case groups.OnGone == connectors.GoneLeave:
		return connectors.Leave
	case groups.OnGone == connectors.GoneDelete && g.c.r.Origin == Created && !groups.MembersOnly:
		return connectors.Delete
	}
	return ""
}

func (g *groupRemote) bringInStep(ctx context.Context) (again bool, err error) {
	c := g.c
	if c.r.Suspect != Trusted {
		switch gone, err := c.confirm(ctx); {
		case gone && !g.push:
			return c.gone(ctx, err)
		case gone || err != nil:
			return c.lostIf(gone, err)
		}
	}
	if !g.push {
		return g.takeMembersBack(ctx)
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
	c.r.WritesKnown = true // the group is known; which members are in doubt, the ledger says
	if again, err := g.members(ctx); again || err != nil || c.r.More {
		return again, err
	}
	return false, unnamed
}

func (g *groupRemote) takeMembersBack(ctx context.Context) (again bool, err error) {
	c := g.c
	c.r.WritesKnown = true
	again, err = g.members(ctx)
	if again { // the group went, and its members with it
		c.absent()
		return false, nil
	}
	c.r.Gone = err == nil && !c.r.More && g.leaving()
	return false, err
}

// rename writes the name if it is another than what was last written.
func (g *groupRemote) rename(ctx context.Context) (again bool, err error) {
	changes := g.changes(g.profile(), g.c.r.Profile)
	if empty(changes) {
		return false, nil
	}
	return g.c.write(ctx, changes)
}

// changes has none where only members are pushed: somebody else's group keeps the name it has.
func (g *groupRemote) changes(want connectors.Profile, written map[string]any) connectors.Changes {
	c := connectors.Changes{Want: want, Was: written}
	if !g.c.o.Groups.MembersOnly && written[nameKey] != want.Values[nameKey] {
		c.Set = maps.Clone(want.Values)
	}
	return c
}

// stamped: a group that was adopted may bear another's stamp.
func (g *groupRemote) stamped() bool { return g.c.r.Origin != Adopted }

// looksOurs goes by the name that was last written, or that the group has here.
func (g *groupRemote) looksOurs(a connectors.Account) bool {
	name, _ := a.Shown[nameKey].(string)
	written, _ := g.c.task.Profile[nameKey].(string)
	return name != "" && (strings.EqualFold(name, written) || strings.EqualFold(name, g.c.task.Group.DisplayName))
}

// mayHaveMade says no: a name alone, which is all that a group has, is no reason to ask about a group of others.
func (g *groupRemote) mayHaveMade(connectors.Account) bool { return false }

func (g *groupRemote) matching() []string                         { return []string{nameKey} }
func (g *groupRemote) shown(values map[string]any) map[string]any { return values }
func (g *groupRemote) movesAway(h Holder) bool {
	return !strings.EqualFold(h.Name, g.c.task.Group.DisplayName)
}
func (g *groupRemote) contenders(context.Context) ([]Account, error) { return nil, nil }
