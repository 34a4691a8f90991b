package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// whose works out who has an address that Google called taken: a user, somebody's alias, a group, a deleted
// user, or a personal account. self is the user that should have got it, "" when that was being made. A look
// that fails leaves the conflict as it is.
func (k *connector) whose(ctx context.Context, e *connectors.Error, address, resourceID, self string) *connectors.Error {
	u, err := k.users.Get(address).Context(ctx).Do()
	switch {
	case err == nil && strings.EqualFold(u.PrimaryEmail, address):
		e.Message = fmt.Sprintf("The user %s has the address %s already.", u.Id, address)
		return e
	case err == nil && u.Id == self:
		e.Kind, e.Message = connectors.Invalid, fmt.Sprintf("The address %s is an alias of this very user, from an earlier name.", address)
		e.Remedy = "Remove the alias from the user in the Admin console, then retry."
		return e
	case err == nil:
		e.Kind, e.Message = connectors.Invalid, fmt.Sprintf("The address %s is an alias of %s.", address, u.PrimaryEmail)
		e.Remedy = "Give this user another address, or remove the alias in the Admin console, then retry."
		return e
	case k.failure(connectors.OpFind, err).Kind != connectors.NotFound:
		return e
	}
	group, looked := k.groupHas(ctx, address)
	if group {
		e.Kind, e.Message = connectors.Invalid, fmt.Sprintf("The address %s belongs to a group.", address)
		e.Remedy = "Give this user another address, or rename the group, then retry."
		return e
	}
	gone, err := k.search(ctx, e.Op, "", true, func(u *directory.User) bool { return strings.EqualFold(u.PrimaryEmail, address) })
	if err == nil && len(gone) > 0 {
		return k.deleted(ctx, e, k.best(gone, resourceID), address, resourceID)
	}
	e.Message = fmt.Sprintf("The address %s is taken, and no user of this Workspace account has it.", address)
	e.Remedy = "A user that was only just made may not be visible yet; Usher looks again. Otherwise a personal Google account has the address: " +
		"turn on Invite personal accounts, or give this user another address."
	if !looked {
		e.Remedy += " A group may have it, too, which Usher cannot see while it pushes no groups: look in the Admin console."
	}
	return e
}

// groupHas reports whether a group has the address. It looks only with the scope that pushing groups needs.
func (k *connector) groupHas(ctx context.Context, address string) (has, looked bool) {
	if !k.pushes {
		return false, false
	}
	_, err := k.groups.Get(address).Context(ctx).Do()
	if err == nil {
		return true, true
	}
	return false, k.failure(connectors.OpFind, err).Kind == connectors.NotFound
}

// best is our own among deleted users with one address, else the one that was deleted last.
func (k *connector) best(gone []*directory.User, resourceID string) *directory.User {
	return slices.MaxFunc(gone, func(a, b *directory.User) int {
		ours := func(u *directory.User) int {
			if k.stamp(u) == resourceID {
				return 1
			}
			return 0
		}
		if d := ours(a) - ours(b); d != 0 {
			return d
		}
		return strings.Compare(a.DeletionTime, b.DeletionTime)
	})
}

// deleted restores a deleted user, by ID, if that is allowed; what is restored is found at the next attempt.
func (k *connector) deleted(ctx context.Context, e *connectors.Error, u *directory.User, address, resourceID string) *connectors.Error {
	stamp := k.stamp(u)
	allowed := k.restores && e.Op == connectors.OpCreate && !k.isAdmin(u) && (stamp == resourceID || (stamp == "" && k.adopts))
	if !allowed {
		e.Message = fmt.Sprintf("The address %s belongs to the deleted user %s, which Google keeps for 20 days.", address, u.Id)
		e.Remedy = "Restore the user in the Admin console (Users, filter Recently deleted), then retry; or let the connector restore deleted users; or give this user another address."
		return e
	}
	err := k.users.Undelete(u.Id, &directory.UserUndelete{OrgUnitPath: k.orgUnit}).Context(ctx).Do()
	if err != nil {
		return k.failure(connectors.OpFind, err) // an undelete may be repeated: it is no create in doubt
	}
	const soon = 10 * time.Second
	k.recent.add(u.Id, k.now())
	return &connectors.Error{Kind: connectors.Pending, Op: connectors.OpCreate, RetryAfter: soon,
		Message: fmt.Sprintf("The deleted user %s was restored, because it has the address %s.", u.Id, address),
		Remedy:  "Nothing: Usher brings the user up to date as soon as Google shows it."}
}

// whoseGroup works out who has a group's address that Google called taken, as whose does for a user's.
func (k *connector) whoseGroup(ctx context.Context, e *connectors.Error, address string) *connectors.Error {
	g, err := k.getGroup(ctx, connectors.OpFind, address)
	switch {
	case err != nil:
		return e
	case g != nil && strings.EqualFold(g.Email, address):
		e.Message = fmt.Sprintf("The group %s has the address %s already.", g.Id, address)
		return e
	case g != nil:
		return takenForGood(e, fmt.Sprintf("The address %s is an alias of the group %s.", address, g.Email))
	}
	u, err := k.get(ctx, connectors.OpFind, address)
	switch {
	case err != nil:
		return e
	case u != nil && strings.EqualFold(u.PrimaryEmail, address):
		return takenForGood(e, fmt.Sprintf("The address %s belongs to a user.", address))
	case u != nil:
		return takenForGood(e, fmt.Sprintf("The address %s is an alias of the user %s.", address, u.PrimaryEmail))
	}
	e.Message = fmt.Sprintf("The address %s is taken, and no group or user that Google shows has it.", address)
	e.Remedy = "A group that was only just made or removed may not be visible as such yet; Usher looks again. Otherwise give the group another name."
	return e
}

func takenForGood(e *connectors.Error, message string) *connectors.Error {
	e.Kind, e.Message = connectors.Invalid, message
	e.Remedy = "Give the group another name, or free the address in the Admin console, then retry."
	return e
}
