package scim2

import (
	"context"
	"net/http"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/wire"
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

// readGroup reads one group, without its members where they do not matter and the service can leave them out.
func (k *connector) readGroup(ctx context.Context, op, at string, bare bool) (wire.Answer, error) {
	if bare && !k.service.Learned.Groups.NoExclude.Load() {
		a, err := k.get(ctx, op, at+"?excludedAttributes=members")
		if err != nil || a.Status != http.StatusBadRequest {
			return a, err
		}
		k.service.Learned.Groups.NoExclude.Store(true)
	}
	return k.get(ctx, op, at)
}

// listGroups reads a list without the members, which may be many, where the service can leave them out.
func (k *connector) listGroups(ctx context.Context, query string) (wire.Answer, error) {
	get := func(query string) (wire.Answer, error) {
		return k.get(ctx, connectors.OpFind, k.wire.Groups+"?"+query)
	}
	if k.service.Learned.Groups.NoExclude.Load() {
		return get(query)
	}
	a, err := get(query + "&excludedAttributes=members")
	if err != nil || a.Status != http.StatusBadRequest {
		return a, err
	}
	plain, err := get(query)
	if err == nil && plain.OK() {
		k.service.Learned.Groups.NoExclude.Store(true)
	}
	return plain, err
}

func (k *connector) groupPage(a wire.Answer) (groups []seenGroup, l scim.List, err error) {
	if err := scim.Decode(a.Body, &l); err != nil {
		return nil, l, &connectors.Error{Kind: connectors.Temporary, Op: a.Op, Status: a.Status, Err: err,
			Message: "The target's answer is not a SCIM list of groups.", Remedy: "Usher tries again by itself. If this lasts, check the groups endpoint."}
	}
	for _, raw := range l.Resources {
		var g seenGroup
		if scim.Decode(raw, &g) == nil && wire.UsableID(string(g.ID)) {
			groups = append(groups, g)
		}
	}
	return groups, l, nil
}
