package scim2

import (
	"context"
	"fmt"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

const (
	// maxGuessPages bounds a scan that is only a guess: the filters say "none", the refused create said "taken".
	maxGuessPages = 50
	maxPages      = 100_000
)

// scanner reads the whole list and looks for one user in it.
type scanner struct {
	sought
	known     map[scim.Text]struct{}
	named     []candidate // have the name or the address
	total     int         // as the service last said; -1 when it did not
	size      int         // of a page
	cursors   bool        // pages by cursor (RFC 9865)
	restarted bool
}

// start gives the query of the first page.
func (s *scanner) start() string {
	s.known, s.named, s.total = map[scim.Text]struct{}{}, nil, -1
	if s.cursors {
		return wire.PageByCursor("", s.size)
	}
	return wire.PageByIndex(1, s.size)
}

// scan looks through the list for an account that bears our ID, else for the name. It is read until a page is
// empty or brings no new user, whatever totalResults says, since services say "100" of 250, or send the same
// page for ever. limit is the number of pages to read at most, 0 for all.
func (k *connector) scan(ctx context.Context, who sought, limit int) (connectors.Account, error) {
	s := &scanner{sought: who, size: k.service.PageSize(), cursors: k.service.Learned.Cursors.Load()}
	if limit == 0 {
		limit = maxPages
	}
	query := s.start()
	for pages := 0; pages < limit && query != ""; pages++ {
		a, err := k.get(ctx, connectors.OpFind, k.wire.Users+"?"+query)
		if err != nil {
			return connectors.Account{}, err
		}
		if s.again(a, len(s.known) == 0) {
			query = s.start()
			continue
		}
		if !a.OK() && s.total >= 0 && len(s.known) > 0 && len(s.known) >= s.total {
			break // nothing is missing, and the service refuses a page past the end
		}
		if !a.OK() {
			return connectors.Account{}, k.failure(a)
		}
		p, err := k.page(a)
		if err != nil {
			return connectors.Account{}, err
		}
		k.service.Learned.Cursors.Store(s.cursors)
		var ours *candidate
		if ours, query, err = s.read(p); err != nil {
			return connectors.Account{}, err
		}
		if ours != nil {
			return one([]candidate{*ours})
		}
	}
	if len(s.named) == 0 {
		return connectors.Account{}, notFound()
	}
	return one(s.named)
}

// again reports whether a refused page is worth one new beginning: the cursor has expired (RFC 9865 §2.2), or the
// service does not know startIndex and wants a cursor from the first page on.
func (s *scanner) again(a wire.Answer, first bool) bool {
	if a.Status != http.StatusBadRequest || s.restarted || s.cursors == first {
		return false
	}
	s.restarted, s.cursors = true, true
	return true
}

// read takes in one page, and gives the account that bears our ID, or the query of the next page, "" when
// there is none.
func (s *scanner) read(p page) (ours *candidate, next string, err error) {
	before := len(s.known)
	for _, c := range p.users {
		if _, again := s.known[c.ID]; again {
			continue
		}
		s.known[c.ID] = struct{}{}
		switch {
		case s.externalID != "" && c.matches(service.AttrExternalID, s.externalID):
			return &c, "", nil
		case s.name != "" && c.matches(service.AttrUserName, s.name), s.mail != "" && c.matches(service.AttrEmails, s.mail):
			s.named = append(s.named, c)
		}
	}
	if s.total = -1; p.TotalResults.Set {
		s.total = p.TotalResults.Value
	}
	switch stuck := len(s.known) == before; {
	case stuck && len(p.Resources) > 0 && len(s.named) == 0 && s.cutShort(p):
		return nil, "", s.unreadable()
	case stuck, s.cursors && p.NextCursor == "":
		return nil, "", nil
	case p.NextCursor != "":
		s.cursors = true
		return nil, wire.PageByCursor(string(p.NextCursor), s.size), nil
	}
	return nil, wire.PageByIndex(len(s.known)+1, s.size), nil
}

// cutShort reports whether a list that stopped bringing anybody new is known or likely to go on.
func (s *scanner) cutShort(p page) bool {
	if s.total >= 0 {
		return len(s.known) < s.total
	}
	return len(p.Resources) >= s.size
}

// unreadable is no "not found": taken for one, it would make a second account for somebody on a later page.
func (s *scanner) unreadable() *connectors.Error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpFind,
		Message: fmt.Sprintf("The target can neither filter its users nor show more than the first %d.", len(s.known)),
		Remedy:  "Ask whoever runs the target for filters (userName eq, externalId eq) or for working paging (startIndex)."}
}
