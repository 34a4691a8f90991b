package scim2

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"usher/connectors"
	"usher/scim"
)

// keyMemberChunk is stored: never rename.
const KeyMemberChunk = "member_chunk"

// usualChunk is how many members one request changes unless the settings say otherwise; AWS takes no more.
const usualChunk = 100

const AttrDisplayName = "displayName"

// groupsOf is what the kind can do about groups. Chunk is small, so that what was done before a target throttles is not
// done again.
func groupsOf() *connectors.Groups {
	return &connectors.Groups{Noun: "Groups", Create: true, Chunk: 2 * usualChunk}
}

func memberField() connectors.Field {
	return connectors.Field{Key: KeyMemberChunk, Label: "Members in one request", Section: connectors.SectionPolicy, Type: connectors.Number,
		Default: fmt.Sprint(usualChunk), Max: float64(groupsOf().Chunk), When: connectors.When{Key: connectors.PushGroups, Value: "true"},
		Help: "How many members of a group are changed at once. Usher sends fewer where the target takes fewer."}
}

// groupLearned is what the service turned out to do about groups. It is forgotten when the configuration is opened anew.
type groupLearned struct {
	noExclude    atomic.Bool  // refuses excludedAttributes
	noIDFilter   atomic.Bool  // cannot filter by externalId
	noNameFilter atomic.Bool  // cannot filter by displayName
	noPatch      atomic.Bool  // has no PATCH for groups
	objectPatch  atomic.Bool  // understands PATCH of groups only without a path
	tells        atomic.Bool  // has been seen to send members, so that a group without any is empty
	chunk        atomic.Int64 // half of what was too many members for one request; 0 is not known
	mu           sync.Mutex
	fresh        map[string]struct{} // groups that were made here and have never had a member
}

const maxFresh = 1000

// begun notes a group that was made a moment ago: it is known to be empty.
func (l *groupLearned) begun(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fresh == nil || len(l.fresh) >= maxFresh {
		l.fresh = map[string]struct{}{}
	}
	l.fresh[id] = struct{}{}
}

func (l *groupLearned) isFresh(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.fresh[id]
	return ok
}

func (l *groupLearned) used(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.fresh, id)
}

// CreateGroup implements connectors.GroupConnector with one request (RFC 7643 §4.2, RFC 7644 §3.3).
func (k *connector) CreateGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	if k.traits.noGroupCreate {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpCreate,
			Message: k.traits.label + " does not let groups be created by SCIM.", Remedy: remedyMembersOnly}
	}
	d := Document{"schemas": []any{scim.GroupURN}, AttrDisplayName: g.Name, AttrExternalID: g.ResourceID}
	body, err := d.Encode()
	if err != nil {
		return connectors.Account{}, unwritable(connectors.OpCreate, err)
	}
	a, err := k.send(ctx, Call{Op: connectors.OpCreate, Method: http.MethodPost, URL: k.groups, Body: body})
	if err != nil {
		return connectors.Account{}, err
	}
	if !a.OK() {
		return connectors.Account{}, k.groupFailure(a)
	}
	return k.createdGroup(a, g)
}

func (k *connector) createdGroup(a Answer, g connectors.GroupProfile) (connectors.Account, error) {
	unknown := func(message string, err error) (connectors.Account, error) {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: a.Op, Status: a.Status, Err: err, Message: message,
			Remedy: "Usher looks for the group before it does anything else."}
	}
	var s seenGroup
	if len(a.Body) > 0 {
		if err := scim.Decode(a.Body, &s); err != nil {
			return unknown("The target said yes, but its answer could not be read.", err)
		}
	}
	if s.ID == "" {
		if id := idFromLocation(a.Header.Get("Location")); !strings.EqualFold(id, "Groups") {
			s.ID = scim.Text(id)
		}
	}
	if !UsableID(string(s.ID)) {
		return unknown("The target said yes, but did not say what the group's ID is.", nil)
	}
	// A service that answers a create with a group that was there already must not give it away.
	if s.ExternalID != "" && !connectors.SameID(string(s.ExternalID), g.ResourceID) {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Conflict, Op: a.Op, Status: a.Status,
			Message: fmt.Sprintf("The target answered with group %s, which bears the external ID %s of another one.", s.ID, s.ExternalID),
			Remedy:  "Compare the two, and change the name of one."}
	}
	k.learned.group.begun(string(s.ID))
	return connectors.Account{ID: string(s.ID), ExternalID: g.ResourceID, Pending: a.Status == http.StatusAccepted}, nil
}

// UpdateGroup implements connectors.GroupConnector. A group is stamped with our ID when it is made and never after.
func (k *connector) UpdateGroup(ctx context.Context, id string, g connectors.GroupProfile) (connectors.Account, error) {
	a, err := k.rename(ctx, id, g)
	if err != nil {
		return connectors.Account{}, err
	}
	return groupIn(a.Body), nil
}

func (k *connector) rename(ctx context.Context, id string, g connectors.GroupProfile) (Answer, error) {
	at, err := k.groupURL(connectors.OpUpdate, id)
	if err != nil {
		return Answer{}, err
	}
	if k.putsGroups() {
		return k.putGroup(ctx, at, id, renamed(g.Name))
	}
	a, err := k.patchGroup(ctx, at, func(style string) ([]byte, error) {
		return patchBody(style, []scim.Operation{{Op: scim.Replace, Path: AttrDisplayName, Value: g.Name}})
	})
	switch {
	case err != nil:
		return a, err
	case a.OK():
		return k.groupSettled(ctx, at, id, g, a)
	case k.mayPutGroups(a):
		return k.putGroup(ctx, at, id, renamed(g.Name))
	}
	return a, k.groupItemFailure(ctx, a)
}

// patchGroup sends a PATCH, a second time in the other dialect when the service did not understand the first.
func (k *connector) patchGroup(ctx context.Context, at string, body func(style string) ([]byte, error)) (Answer, error) {
	style := k.groupStyle()
	a, err := k.sendPatch(ctx, at, style, body)
	if err != nil || style != styleRFC || k.traits.patchStyle != "" || !notUnderstood(a) {
		return a, err
	}
	other, err := k.sendPatch(ctx, at, styleObject, body)
	switch {
	case err != nil:
		return other, err
	case other.Status == http.StatusBadRequest:
		return a, nil
	case other.OK():
		k.learned.group.objectPatch.Store(true)
	}
	return other, nil
}

func (k *connector) groupStyle() string {
	if style := k.style(); style != styleRFC || !k.learned.group.objectPatch.Load() {
		return style
	}
	return styleObject
}

func (k *connector) sendPatch(ctx context.Context, at, style string, body func(style string) ([]byte, error)) (Answer, error) {
	b, err := body(style)
	if err != nil {
		return Answer{}, unwritable(connectors.OpUpdate, err)
	}
	return k.versioned(ctx, Call{Op: connectors.OpUpdate, Method: http.MethodPatch, URL: at, Body: b})
}

// notUnderstood reports a refusal of how the change was written, rather than of what it says.
func notUnderstood(a Answer) bool {
	said, _ := scim.ParseError(a.Body)
	return a.Status == http.StatusBadRequest && containsAny(strings.ToLower(said.ScimType), "invalidpath", "invalidsyntax")
}

// DeleteGroup implements connectors.GroupConnector.
func (k *connector) DeleteGroup(ctx context.Context, id string) error {
	at, err := k.groupURL(connectors.OpDeprovision, id)
	if err != nil {
		return err
	}
	a, err := k.versioned(ctx, Call{Op: connectors.OpDeprovision, Method: http.MethodDelete, URL: at})
	switch {
	case err != nil:
		return err
	case a.OK():
		return nil
	}
	return k.groupItemFailure(ctx, a)
}

// groupURL is the URL of one group. An ID that would name something else than a group is refused.
func (k *connector) groupURL(op, id string) (string, error) {
	if !UsableID(id) {
		return "", &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The group's ID " + scim.Quote(id) + " cannot be used in a URL.",
			Remedy: "Unlink the group and let Usher find it again."}
	}
	return ItemURL(k.groups, id), nil
}

const remedyMembersOnly = "Create the group at the target, and push only the members: choose “Only the members of groups that the target has already” in the connector's configuration."

// groupFailure is failure in the words of groups.
func (k *connector) groupFailure(a Answer) *connectors.Error {
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
		e.Remedy = "The target may have no groups at " + k.groups + ", or the credentials may not manage them. Correct the groups endpoint, give the right to manage groups, or turn off Push groups."
	}
	return e
}
