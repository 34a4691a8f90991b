package scim2

import (
	"context"
	"strings"

	"usher/connectors"
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
