package scim2

import (
	"context"
	"fmt"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

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
	query, cursors := wire.FirstPage(k.service.PagesByCursor(), service.UsualPage), false
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
		query = wire.PageByIndex(len(s.known)+1, service.UsualPage)
		if cursors {
			query = wire.PageByCursor(string(l.NextCursor), service.UsualPage)
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
		if s.want.ResourceID != "" && g.matches(service.AttrExternalID, s.want.ResourceID) {
			return &g, false
		}
		if g.matches(service.AttrDisplayName, s.want.Name) {
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
