package scim2

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"usher/connectors"
	"usher/scim"
)

const (
	pageSize = 100
	// maxGuessPages bounds a scan that is only a guess: the filters say "none", the refused create said "taken".
	maxGuessPages = 50
	maxPages      = 100_000
)

type page struct {
	scim.List
	users []candidate
}

// page reads a list. Users without an ID are left out, for nothing can be done with them.
func (k *connector) page(a answer) (page, error) {
	var p page
	if err := scim.Decode(a.body, &p.List); err != nil {
		e := &connectors.Error{Kind: connectors.Temporary, Op: a.op, Status: a.status, Err: err,
			Message: "The target's answer is not a SCIM list.", Remedy: "Usher tries again by itself. If this lasts, check the base URL."}
		if t := bytes.TrimSpace(a.body); len(t) > 0 && t[0] == '<' {
			e.Kind, e.Message = connectors.Misconfigured, "The target answered with a web page instead of a SCIM list."
			e.Remedy = "Check the base URL; it seems to point to a page for people."
		}
		return p, e
	}
	for _, raw := range p.Resources {
		c := candidate{raw: raw}
		if scim.Decode(raw, &c.seen) == nil && usableID(string(c.ID)) {
			p.users = append(p.users, c)
		}
	}
	k.learned.collection.Store(true)
	return p, nil
}

// scanner reads the whole list and looks for one user in it.
type scanner struct {
	externalID, name string
	known            map[scim.Text]struct{}
	named            []candidate // have the name
	total            int         // as the service last said; -1 when it did not
	cursors          bool        // pages by cursor (RFC 9865)
}

// scan looks through the list for an account that bears our ID, else for the name. It is read until a page is
// empty or brings nobody new, whatever totalResults says, since services say "100" of 250, or send the same
// page for ever. limit is the number of pages to read at most, 0 for all.
func (k *connector) scan(ctx context.Context, externalID, name string, limit int) (connectors.Account, error) {
	s := &scanner{externalID: externalID, name: name, known: map[scim.Text]struct{}{}, total: -1}
	if limit == 0 {
		limit = maxPages
	}
	query := fmt.Sprintf("startIndex=1&count=%d", pageSize)
	for pages := 0; pages < limit && query != ""; pages++ {
		a, err := k.send(ctx, call{op: connectors.OpFind, method: http.MethodGet, url: k.users + "?" + query})
		if err != nil {
			return connectors.Account{}, err
		}
		if !a.ok() && s.total >= 0 && pages > 0 && len(s.known) >= s.total {
			break // nothing is missing, and the service refuses a page past the end
		}
		if !a.ok() {
			return connectors.Account{}, k.failure(a)
		}
		p, err := k.page(a)
		if err != nil {
			return connectors.Account{}, err
		}
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
		case s.externalID != "" && c.matches(attrExternalID, s.externalID):
			return &c, "", nil
		case c.matches(attrUserName, s.name):
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
		return nil, fmt.Sprintf("cursor=%s&count=%d", escapeQuery(string(p.NextCursor)), pageSize), nil
	}
	return nil, fmt.Sprintf("startIndex=%d&count=%d", len(s.known)+1, pageSize), nil
}

// cutShort reports whether a list that stopped bringing anybody new is known or likely to go on.
func (s *scanner) cutShort(p page) bool {
	if s.total >= 0 {
		return len(s.known) < s.total
	}
	return len(p.Resources) >= pageSize
}

// unreadable is no "not found": taken for one, it would make a second account for somebody on a later page.
func (s *scanner) unreadable() *connectors.Error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpFind,
		Message: fmt.Sprintf("The target can neither filter its users nor show more than the first %d.", len(s.known)),
		Remedy:  "Ask whoever runs the target for filters (userName eq, externalId eq) or for working paging (startIndex)."}
}
