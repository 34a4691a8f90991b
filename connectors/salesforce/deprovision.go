package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"usher/connectors"
	"usher/directory"
)

// Deprovision implements connectors.Connector. The user is read first: an administrator is left alone. A User record
// cannot be deleted, and no request that tries to is ever sent.
func (k *connector) Deprovision(ctx context.Context, id string, m connectors.Mode) error {
	const op = connectors.OpDeprovision
	if m != connectors.Disable {
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "Salesforce cannot “" + string(m) + "” a user.", Remedy: "Choose another policy in the connector's configuration."}
	}
	u, err := k.mayDisable(ctx, op, id)
	switch {
	case err != nil:
		return err
	case k.disable == disableFreeze:
		return k.freeze(ctx, op, id, true)
	case !u.Active:
		return nil
	}
	var freezing error
	if k.disable == disableBoth {
		freezing = k.freeze(ctx, op, id, true) // whatever comes of it, the user is deactivated
	}
	_, err = k.do(ctx, call{op: op, method: http.MethodPatch, path: record("User", id), body: map[string]any{attrActive: false}})
	e, failed := errors.AsType[*connectors.Error](err)
	if !failed {
		return err
	}
	if e.Kind == connectors.NotFound { // it was read a moment ago: for success this would leave a leaver signed in
		e.Kind, e.Remedy = connectors.Misconfigured, remedyRights
	}
	switch {
	case k.disable == disableBoth && freezing == nil:
		e.Message = "The user is frozen and cannot sign in, but Salesforce did not deactivate it: " + e.Message
	case k.disable == disableBoth:
		e.Message = fmt.Sprintf("Salesforce neither froze the user (%v) nor deactivated it: %s", freezing, e.Message)
	}
	return e
}

// mayDisable reads a user and refuses when it must not be touched.
func (k *connector) mayDisable(ctx context.Context, op, id string) (user, error) {
	u, err := k.byID(ctx, op, id)
	if err != nil {
		return u, err
	}
	if k.runsAs(u.ID) {
		return u, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: u.Username + " is the user that Usher runs as; without it nothing works any more.",
			Remedy: "Let Usher run as another user, then retry."}
	}
	why := ""
	if !k.allowAdmins {
		why, err = k.protection(ctx, op, u)
	}
	if err != nil || why == "" {
		return u, err
	}
	return u, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("%s is %s, and Usher does not disable such users or set their passwords.", u.Username, why),
		Remedy: "Give the user another profile or fewer permissions in Setup, then retry; or turn on Disable administrators, too."}
}

// protection says in words why a user that we know by its ID is left alone, "" when it is not. What may not be read
// protects nobody: a leaver would stay signed in.
func (k *connector) protection(ctx context.Context, op string, u user) (string, error) {
	if u.admin() {
		return "an administrator", nil
	}
	if !u.standard() {
		stamped, err := k.users(ctx, op, "Id = '"+u.ID+"'")
		if err != nil {
			return "", err
		}
		if len(stamped) != 1 || stamped[0].Stamp == "" {
			return fmt.Sprintf("no standard user (%s) and bears no ID of Usher's", u.Type), nil
		}
	}
	admin, err := k.adminBySet(ctx, op, u.ID)
	switch kind := connectors.KindOf(err); {
	case kind == connectors.Misconfigured, kind == connectors.Invalid:
		return "", nil
	case admin:
		return "an administrator by a permission set", err
	}
	return "", err
}

// adminBySet reports whether permission sets make an administrator of a user whose profile does not.
func (k *connector) adminBySet(ctx context.Context, op, id string) (bool, error) {
	found, err := query[struct{ ID string }](ctx, k, op, "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '"+id+
		"' AND (PermissionSet.PermissionsModifyAllData = true OR PermissionSet.PermissionsManageUsers = true) LIMIT 1")
	return len(found) > 0, err
}

// freeze writes IsFrozen of the user's login, which only differs when somebody was frozen.
func (k *connector) freeze(ctx context.Context, op, id string, frozen bool) error {
	type login struct {
		ID     string `json:"Id"`
		Frozen bool   `json:"IsFrozen"`
	}
	found, err := query[login](ctx, k, op, "SELECT Id, IsFrozen FROM UserLogin WHERE UserId = '"+id+"'")
	switch {
	case err != nil:
		return err
	case len(found) == 0 && !frozen:
		return nil
	case len(found) == 0:
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "Salesforce has no login record of this user, which is what would be frozen.",
			Remedy: "Let disabling deactivate the user instead."}
	case found[0].Frozen == frozen:
		return nil
	case !isID(found[0].ID, ""):
		return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: "Salesforce's answer holds no usable login record.", Remedy: remedyWait}
	}
	_, err = k.do(ctx, call{op: op, method: http.MethodPatch, path: record("UserLogin", found[0].ID), body: map[string]any{"IsFrozen": frozen}})
	if e, ok := errors.AsType[*connectors.Error](err); ok && e.Kind == connectors.NotFound { // the login's record, not the user's
		e.Kind, e.Remedy = connectors.Misconfigured, remedyRights
	}
	return err
}

// opPassword is the Op of errors about passwords. Stored: never rename.
const opPassword = "password"

// SetPassword implements connectors.PasswordSetter. The user is read first: an administrator's password is left alone.
func (k *connector) SetPassword(ctx context.Context, id string, password directory.Secret) error {
	if _, err := k.mayDisable(ctx, opPassword, id); err != nil {
		return err
	}
	return k.sendPassword(ctx, id, password)
}

// sendPassword writes the password of a user that may have one from us.
func (k *connector) sendPassword(ctx context.Context, id string, password directory.Secret) error {
	_, err := k.do(ctx, call{op: opPassword, method: http.MethodPost, path: record("User", id) + "/password", body: map[string]string{"NewPassword": password.Reveal()}, secret: password})
	if e, ok := errors.AsType[*connectors.Error](err); ok && e.Kind == connectors.Invalid {
		e.Remedy = "The password does not fit the organization's password policies. Choose another."
	}
	return err
}
