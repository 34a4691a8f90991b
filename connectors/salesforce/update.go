package salesforce

import (
	"context"
	"net/http"

	"usher/connectors"
)

// Update implements connectors.Connector with one PATCH: what is absent stays, null clears. The user is read first
// only when it would be deactivated. An account is stamped when it is made, and again only for somebody who is back.
// Salesforce answers a PATCH without a body.
func (k *connector) Update(ctx context.Context, id string, c connectors.Changes) (connectors.Account, error) {
	return connectors.Account{}, k.update(ctx, id, c)
}

func (k *connector) update(ctx context.Context, id string, c connectors.Changes) error {
	const op = connectors.OpUpdate
	body, wrong := k.patchOf(c)
	if wrong != nil {
		return at(op, wrong)
	}
	if c.Stamp && k.stamps() {
		body[k.correlation] = c.Want.ResourceID
	}
	if len(body) == 0 {
		return nil
	}
	if !isID(id, "005") {
		return gone(op)
	}
	if body[attrActive] == false {
		if _, err := k.mayDisable(ctx, op, id); err != nil {
			return err
		}
	}
	mapped := !blank(body[attrProfile]) || !blank(body["UserRoleId"])
	if err := k.resolveProfile(ctx, op, body, false); err != nil {
		return err
	}
	s, err := k.describe(ctx, op)
	if err != nil {
		return err
	}
	if err := at(op, s.fit(body, false)); err != nil {
		return err
	}
	waits, err := k.mailWaits(ctx, op, id, body)
	if err != nil {
		return err
	}
	if err := k.patchUser(ctx, op, id, body, c.Want.ResourceID); err != nil {
		return k.blame(err, mapped)
	}
	if body[attrActive] == true && k.disable != disableDeactivate {
		if err := k.freeze(ctx, op, id, false); err != nil {
			return err
		}
	}
	return k.checkMail(ctx, op, id, body, waits)
}

// patchUser writes a user; a Username that another organization has is sent once more with the suffix.
func (k *connector) patchUser(ctx context.Context, op, id string, body map[string]any, resourceID string) error {
	if len(body) == 0 {
		return nil
	}
	c := call{op: op, method: http.MethodPatch, path: record("User", id), body: body}
	_, err := k.do(ctx, c)
	if code(err) != codeUsername {
		return err
	}
	elsewhere, err := k.taken(ctx, err, body, resourceID, id)
	if !elsewhere || k.suffix == "" {
		return err
	}
	body[attrUsername] = body[attrUsername].(string) + k.suffix
	if _, err = k.do(ctx, c); code(err) == codeUsername {
		_, err = k.taken(ctx, err, body, resourceID, id)
	}
	return err
}
