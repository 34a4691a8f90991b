package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

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
	if err != nil {
		return err
	}
	if k.disable != disableDeactivate {
		err = k.freeze(ctx, op, id, true)
	}
	switch {
	case k.disable == disableFreeze, err != nil && !errors.Is(err, errNoLogin):
		return err
	case !u.Active:
		return nil
	}
	frozen := k.disable == disableBoth && err == nil
	_, err = k.do(ctx, call{op: op, method: http.MethodPatch, path: record("User", id), body: map[string]any{attrActive: false}})
	if e, ok := errors.AsType[*connectors.Error](err); ok && frozen && e.Kind != connectors.NotFound {
		e.Message = "The user is frozen and cannot sign in, but Salesforce did not deactivate it: " + e.Message
	}
	return err
}

// mayDisable reads a user and refuses when it must not be touched.
func (k *connector) mayDisable(ctx context.Context, op, id string) (user, error) {
	u, err := k.byID(ctx, op, id)
	if err != nil {
		return u, err
	}
	why := ""
	switch {
	case k.runsAs(u.ID):
		return u, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: u.Username + " is the user that Usher runs as; without it nothing works any more.",
			Remedy: "Let Usher run as another user, then retry."}
	case k.allowAdmins:
	case u.admin():
		why = "an administrator"
	case !u.standard() && u.Stamp == "":
		why = fmt.Sprintf("no standard user (%s) and bears no ID of Usher's", u.Type)
	}
	if why == "" {
		return u, nil
	}
	return u, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("%s is %s, and Usher does not disable such users.", u.Username, why),
		Remedy: "Give the user another profile in Setup, then retry; or turn on Disable administrators, too."}
}

// errNoLogin: a user that has no record of logins cannot be frozen.
var errNoLogin = errors.New("the user has no UserLogin record")

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
			Remedy: "Let disabling deactivate the user instead.", Err: errNoLogin}
	case found[0].Frozen == frozen:
		return nil
	case !isID(found[0].ID, ""):
		return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: "Salesforce's answer holds no usable login record.", Remedy: remedyWait}
	}
	_, err = k.do(ctx, call{op: op, method: http.MethodPatch, path: record("UserLogin", found[0].ID), body: map[string]any{"IsFrozen": frozen}})
	return err
}

// opPassword is the Op of errors about passwords. Stored: never rename.
const opPassword = "password"

// SetPassword implements connectors.PasswordSetter.
func (k *connector) SetPassword(ctx context.Context, id string, password directory.Secret) error {
	if !isID(id, "005") {
		return gone(opPassword)
	}
	_, err := k.do(ctx, call{op: opPassword, method: http.MethodPost, path: record("User", id) + "/password", body: map[string]string{"NewPassword": password.Reveal()}})
	if e, ok := errors.AsType[*connectors.Error](err); ok && e.Kind == connectors.Invalid {
		e.Message = strings.ReplaceAll(e.Message, password.Reveal(), "[secret]")
		e.Remedy = "The password does not fit the organization's password policies. Choose another."
	}
	return err
}
