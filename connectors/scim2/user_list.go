package scim2

import (
	"usher/connectors/scim2/wire"
	"usher/scim"
)

type page struct {
	scim.List
	users []candidate
}

// page reads a list. Users without an ID are left out, for nothing can be done with them.
func (k *connector) page(a wire.Answer) (page, error) {
	l, err := wire.DecodeList(a)
	p := page{List: l}
	if err != nil {
		return p, err
	}
	for _, raw := range p.Resources {
		c := candidate{raw: raw}
		if scim.Decode(raw, &c.seen) == nil && wire.UsableID(string(c.ID)) {
			p.users = append(p.users, c)
		}
	}
	k.service.Learned.Collection.Store(true)
	return p, nil
}

// window is the query of the first page of users.
func (k *connector) window(count int) string {
	return wire.FirstPage(k.service.Learned.Cursors.Load(), count)
}
