package scim2

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"usher/connectors"
	"usher/scim"
)

// matches compares as candidate.matches does: displayName has no case (RFC 7643 §8.7.1), externalId is an ID of ours.
func (g seenGroup) matches(attr, value string) bool {
	if attr == AttrExternalID {
		return connectors.SameID(string(g.ExternalID), value)
	}
	return strings.EqualFold(string(g.DisplayName), value)
}

// FindGroup implements connectors.GroupConnector: by external ID, then by name, then in the whole list where the service
// cannot filter.
func (k *connector) FindGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	if k.filters == filterOff {
		return k.scanGroups(ctx, g)
	}
	sure := true
	for _, ask := range []groupAsk{{AttrExternalID, g.ResourceID, &k.learned.group.noIDFilter}, {AttrDisplayName, g.Name, &k.learned.group.noNameFilter}} {
		found, reliable, err := k.filterGroups(ctx, ask)
		if err != nil {
			return connectors.Account{}, err
		}
		// A name that came with strangers, or from a list that goes on, may be there twice.
		if len(found) > 0 && (reliable || ask.attr == AttrExternalID || k.filters == filterOn) {
			return oneGroup(found)
		}
		sure = sure && reliable
	}
	if sure || k.filters == filterOn {
		return connectors.Account{}, groupNotFound()
	}
	return k.scanGroups(ctx, g)
}

// groupAsk is a question for groups with a value; off is set when the service turns out not to answer it.
type groupAsk struct {
	attr, value string
	off         *atomic.Bool
}

// filterGroups makes one filtered request and compares what came back. reliable is what an empty hand is worth: a service
// that refuses the filter, or sends groups that were not asked for, has not looked.
func (k *connector) filterGroups(ctx context.Context, ask groupAsk) (found []seenGroup, reliable bool, err error) {
	if ask.value == "" {
		return nil, true, nil
	}
	if ask.off.Load() {
		return nil, false, nil
	}
	a, err := k.listGroups(ctx, "filter="+escapeQuery(ask.attr+" eq "+scim.Quote(ask.value))+k.firstOfGroups())
	if err != nil {
		return nil, false, err
	}
	if !a.OK() {
		reliable, err = k.unfilteredGroups(ctx, a, ask)
		return nil, reliable, err
	}
	groups, l, err := k.groupPage(a)
	if err != nil {
		return nil, false, err
	}
	reliable = !l.TotalResults.Set || l.TotalResults.Value <= max(len(l.Resources), 1)
	for _, g := range groups {
		switch {
		case g.matches(ask.attr, ask.value):
			found = append(found, g)
		case ask.attr == AttrExternalID && g.ExternalID == "":
			reliable = false // the service does not send it, so that the name decides
		default:
			reliable = false
			ask.off.Store(k.filters != filterOn)
		}
	}
	return found, reliable, nil
}

// firstOfGroups asks for two, which is enough to see that one is not the only one.
func (k *connector) firstOfGroups() string {
	if k.traits.pagination == pagesByCursor {
		return "&count=2"
	}
	return "&startIndex=1&count=2"
}

// unfilteredGroups says what a filtered request that failed means: no group, no filters, or an error.
func (k *connector) unfilteredGroups(ctx context.Context, a Answer, ask groupAsk) (reliable bool, err error) {
	switch a.Status {
	case http.StatusNotFound: // "none" at some services, "no groups at all" at others
		return true, k.servesGroups(ctx, a.Op)
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		if k.filters != filterOn {
			ask.off.Store(true)
			return false, nil
		}
	}
	return false, k.groupFailure(a)
}

// servesGroups is an error when nobody answers as a list of groups where it should be.
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
func (k *connector) groupItemFailure(ctx context.Context, a Answer) error {
	if _, conforms := scim.ParseError(a.Body); a.Status == http.StatusNotFound && !conforms {
		if err := k.servesGroups(ctx, a.Op); err != nil {
			return err
		}
	}
	return k.groupFailure(a)
}

// listGroups reads a list without the members, which may be many, where the service can leave them out.
func (k *connector) listGroups(ctx context.Context, query string) (Answer, error) {
	get := func(query string) (Answer, error) {
		return k.send(ctx, Call{Op: connectors.OpFind, Method: http.MethodGet, URL: k.groups + "?" + query})
	}
	if k.learned.group.noExclude.Load() {
		return get(query)
	}
	a, err := get(query + "&excludedAttributes=members")
	if err != nil || a.Status != http.StatusBadRequest {
		return a, err
	}
	plain, err := get(query)
	if err == nil && plain.OK() {
		k.learned.group.noExclude.Store(true)
	}
	return plain, err
}

func (k *connector) groupPage(a Answer) (groups []seenGroup, l scim.List, err error) {
	if err := scim.Decode(a.Body, &l); err != nil {
		return nil, l, &connectors.Error{Kind: connectors.Temporary, Op: a.Op, Status: a.Status, Err: err,
			Message: "The target's answer is not a SCIM list of groups.", Remedy: "Usher tries again by itself. If this lasts, check the groups endpoint."}
	}
	for _, raw := range l.Resources {
		var g seenGroup
		if scim.Decode(raw, &g) == nil && UsableID(string(g.ID)) {
			groups = append(groups, g)
		}
	}
	return groups, l, nil
}

// groupScanner reads the whole list and looks for one group in it.
type groupScanner struct {
	want  connectors.GroupProfile
	known map[scim.Text]struct{}
	named []seenGroup // have the name
	total int         // as the service last said; -1 when it did not
}

// scanGroups looks through the list for a group that bears our ID, else for the name. As with users it is read until a
// page brings nothing new, whatever totalResults says.
func (k *connector) scanGroups(ctx context.Context, want connectors.GroupProfile) (connectors.Account, error) {
	s := &groupScanner{want: want, known: map[scim.Text]struct{}{}, total: -1}
	query, cursors := fmt.Sprintf("startIndex=1&count=%d", pageSize), false
	if k.traits.pagination == pagesByCursor {
		query = fmt.Sprintf("count=%d", pageSize)
	}
	for range maxPages {
		a, err := k.listGroups(ctx, query)
		if err != nil {
			return connectors.Account{}, err
		}
		if !a.OK() && len(s.known) > 0 && s.total >= 0 && len(s.known) >= s.total {
			break // nothing is missing, and the service refuses a page past the end
		}
		if !a.OK() {
			return connectors.Account{}, k.groupFailure(a)
		}
		groups, l, err := k.groupPage(a)
		if err != nil {
			return connectors.Account{}, err
		}
		ours, stuck := s.read(groups, l)
		if ours != nil {
			return oneGroup([]seenGroup{*ours})
		}
		if stuck && s.total > len(s.known) && len(l.Resources) > 0 && len(s.named) == 0 {
			return connectors.Account{}, unreadableGroups(len(s.known))
		}
		cursors = cursors || l.NextCursor != ""
		if stuck || (cursors && l.NextCursor == "") {
			break
		}
		query = fmt.Sprintf("startIndex=%d&count=%d", len(s.known)+1, pageSize)
		if cursors {
			query = fmt.Sprintf("cursor=%s&count=%d", escapeQuery(string(l.NextCursor)), pageSize)
		}
	}
	return oneGroup(s.named)
}

// read takes in one page, and gives the group that bears our ID; stuck says that nothing on the page was new.
func (s *groupScanner) read(groups []seenGroup, l scim.List) (ours *seenGroup, stuck bool) {
	before := len(s.known)
	for _, g := range groups {
		if _, again := s.known[g.ID]; again {
			continue
		}
		s.known[g.ID] = struct{}{}
		if s.want.ResourceID != "" && g.matches(AttrExternalID, s.want.ResourceID) {
			return &g, false
		}
		if g.matches(AttrDisplayName, s.want.Name) {
			s.named = append(s.named, g)
		}
	}
	if s.total = -1; l.TotalResults.Set {
		s.total = l.TotalResults.Value
	}
	return nil, len(s.known) == before
}

// unreadableGroups is no "not found": taken for one, it would make a second group of one on a later page.
func unreadableGroups(n int) *connectors.Error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpFind,
		Message: fmt.Sprintf("The target can neither filter its groups nor show more than the first %d.", n),
		Remedy:  "Ask whoever runs the target for filters (displayName eq, externalId eq) or for working paging (startIndex)."}
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
