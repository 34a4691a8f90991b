package google

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// Update implements connectors.Connector with one PUT, which has the meaning of a patch at Google: what is
// absent stays, null clears, lists are replaced whole. The user is read first only where a part of
// a list changes that others write to, or what an administrator must keep. An account is stamped when it is made, and
// again only for somebody who is back.
func (k *connector) Update(ctx context.Context, id string, c connectors.Changes) (connectors.Account, error) {
	const op = connectors.OpUpdate
	p, wrong := k.patchOf(c)
	if wrong != nil {
		return connectors.Account{}, at(op, wrong)
	}
	if p.empty && !c.Stamp {
		return connectors.Account{}, nil
	}
	if err := usableID(op, id); err != nil {
		return connectors.Account{}, err
	}
	guarded := p.harmsAdmins()
	if p.needsCurrent() || guarded || c.Stamp {
		u, err := k.current(ctx, op, id)
		switch {
		case err != nil:
			return connectors.Account{}, err
		case guarded && !k.allowAdmins && k.isAdmin(u):
			return connectors.Account{}, protected(op, u)
		case p.employeeID != nil && k.stamp(u) == "" && k.fresh(u):
			return connectors.Account{}, unstampedYet(op)
		}
		p.merge(u)
		if c.Stamp {
			k.restamp(p, u, c.Want.ResourceID)
		}
	}
	if active, set := c.Set[attrSuspended].(bool); set && !active {
		k.revive(p, c)
	}
	return k.write(ctx, op, id, p, c)
}

// revive takes back what disabling did beside suspending.
func (k *connector) revive(p *patch, c connectors.Changes) {
	p.ForceSendFields = append(p.ForceSendFields, "Archived")
	if k.disabledUnit != "" && p.OrgUnitPath == "" && blank(c.Want.Values[attrOrgUnit]) {
		p.OrgUnitPath = k.orgUnit
	}
}

// restamp puts our ID into the list of external IDs, which Google replaces whole.
func (k *connector) restamp(p *patch, u *directory.User, id string) {
	list := p.ExternalIds
	if list == nil {
		list = u.ExternalIds
	}
	kept := []any{map[string]any{"type": externalIDKind, "customType": k.labelled, "value": id}}
	for _, m := range entries(list) {
		if m["type"] != externalIDKind || m["customType"] != k.labelled {
			kept = append(kept, m)
		}
	}
	p.ExternalIds = kept
}

func (k *connector) write(ctx context.Context, op, id string, p *patch, c connectors.Changes) (connectors.Account, error) {
	u, err := k.users.Update(id, &p.User).Context(ctx).Do()
	if err == nil {
		return k.account(u), nil
	}
	return connectors.Account{}, k.unwritten(ctx, op, id, p, c, err)
}

// unwritten says why a user was not changed.
func (k *connector) unwritten(ctx context.Context, op, id string, p *patch, c connectors.Changes, err error) error {
	e := k.failure(op, err)
	switch {
	case e.Kind == connectors.Conflict:
		return k.whose(ctx, e, p.PrimaryEmail, c.Want.ResourceID, id)
	case e.Kind == connectors.Refused && e.Status == http.StatusForbidden && k.young(ctx, e, id):
		return tooYoung(e)
	case e.Kind == connectors.Misconfigured && e.Status == http.StatusBadRequest && !blank(c.Set[attrOrgUnit]):
		e.Kind, e.Remedy = connectors.Invalid, remedyMappedUnit
	}
	return e
}

// current reads the user that is about to be written.
func (k *connector) current(ctx context.Context, op, id string) (*directory.User, error) {
	u, err := k.get(ctx, op, id)
	if err == nil && u == nil {
		err = gone(op)
	}
	return u, err
}

func gone(op string) *connectors.Error {
	return &connectors.Error{Kind: connectors.NotFound, Op: op, Status: http.StatusNotFound, Message: "Google has no user with this ID.",
		Remedy: "The account is not at the target any more."}
}

// young reports whether a refused user is so new that Google may not be done with it: by what was made here, or
// by its age on Google's own clock.
func (k *connector) young(ctx context.Context, e *connectors.Error, id string) bool {
	if !strings.EqualFold(e.Code, reasonForbidden) {
		return false
	}
	if k.recent.has(id, k.now()) {
		return true
	}
	u, err := k.get(ctx, e.Op, id)
	return err == nil && u != nil && k.fresh(u)
}

// fresh reports whether a user that was read is so new that Google may not show it whole.
func (k *connector) fresh(u *directory.User) bool {
	if k.recent.has(u.Id, k.now()) {
		return true
	}
	made, err := time.Parse(time.RFC3339, u.CreationTime)
	now, noDate := http.ParseTime(u.Header.Get("Date"))
	if noDate != nil {
		now = k.now()
	}
	return err == nil && now.Sub(made) < window
}

// unstampedYet: the list of external IDs is written whole, and a first read may lack the one that bears our ID.
func unstampedYet(op string) *connectors.Error {
	return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: "Google made this user minutes ago and may not show all of its external IDs yet.", Remedy: remedyUnfinished}
}

func tooYoung(e *connectors.Error) *connectors.Error {
	e.Kind = connectors.Temporary
	e.Remedy = "Google refuses changes to a user in its first minutes. Usher tries again by itself."
	return e
}

func protected(op string, u *directory.User) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Op: op,
		Message: fmt.Sprintf("%s is an administrator at Google, and Usher does not disable or remove administrators, or change their passwords and how they recover their account.", u.PrimaryEmail),
		Remedy:  "Take the administrator's role away in the Admin console, then retry; or turn on Disable and remove administrators, too."}
}

// usableID refuses an ID that would name something else than a user in a URL.
func usableID(op, id string) error {
	if id == "" || id == "." || id == ".." {
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("The account's ID %q cannot be used in a URL.", id),
			Remedy: "Unlink the account and let Usher find it again."}
	}
	return nil
}
