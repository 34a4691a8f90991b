package db_test

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"usher/directory"
	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// longText is longer than a key, and begins like another.
func longText(end string) string { return strings.Repeat("lö", 220) + end }

// texts are few, so that random values meet; some mean something to SQL.
func texts() []string {
	return []string{"", "a", "A", "ab", "aB", "b", "b a", "%", "_", "a%", "a_b", `\`, `'`, "ä", "Ä", "ß", "ss", "work", "true", "ÅB", "日本", "😀",
		longText("a"), longText("A"), longText("b"), longText("b")[:501], strings.Repeat("x", 400), strings.Repeat("X", 401)}
}

func text() *rapid.Generator[string] { return rapid.SampledFrom(texts()) }

// rarely gives "" most of the time.
func rarely(t *rapid.T, label string) string {
	if rapid.IntRange(0, 2).Draw(t, label+"?") > 0 {
		return ""
	}
	return text().Draw(t, label)
}

func itemsGen(t *rapid.T, label string) []directory.Item {
	var all []directory.Item
	primary := rapid.IntRange(0, 4).Draw(t, label+" primary")
	for i := range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, label+" number") {
		item := directory.Item{Value: text().Draw(t, label), Display: rarely(t, label+" display"),
			Type: rapid.SampledFrom([]string{"", "work", "Work", "home"}).Draw(t, label+" type"), Primary: i == primary}
		item.NotPrimary = !item.Primary && rapid.Bool().Draw(t, label+" said") && (item.Value != "" || item.Display != "" || item.Type != "")
		all = append(all, item) // also an empty one, which is no value
	}
	return all
}

func profileGen(t *rapid.T) directory.Profile {
	var p directory.Profile
	for label, to := range map[string]*string{"formatted": &p.Name.Formatted, "family": &p.Name.FamilyName, "given": &p.Name.GivenName,
		"prefix": &p.Name.HonorificPrefix, "display": &p.DisplayName, "nick": &p.NickName, "url": &p.ProfileURL, "title": &p.Title, "locale": &p.Locale,
		"number": &p.EmployeeNumber, "department": &p.Department, "manager": &p.Manager.Value, "manager name": &p.Manager.DisplayName} {
		*to = rarely(t, label)
	}
	p.Emails, p.PhoneNumbers, p.Photos = itemsGen(t, "email"), itemsGen(t, "phone"), itemsGen(t, "photo")
	p.X509Certificates, p.Roles = itemsGen(t, "certificate"), itemsGen(t, "role")
	for i := range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "addresses") {
		a := directory.Address{Formatted: rarely(t, "address"), Locality: rarely(t, "locality"), Country: rarely(t, "country"), Primary: i == 1}
		a.NotPrimary = i == 0 && a.Formatted != "" && rapid.Bool().Draw(t, "address said")
		p.Addresses = append(p.Addresses, a)
	}
	return p
}

// leaves are the attributes of a resource type that filters can name, by path.
func leaves(rt *schema.ResourceType) []schema.Ref {
	var all []schema.Ref
	add := func(urn string, as []schema.Attribute) {
		for i := range as {
			if as[i].Type != schema.Complex {
				all = append(all, schema.Ref{URN: urn, Attr: &as[i]})
			}
			for j := range as[i].Sub {
				all = append(all, schema.Ref{URN: urn, Attr: &as[i], Sub: &as[i].Sub[j]})
			}
		}
	}
	add("", rt.Core.Attributes)
	for _, e := range rt.Extensions {
		add(e.URN, e.Attributes)
	}
	for _, name := range []string{"schemas", "id", "externalId", "meta.resourceType", "meta.created", "meta.lastModified", "name", "addresses",
		"userName", "active", "meta.created", "meta.lastModified", "displayName"} { // some twice: they are stored in their own ways
		if r, ok := rt.Find(name); ok {
			all = append(all, r)
		}
	}
	searched := all[:0]
	for _, r := range all {
		if p := r.Path(); p != "password" && !strings.HasSuffix(p, "$ref") && p != "members.display" {
			searched = append(searched, r)
		}
	}
	return searched
}

// filterGen makes random filters, of values that the resources have or nearly have.
type filterGen struct {
	refs   []schema.Ref
	values []string // IDs and names among them
	times  []time.Time
}

func (g filterGen) expr(t *rapid.T, depth int) filter.Expr {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	switch {
	case depth > 3 || kind > 4:
		return g.compare(t, rapid.SampledFrom(g.refs).Draw(t, "attribute"))
	case kind == 0:
		return filter.And{Left: g.expr(t, depth+1), Right: g.expr(t, depth+1)}
	case kind == 1:
		return filter.Or{Left: g.expr(t, depth+1), Right: g.expr(t, depth+1)}
	case kind == 2:
		return filter.Not{Expr: g.expr(t, depth+1)}
	}
	var lists []schema.Ref
	for _, r := range g.refs {
		if r.Attr.Multi && r.Sub != nil {
			lists = append(lists, r)
		}
	}
	list := rapid.SampledFrom(lists).Draw(t, "list")
	var subs []schema.Ref
	for _, r := range lists {
		if r.Attr == list.Attr {
			subs = append(subs, r)
		}
	}
	within := filterGen{subs, g.values, g.times}
	return filter.Where{Ref: schema.Ref{Attr: list.Attr}, Expr: within.bracket(t, depth+1)}
}

func (g filterGen) bracket(t *rapid.T, depth int) filter.Expr {
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind in brackets"); {
	case depth > 4 || kind > 2:
		return g.compare(t, rapid.SampledFrom(g.refs).Draw(t, "part"))
	case kind == 0:
		return filter.And{Left: g.bracket(t, depth+1), Right: g.bracket(t, depth+1)}
	case kind == 1:
		return filter.Or{Left: g.bracket(t, depth+1), Right: g.bracket(t, depth+1)}
	}
	return filter.Not{Expr: g.bracket(t, depth+1)}
}

func (g filterGen) compare(t *rapid.T, r schema.Ref) filter.Expr {
	c := filter.Compare{Ref: r}
	all := []filter.Op{filter.Present, filter.Equal, filter.NotEqual, filter.Contains, filter.StartsWith, filter.EndsWith,
		filter.Greater, filter.GreaterOrEqual, filter.Less, filter.LessOrEqual}
	switch r.Leaf().Type {
	case schema.Complex:
		c.Op = filter.Present
	case schema.Boolean:
		c.Op = rapid.SampledFrom(all[:3]).Draw(t, "op")
	case schema.DateTime:
		c.Op = rapid.SampledFrom(append(all[:3:3], all[6:]...)).Draw(t, "op")
	case schema.Binary:
		c.Op = rapid.SampledFrom(all[:6]).Draw(t, "op")
	default:
		c.Op = rapid.SampledFrom(all).Draw(t, "op")
	}
	if c.Op == filter.Present || (c.Op == filter.Equal || c.Op == filter.NotEqual) && rapid.IntRange(0, 8).Draw(t, "null") == 0 {
		return c
	}
	switch r.Leaf().Type {
	case schema.Boolean:
		c.Value = rapid.Bool().Draw(t, "value")
	case schema.DateTime:
		c.Value = rapid.SampledFrom(g.times).Draw(t, "value")
	default:
		c.Value = rapid.SampledFrom(g.values).Draw(t, "value")
	}
	return c
}

// asMap is a user as a client sees them, for filter.Match.
func asMap(u directory.User, externalID string, in []directory.Group) map[string]any {
	core := map[string]any{"schemas": []any{scim.UserURN}, "id": u.ID, "userName": u.UserName, "active": u.Active, "externalId": externalID,
		"meta":        map[string]any{"resourceType": "User", "created": u.CreatedAt, "lastModified": u.UpdatedAt},
		"name":        compact("formatted", u.Name.Formatted, "familyName", u.Name.FamilyName, "givenName", u.Name.GivenName, "honorificPrefix", u.Name.HonorificPrefix),
		"displayName": u.DisplayName, "nickName": u.NickName, "profileUrl": u.ProfileURL, "title": u.Title, "locale": u.Locale,
		"emails": maps(u.Emails), "phoneNumbers": maps(u.PhoneNumbers), "photos": maps(u.Photos), "x509Certificates": maps(u.X509Certificates), "roles": maps(u.Roles)}
	var addresses, groups []any
	for _, a := range u.Addresses {
		m := compact("formatted", a.Formatted, "locality", a.Locality, "country", a.Country)
		if a.Primary || a.NotPrimary {
			m["primary"] = a.Primary
		}
		if len(m) > 0 {
			addresses = append(addresses, m)
		}
	}
	for _, g := range in {
		groups = append(groups, map[string]any{"value": g.ID, "display": g.DisplayName, "type": "direct"})
	}
	core["addresses"], core["groups"] = addresses, groups
	e := compact("employeeNumber", u.EmployeeNumber, "department", u.Department)
	if m := compact("value", u.Manager.Value, "displayName", u.Manager.DisplayName); len(m) > 0 {
		e["manager"] = m
	}
	if len(e) > 0 {
		core[scim.EnterpriseURN], core["schemas"] = e, []any{scim.UserURN, scim.EnterpriseURN}
	}
	return core
}

func compact(pairs ...string) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			m[pairs[i]] = pairs[i+1]
		}
	}
	return m
}

func maps(items []directory.Item) []any {
	var all []any
	for _, i := range items {
		m := compact("value", i.Value, "display", i.Display, "type", i.Type)
		if i.Primary || i.NotPrimary {
			m["primary"] = i.Primary
		}
		if len(m) > 0 {
			all = append(all, m)
		}
	}
	return all
}

// show writes a filter for a failure message.
func show(e filter.Expr) string {
	switch e := e.(type) {
	case filter.And:
		return "(" + show(e.Left) + " and " + show(e.Right) + ")"
	case filter.Or:
		return "(" + show(e.Left) + " or " + show(e.Right) + ")"
	case filter.Not:
		return "not " + show(e.Expr)
	case filter.Where:
		return e.Ref.Path() + "[" + show(e.Expr) + "]"
	case filter.Compare:
		return fmt.Sprintf("%s %s %.40q", e.Ref.Path(), e.Op, fmt.Sprint(e.Value))
	}
	return "everybody"
}
