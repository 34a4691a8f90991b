package server

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"

	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// params are the query parameters of RFC 7644 §3.4.2 and §3.9 and of RFC 9865, or the same in a SearchRequest.
type params struct {
	attributes []string // only these, beside those that are always returned
	excluded   []string // not these
	filter     string
	sortBy     string
	sortOrder  string
	startIndex int // 1 is the first resource
	count      int // 0 asks for the total only
	byCursor   bool
	cursor     string
	overAll    bool // the query is over both types of resources
}

func paramsOf(q url.Values) (params, error) {
	m := map[string]any{}
	for name := range q {
		m[name] = q.Get(name)
	}
	return paramsFrom(m)
}

// paramsFrom reads the parameters as text, or as the types of a SearchRequest (RFC 7644 §3.4.3).
func paramsFrom(m map[string]any) (p params, err error) {
	p = params{filter: textOf(m["filter"]), sortBy: textOf(m["sortBy"]), sortOrder: textOf(m["sortOrder"]),
		attributes: namesOf(m["attributes"]), excluded: namesOf(m["excludedAttributes"]), cursor: textOf(m["cursor"])}
	_, p.byCursor = m["cursor"]
	if len(p.attributes) > 0 && len(p.excluded) > 0 {
		return p, invalid(scim.InvalidValue, "attributes and excludedAttributes exclude each other; send one of them.")
	}
	if p.startIndex, err = number(m, "startIndex", 1); err != nil {
		return p, err
	}
	if p.count, err = number(m, "count", defaultPage); err != nil {
		return p, err
	}
	p.startIndex, p.count = max(p.startIndex, 1), min(max(p.count, 0), maxPage)
	return p, nil
}

func textOf(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(s)
}

// namesOf reads a list, or text with commas between the names.
func namesOf(v any) (list []string) {
	var parts []string
	switch v := v.(type) {
	case string:
		parts = strings.Split(v, ",")
	case []any:
		for _, x := range v {
			parts = append(parts, textOf(x))
		}
	}
	for _, name := range parts {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}

func number(m map[string]any, name string, otherwise int) (int, error) {
	text := ""
	switch v := m[name].(type) {
	case nil:
		return otherwise, nil
	case string:
		text = strings.TrimSpace(v)
	case json.Number:
		text = v.String()
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<31 {
			return int(v), nil
		}
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, invalid(scim.InvalidValue, "%s must be a whole number.", name)
	}
	return int(n), nil
}

// query is the page of resources that the parameters ask for.
func (p params) query(rt *schema.ResourceType, client string) (filter.Query, error) {
	// With a cursor, the store does not look at the offset (RFC 9865 §2).
	q := filter.Query{Client: client, Offset: p.startIndex - 1, Limit: p.count, ByCursor: p.byCursor, After: p.cursor}
	var err error
	if q.Filter, err = expression(rt, p.filter, p.overAll); err != nil {
		return q, err
	}
	q.SortBy, q.Descending, err = p.order(rt)
	return q, err
}

func (p params) order(rt *schema.ResourceType) (by *schema.Ref, descending bool, err error) {
	switch strings.ToLower(p.sortOrder) {
	case "", "ascending":
	case "descending":
		descending = true
	default:
		return nil, false, invalid(scim.InvalidValue, "sortOrder must be ascending or descending.")
	}
	if p.sortBy == "" {
		return nil, false, nil // RFC 7644 §3.4.2.3: without sortBy, sortOrder is ignored
	}
	ref, ok := rt.Find(p.sortBy)
	if _, known := schema.Every().Find(p.sortBy); !ok && known && p.overAll {
		return nil, false, nil
	}
	if !ok {
		return nil, false, invalid(scim.InvalidValue, "sortBy: %ss have no attribute %q to sort by.", rt.Name, p.sortBy)
	}
	if value := ref.Attr.Part("value"); ref.Sub == nil && value != nil {
		ref.Sub = value
	}
	return &ref, descending, nil
}
