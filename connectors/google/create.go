package google

import (
	"context"
	"maps"
	"net/http"
	"slices"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// Create implements connectors.Connector with one request that has everything in it: writes right after a
// create are what Google refuses most. Only a 409 costs more, to learn whose the address is.
func (k *connector) Create(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	body, err := k.newUser(p)
	if err != nil {
		return connectors.Account{}, at(connectors.OpCreate, err)
	}
	ctx = connectors.WithSecret(ctx, body.Password)
	call := k.users.Insert(body).Context(ctx)
	if k.invites {
		call.ResolveConflictAccount(true)
	}
	u, failed := call.Do()
	if failed != nil {
		e := without(body.Password, k.failure(connectors.OpCreate, failed))
		if e.Kind == connectors.Conflict {
			return connectors.Account{}, k.whose(ctx, e, body.PrimaryEmail, p.ResourceID, "")
		}
		if e.Kind == connectors.Misconfigured && e.Status == http.StatusBadRequest && !blank(p.Values[attrOrgUnit]) {
			e.Kind, e.Remedy = connectors.Invalid, remedyMappedUnit
		}
		return connectors.Account{}, e
	}
	return k.created(u, p)
}

func (k *connector) created(u *directory.User, p connectors.Profile) (connectors.Account, error) {
	switch {
	case u.HTTPStatusCode == http.StatusAccepted:
		return connectors.Account{}, &connectors.Error{Kind: connectors.Pending, Op: connectors.OpCreate, Status: u.HTTPStatusCode,
			Message: "A personal Google account has this address. Google invited its owner to hand it over.",
			Remedy:  "Wait until the owner has answered Google's message, or ask them to rename the personal account."}
	case u.Id == "":
		return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: connectors.OpCreate, Status: u.HTTPStatusCode,
			Message: "Google said yes, but did not say what the user's ID is.", Remedy: "Usher looks for the user before it does anything else."}
	}
	k.recent.add(u.Id, k.now())
	a := k.account(u)
	a.ExternalID = p.ResourceID // it went out with the request; the first answers may lack it
	return a, nil
}

// newUser is the body of an insert.
func (k *connector) newUser(p connectors.Profile) (*directory.User, *connectors.Error) {
	if blank(p.Values[attrEmail]) {
		return nil, badValue(attrEmail, "there")
	}
	p, err := k.shape.created(p)
	if err != nil {
		return nil, err
	}
	made := &patch{}
	for _, key := range slices.Sorted(maps.Keys(p.Values)) {
		if err := k.apply(made, key, p.Values[key]); err != nil {
			return nil, err
		}
	}
	made.ExternalIds = []any{map[string]any{"type": externalIDKind, "customType": k.labelled, "value": p.ResourceID}}
	made.merge(&directory.User{ExternalIds: made.ExternalIds})
	u := &made.User
	if p.Password == "" {
		u.Password, u.ChangePasswordAtNextLogin = newPassword(), k.forceChange
		return u, nil
	}
	u.Password = p.Password.Reveal()
	return u, badPassword(p.Password)
}
