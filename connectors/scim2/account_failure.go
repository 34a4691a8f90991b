package scim2

import (
	"context"
	"errors"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// failure is an answer that is no success, in words about an account.
func (k *connector) failure(a wire.Answer) *connectors.Error {
	e := k.wire.Failure(a)
	switch e.Kind {
	case connectors.Conflict:
		e.Remedy = "An account with this user name or e-mail address exists at the target. Adopt it, or change one of the two."
	case connectors.NotFound:
		e.Remedy = "The account is not at the target any more."
	case connectors.Limit:
		e.Remedy = "The target has no room for another account. Free or buy a licence there; Usher tries again by itself, and whenever somebody leaves."
	case connectors.Refused:
		e.Remedy = "The target refuses this for this account, while others work. Look at its rights, or at the account there, then retry."
	case connectors.Invalid:
		e.Remedy = "The target does not accept these values. Correct the user or the attribute mapping."
		if a.Status == http.StatusForbidden {
			e.Remedy = "The account belongs to an owner of the target, whom nobody may change from outside. Change the account there by hand."
		}
	}
	return e
}

// bareNotFound tells "no such user", which some services say with 404, from "no such service".
func (k *connector) bareNotFound(ctx context.Context, a wire.Answer, conforms bool) error {
	if conforms || k.service.Learned.Collection.Load() {
		return nil
	}
	return k.serves(ctx, a.Op)
}

// serves is an error when nothing answers as a list of users where it should be.
func (k *connector) serves(ctx context.Context, op string) error {
	list, err := k.get(ctx, connectors.OpFind, k.wire.Users+"?"+k.window(1))
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
func (k *connector) itemFailure(ctx context.Context, a wire.Answer) error {
	if _, conforms := scim.ParseError(a.Body); a.Status == http.StatusNotFound && !conforms {
		if err := k.serves(ctx, a.Op); err != nil {
			return err
		}
	}
	return k.failure(a)
}

// accountURL is the URL of one account. An ID that would name something else than an account is refused.
func (k *connector) accountURL(op, id string) (string, error) {
	if !wire.UsableID(id) {
		return "", &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The account's ID " + scim.Quote(id) + " cannot be used in a URL.",
			Remedy: "Unlink the account and let Usher find it again."}
	}
	return wire.ItemURL(k.wire.Users, id), nil
}

func unwritable(op string, err error) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Op: op, Err: err, Message: "The profile cannot be written as JSON: " + err.Error(),
		Remedy: "Correct the attribute mapping."}
}
