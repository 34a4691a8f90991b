package scim2

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/scim"
)

// candidate is a user that the service named, and its text for people who compare.
type candidate struct {
	seen
	raw json.RawMessage
}

// matches reports whether the candidate has the value that was asked for. externalId is compared as an ID of ours,
// userName and addresses without case (RFC 7643 §3.1, §4.1.1). What the service thinks of it does not count.
func (c candidate) matches(attr, value string) bool {
	switch attr {
	case service.AttrExternalID:
		return connectors.SameID(string(c.ExternalID), value)
	case service.AttrEmails:
		return slices.ContainsFunc(c.Emails, func(e scim.Value) bool { return strings.EqualFold(string(e.Value), value) })
	}
	return strings.EqualFold(string(c.UserName), value)
}

// sought is what an account is recognised by, of the attributes that are to be looked at; "" is not looked at.
type sought struct{ externalID, name, mail string }

func (s sought) value(attr string) string {
	switch attr {
	case service.AttrExternalID:
		return s.externalID
	case service.AttrEmails:
		return s.mail
	}
	return s.name
}

func one(found []candidate) (connectors.Account, error) {
	if len(found) > 1 {
		ids := make([]string, len(found))
		for i, c := range found {
			ids[i] = string(c.ID)
		}
		return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpFind,
			Message: fmt.Sprintf("The target has %d accounts that match this user: %s.", len(found), strings.Join(ids, " and ")),
			Remedy:  "Remove or rename all but one at the target, then retry."}
	}
	acc := found[0].account()
	acc.Shown = shown(found[0].raw)
	return acc, nil
}

func notFound() *connectors.Error {
	return &connectors.Error{Kind: connectors.NotFound, Op: connectors.OpFind, Message: "The target has no account for this user."}
}
