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

// CreateGroup implements connectors.GroupConnector with one request (RFC 7643 §4.2, RFC 7644 §3.3).
func (k *connector) CreateGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	if k.service.NoGroupCreate {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpCreate,
			Message: k.service.Label + " does not let groups be created by SCIM.", Remedy: remedyMembersOnly}
	}
	d := wire.Document{"schemas": []any{scim.GroupURN}, service.AttrDisplayName: g.Name, service.AttrExternalID: g.ResourceID}
	body, err := d.Encode()
	if err != nil {
		return connectors.Account{}, unwritable(connectors.OpCreate, err)
	}
	a, err := k.wire.Send(ctx, wire.Call{Op: connectors.OpCreate, Method: http.MethodPost, URL: k.wire.Groups, Body: body})
	if err != nil {
		return connectors.Account{}, err
	}
	if !a.OK() {
		return connectors.Account{}, k.groupFailure(a)
	}
	return k.createdGroup(a, g)
}

func (k *connector) createdGroup(a wire.Answer, g connectors.GroupProfile) (connectors.Account, error) {
	unknown := func(message string, err error) (connectors.Account, error) {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: a.Op, Status: a.Status, Err: err, Message: message,
			Remedy: "Usher looks for the group before it does anything else."}
	}
	var s seenGroup
	if len(a.Body) > 0 {
		if err := scim.Decode(a.Body, &s); err != nil {
			return unknown("The target said yes, but its answer could not be read.", err)
		}
	}
	if s.ID == "" {
		s.ID = scim.Text(a.LocationID())
	}
	if !wire.UsableID(string(s.ID)) {
		return unknown("The target said yes, but did not say what the group's ID is.", nil)
	}
	// A service that answers a create with a group that was there already must not give it away.
	if s.ExternalID != "" && !connectors.SameID(string(s.ExternalID), g.ResourceID) {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Conflict, Op: a.Op, Status: a.Status,
			Message: fmt.Sprintf("The target answered with group %s, which bears the external ID %s of another one.", s.ID, s.ExternalID),
			Remedy:  "Compare the two, and change the name of one."}
	}
	k.service.Learned.Groups.New.Add(string(s.ID))
	return connectors.Account{ID: string(s.ID), ExternalID: g.ResourceID, Pending: a.Status == http.StatusAccepted}, nil
}

// ReadGroup implements connectors.GroupConnector with one GET.
func (k *connector) ReadGroup(ctx context.Context, id string) (connectors.Account, error) {
	at, err := k.groupURL(connectors.OpRead, id)
	if err != nil {
		return connectors.Account{}, err
	}
	a, err := k.readGroup(ctx, connectors.OpRead, at, true)
	switch {
	case err != nil:
		return connectors.Account{}, err
	case !a.OK():
		return connectors.Account{}, k.groupItemFailure(ctx, a)
	}
	g := groupIn(a.Body)
	if g.ID == "" {
		return g, notAGroup(a, nil)
	}
	return g, nil
}

// UpdateGroup implements connectors.GroupConnector. A group is stamped with our ID when it is made and never after.
func (k *connector) UpdateGroup(ctx context.Context, id string, g connectors.GroupProfile) (connectors.Account, error) {
	a, err := k.rename(ctx, id, g)
	if err != nil {
		return connectors.Account{}, err
	}
	return groupIn(a.Body), nil
}

func (k *connector) rename(ctx context.Context, id string, g connectors.GroupProfile) (wire.Answer, error) {
	at, err := k.groupURL(connectors.OpUpdate, id)
	if err != nil {
		return wire.Answer{}, err
	}
	if k.service.PutsGroups() {
		return k.putGroup(ctx, at, id, renamed(g.Name))
	}
	a, err := k.patchGroup(ctx, at, func(style string) ([]byte, error) {
		return service.PatchBody(style, []scim.Operation{{Op: scim.Replace, Path: service.AttrDisplayName, Value: g.Name}})
	})
	switch {
	case err != nil:
		return a, err
	case a.OK():
		return k.verifyGroup(ctx, at, id, g, a)
	case k.mayPutGroups(a):
		return k.putGroup(ctx, at, id, renamed(g.Name))
	}
	return a, k.groupItemFailure(ctx, a)
}

// DeleteGroup implements connectors.GroupConnector.
func (k *connector) DeleteGroup(ctx context.Context, id string) error {
	at, err := k.groupURL(connectors.OpDeprovision, id)
	if err != nil {
		return err
	}
	a, err := k.wire.SendVersioned(ctx, wire.Call{Op: connectors.OpDeprovision, Method: http.MethodDelete, URL: at})
	switch {
	case err != nil:
		return err
	case a.OK():
		return nil
	}
	return k.groupItemFailure(ctx, a)
}
