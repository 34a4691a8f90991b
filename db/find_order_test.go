package db_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/db"
	"usher/directory"
	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

func ref(t testing.TB, name string) schema.Ref {
	t.Helper()
	r, ok := schema.User().Find(name)
	if !ok {
		t.Fatalf("there is no attribute %s", name)
	}
	return r
}

func parse(t testing.TB, text string) filter.Expr {
	t.Helper()
	e, err := filter.Parse(schema.User(), text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sortKey is what a user is sorted by, "" when there is nothing. Of long texts only the beginning, and then a hash, decide.
func sortKey(u directory.User, resource map[string]any, r schema.Ref) string {
	switch r.Path() {
	case "meta.created":
		return fmt.Sprintf("%020d", u.CreatedAt.UnixMicro())
	case "meta.lastModified":
		return fmt.Sprintf("%020d", u.UpdatedAt.UnixMicro())
	case "active":
		return fmt.Sprint(u.Active)
	}
	if r.URN != "" {
		resource, _ = resource[r.URN].(map[string]any)
	}
	value := resource[r.Attr.Name]
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0]
		for _, e := range list {
			if e.(map[string]any)["primary"] == true {
				value = e
			}
		}
	}
	if m, ok := value.(map[string]any); ok {
		value = m[r.Sub.Name]
	}
	switch v := value.(type) {
	case string:
		return db.KeyOf(v, r.Leaf().CaseExact)
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}

func (c *crowd) sorted(r schema.Ref, desc bool) (ids []string) {
	us := slices.Clone(c.live)
	slices.SortFunc(us, func(a, b directory.User) int {
		ka, kb := sortKey(a, c.users[a.ID], r), sortKey(b, c.users[b.ID], r)
		order := strings.Compare(a.ID, b.ID)
		switch {
		case ka == "" && kb != "":
			order = 1
		case ka != "" && kb == "":
			order = -1
		case ka != kb:
			order = strings.Compare(ka, kb)
		}
		if desc {
			return -order
		}
		return order
	})
	return idsOf(us)
}

// TestOrders sorts by every attribute, and walks the list by cursors and by offsets, in both directions, looked up
// and walked.
func TestOrders(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		c := newCrowd(t, w, 45, 2)
		for i, r := range leaves(schema.User()) {
			if slices.Contains([]string{"schemas", "meta.resourceType", "externalId"}, r.Path()) || r.Attr.Name == "groups" || r.Leaf().Type == schema.Complex {
				continue
			}
			for _, desc := range []bool{false, true} {
				q := filter.Query{SortBy: &r, Descending: desc, Limit: 1000, Filter: parse(t, `userName gt "A"`)}
				db.SetFew(w.Store, 1000)
				if (i%2 == 0) == desc {
					db.SetFew(w.Store, 0)
					q.Filter = parse(t, `not (nickName eq "none")`)
				}
				c.walk(t, fmt.Sprint(r.Path(), " ", desc), q, c.sorted(r, desc))
			}
		}
	})
}

// walk compares the whole list, and the list in pages of 7, with what is wanted.
func (c *crowd) walk(t *testing.T, name string, q filter.Query, want []string) {
	t.Helper()
	p, err := c.FindUsers(ctx, q)
	c.must(err)
	if got := idsOf(p.Items); !slices.Equal(got, want) {
		t.Fatalf("by %s:\n%v, want\n%v", name, got, want)
	}
	whole := idsOf(p.Items)
	q.Limit = 7
	var byOffset, byCursor []string
	for q.Offset = 0; q.Offset < len(want)+7; q.Offset += 7 {
		p, err := c.FindUsers(ctx, q)
		c.must(err)
		byOffset = append(byOffset, idsOf(p.Items)...)
		if p.Next != "" || p.Total != int64(len(want)) {
			t.Fatalf("by %s: total %d, next %q, want total %d", name, p.Total, p.Next, len(want))
		}
	}
	q.ByCursor = true
	for {
		p, err := c.FindUsers(ctx, q)
		c.must(err)
		byCursor = append(byCursor, idsOf(p.Items)...)
		if p.Total != int64(len(want)) {
			t.Fatalf("by %s: total %d, want %d", name, p.Total, len(want))
		}
		if q.After = p.Next; q.After == "" {
			break
		}
	}
	if !slices.Equal(byOffset, whole) || !slices.Equal(byCursor, whole) {
		t.Errorf("by %s: pages give %v by offset, %v by cursor, want %v", name, byOffset, byCursor, whole)
	}
}

func TestCursorOfAnotherList(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range 5 {
			w.user(fmt.Sprint("user", i))
		}
		name, created := ref(t, "userName"), ref(t, "meta.created")
		asked := filter.Query{ByCursor: true, Limit: 2, SortBy: &name, Filter: parse(t, `userName sw "user"`)}
		p, err := w.FindUsers(ctx, asked)
		w.must(err)
		asked.After = p.Next
		asked.Limit = 1
		if _, err := w.FindUsers(ctx, asked); err != nil {
			t.Fatalf("the same list with another limit: %v", err)
		}
		others := map[string]filter.Query{}
		for what, change := range map[string]func(*filter.Query){
			"filter":     func(q *filter.Query) { q.Filter = parse(t, `userName sw "use"`) },
			"no filter":  func(q *filter.Query) { q.Filter = nil },
			"order":      func(q *filter.Query) { q.SortBy = &created },
			"direction":  func(q *filter.Query) { q.Descending = true },
			"client":     func(q *filter.Query) { q.Client = "other" },
			"nonsense":   func(q *filter.Query) { q.After = "%" },
			"no JSON":    func(q *filter.Query) { q.After = "AAAA" },
			"very long":  func(q *filter.Query) { q.After = strings.Repeat("A", 9000) },
			"no segment": func(q *filter.Query) { q.After = forge(t, asked.After, `"i":`, `"s":7,"i":`) },
			"NUL":        func(q *filter.Query) { q.After = forge(t, asked.After, `"i":"`, `"i":"\u0000`) },
		} {
			q := asked
			change(&q)
			others[what] = q
		}
		for what, q := range others {
			_, err := w.FindUsers(ctx, q)
			if e, ok := errors.AsType[*scim.Error](err); !ok || e.ScimType != scim.InvalidCursor || e.Status != "400" {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func forge(t *testing.T, cursor, from, to string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || !strings.Contains(string(b), from) {
		t.Fatalf("%s: %v", b, err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(b), from, to, 1)))
}

func TestFindRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		groups := ref(t, "groups.display")
		for kind, q := range map[string]filter.Query{
			scim.InvalidFilter: {Filter: parse(t, `userName pr and meta.location eq "x"`)},
			scim.InvalidValue:  {SortBy: &groups},
		} {
			_, err := w.FindUsers(ctx, q)
			if e, ok := errors.AsType[*scim.Error](err); !ok || e.ScimType != kind {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}

// TestTimesAreFiner: an instant between two microseconds is after the one and before the other.
func TestTimesAreFiner(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		created := ref(t, "meta.created")
		for when, want := range map[time.Duration]string{
			-time.Microsecond: "ne gt ge", -time.Nanosecond: "ne gt ge", 0: "eq ge le", time.Nanosecond: "ne lt le", time.Microsecond: "ne lt le",
		} {
			var got []string
			for _, op := range []filter.Op{filter.Equal, filter.NotEqual, filter.Greater, filter.GreaterOrEqual, filter.Less, filter.LessOrEqual} {
				p, err := w.FindUsers(ctx, filter.Query{Filter: filter.Compare{Ref: created, Op: op, Value: at.Add(when)}, Limit: 1})
				w.must(err)
				if p.Total == 1 {
					got = append(got, string(op))
				}
			}
			same(t, fmt.Sprint("created against ", when), strings.Join(got, " "), want)
		}
	})
}
