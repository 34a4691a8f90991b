package scim2

import (
	"context"
	"fmt"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Create implements connectors.Connector with exactly one request (RFC 7644 §3.3).
func (k *connector) Create(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	p, err := k.service.WithinLimits(connectors.OpCreate, p)
	if err != nil {
		return connectors.Account{}, err
	}
	d, password := newUser(p), k.newPassword(p)
	if password != "" {
		d[service.AttrPassword] = password.Reveal()
	}
	body, err := d.Encode()
	if err != nil {
		return connectors.Account{}, unwritable(connectors.OpCreate, err)
	}
	a, err := k.wire.Send(ctx, wire.Call{Op: connectors.OpCreate, Method: http.MethodPost, URL: k.wire.Users, Body: body, Secrets: hidden(password)})
	if err != nil {
		return connectors.Account{}, err
	}
	if !a.OK() {
		e := k.failure(a)
		if e.Kind == connectors.Conflict {
			k.service.Learned.Taken.Add(p.Text(service.AttrUserName))
		}
		return connectors.Account{}, e
	}
	return k.created(a, p)
}

func (k *connector) created(a wire.Answer, p connectors.Profile) (connectors.Account, error) {
	var s seen
	if len(a.Body) > 0 {
		if err := scim.Decode(a.Body, &s); err != nil {
			return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: a.Op, Status: a.Status, Err: err,
				Message: "The target said yes, but its answer could not be read.", Remedy: "Usher looks for the account before it does anything else."}
		}
	}
	if s.ID == "" {
		s.ID = scim.Text(a.LocationID())
	}
	if !wire.UsableID(string(s.ID)) {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: a.Op, Status: a.Status,
			Message: "The target said yes, but did not say what the account's ID is.", Remedy: "Usher looks for the account before it does anything else."}
	}
	k.service.Learned.Collection.Store(true)
	if s.ExternalID == "" {
		s.ExternalID = scim.Text(p.ResourceID) // it went out with the request; not every service sends it back
	}
	// A service that answers a create with an account that was there already must not give it away.
	if !connectors.SameID(string(s.ExternalID), p.ResourceID) {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Conflict, Op: a.Op, Status: a.Status,
			Message: fmt.Sprintf("The target answered with account %s, which bears the external ID %s of somebody else.", s.ID, s.ExternalID),
			Remedy:  "Compare the two, and change the user name of one."}
	}
	acc := s.account()
	acc.ExternalID = p.ResourceID
	acc.Pending = a.Status == http.StatusAccepted
	return acc, nil
}
