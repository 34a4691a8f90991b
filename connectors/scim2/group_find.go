package scim2

import (
	"context"
	"net/http"
	"sync/atomic"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

// FindGroup implements connectors.GroupConnector: by external ID, then by name, then in the whole list where the service
// cannot filter.
func (k *connector) FindGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	if k.service.NeverFilters() {
		return k.scanGroups(ctx, g)
	}
	sure := true
	for _, ask := range []groupAsk{{service.AttrExternalID, g.ResourceID, &k.service.Learned.Groups.NoIDFilter}, {service.AttrDisplayName, g.Name, &k.service.Learned.Groups.NoNameFilter}} {
		found, reliable, err := k.filterGroups(ctx, ask)
		if err != nil {
			return connectors.Account{}, err
		}
		// A name that came with strangers, or from a list that goes on, may be there twice.
		if len(found) > 0 && (reliable || ask.attr == service.AttrExternalID || k.service.AlwaysFilters()) {
			return oneGroup(found)
		}
		sure = sure && reliable
	}
	if sure || k.service.AlwaysFilters() {
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
	// Two are enough to see that one is not the only one.
	a, err := k.listGroups(ctx, wire.FilterBy(ask.attr, ask.value)+"&"+wire.FirstPage(k.service.PagesByCursor(), 2))
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
		case ask.attr == service.AttrExternalID && g.ExternalID == "":
			reliable = false // the service does not send it, so that the name decides
		default:
			reliable = false
			ask.off.Store(!k.service.AlwaysFilters())
		}
	}
	return found, reliable, nil
}

// unfilteredGroups says what a filtered request that failed means: no group, no filters, or an error.
func (k *connector) unfilteredGroups(ctx context.Context, a wire.Answer, ask groupAsk) (reliable bool, err error) {
	switch a.Status {
	case http.StatusNotFound: // "none" at some services, "no groups at all" at others
		return true, k.servesGroups(ctx, a.Op)
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		if !k.service.AlwaysFilters() {
			ask.off.Store(true)
			return false, nil
		}
	}
	return false, k.groupFailure(a)
}
