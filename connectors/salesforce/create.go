package salesforce

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"usher/connectors"
)

// made is what a successful write of one record says.
type made struct {
	ID      string  `json:"id"`
	Success bool    `json:"success"`
	Errors  []fault `json:"errors"`
}

// Create implements connectors.Connector with one request, after the organization's fields and the profile were read
// once. Where the correlation field is an External ID, that request is an upsert, which makes no second user however
// often it arrives; since it would write over a user who is there already, that one is looked for before. A taken nickname is exchanged once; a taken Username is worked out.
func (k *connector) Create(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	body, s, err := k.newUser(ctx, p)
	if err != nil {
		return connectors.Account{}, err
	}
	if err := k.free(ctx, s, p.ResourceID); err != nil {
		return connectors.Account{}, err
	}
	id, err := k.insert(ctx, s, body)
	if code(err) == codeNickname {
		body[attrNickname] = otherNickname(body[attrNickname], s.lengths()[attrNickname])
		id, err = k.insert(ctx, s, body)
	}
	if code(err) == codeUsername {
		var elsewhere bool
		if elsewhere, err = k.taken(ctx, err, body, p.ResourceID, ""); elsewhere && k.suffix != "" {
			body[attrUsername] = body[attrUsername].(string) + k.suffix
			if id, err = k.insert(ctx, s, body); code(err) == codeUsername {
				_, err = k.taken(ctx, err, body, p.ResourceID, "")
			}
		}
	}
	if err != nil {
		return connectors.Account{}, k.blame(err, !blank(p.Values[attrProfile]) || !blank(p.Values["UserRoleId"]))
	}
	a := connectors.Account{ID: id}
	if k.stamps() {
		a.ExternalID = p.ResourceID
	}
	return a, k.firstPassword(ctx, id, p)
}

// firstPassword sets the user's own password, which a create does not take.
func (k *connector) firstPassword(ctx context.Context, id string, p connectors.Profile) error {
	if p.Password == "" {
		return nil
	}
	if err := k.sendPassword(ctx, id, p.Password); err != nil {
		return &connectors.Error{Kind: connectors.Unknown, Op: connectors.OpCreate, Message: "The user was made, and its password was not accepted: " + err.Error(),
			Remedy: "Usher looks for the user and brings it up to date.", Err: err}
	}
	return nil
}

// free is a Conflict when an upsert would meet a user who bears the ID already.
func (k *connector) free(ctx context.Context, s schema, resourceID string) error {
	const op = connectors.OpCreate
	if !s.upserts(k.correlation) {
		return nil
	}
	found, err := k.lookUp(ctx, op, resourceID, nil)
	if err != nil || len(found) == 0 {
		return err
	}
	return &connectors.Error{Kind: connectors.Conflict, Op: op, Message: fmt.Sprintf("The user %s, which bears this user's ID, is there already.", found[0].ID), Remedy: remedyTaken}
}

// insert sends the body and gives the new user's ID.
func (k *connector) insert(ctx context.Context, s schema, body map[string]any) (string, error) {
	c := call{op: connectors.OpCreate, creates: true, method: http.MethodPost, path: "sobjects/User", body: body}
	if s.upserts(k.correlation) {
		rest := map[string]any{}
		for key, v := range body {
			if key != k.correlation {
				rest[key] = v // the key stands in the URL only
			}
		}
		c.method, c.path, c.body = http.MethodPatch, "sobjects/User/"+k.correlation+"/"+url.PathEscape(body[k.correlation].(string)), rest
	}
	a, err := k.do(ctx, c)
	if err != nil {
		return "", err
	}
	if a.status != http.StatusCreated {
		return "", &connectors.Error{Kind: connectors.Unknown, Op: c.op, Status: a.status, Message: "Salesforce did not say that it made the user: one with the same ID may have come between.", Remedy: remedyDoubt}
	}
	var m made
	if err := k.decode(c, a, &m); err != nil {
		return "", err
	}
	if e := k.itemError(c.op, item{m}, "User"); e != nil && len(m.Errors) > 0 {
		return "", e
	}
	if !isID(m.ID, "005") || !m.Success {
		return "", &connectors.Error{Kind: connectors.Unknown, Op: c.op, Status: a.status, Message: "Salesforce said yes, but did not say what the user's ID is.", Remedy: remedyDoubt}
	}
	return m.ID, nil
}

// upserts reports whether the field may be the key of an upsert. A Username may, and must not: the upsert would write
// over somebody else's user.
func (s schema) upserts(name string) bool {
	f := s[name]
	return name != attrUsername && f.ExternalID && f.Createable
}

// taken works out who has a Username that Salesforce called taken. elsewhere: nobody in this organization. self is the
// user that should have got it, "" when that was being made.
func (k *connector) taken(ctx context.Context, refused error, body map[string]any, resourceID, self string) (elsewhere bool, _ error) {
	e, _ := errors.AsType[*connectors.Error](refused)
	name, _ := body[attrUsername].(string)
	found, err := k.lookUp(ctx, connectors.OpFind, resourceID, []string{name})
	found = slices.DeleteFunc(found, func(u user) bool { return sameID(u.ID, self) })
	switch {
	case err != nil:
		return false, e // who has it is not known; that it is taken is
	case len(found) > 0:
		e.Message = fmt.Sprintf("The user %s has the Username %s already.", found[0].ID, name)
		if found[0].Stamp == resourceID && k.stamps() {
			e.Message = fmt.Sprintf("The user %s, which bears this user's ID, is there already.", found[0].ID)
		}
		return false, e
	}
	e.Kind, e.Message = connectors.Invalid, fmt.Sprintf("The Username %s is taken in another Salesforce organization: it must be unique in all of them, and no user of this one has it.", name)
	e.Remedy = "Set the connector's provisioning domain or its suffix for taken Usernames, or give this user another name."
	return true, e
}

// code is the vendor's code of an error, "" for none.
func code(err error) string {
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		return e.Code
	}
	return ""
}

// otherNickname is a nickname like the one that was taken, that nobody has.
func otherNickname(old any, length int) string {
	const random = 6
	text, _ := old.(string)
	return cutTo(text, length-random-1) + "." + strings.ToLower(rand.Text()[:random])
}
