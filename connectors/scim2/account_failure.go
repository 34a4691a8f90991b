package scim2

import (
	"context"
	"errors"
	"net/http"
	"usher/connectors"
	"usher/scim"
)

// bareNotFound tells "no such user", which some services say with 404, from "no such service".
func (k *connector) bareNotFound(ctx context.Context, a Answer, conforms bool) error {
	if conforms || k.learned.collection.Load() {
		return nil
	}
	return k.serves(ctx, a.Op)
}

// serves is an error when nobody answers as a list of users where it should be.
func (k *connector) serves(ctx context.Context, op string) error {
	list, err := k.send(ctx, Call{Op: connectors.OpFind, Method: http.MethodGet, URL: k.users + "?" + k.window(1)})
	if err == nil && !list.OK() {
		err = k.failure(list)
	}
	if err == nil {
		_, err = k.page(list)
	}
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		e.Op = op
	}
	return err
}

// itemFailure is failure for a request about one account. A 404 that is no SCIM message may come from a proxy in front of
// a service that is down, or from a wrong URL: taken for "gone", it would leave somebody's account behind for ever.
func (k *connector) itemFailure(ctx context.Context, a Answer) error {
	if _, conforms := scim.ParseError(a.Body); a.Status == http.StatusNotFound && !conforms {
		if err := k.serves(ctx, a.Op); err != nil {
			return err
		}
	}
	return k.failure(a)
}

// item is the URL of one account. An ID that would name something else than an account is refused.
func (k *connector) item(op, id string) (string, error) {
	if !UsableID(id) {
		return "", &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The account's ID " + scim.Quote(id) + " cannot be used in a URL.",
			Remedy: "Unlink the account and let Usher find it again."}
	}
	return ItemURL(k.users, id), nil
}

func unwritable(op string, err error) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Op: op, Err: err, Message: "The profile cannot be written as JSON: " + err.Error(),
		Remedy: "Correct the attribute mapping."}
}
