package scim2

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

const remedyMembersOnly = "Create the group at the target, and push only the members: choose “Only the members of groups that the target has already” in the connector's configuration."

// groupFailure is failure in the words of groups.
func (k *connector) groupFailure(a wire.Answer) *connectors.Error {
	e := k.failure(a)
	if e.Kind == connectors.Refused {
		e.Kind = connectors.Misconfigured // the right to manage groups is one of its own
	}
	switch {
	case a.Status >= 300 && a.Status < 400:
	case e.Kind == connectors.NotFound:
		e.Remedy = "The group is not at the target any more."
	case e.Kind == connectors.Conflict:
		e.Remedy = "A group with this name exists at the target. Adopt it, or change one of the two names."
	case e.Kind == connectors.Invalid:
		e.Remedy = "The target does not accept this change. Read its words, and correct the group, or choose another compatibility profile."
	case e.Kind == connectors.Misconfigured && a.Op == connectors.OpCreate && a.Status != http.StatusNotFound:
		e.Remedy = remedyMembersOnly
	case e.Kind == connectors.Misconfigured && a.Op == connectors.OpDeprovision:
		e.Remedy = "Remove the group at the target by hand, or leave groups there: choose another policy for groups that are not pushed any more."
	case e.Kind == connectors.Misconfigured:
		e.Remedy = "The target may have no groups at " + k.wire.Groups + ", or the credentials may not manage them. Correct the groups endpoint, give the right to manage groups, or turn off Push groups."
	}
	return e
}

// servesGroups is an error when nothing answers as a list of groups where it should be.
func (k *connector) servesGroups(ctx context.Context, op string) error {
	list, err := k.listGroups(ctx, "count=1")
	if err == nil && !list.OK() {
		err = k.groupFailure(list)
	}
	if err == nil {
		_, _, err = k.groupPage(list)
	}
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		e.Op = op
	}
	return err
}

// groupItemFailure is groupFailure for a request about one group: a 404 that is no SCIM message is looked into, as
// itemFailure does.
func (k *connector) groupItemFailure(ctx context.Context, a wire.Answer) error {
	if _, conforms := scim.ParseError(a.Body); a.Status == http.StatusNotFound && !conforms {
		if err := k.servesGroups(ctx, a.Op); err != nil {
			return err
		}
	}
	return k.groupFailure(a)
}

func notAGroup(a wire.Answer, err error) *connectors.Error {
	if err == nil {
		err = errors.New("no members can be read")
	}
	return &connectors.Error{Kind: connectors.Temporary, Op: a.Op, Status: a.Status, Err: fmt.Errorf("read group: %w", err),
		Message: "The group could be read from the target, but its answer is not a SCIM group.", Remedy: "Usher tries again by itself. If this lasts, check the groups endpoint."}
}

// groupURL is the URL of one group. An ID that would name something else than a group is refused.
func (k *connector) groupURL(op, id string) (string, error) {
	if !wire.UsableID(id) {
		return "", &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The group's ID " + scim.Quote(id) + " cannot be used in a URL.",
			Remedy: "Unlink the group and let Usher find it again."}
	}
	return wire.ItemURL(k.wire.Groups, id), nil
}
