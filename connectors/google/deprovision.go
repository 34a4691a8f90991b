package google

import (
	"context"
	"net/http"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// Deprovision implements connectors.Connector. The user is read first: an administrator is left alone.
func (k *connector) Deprovision(ctx context.Context, id string, m connectors.Mode) error {
	const op = connectors.OpDeprovision
	if err := usableID(op, id); err != nil {
		return err
	}
	if m != connectors.Disable && m != connectors.Delete {
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "Google Workspace cannot “" + string(m) + "” an account.",
			Remedy: "Choose another policy in the connector's configuration."}
	}
	u, err := k.current(ctx, op, id)
	switch {
	case err != nil:
		return err
	case !k.allowAdmins && k.isAdmin(u):
		return protected(op, u)
	case m == connectors.Delete:
		err = k.users.Delete(id).Context(ctx).Do()
	default:
		_, err = k.users.Update(id, k.disabled()).Context(ctx).Do()
	}
	if err == nil {
		return nil
	}
	e := k.failure(op, err)
	if m == connectors.Disable && e.Kind == connectors.Misconfigured && (e.Status == http.StatusBadRequest || e.Status == http.StatusPreconditionFailed) {
		return k.suspend(ctx, id, e)
	}
	if e.Kind == connectors.Refused && e.Status == http.StatusForbidden && k.young(ctx, e, id) {
		return tooYoung(e)
	}
	return e
}

// suspend is the least that a leaver gets when the configuration asks for more than the Workspace account has: an org
// unit that is not there, or a licence for archived users. What is wrong stays an error, and is tried again.
func (k *connector) suspend(ctx context.Context, id string, e *connectors.Error) error {
	if _, err := k.users.Update(id, &directory.User{Suspended: true}).Context(ctx).Do(); err != nil {
		return e
	}
	e.Message = "The user was suspended, and nothing more, for Google refused the rest: " + e.Message
	return e
}

func (k *connector) disabled() *directory.User {
	u := &directory.User{OrgUnitPath: k.disabledUnit}
	if k.archives {
		u.Archived = true
	} else {
		u.Suspended = true
	}
	return u
}
