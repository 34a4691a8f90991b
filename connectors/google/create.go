package google

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"

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
	call := k.users.Insert(body).Context(ctx)
	if k.invites {
		call.ResolveConflictAccount(true)
	}
	u, failed := call.Do()
	if failed != nil {
		e := k.failure(connectors.OpCreate, failed)
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
	c := connectors.Changes{Set: map[string]any{}}
	for key, v := range p.Values {
		if !blank(v) {
			c.Set[key] = v
		}
	}
	if blank(c.Set[attrEmail]) {
		return nil, badValue(attrEmail, "there")
	}
	made, err := k.patchOf(c)
	if err != nil {
		return nil, err
	}
	made.organize(nil)
	u := &made.User
	if u.OrgUnitPath == "" {
		u.OrgUnitPath = k.orgUnit
	}
	u.ExternalIds = []any{map[string]any{"type": externalIDKind, "customType": k.labelled, "value": p.ResourceID}}
	u.Password = newPassword()
	u.ChangePasswordAtNextLogin = k.forceChange
	return u, nil
}

// newPassword is one that nobody knows, within Google's 8 to 100 characters of ASCII.
func newPassword() string {
	const bytes = 30
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b)
}
