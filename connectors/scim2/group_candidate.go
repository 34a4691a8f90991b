package scim2

import (
	"fmt"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/scim"
)

// seenGroup is what the connector looks at in a group that the service sent.
type seenGroup struct {
	ID          scim.Text    `json:"id"`
	ExternalID  scim.Text    `json:"externalId"`
	DisplayName scim.Text    `json:"displayName"`
	Members     []seenMember `json:"members"`
	Meta        struct {
		Version scim.Text `json:"version"`
	} `json:"meta"`
}

type seenMember struct {
	Value scim.Text `json:"value"`
	Type  scim.Text `json:"type"`
	Ref   scim.Text `json:"$ref"`
}

// user reports whether the member is a user and no group (RFC 7643 §4.2).
func (m seenMember) user() bool {
	return m.Value != "" && !strings.EqualFold(string(m.Type), "Group") && !strings.Contains(string(m.Ref), "/Groups/")
}

func (g seenGroup) account() connectors.Account {
	return connectors.Account{ID: string(g.ID), ExternalID: string(g.ExternalID), Shown: map[string]any{connectors.GroupName: string(g.DisplayName)}}
}

// groupIn is the group that an answer shows; the zero Account when it shows none.
func groupIn(body []byte) connectors.Account {
	var g seenGroup
	if err := scim.Decode(body, &g); err != nil || g.ID == "" {
		return connectors.Account{}
	}
	return g.account()
}

// matches compares as candidate.matches does: displayName has no case (RFC 7643 §8.7.1), externalId is an ID of ours.
func (g seenGroup) matches(attr, value string) bool {
	if attr == service.AttrExternalID {
		return connectors.SameID(string(g.ExternalID), value)
	}
	return strings.EqualFold(string(g.DisplayName), value)
}

func oneGroup(found []seenGroup) (connectors.Account, error) {
	switch len(found) {
	case 0:
		return connectors.Account{}, groupNotFound()
	case 1:
		return found[0].account(), nil
	}
	ids := make([]string, len(found))
	for i, g := range found {
		ids[i] = string(g.ID)
	}
	return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpFind,
		Message: fmt.Sprintf("The target has %d groups that match this one: %s.", len(found), strings.Join(ids, " and ")),
		Remedy:  "Remove or rename all but one at the target, then retry."}
}

func groupNotFound() *connectors.Error {
	return &connectors.Error{Kind: connectors.NotFound, Op: connectors.OpFind, Message: "The target has no such group."}
}
