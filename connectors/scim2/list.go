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

// scan reads the whole list and looks for the user in it: for an account that bears our ID, else for the name.
// It is read until a page is empty or brings nobody new, whatever totalResults says, since services say "100"
// of 250, or send the same page for ever. limit is the number of pages to read at most, 0 for all.
func (k *connector) scan(ctx context.Context, externalID, name string, limit int) (connectors.Account, error) {
	var named []candidate
	if limit == 0 {
		limit = maxPages
	}
	known := map[scim.Text]struct{}{}
	query, cursors := fmt.Sprintf("startIndex=1&count=%d", pageSize), false
	for pages := 0; pages < limit; pages++ {
		a, err := k.send(ctx, call{op: connectors.OpFind, method: http.MethodGet, url: k.users + "?" + query})
		if err != nil {
			return connectors.Account{}, err
		}
		if !a.ok() {
			return connectors.Account{}, k.failure(a)
		}
		p, err := k.page(a)
		if err != nil {
			return connectors.Account{}, err
		}
		before := len(known)
		for _, c := range p.users {
			if _, again := known[c.ID]; again {
				continue
			}
			known[c.ID] = struct{}{}
			switch {
			case c.matches(attrExternalID, externalID):
				return one([]candidate{c})
			case c.matches(attrUserName, name):
				named = append(named, c)
			}
		}
		switch {
		case len(known) == before && len(p.Resources) > 0 && len(named) == 0 && cutShort(p, len(known)):
			return connectors.Account{}, stuck(len(known), p.TotalResults.Value)
		case len(known) == before, cursors && p.NextCursor == "":
			return k.scanned(named)
		case p.NextCursor != "":
			cursors = true // RFC 9865: the last page has no cursor
			query = fmt.Sprintf("cursor=%s&count=%d", escapeQuery(string(p.NextCursor)), pageSize)
		default:
			query = fmt.Sprintf("startIndex=%d&count=%d", len(known)+1, pageSize)
		}
	}
	return k.scanned(named)
}

func (k *connector) scanned(named []candidate) (connectors.Account, error) {
	if len(named) == 0 {
		return connectors.Account{}, notFound()
	}
	return one(named)
}

// cutShort reports whether a list that stopped bringing anybody new is known or likely to go on.
func cutShort(p page, seen int) bool {
	if p.TotalResults.Set {
		return seen < p.TotalResults.Value
	}
	return len(p.Resources) >= pageSize
}

// stuck is no "not found": taken for one, it would make a second account for somebody on a later page.
func stuck(seen, total int) *connectors.Error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpFind,
		Message: fmt.Sprintf("The target can neither filter its users nor show more than the first %d of %d.", seen, total),
		Remedy:  "Ask whoever runs the target for filters (userName eq, externalId eq) or for working paging (startIndex)."}
}
