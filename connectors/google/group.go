package google

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// FindGroup implements connectors.GroupConnector. The address is asked for first, for that is answered at once; a group
// that bears our ID wins over one that has the address, and that over one that has only the name.
func (k *connector) FindGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	address := k.groupAddress(g)
	addressed, err := k.getGroup(ctx, connectors.OpFind, address)
	if err != nil {
		return connectors.Account{}, err
	}
	if addressed != nil && !strings.EqualFold(addressed.Email, address) {
		addressed = nil // an alias is another group's
	}
	if addressed != nil && connectors.SameID(k.groupStamp(addressed), g.ResourceID) {
		return k.groupAccount(addressed), nil
	}
	if before := k.tried.address(g.ResourceID); before != address {
		made, err := k.getGroup(ctx, connectors.OpFind, before)
		if err != nil {
			return connectors.Account{}, err
		}
		if made != nil && connectors.SameID(k.groupStamp(made), g.ResourceID) {
			return k.groupAccount(made), nil
		}
	}
	ours, named, err := k.searchGroups(ctx, g)
	switch {
	case err != nil:
		return connectors.Account{}, err
	case len(ours) > 0:
		return k.only(ours)
	case addressed != nil:
		return k.groupAccount(addressed), nil
	case len(named) > 0:
		return k.only(named)
	}
	return connectors.Account{}, &connectors.Error{Kind: connectors.NotFound, Op: connectors.OpFind, Message: "Google has no group for this group."}
}

func (k *connector) only(groups []*directory.Group) (connectors.Account, error) {
	if len(groups) == 1 {
		return k.groupAccount(groups[0]), nil
	}
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.Id + " (" + g.Email + ")"
	}
	return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpFind,
		Message: fmt.Sprintf("Google has %d groups that match this group: %s.", len(groups), strings.Join(ids, " and ")),
		Remedy:  "Give all but one another name in the Admin console, then retry."}
}

// getGroup reads a group by ID or address, nil when there is none.
func (k *connector) getGroup(ctx context.Context, op, key string) (*directory.Group, error) {
	if key == "" {
		return nil, nil
	}
	g, err := k.groups.Get(key).Context(ctx).Do()
	if err != nil {
		e := k.groupFailure(op, err)
		if e.Kind == connectors.NotFound {
			return nil, nil
		}
		return nil, e
	}
	if g.Id == "" {
		return nil, &connectors.Error{Kind: connectors.Temporary, Op: op, Status: g.HTTPStatusCode, Message: "Google's answer holds no group.",
			Remedy: "Usher tries again by itself. If this lasts, check the connector's endpoint."}
	}
	return g, nil
}

const groupPageSize = 200

// searchGroups asks for the groups that have the name, for Google searches by nothing else that is known here (guide
// "Search for groups"), and keeps apart those that bear our ID. A page token that expired restarts the list, once.
func (k *connector) searchGroups(ctx context.Context, g connectors.GroupProfile) (ours, named []*directory.Group, err error) {
	if g.Name == "" {
		return nil, nil, nil
	}
	for restarted := false; ; restarted = true {
		ours, named = nil, nil
		stale, err := k.groupPages(ctx, "name="+quote(g.Name), func(found *directory.Group) {
			switch {
			case found.Id == "":
			case connectors.SameID(k.groupStamp(found), g.ResourceID):
				ours = append(ours, found)
			case strings.EqualFold(found.Name, g.Name):
				named = append(named, found)
			}
		})
		switch {
		case err == nil:
			return ours, named, nil
		case !stale || restarted:
			return nil, nil, k.groupFailure(connectors.OpFind, err)
		}
	}
}

// groupPages makes one pass. stale: the error is a page token that Google does not know any more.
func (k *connector) groupPages(ctx context.Context, query string, each func(*directory.Group)) (stale bool, err error) {
	call := k.groups.List().Customer(k.customer).Query(query).MaxResults(groupPageSize).Context(ctx)
	for token, page := "", 0; page < maxPages; page++ {
		if token != "" {
			call.PageToken(token)
		}
		list, err := call.Do()
		if err != nil {
			return token != "" && statusOf(err) == http.StatusBadRequest, err
		}
		for _, g := range list.Groups {
			each(g)
		}
		if token = list.NextPageToken; token == "" {
			break
		}
	}
	return false, nil
}

// CreateGroup implements connectors.GroupConnector. A Workspace account whose groups take no external IDs refuses the
// first one that bears ours, for certain; groups are made without from then on, and known by their address.
func (k *connector) CreateGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	const op = connectors.OpCreate
	body := &directory.Group{Email: k.groupAddress(g), Name: g.Name}
	if body.Email == "" {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The group has no name to make an address of.", Remedy: "Give the group a name."}
	}
	if err := groupWithin(op, g); err != nil {
		return connectors.Account{}, err
	}
	if !k.unstamped.Load() {
		body.ExternalIds = []*directory.ExternalId{{Namespace: k.labelled, Id: g.ResourceID}}
	}
	k.tried.add(g.ResourceID, body.Email)
	made, err := k.groups.Insert(body).Context(ctx).Do()
	if err != nil && body.ExternalIds != nil && refusesStamp(k.groupFailure(op, err)) {
		k.unstamped.Store(true)
		body.ExternalIds = nil
		made, err = k.groups.Insert(body).Context(ctx).Do()
	}
	if err != nil {
		e := k.groupFailure(op, err)
		if e.Kind == connectors.Conflict {
			e = k.whoseGroup(ctx, e, body.Email)
		}
		return connectors.Account{}, e
	}
	if made.Id == "" {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: op, Status: made.HTTPStatusCode,
			Message: "Google said yes, but did not say what the group's ID is.", Remedy: "Usher looks for the group before it does anything else."}
	}
	k.recent.add(made.Id, k.now())
	return k.groupAccount(made), nil
}

func refusesStamp(e *connectors.Error) bool {
	return e.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(e.Message), "externalid")
}

// UpdateGroup implements connectors.GroupConnector. The address stays, so that the members' mail still arrives.
func (k *connector) UpdateGroup(ctx context.Context, id string, g connectors.GroupProfile) (connectors.Account, error) {
	const op = connectors.OpUpdate
	if err := usableGroup(op, id); err != nil {
		return connectors.Account{}, err
	}
	if err := groupWithin(op, g); err != nil {
		return connectors.Account{}, err
	}
	written, err := k.groups.Patch(id, &directory.Group{Name: g.Name}).Context(ctx).Do()
	if err != nil {
		return connectors.Account{}, k.ofGroup(op, id, err)
	}
	return k.groupAccount(written), nil
}

// ReadGroup implements connectors.GroupConnector.
func (k *connector) ReadGroup(ctx context.Context, id string) (connectors.Account, error) {
	const op = connectors.OpRead
	if err := usableGroup(op, id); err != nil {
		return connectors.Account{}, err
	}
	g, err := k.getGroup(ctx, op, id)
	switch {
	case err != nil:
		return connectors.Account{}, err
	case g == nil:
		return connectors.Account{}, &connectors.Error{Kind: connectors.NotFound, Op: op, Status: http.StatusNotFound, Message: "Google has no group with this ID.", Remedy: remedyGroupGone}
	}
	return k.groupAccount(g), nil
}

// DeleteGroup implements connectors.GroupConnector.
func (k *connector) DeleteGroup(ctx context.Context, id string) error {
	const op = connectors.OpDeprovision
	if err := usableGroup(op, id); err != nil {
		return err
	}
	return nilOr(k.ofGroup(op, id, k.groups.Delete(id).Context(ctx).Do()))
}

// ofGroup classifies what became of a request about one group; nil for nil.
func (k *connector) ofGroup(op, id string, err error) *connectors.Error {
	if err == nil {
		return nil
	}
	e := k.groupFailure(op, err)
	if e.Status == http.StatusForbidden && strings.EqualFold(e.Code, reasonForbidden) && k.recent.has(id, k.now()) {
		e.Kind, e.Remedy = connectors.Temporary, "Google refuses changes to a group in its first minutes. Usher tries again by itself."
	}
	return e
}

// nilOr keeps a nil pointer from becoming an error that is not nil.
func nilOr(e *connectors.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// groupFailure is failure in words that fit groups.
func (k *connector) groupFailure(op string, err error) *connectors.Error {
	e := k.failure(op, err)
	if e.Kind == connectors.Refused {
		e.Kind = connectors.Misconfigured // the right to manage groups is one of its own
	}
	switch e.Remedy {
	case remedyCreate, remedyForbidden:
		e.Remedy = remedyGroupForbidden
	case remedyTaken:
		e.Remedy = remedyGroupTaken
	case remedyGone:
		e.Remedy = remedyGroupGone
	case remedyValues:
		e.Remedy = remedyGroupValues
	}
	return e
}

func usableGroup(op, id string) error {
	if id == "" || id == "." || id == ".." || strings.Contains(id, "@") {
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("The group's ID %q cannot be used in a URL.", id),
			Remedy: "Stop pushing the group, and push it again to let Usher find it."}
	}
	return nil
}

func (k *connector) groupStamp(g *directory.Group) string {
	for _, x := range g.ExternalIds {
		if x.Namespace == k.labelled {
			return x.Id
		}
	}
	return ""
}

func (k *connector) groupAccount(g *directory.Group) connectors.Account {
	return connectors.Account{ID: g.Id, ExternalID: k.groupStamp(g), Shown: map[string]any{connectors.GroupName: g.Name, "email": g.Email}}
}
