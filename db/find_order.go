package db

import (
	"usher/scim"
	"usher/scim/filter"
)

// ordering is the order of a list: one segment after the other, each by a key that all in it have, and then by ID.
type ordering struct {
	path     string
	desc     bool
	segments []segment
}

type segment struct {
	key    string
	number bool      // the key is no text
	unique bool      // the key alone decides
	from   string    // the table that holds the key, "" when it is the resource's own
	link   string    // the column of from that names the resource
	on     condition // who is in the segment; no text: everybody
}

func (g segment) id(r resource) string {
	if g.from != "" {
		return g.link
	}
	return r.id
}

// orderOf is the order that is asked for. Resources without the attribute come last, or first when it is descending
// (RFC 7644 §3.4.2.3); without sortBy the order is that of IDs, which is that of creation.
func orderOf(r resource, q filter.Query) (ordering, error) {
	byID := segment{key: r.id, unique: true}
	if q.SortBy == nil {
		return ordering{desc: q.Descending, segments: []segment{byID}}, nil
	}
	ref := *q.SortBy
	if part := ref.Attr.Part("value"); ref.Sub == nil && part != nil {
		ref.Sub = part
	}
	o := ordering{path: ref.Path(), desc: q.Descending}
	switch o.path {
	case "id":
		o.segments = []segment{byID}
	case r.named:
		o.segments = []segment{{key: r.name, unique: true}}
	case "meta.created":
		o.segments = []segment{{key: r.made, number: true}}
	case "meta.lastModified":
		o.segments = []segment{{key: r.changed, number: true}}
	case "externalId":
		o.held(r, byID, `client_ids s`, `s.resource_id`, `s.value`, cond(`s.client = %s AND s.kind = %s`, q.Client, r.kind))
	case "active":
		no, yes := byID, byID
		no.on, yes.on = cond(`NOT users.active`), cond(`users.active`)
		o.segments = []segment{no, yes}
	default:
		attr := attrNumber(o.path)
		if attr == 0 || r.kind != "user" {
			return o, scim.Invalid(scim.InvalidValue, "A list cannot be sorted by %s.", o.path)
		}
		o.held(r, byID, `user_values s`, `s.user_id`, `s.key`, cond(`s.attr = %s AND s.seq = 0 AND s.key > ''`, attr))
	}
	if o.desc && len(o.segments) == 2 {
		o.segments[0], o.segments[1] = o.segments[1], o.segments[0]
	}
	return o, nil
}

// held sorts by a key in another table, and those whom it does not know by ID.
func (o *ordering) held(r resource, byID segment, from, link, key string, on condition) {
	byID.on = on.within(`NOT EXISTS (SELECT 1 FROM `+from+` WHERE `+link+` = `+r.id+` AND `, `)`)
	o.segments = []segment{{key: key, from: from, link: link, on: on}, byID}
}
